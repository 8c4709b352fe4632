//! What a browser takes for a removal.

use actix_web::http::header;

use super::is_gated;
use crate::helpers::{Visitor, answering, consent, setting, site_setting, visitors};

/// Asserts that a header with this name and these attributes leaves before a choice.
async fn is_removal(attributes: &str) {
    for cookie in [
        format!("visits=; {attributes}"),
        format!("unknown=x; {attributes}"),
    ] {
        let app = site_setting(consent(), &[&cookie]).await;
        let [nobody, no, yes] = visitors(&app).await;
        for mut visitor in [nobody, no, yes] {
            assert_eq!(
                visitor.get(&app, "/").await.set_cookies(),
                [cookie.as_str()]
            );
        }
    }
}

#[actix_web::test]
async fn removals_by_max_age_always_pass() {
    is_removal("Max-Age=0").await;
    is_removal("max-age=0").await;
    is_removal(" MAX-AGE \t= 0 ").await;
    is_removal("Max-Age=-1").await;
    is_removal("Max-Age=-99999999999999999999999999").await;
    is_removal("Max-Age=000").await;
    is_removal("Max-Age=0; Path=/; Domain=news.example").await;
    is_removal("Max-Age=0; Expires=Thu, 01 Jan 2099 00:00:00 GMT").await;
    is_removal("Expires=Thu, 01 Jan 2099 00:00:00 GMT; Max-Age=0").await;
    is_removal("Max-Age=5; Max-Age=0").await;
}

#[actix_web::test]
async fn removals_by_a_date_always_pass() {
    is_removal("Expires=Thu, 01 Jan 1970 00:00:00 GMT").await;
    is_removal("Expires=Wed, 21 Oct 2015 07:28:00 GMT").await;
    is_removal("Expires=Thu, 01-Jan-1970 00:00:01 GMT").await;
    let late = "Expires=Thu, 01 Jan 2099 00:00:00 GMT; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    is_removal(late).await;
}

#[actix_web::test]
async fn removals_by_a_date_of_the_older_forms_always_pass() {
    is_removal("Expires=Thursday, 01-Jan-1970 00:00:00 GMT").await;
    is_removal("expires=Thu, 01-Jan-70 00:00:00 GMT").await;
    is_removal("Expires=Sunday, 06-Nov-94 08:49:37 GMT").await;
    is_removal("Expires=Wed Oct 21 07:28:00 2015").await;
}

#[actix_web::test]
async fn a_date_counts_where_the_age_is_none() {
    is_removal("Max-Age=nonsense; Expires=Thu, 01 Jan 1970 00:00:00 GMT").await;
    is_removal("Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=").await;
}

#[actix_web::test]
async fn what_only_looks_like_a_removal_is_a_set() {
    let big = "0".repeat(1025);
    for attributes in [
        "Max-Age=31536000; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=31536000",
        "Max-Age=0; Max-Age=5",
        "Max-Age",
        "Max-Age=",
        "Max-Age=-",
        "Max-Age=+0",
        "Max-Age=0x",
        "Max-Age=\"0\"",
        "Max-Age=0.0",
        "Max-Age=--1",
        "XMax-Age=0",
        "Max-Age:0",
        "Expires=0",
        "Expires=-1",
        "Expires",
        "Expires=1970",
        "Expires=Thu, 32 Jan 1970 00:00:00 GMT",
        "Expires=Thu, 01 Jan 1600 00:00:00 GMT",
        "Expires=Thu, 01 Jan 1970 25:00:00 GMT",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=Thu, 01 Jan 2099 00:00:00 GMT",
        "Expires=Thu, 01-Jan-69 00:00:00 GMT",
        "HttpOnly=Max-Age=0",
        // Here browsers differ: RFC 6265 passes over what it cannot read, Chromium over all but
        // the last. What one of them stores is a set.
        "Max-Age=0; Max-Age=",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT; Expires=",
    ] {
        is_gated(format!("visits=1; {attributes}")).await;
    }
    is_gated("visits=Max-Age=0").await;
    is_gated("visits=\"; Max-Age=5; \"").await;
    // Browsers ignore attribute values of more than 1024 bytes.
    is_gated(format!("visits=1; Max-Age={big}")).await;
}

#[actix_web::test]
async fn a_name_that_is_set_and_expired_is_only_expired() {
    let expired = "visits=; Path=/; Max-Age=0";
    for cookies in [["visits=1", expired], [expired, "visits=1"]] {
        let app = site_setting(consent(), &cookies).await;
        let [nobody, no, yes] = visitors(&app).await;
        for mut visitor in [nobody, no, yes] {
            assert_eq!(visitor.get(&app, "/").await.set_cookies(), [expired]);
        }
    }
}

#[actix_web::test]
async fn expiring_one_name_of_a_pattern_leaves_the_others() {
    let cookies = ["_ga_OLD=; Path=/; Max-Age=0", "_ga_NEW=1; Path=/"];
    let app = site_setting(consent(), &cookies).await;
    let [mut nobody, _, mut yes] = visitors(&app).await;
    assert_eq!(nobody.get(&app, "/").await.set_cookies(), cookies[..1]);
    assert_eq!(yes.get(&app, "/").await.set_cookies(), cookies);
}

/// Chromium keeps a cookie until `Expires`, moved by as much as the response's `Date` is old.
#[actix_web::test]
async fn a_past_expiry_after_the_response_date_is_a_set() {
    const OLD: &str = "Sun, 01 Nov 2015 00:00:00 GMT";
    let passes = async |cookie: &'static str, dates: &'static [&'static str]| {
        let app = answering(consent(), move || {
            let mut response = setting(&[cookie]);
            for date in dates {
                let date = header::HeaderValue::from_static(date);
                response.headers_mut().append(header::DATE, date);
            }
            std::future::ready(response)
        })
        .await;
        let mut nobody = Visitor::new();
        nobody.get(&app, "/").await.set_cookies() == [cookie]
    };
    let later = "visits=1; Expires=Mon, 30 Nov 2015 00:00:00 GMT";
    let sets: [&[&str]; 8] = [
        &[OLD],
        &["Wed, 01 Jan 2014 00:00:00 GMT", OLD],
        &["Tue, 01 Jan 2019 00:00:00 GMT", OLD],
        // Browsers read these in ways of their own.
        &["Sunday, 01-Nov-15 00:00:00 GMT"],
        &["Sun Nov  1 00:00:00 2015"],
        &["Tue, 01 Jan 2019 00:00:00 +1400"],
        &["0"],
        &[""],
    ];
    for dates in sets {
        assert!(!passes(later, dates).await, "{dates:?}");
    }
    let removals: [&[&str]; 3] = [
        &[],
        &["Tue, 01 Jan 2019 00:00:00 GMT"],
        &["Mon, 30 Nov 2015 00:00:00 GMT"],
    ];
    for dates in removals {
        assert!(passes(later, dates).await, "{dates:?}");
    }
    // `Date` makes no removal of what the server's clock calls a set, and none ends `Max-Age=0`.
    let future = "visits=1; Expires=Tue, 01 Jan 2097 00:00:00 GMT";
    assert!(!passes(future, &["Thu, 01 Jan 2099 00:00:00 GMT"]).await);
    assert!(passes("visits=; Max-Age=0", &[OLD]).await);
    assert!(passes("visits=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", &[OLD]).await);
}
