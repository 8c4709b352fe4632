//! The partner: other hosts with cookies of their own, so that a leak would be visible.
//!
//! A second listener of the same program, reached under two host names, as if a video service and a
//! journal were somewhere else. A browser asks its own machine for whatever ends in `.localhost`.

mod pages;

pub use self::pages::routes;

/// Where the film comes from.
const VIDEO: &str = "video.localhost";
/// Where the offer and the dot come from.
const JOURNAL: &str = "partner.localhost";

/// The partner as pages know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partner {
    port: u16,
}

impl Partner {
    /// The partner that listens on that port.
    pub fn at(port: u16) -> Self {
        Self { port }
    }

    /// What its addresses have in common.
    pub fn port(self) -> u16 {
        self.port
    }

    /// Its origin.
    pub fn origin(self) -> String {
        self.on(JOURNAL, "")
    }

    /// A film, in a frame.
    pub fn film(self) -> String {
        self.on(VIDEO, "/film")
    }

    /// An offer, in a frame.
    pub fn promo(self) -> String {
        self.on(JOURNAL, "/promo")
    }

    /// A picture of one dot, to count by.
    pub fn dot(self) -> String {
        self.on(JOURNAL, "/p.gif")
    }

    /// A text of the policy, with the port that the partner has in place of the one that stands
    /// there.
    pub fn named_in(self, policy: &str) -> String {
        [VIDEO, JOURNAL]
            .iter()
            .fold(policy.to_owned(), |text, host| {
                text.replace(&format!("{host}:8090"), &format!("{host}:{}", self.port))
            })
    }

    fn on(self, host: &str, path: &str) -> String {
        format!("http://{host}:{}{path}", self.port)
    }
}
