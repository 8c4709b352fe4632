//! The `Cookie` lines as they come: several, malformed, and what stays of them.

use actix_web::{App, test, web};

use super::{bytes, echo, mark, parsed, seen, with_cookies};
use crate::helpers::{consent, visitors};

#[actix_web::test]
async fn a_header_with_nothing_to_hide_stays_byte_for_byte() {
    let app = echo!(consent());
    let lines: [&[u8]; 5] = [
        b"id=1;basket=2;  other = 3 ;",
        b";;; id=1; ; =x; y; \"",
        b"id=\"quoted; comma, inside\"; caf\xc3\xa9=1",
        b"id=\xff\xfe; basket=%zz",
        b"",
    ];
    for line in lines {
        assert_eq!(with_cookies(&app, "/", &[line]).await.body, line);
    }
}

#[actix_web::test]
async fn the_pairs_that_stay_keep_their_bytes_and_their_order() {
    let app = echo!(consent());
    for (line, left) in [
        ("visits=4", ""),
        ("visits=4; _ga=1", ""),
        ("visits=4;id=s", "id=s"),
        (
            "id=\"a, b\"; visits=4; Basket=%20x",
            "id=\"a, b\"; Basket=%20x",
        ),
        ("visits =4; id=s", "id=s"),
        ("visits; id=s", "visits; id=s"),
        ("visits=; id=s", "id=s"),
        (
            "id=visits=4; xvisits=1; visitsx=2; Visits=3",
            "id=visits=4; xvisits=1; visitsx=2; Visits=3",
        ),
    ] {
        let answer = with_cookies(&app, "/", &bytes(line)).await;
        let pairs = |text: &str| -> Vec<String> {
            text.split(';')
                .map(|pair| pair.trim().to_owned())
                .filter(|pair| !pair.is_empty() && pair != "visits")
                .collect()
        };
        assert_eq!(pairs(answer.text()), pairs(left), "{line}");
    }
}

#[actix_web::test]
async fn all_of_several_cookie_headers_are_read() {
    let app = echo!(consent());
    let [_, no, yes] = visitors(&app).await;
    let (no, yes) = (mark(&no), mark(&yes));
    let undecided: [&[u8]; 3] = [b"visits=4; id=s", b"basket=1", b"_ga=1"];
    assert_eq!(
        with_cookies(&app, "/", &undecided).await.text(),
        "id=s\nbasket=1"
    );
    // The choice may come in any of them.
    let refusing: [&[u8]; 3] = [b"visits=4; id=s", no.as_bytes(), b"_ga=1"];
    assert_eq!(
        with_cookies(&app, "/", &refusing).await.text(),
        format!("id=s\n{no}")
    );
    let accepting: [&[u8]; 3] = [b"visits=4; id=s", b"_ga=1", yes.as_bytes()];
    assert_eq!(
        with_cookies(&app, "/", &accepting).await.text(),
        format!("visits=4; id=s\n_ga=1\n{yes}")
    );
}

#[actix_web::test]
async fn reads_choice_and_gated_cookies_beside_invalid_utf_8() {
    let app = echo!(consent());
    let [_, _, yes] = visitors(&app).await;
    let line = |parts: [&[u8]; 3]| parts.concat();
    let undecided = line([b"bad=\xff; visits=4; ", b"id=s; ", b"_ga=\xfe"]);
    assert_eq!(
        with_cookies(&app, "/", &[&undecided]).await.body,
        b"bad=\xff; id=s"
    );
    let accepting = line([b"bad=\xff; ", mark(&yes).as_bytes(), b"; visits=\xfe"]);
    assert_eq!(with_cookies(&app, "/", &[&accepting]).await.body, accepting);
    let mark = mark(&yes);
    let other_line: [&[u8]; 2] = [b"bad=\xff", mark.as_bytes()];
    let answer = with_cookies(&app, "/privacy/state.json", &other_line).await;
    assert!(answer.text().contains("\"decided\""), "{}", answer.text());
}

#[actix_web::test]
async fn a_malformed_pair_before_the_choice_does_not_hide_it() {
    let app = echo!(consent());
    let [_, _, yes] = visitors(&app).await;
    for junk in [
        "=",
        ";",
        "novalue",
        "\"",
        "%zz=%",
        "=;=",
        "__Host-consent",
        "a=\"b",
    ] {
        let line = format!("{junk}; {}; visits=4", mark(&yes));
        let answer = with_cookies(&app, "/", &bytes(&line)).await;
        assert!(answer.text().contains("visits=4"), "{junk}");
    }
}
