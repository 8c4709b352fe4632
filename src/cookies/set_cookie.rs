//! The gate: which cookies pass.
//!
//! Header functions only. Headers that pass are kept byte for byte, and where there is nothing to
//! do nothing is touched.

use std::fmt;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use smallvec::SmallVec;

use crate::{
    cookies::declaration::{Reading, Standing, is_own},
    decision::{Basis, Decision},
    http::{
        cookie_expiry::is_removal,
        cookie_name::{name_in, printable},
    },
    policy::Policy,
};

/// What becomes of a cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It leaves.
    Sent,
    /// It stays: its unit is off.
    HeldBack {
        /// The category that it belongs to.
        category: String,
        /// Why the unit is off.
        basis: Basis,
    },
    /// The policy does not name it. It stays, unless undeclared cookies are only reported.
    Undeclared,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent => f.write_str("sent"),
            Self::HeldBack { category, basis } => write!(f, "held back ({category}: {basis})"),
            Self::Undeclared => f.write_str("undeclared"),
        }
    }
}

/// What the gate did to one response.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    /// A gated cookie was passed, held back or removed, so the response depends on consent.
    pub(crate) gated: bool,
    /// Names that the policy does not have, with the header that tried to set them.
    pub(crate) undeclared: Vec<Box<[u8]>>,
    /// What became of each cookie, in order, where someone wants to know.
    pub(crate) account: Vec<(String, Verdict)>,
}

/// The `Set-Cookie` headers of a response, each looked up. Empty by default.
#[derive(Default)]
pub(crate) struct SetCookies(SmallVec<[SetCookie; 4]>);

struct SetCookie {
    reading: Reading,
    /// Whether it passes whatever the visitor said; nothing else is asked about it then.
    necessary: bool,
    removes: bool,
}

impl SetCookies {
    pub(crate) fn of(headers: &HeaderMap, policy: &Policy) -> Self {
        let read = |value: &HeaderValue| {
            let name = name_in(value.as_bytes());
            let reading = Reading::of(policy, name);
            let necessary = reading.always_passes(policy, name);
            SetCookie {
                reading,
                necessary,
                removes: !necessary && is_removal(value.as_bytes(), headers),
            }
        };
        Self(headers.get_all(header::SET_COOKIE).map(read).collect())
    }

    /// Whether each of them passes whatever the visitor said.
    pub(crate) fn are_necessary(&self) -> bool {
        self.0.iter().all(|cookie| cookie.necessary)
    }

    /// Lets them pass, or holds them back.
    pub(crate) fn filter(
        self,
        headers: &mut HeaderMap,
        policy: &Policy,
        decision: &Decision,
        pass_undeclared: bool,
        explain: bool,
    ) -> Outgoing {
        let mut outgoing = Outgoing::default();
        if self.0.is_empty() {
            return outgoing;
        }
        let mut passing: SmallVec<[bool; 8]> = SmallVec::new();
        let all = || {
            headers
                .get_all(header::SET_COOKIE)
                .map(HeaderValue::as_bytes)
        };
        // A gated name that the application itself removes is only removed, whatever the order of
        // its headers. Necessary ones stay as they are: moving a session cookie to another path is
        // a removal and a set.
        let removes_any = self.0.iter().any(|cookie| cookie.removes);
        let is_removed = |name: &[u8]| {
            let removes =
                |(value, cookie): (&[u8], &SetCookie)| cookie.removes && name_in(value) == name;
            removes_any && all().zip(&self.0).any(removes)
        };
        for (value, cookie) in all().zip(&self.0) {
            let name = name_in(value);
            let standing = cookie.reading.standing_when_set(policy, decision, name);
            outgoing.gated |= cookie.reading.is_gated(policy);
            let passes = match standing {
                Standing::Declared {
                    basis: Basis::Necessary,
                    ..
                } => true,
                Standing::Declared { basis, .. } => {
                    (basis.allows() && !is_removed(name)) || cookie.removes
                }
                Standing::Undeclared if is_own(name) => {
                    outgoing.undeclared.push(name.into());
                    false
                }
                Standing::Undeclared if cookie.removes => true,
                // A nameless cookie comes back as whatever its value says: `=visits=1` as `visits`.
                Standing::Undeclared => {
                    outgoing.undeclared.push(name.into());
                    pass_undeclared && !name.is_empty()
                }
            };
            if explain {
                let verdict = verdict(policy, standing, passes);
                outgoing.account.push((printable(name), verdict));
            }
            passing.push(passes);
        }
        if passing.contains(&false) {
            for (value, passes) in headers.remove(header::SET_COOKIE).zip(passing) {
                if passes {
                    headers.append(header::SET_COOKIE, value);
                }
            }
        }
        outgoing
    }
}

fn verdict(policy: &Policy, standing: Standing, passes: bool) -> Verdict {
    match standing {
        Standing::Undeclared => Verdict::Undeclared,
        Standing::Declared { .. } if passes => Verdict::Sent,
        Standing::Declared { cookie, basis } => Verdict::HeldBack {
            category: policy.category_of(&policy.cookies()[cookie]).to_owned(),
            basis,
        },
    }
}

/// What becomes of a cookie of this name.
pub(crate) fn verdict_of(policy: &Policy, decision: &Decision, name: &[u8]) -> Verdict {
    let standing = Reading::of(policy, name).standing_when_set(policy, decision, name);
    verdict(policy, standing, !standing.is_denied())
}
