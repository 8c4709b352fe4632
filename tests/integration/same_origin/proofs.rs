//! Proof of the sender in a request: `Sec-Fetch-Site`, `Origin` or `Referer`.

use super::{CROSS, FOREIGN, FOREIGN_PAGE, NONE, NULL, OWN, OWN_PAGE, SAME, SAME_SITE, may};
use crate::helpers::consent;

#[actix_web::test]
async fn a_valid_sec_fetch_site_decides_alone() {
    for (headers, expected) in [
        (&[SAME][..], true),
        (&[SAME, OWN], true),
        (&[SAME, FOREIGN], true),
        (&[SAME, NULL], true),
        (&[SAME, FOREIGN_PAGE], true),
        (&[NONE], true),
        (&[NONE, OWN], true),
        (&[NONE, FOREIGN], false),
        (&[NONE, NULL], false),
        (&[SAME_SITE], false),
        (&[SAME_SITE, OWN], false),
        (&[CROSS], false),
        (&[CROSS, OWN], false),
        (&[CROSS, OWN, OWN_PAGE], false),
    ] {
        assert_eq!(may(consent(), headers).await, expected, "{headers:?}");
    }
}

#[actix_web::test]
async fn an_invalid_sec_fetch_site_is_as_none() {
    for value in [
        "",
        "Same-Origin",
        "same_origin",
        "same-origin, same-origin",
        "future-value",
        "1",
    ] {
        let header = ("Sec-Fetch-Site", value);
        assert!(!may(consent(), &[header]).await, "{value}");
        assert!(may(consent(), &[header, OWN]).await, "{value}");
        assert!(!may(consent(), &[header, FOREIGN]).await, "{value}");
        assert!(may(consent(), &[header, OWN_PAGE]).await, "{value}");
    }
}

#[actix_web::test]
async fn without_it_the_origin_has_to_be_the_sites() {
    for (headers, expected) in [
        (&[OWN][..], true),
        (&[OWN, FOREIGN_PAGE], true),
        (&[FOREIGN], false),
        (&[FOREIGN, OWN_PAGE], false),
        (&[NULL], false),
        (&[NULL, OWN_PAGE], false),
        (&[("Origin", "")], false),
        (&[("Origin", ""), OWN_PAGE], false),
        (&[("Origin", "news.example")], false),
        (
            &[("Origin", "https://news.example.elsewhere.example")],
            false,
        ),
        (
            &[("Origin", "https://elsewhere.example#news.example")],
            false,
        ),
        (
            &[("Origin", "https://news.example@elsewhere.example")],
            false,
        ),
        (
            &[("Origin", "https://elsewhere.example/https://news.example")],
            false,
        ),
        (&[("Origin", "https://sub.news.example")], false),
        (&[("Origin", "https://xnews.example")], false),
        (&[("Origin", "https://news.example:8443")], false),
        (
            &[("Origin", "https://news.example https://elsewhere.example")],
            false,
        ),
        (&[("Origin", "chrome-extension://news.example")], false),
        (&[("Origin", "ftp://news.example")], false),
    ] {
        assert_eq!(may(consent(), headers).await, expected, "{headers:?}");
    }
}

#[actix_web::test]
async fn without_both_the_referring_page_has_to_be_the_sites() {
    for (headers, expected) in [
        (&[OWN_PAGE][..], true),
        (&[("Referer", "https://news.example")], true),
        (
            &[(
                "Referer",
                "https://news.example/?x=https://elsewhere.example",
            )],
            true,
        ),
        (&[FOREIGN_PAGE], false),
        (&[("Referer", "")], false),
        (&[("Referer", "/reports/1")], false),
        (&[("Referer", "about:blank")], false),
        (
            &[("Referer", "https://news.example.elsewhere.example/")],
            false,
        ),
        (
            &[("Referer", "https://news.example@elsewhere.example/")],
            false,
        ),
        (
            &[("Referer", "https://elsewhere.example/https://news.example/")],
            false,
        ),
        (
            &[("Referer", "https://elsewhere.example?https://news.example/")],
            false,
        ),
        (&[("Referer", "https://news.example:8443/")], false),
        (
            &[("Referer", "https://elsewhere.example\\@news.example/")],
            false,
        ),
    ] {
        assert_eq!(may(consent(), headers).await, expected, "{headers:?}");
    }
}

#[actix_web::test]
async fn without_all_three_nothing_shows_where_it_comes_from() {
    assert!(!may(consent(), &[]).await);
    assert!(!may(consent(), &[("X-Requested-With", "XMLHttpRequest")]).await);
    assert!(
        !may(
            consent(),
            &[("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-User", "?1")]
        )
        .await
    );
    assert!(may(consent(), &[SAME]).await);
}

#[actix_web::test]
async fn a_form_in_a_frame_does_not_count() {
    for (destination, expected) in [
        ("document", true),
        ("empty", true),
        ("iframe", false),
        ("frame", false),
        ("embed", false),
        ("object", false),
    ] {
        for proof in [SAME, OWN, OWN_PAGE, NONE] {
            let headers = [proof, ("Sec-Fetch-Dest", destination)];
            assert_eq!(may(consent(), &headers).await, expected, "{headers:?}");
        }
    }
}

#[actix_web::test]
async fn headers_that_come_twice_have_to_agree() {
    for headers in [
        [SAME, CROSS],
        [CROSS, SAME],
        [SAME, SAME_SITE],
        [OWN, FOREIGN],
        [FOREIGN, OWN],
        [OWN, NULL],
        [OWN_PAGE, FOREIGN_PAGE],
        [FOREIGN_PAGE, OWN_PAGE],
    ] {
        assert!(!may(consent(), &headers).await, "{headers:?}");
    }
    let document = ("Sec-Fetch-Dest", "document");
    let frame = ("Sec-Fetch-Dest", "iframe");
    assert!(!may(consent(), &[SAME, document, frame]).await);
    assert!(may(consent(), &[SAME, document]).await);
}
