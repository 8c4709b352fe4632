use actix_web::http::header::HeaderValue;

use super::*;

const SITE: Site<'_> = Site::Origin("https://news.example");
const HOST: Site<'_> = Site::Host("news.example:8080");

fn judge(site: Site<'_>, fields: &[(&str, &str)]) -> bool {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(
            name.parse().expect("a header name"),
            HeaderValue::from_bytes(value.as_bytes()).expect("a header value"),
        );
    }
    same_origin(&headers, &site).is_ok()
}

/// Header fields, and whether the request counts as same-origin.
type Case<'a> = (&'a [(&'a str, &'a str)], bool);

fn check(site: Site<'_>, cases: &[Case<'_>]) {
    for (fields, expected) in cases {
        assert_eq!(judge(site, fields), *expected, "{site:?} {fields:?}");
    }
}

#[test]
fn a_valid_sec_fetch_site_decides_alone() {
    check(
        SITE,
        &[
            (&[("sec-fetch-site", "same-origin")], true),
            (
                &[("sec-fetch-site", "same-origin"), ("origin", "null")],
                true,
            ),
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("origin", "https://elsewhere.example"),
                ],
                true,
            ),
            (
                &[
                    ("sec-fetch-site", "same-site"),
                    ("origin", "https://news.example"),
                ],
                false,
            ),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("origin", "https://news.example"),
                ],
                false,
            ),
            (
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("referer", "https://news.example/"),
                ],
                false,
            ),
        ],
    );
}

#[test]
fn accepts_own_navigation_without_another_origin() {
    check(
        SITE,
        &[
            (&[("sec-fetch-site", "none")], true),
            (
                &[
                    ("sec-fetch-site", "none"),
                    ("origin", "https://news.example"),
                ],
                true,
            ),
            (
                &[
                    ("sec-fetch-site", "none"),
                    ("origin", "https://elsewhere.example"),
                ],
                false,
            ),
            (&[("sec-fetch-site", "none"), ("origin", "null")], false),
        ],
    );
}

#[test]
fn an_unknown_sec_fetch_site_is_as_good_as_none() {
    check(
        SITE,
        &[
            (&[("sec-fetch-site", "same_origin")], false),
            (
                &[
                    ("sec-fetch-site", "Same-Origin"),
                    ("origin", "https://news.example"),
                ],
                true,
            ),
            (
                &[
                    ("sec-fetch-site", ""),
                    ("origin", "https://elsewhere.example"),
                ],
                false,
            ),
            (&[("sec-fetch-site", "same-origin, same-origin")], false),
        ],
    );
}

#[test]
fn without_it_the_origin_decides() {
    check(
        SITE,
        &[
            (&[("origin", "https://news.example")], true),
            (&[("origin", "https://NEWS.example")], true),
            (&[("origin", "https://news.example:443")], true),
            (&[("origin", "https://news.example:8443")], false),
            (&[("origin", "http://news.example")], false),
            (
                &[("origin", "https://news.example.elsewhere.example")],
                false,
            ),
            (&[("origin", "https://sub.news.example")], false),
            (
                &[("origin", "https://news.example@elsewhere.example")],
                false,
            ),
            (&[("origin", "null")], false),
            (
                &[("origin", "null"), ("referer", "https://news.example/")],
                false,
            ),
            (
                &[("origin", ""), ("referer", "https://news.example/")],
                false,
            ),
            (&[("origin", "news.example")], false),
            (&[("origin", "https://news.example/")], false),
        ],
    );
}

#[test]
fn without_both_the_referer_decides() {
    check(
        SITE,
        &[
            (&[("referer", "https://news.example/reports?a=b")], true),
            (&[("referer", "https://news.example")], true),
            (&[("referer", "https://news.example?a")], true),
            (
                &[(
                    "referer",
                    "https://elsewhere.example/?https://news.example/",
                )],
                false,
            ),
            (
                &[("referer", "https://news.example.elsewhere.example/")],
                false,
            ),
            (&[("referer", "https://user@news.example/")], false),
            (&[("referer", "/reports")], false),
            (&[("referer", "")], false),
        ],
    );
}

#[test]
fn without_all_three_it_is_foreign() {
    check(SITE, &[(&[], false)]);
    check(HOST, &[(&[], false)]);
}

#[test]
fn compares_with_the_host_without_a_configured_origin() {
    check(
        HOST,
        &[
            (&[("origin", "http://news.example:8080")], true),
            (&[("origin", "https://news.example:8080")], true),
            (&[("origin", "http://news.example")], false),
            (&[("referer", "http://news.example:8080/x")], true),
        ],
    );
    check(
        Site::Host("News.Example"),
        &[
            (&[("origin", "http://news.example")], true),
            (&[("origin", "https://news.example")], true),
            (&[("origin", "https://news.example:443")], true),
            (&[("origin", "https://news.example:80")], false),
        ],
    );
    check(
        Site::Host("news.example:443"),
        &[(&[("origin", "https://news.example")], true)],
    );
    check(
        Site::Host(""),
        &[
            (&[("origin", "http://")], false),
            (&[("origin", "null")], false),
            (&[("sec-fetch-site", "same-origin")], true),
        ],
    );
}

#[test]
fn addresses_are_compared_as_addresses() {
    check(
        Site::Host("[::1]:8080"),
        &[
            (&[("origin", "http://[::1]:8080")], true),
            (&[("origin", "http://[0:0:0:0:0:0:0:1]:8080")], true),
            (&[("origin", "http://[::1]")], false),
            (&[("origin", "http://[::2]:8080")], false),
        ],
    );
    check(
        Site::Origin("http://[2001:DB8::1]"),
        &[
            (&[("origin", "http://[2001:db8::1]")], true),
            (&[("origin", "http://[2001:db8::1]:80")], true),
            (&[("origin", "http://2001:db8::1")], false),
        ],
    );
    check(
        Site::Host("127.0.0.1:8080"),
        &[
            (&[("origin", "http://127.0.0.1:8080")], true),
            (&[("origin", "http://localhost:8080")], false),
        ],
    );
}

#[test]
fn a_form_in_a_frame_is_foreign() {
    for dest in ["iframe", "frame", "embed", "object"] {
        let fields = [("sec-fetch-site", "same-origin"), ("sec-fetch-dest", dest)];
        assert!(!judge(SITE, &fields), "{dest}");
    }
    for dest in ["document", "empty"] {
        let fields = [("sec-fetch-site", "same-origin"), ("sec-fetch-dest", dest)];
        assert!(judge(SITE, &fields), "{dest}");
    }
}

#[test]
fn headers_that_come_twice_have_to_agree() {
    check(
        SITE,
        &[
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("sec-fetch-site", "cross-site"),
                ],
                false,
            ),
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("sec-fetch-site", "none"),
                ],
                false,
            ),
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("sec-fetch-site", "same-origin"),
                ],
                true,
            ),
            (
                &[
                    ("origin", "https://news.example"),
                    ("origin", "https://elsewhere.example"),
                ],
                false,
            ),
            (
                &[
                    ("referer", "https://elsewhere.example/"),
                    ("referer", "https://news.example/"),
                ],
                false,
            ),
            (
                &[
                    ("sec-fetch-site", "same-origin"),
                    ("sec-fetch-dest", "document"),
                    ("sec-fetch-dest", "iframe"),
                ],
                false,
            ),
        ],
    );
}

#[test]
fn bytes_that_are_no_text_are_foreign() {
    let mut headers = HeaderMap::new();
    headers.insert(
        header::ORIGIN,
        HeaderValue::from_bytes(b"https://news.example\xff").expect("a value"),
    );
    assert_eq!(same_origin(&headers, &SITE), Err(Foreign));
}
