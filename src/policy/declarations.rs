//! Ready-made declarations of the cookies that common Actix crates set.
//!
//! `use = ["actix-session"]` in `[site]` declares the crate's cookie under its default name with
//! the lifetime `session`; `use = [{ crate = "actix-session", cookie = "sid", duration = "1 day"
//! }]` declares it with the site's own name and lifetime.

use super::{CookieSpec, Exemption, Lifetime, Policy, Renamed, SetBy, Use, quoted};

/// A ready-made declaration.
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
        // actix-identity stores its state in the session, so its cookie is the session's.
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
        package: "actix-csrf",
        cookie: "__Host-Csrf-Token",
        purpose: "Shows that a form that you send was made by this site.",
        exemption: Exemption::Security,
    },
];

/// Names that `use` accepts: those of the crates.
pub fn names() -> impl Iterator<Item = &'static str> {
    READY.iter().map(|ready| ready.package)
}

/// Returns the declaration for the crate `package`, with the name `cookie` if given. Accepts
/// hyphens and underscores in the crate's name; `csrf` is short for `actix-csrf`.
///
/// ```
/// use actix_consent::policy::declarations;
///
/// let cookie = declarations::ready("actix_session", None).expect("it is a known crate");
/// assert_eq!(cookie.name, "id");
/// ```
pub fn ready(package: &str, cookie: Option<&str>) -> Option<CookieSpec> {
    let package = match package {
        "csrf" => "actix-csrf".to_owned(),
        other => other.replace('_', "-"),
    };
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

/// Returns the crate whose default cookie has this name.
pub(crate) fn known_by_cookie(name: &[u8]) -> Option<&'static str> {
    let ready = READY.iter().find(|ready| ready.cookie.as_bytes() == name)?;
    Some(ready.package)
}

/// Formats the line `use = […]` of a policy with one more crate.
pub(crate) fn line_with(policy: &Policy, package: &str) -> String {
    let written = |entry: &Use| match entry {
        Use::Named(package) => quoted(package),
        Use::Renamed(Renamed {
            package,
            cookie,
            duration,
        }) => {
            let mut table = format!("{{ crate = {}", quoted(package));
            if let Some(cookie) = cookie {
                table += &format!(", cookie = {}", quoted(cookie));
            }
            if let Some(duration) = duration {
                table += &format!(", duration = \"{duration}\"");
            }
            table + " }"
        }
    };
    let uses = policy.file().site.uses.iter().map(written);
    let all: Vec<String> = uses.chain([quoted(package)]).collect();
    format!("use = [{}]", all.join(", "))
}
