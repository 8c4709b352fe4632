//! The cookies that pages set. They do not depend on consent: the middleware removes what is not
//! granted.

use actix_web::{
    HttpRequest,
    cookie::{Cookie, SameSite, time::Duration},
};

use crate::site::Site;

/// Counter of the pages that this browser has opened.
pub const VISITS: &str = "visits";
/// Campaign whose link brought the visitor.
pub const CAMPAIGN: &str = "campaign";
/// Text size and theme.
pub const DISPLAY: &str = "display";
/// Session with the reading list.
pub const SESSION: &str = "newsroom_session";

/// Builds a cookie of this site that lasts for `days`.
pub fn cookie(req: &HttpRequest, name: &'static str, value: String, days: i64) -> Cookie<'static> {
    Cookie::build(name, value)
        .path("/")
        .max_age(Duration::days(days))
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(Site::of(req).secure())
        .finish()
}

/// Builds the removal of a cookie of this site.
pub fn removal(req: &HttpRequest, name: &'static str) -> Cookie<'static> {
    cookie(req, name, String::new(), 0)
}

/// Builds the visit counter for one more page.
pub fn visits(req: &HttpRequest) -> Cookie<'static> {
    let before = req
        .cookie(VISITS)
        .and_then(|cookie| cookie.value().parse::<u32>().ok());
    let now = before.unwrap_or(0).saturating_add(1);
    cookie(req, VISITS, now.to_string(), 30)
}

/// Builds the campaign cookie, if `?ref=` has a valid name.
pub fn campaign(req: &HttpRequest, name: &str) -> Option<Cookie<'static>> {
    is_campaign(name).then(|| cookie(req, CAMPAIGN, name.to_owned(), 30))
}

/// Campaign names are short and in lower case. Other values are dropped.
fn is_campaign(name: &str) -> bool {
    (1..=32).contains(&name.len())
        && name
            .bytes()
            .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_has_a_short_plain_name() {
        for good in ["autumn-letter", "a", "2026"] {
            assert!(is_campaign(good), "{good}");
        }
        for bad in ["", "A", "a b", "a;b", "né", "=", &"a".repeat(33)] {
            assert!(!is_campaign(bad), "{bad}");
        }
    }
}
