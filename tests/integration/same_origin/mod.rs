//! requirements.md 4.8 with DESIGN's rule 6: a form counts only when it comes from the site.

mod own_origin;
mod proofs;
mod refusals;
mod reported;

use actix_consent::ConsentMiddleware;
use actix_web::http::Method;

use crate::{
    helpers::{COOKIE, Visitor, send},
    site::site,
};

/// Returns whether the request may accept, by the form and in a handler. Both must agree.
async fn may(consent: ConsentMiddleware, headers: &[(&str, &str)]) -> bool {
    let app = site(consent).await;
    let mut judged = Vec::new();
    for path in ["/privacy/choices", "/accept/analytics"] {
        let mut request = Visitor::new().request(Method::POST, path);
        if headers
            .iter()
            .any(|(name, _)| name.eq_ignore_ascii_case("host"))
        {
            // `request` names a host of its own.
            request = actix_web::test::TestRequest::with_uri(path).method(Method::POST);
        }
        for header in headers {
            request = request.append_header(*header);
        }
        let answer = send(&app, request.set_form([("action", "accept")])).await;
        let accepted = answer.sets(COOKIE);
        match (path, accepted) {
            ("/privacy/choices", true) => assert_eq!(answer.status, 303, "{headers:?}"),
            (_, true) => assert_eq!(answer.status, 200, "{headers:?}"),
            (_, false) => {
                assert_eq!(answer.status, 403, "{headers:?}");
                assert!(answer.set_cookies().is_empty(), "{headers:?}: {answer:?}");
            }
        }
        judged.push(accepted);
    }
    assert_eq!(
        judged[0], judged[1],
        "the form and the handler disagree on {headers:?}"
    );
    judged[0]
}

const OWN: (&str, &str) = ("Origin", "https://news.example");
const FOREIGN: (&str, &str) = ("Origin", "https://elsewhere.example");
const NULL: (&str, &str) = ("Origin", "null");
const OWN_PAGE: (&str, &str) = ("Referer", "https://news.example/reports/1");
const FOREIGN_PAGE: (&str, &str) = ("Referer", "https://elsewhere.example/");
const SAME: (&str, &str) = ("Sec-Fetch-Site", "same-origin");
const NONE: (&str, &str) = ("Sec-Fetch-Site", "none");
const SAME_SITE: (&str, &str) = ("Sec-Fetch-Site", "same-site");
const CROSS: (&str, &str) = ("Sec-Fetch-Site", "cross-site");
