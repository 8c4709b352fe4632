//! What stops the start although the file is right.

use actix_consent::{ConsentMiddleware, Policy};

use super::{COOKIE, SMALL};
use crate::helpers::{builder, keys};

#[test]
#[rustfmt::skip] // One row a line.
fn a_partitioned_cookie_on_plain_http_stops_the_start() {
    let cookie = format!("{SMALL}{COOKIE}partitioned = true\n");
    let policy = Policy::parse(&cookie).expect("it depends on the scheme");
    for (built, works) in [
        (ConsentMiddleware::new(policy.clone(), keys()), true),
        (ConsentMiddleware::builder(policy.clone(), keys()).plain_http().build(), false),
        (ConsentMiddleware::builder(policy.clone(), keys()).origin("http://s.example").build(), false),
        (ConsentMiddleware::builder(policy.clone(), keys()).origin("https://s.example").build(), true),
    ] {
        assert_eq!(built.is_ok(), works, "{built:?}");
        if let Err(error) = built {
            assert!(error.to_string().contains("visits"), "{error}");
        }
    }
}

#[test]
fn editions_have_to_be_numbered_upwards() {
    let edition = |version: u32| {
        Policy::parse(&format!("{SMALL}[policy]\nversion = {version}\n")).expect("valid")
    };
    for (earlier, works) in [
        (&[1][..], true),
        (&[], true),
        (&[2], false),
        (&[3], false),
        (&[1, 1], false),
    ] {
        let mut builder = builder();
        for version in earlier {
            builder = builder.previous_edition(edition(*version));
        }
        assert_eq!(builder.build().is_ok(), works, "{earlier:?} before 2");
    }
}
