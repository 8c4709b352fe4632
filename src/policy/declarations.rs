//! Ready declarations: the cookies that Actix sites send already.
//!
//! `use = ["actix-session"]` in `[site]` declares the crate's cookie under its default name;
//! `use = [{ crate = "actix-session", cookie = "sid" }]` under the name that the site gives it.

use super::{CookieSpec, Exemption, Lifetime, SetBy};

/// One ready declaration.
struct Ready {
    package: &'static str,
    cookie: &'static str,
    purpose: &'static str,
    exemption: Exemption,
}

const READY: [Ready; 4] = [
    Ready {
        package: "actix-session",
        cookie: "id",
        purpose: "Keeps what you enter from page to page.",
        exemption: Exemption::UserInput,
    },
    Ready {
        // actix-identity keeps its state in the session, so it is the session's cookie.
        package: "actix-identity",
        cookie: "id",
        purpose: "Keeps you signed in from page to page.",
        exemption: Exemption::Authentication,
    },
    Ready {
        package: "actix-web-flash-messages",
        cookie: "_flash",
        purpose: "Carries one message to the next page.",
        exemption: Exemption::UserInput,
    },
    Ready {
        package: "csrf",
        cookie: "__Host-Csrf-Token",
        purpose: "Shows that a form that you send was made by this site.",
        exemption: Exemption::Security,
    },
];

/// The names that `use` knows.
pub fn names() -> impl Iterator<Item = &'static str> {
    READY.iter().map(|ready| ready.package)
}

/// The declaration of `package`, under `cookie` where that is given.
pub fn ready(package: &str, cookie: Option<&str>) -> Option<CookieSpec> {
    let ready = READY.iter().find(|ready| ready.package == package)?;
    Some(CookieSpec {
        name: cookie.unwrap_or(ready.cookie).to_owned(),
        category: Some(super::NECESSARY.to_owned()),
        purpose: ready.purpose.into(),
        duration: Some(Lifetime::Session),
        set_by: SetBy::Server,
        exemption: Some(ready.exemption),
        ..CookieSpec::default()
    })
}
