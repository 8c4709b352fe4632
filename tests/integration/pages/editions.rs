//! Earlier editions of the policy.

use super::{earlier, readable};
use crate::{
    helpers::{Visitor, builder},
    site::{site, today},
};

#[actix_web::test]
async fn an_edition_that_does_not_exist_is_not_found() {
    let app = site(
        builder()
            .previous_edition(earlier())
            .build()
            .expect("valid"),
    )
    .await;
    for (path, status) in [
        ("/privacy/versions/1", 200),
        ("/privacy/versions/2", 200),
        ("/privacy/versions/0", 404),
        ("/privacy/versions/3", 404),
        ("/privacy/versions/01", 404),
        ("/privacy/versions/+1", 404),
        ("/privacy/versions/x", 404),
        ("/privacy/versions/", 404),
        ("/privacy/versions/1/", 200),
        ("/privacy/versions/1/x", 404),
        ("/privacy/versions", 404),
    ] {
        let answer = Visitor::new().get(&app, path).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.set_cookies().is_empty(), "{path}");
    }
}

#[actix_web::test]
async fn shows_an_earlier_edition_as_superseded() {
    let app = site(
        builder()
            .previous_edition(earlier())
            .clock(today)
            .build()
            .expect("valid"),
    )
    .await;
    let old = Visitor::new().get(&app, "/privacy/versions/1").await;
    let current = Visitor::new().get(&app, "/privacy").await;
    let same = Visitor::new().get(&app, "/privacy/versions/2").await;
    assert!(old.text().contains("Earlier News Ltd") && !old.text().contains("Example News Ltd"));
    for expected in [
        "Version 1, in force from 31\u{a0}January 2025 until version 2 replaced it on 22\u{a0}November 2026.",
        "Version 1, from 31\u{a0}January 2025 until 22\u{a0}November 2026",
    ] {
        assert!(old.text().contains(expected), "{expected}: {}", old.text());
    }
    // The one in force has not ended.
    assert!(
        current
            .text()
            .contains("Version 2, in force since 22\u{a0}November 2026.")
    );
    assert!(
        current
            .text()
            .contains("Version 2, from 22\u{a0}November 2026 (this version)")
    );
    assert!(
        old.text().to_lowercase().contains("earlier")
            || old.text().to_lowercase().contains("replaced"),
        "{}",
        old.text()
    );
    assert!(old.text().contains("href=\"/privacy\""));
    assert!(!current.text().contains("Earlier News Ltd"));
    assert!(
        current.text().contains("href=\"/privacy/versions/1\""),
        "the list of editions"
    );
    assert!(current.text().contains("22\u{a0}November 2026"));
    assert_eq!(same.text(), current.text());
    insta::assert_snapshot!("policy_earlier_edition", readable(&old));
}
