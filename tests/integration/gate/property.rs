//! The property: nothing gated leaves before a choice, whatever is set.

use std::{cell::RefCell, rc::Rc};

use actix_web::{App, http::Method, test, web};
use proptest::{prelude::*, test_runner::TestRunner};

use super::browser;
use crate::helpers::{consent, send, setting, visitors};

fn shown(cookies: &[&Vec<u8>]) -> String {
    let texts: Vec<_> = cookies
        .iter()
        .map(|cookie| String::from_utf8_lossy(cookie))
        .collect();
    format!("{texts:?}")
        .replace(&"0".repeat(1024), "0{1024}")
        .replace(&"x".repeat(4096), "x{4096}")
}

fn attribute() -> impl Strategy<Value = String> {
    let known = prop::sample::select(vec![
        "Max-Age=0",
        "max-age = 0",
        "Max-Age=-1",
        "Max-Age=31536000",
        "Max-Age=+31536000",
        "Max-Age=",
        "Max-Age=+0",
        "Max-Age=00",
        "Max-Age=-",
        "Max-Age=-0",
        "Max-Age=0x",
        "Max-Age=99999999999999999999",
        "Max-Age=-99999999999999999999",
        "Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "Expires=Thu, 01-Jan-70 00:00:01 GMT",
        "expires=Thu, 01 Jan 2099 00:00:00 GMT",
        "Expires=0",
        "Expires=",
        "Expires=1970-01-01T00:00:00Z",
        "Expires=Sun Nov 6 08:49:37 1994",
        "Expires=08:49:37 6 nov 94 junk",
        "Expires=8:9:7 29 Feb 2023",
        "Expires=1 Jan 1970",
        "Expires=00:00:00 1 January 1601",
        "Expires=24:00:00 1 Jan 1970",
        "Path=/",
        "Path=/shop",
        "Domain=news.example",
        "Secure",
        "HttpOnly",
        "SameSite=None",
        "Partitioned",
        "",
    ]);
    prop_oneof![
        8 => known.prop_map(str::to_owned),
        1 => "(Max-Age|Expires|max-age) ?= ?[-+0-9: a-zA-Z,]{0,24}",
        1 => Just(format!("Max-Age={}", "0".repeat(1024))),
        1 => Just(format!("Max-Age={}", "0".repeat(1025))),
    ]
}

fn cookie() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(vec![
        "visits",
        "_ga",
        "_ga_",
        "_ga_X1",
        "id",
        "id",
        " id\t",
        "Visits",
        "ID",
        "%5Fga",
        "\u{a0}_ga",
        "",
        " ",
        " visits ",
        "__Host-campaign",
        "video_pref",
        "display",
        "unknown",
        "visits2",
    ]);
    let value = prop_oneof![
        Just(b"1".to_vec()),
        Just(b"".to_vec()),
        Just(b"a,b=c".to_vec()),
        Just(b"\"q\"".to_vec()),
        Just(b"caf\xc3\xa9\xff".to_vec()),
        Just(vec![b'x'; 4096]),
        prop::collection::vec(0x20..0x7f_u8, 0..12),
    ];
    (
        name,
        prop::bool::weighted(0.95),
        value,
        prop::collection::vec(attribute(), 0..4),
    )
        .prop_map(|(name, equals, value, attributes)| {
            let mut cookie = name.as_bytes().to_vec();
            if equals {
                cookie.push(b'=');
                cookie.extend_from_slice(&value);
            }
            for attribute in attributes {
                cookie.extend_from_slice(b"; ");
                cookie.extend_from_slice(attribute.as_bytes());
            }
            cookie
        })
}

// `test` is actix-web's module here.
#[core::prelude::v1::test]
fn no_gated_cookie_passes_before_a_choice() {
    let system = actix_web::rt::System::new();
    let cookies: Rc<RefCell<Vec<Vec<u8>>>> = Rc::default();
    let shared = cookies.clone();
    let app = system.block_on(async {
        let handler = web::to(move || std::future::ready(setting(&shared.borrow())));
        test::init_service(App::new().default_service(handler).wrap(consent())).await
    });
    let [nobody, no, yes] = system.block_on(visitors(&app));
    let config = ProptestConfig {
        cases: 1024,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let strategy = prop::collection::vec(cookie(), 0..8);
    let outcome = TestRunner::new(config).run(&strategy, |set| {
        cookies.replace(set.clone());
        for visitor in [&nobody, &no] {
            let request = visitor.request(Method::GET, "/");
            let left = system.block_on(send(&app, request)).set_cookie_bytes();
            // Nothing leaves that is neither necessary nor a removal; the browser sent nothing, so
            // none of it is ours.
            let necessary = |cookie: &&Vec<u8>| browser::name(cookie) == b"id";
            for cookie in &left {
                let shown = String::from_utf8_lossy(cookie);
                prop_assert!(
                    browser::removes(cookie) || necessary(&cookie),
                    "left: {}",
                    shown
                );
            }
            // All that plainly may leave does, as it is and in its order. Whether a necessary name
            // that is expired as well is set is open.
            let is_expired = |name: &[u8]| {
                let mut expired = set.iter().filter(|cookie| browser::mentions_an_end(cookie));
                expired.any(|cookie| browser::name(cookie) == name)
            };
            let must_leave = |cookie: &&Vec<u8>| {
                browser::plainly_removes(cookie)
                    || necessary(cookie) && !is_expired(browser::name(cookie))
            };
            let expected: Vec<_> = set.iter().filter(must_leave).collect();
            let left_so: Vec<_> = left.iter().filter(must_leave).collect();
            prop_assert!(
                left_so == expected,
                "{} but {}",
                shown(&left_so),
                shown(&expected)
            );
            let mut rest = set.iter();
            prop_assert!(
                left.iter().all(|cookie| rest.any(|other| other == cookie)),
                "order"
            );
        }
        // The control: after a yes to everything, declared cookies leave as well.
        let left = system
            .block_on(send(&app, yes.request(Method::GET, "/")))
            .set_cookie_bytes();
        let declared = |cookie: &&Vec<u8>| browser::name(cookie) == b"visits";
        let sets = |cookie: &&Vec<u8>| !browser::removes(cookie);
        let gone = set
            .iter()
            .filter(declared)
            .any(|cookie| browser::removes(cookie));
        if !gone {
            let expected: Vec<_> = set.iter().filter(declared).filter(sets).collect();
            prop_assert_eq!(
                left.iter()
                    .filter(declared)
                    .filter(sets)
                    .collect::<Vec<_>>(),
                expected
            );
        }
        Ok(())
    });
    outcome.unwrap();
}
