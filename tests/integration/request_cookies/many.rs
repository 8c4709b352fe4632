//! More cookies than any browser holds.

use actix_web::{
    App,
    http::{Method, header},
    test, web,
};

use super::{echo, mark, parsed, seen};
use crate::helpers::{Answer, Visitor, consent, send, visitors};

/// 16,000 pairs, each second one gated: what fits into one request of 128 KB.
fn pairs() -> (Vec<String>, Vec<String>) {
    let (mut free, mut gated) = (Vec::new(), Vec::new());
    for number in 0..8_000 {
        free.push(format!("{number:x}="));
        gated.push(format!("_ga_{number:x}="));
    }
    (free, gated)
}

fn alternating(free: &[String], gated: &[String]) -> String {
    let both = free.iter().zip(gated).flat_map(|(one, other)| [one, other]);
    both.map(String::as_str).collect::<Vec<_>>().join(";")
}

fn removals(answer: &Answer) -> Vec<String> {
    let mut all = answer.set_cookies();
    all.retain(|header| header.contains("Max-Age=0"));
    all
}

#[actix_web::test]
async fn hides_gated_ones_of_16_000_cookies_with_bounded_removals() {
    let app = echo!(consent());
    let (free, gated) = pairs();
    let line = alternating(&free, &gated);
    assert!(line.len() < 128 * 1024, "actix would not read it");
    let request = |line: &str, navigates: bool| {
        let request = Visitor::new().request(Method::GET, "/");
        let destination = if navigates { "document" } else { "empty" };
        request
            .insert_header(("Sec-Fetch-Dest", destination))
            .insert_header((header::COOKIE, line.to_owned()))
    };
    let [_, no, yes] = visitors(&app).await;
    for choice in ["_ga=".to_owned(), mark(&no)] {
        let line = format!("{choice};{line}");
        for navigates in [false, true] {
            let answer = send(&app, request(&line, navigates)).await;
            assert_eq!(answer.status, 200);
            let left: Vec<_> = answer.text().split(';').map(str::to_owned).collect();
            let left = left.strip_prefix(&[mark(&no)][..]).unwrap_or(&left);
            assert!(left == free, "something else is left");
            let removals = removals(&answer);
            let size: usize = removals.iter().map(String::len).sum();
            assert!(size <= 4096, "{size} bytes of removals");
            assert_eq!(!removals.is_empty(), navigates, "only a page sweeps");
            assert_eq!(removals.len(), answer.set_cookies().len());
        }
    }
    // The control: accepted, all of them arrive.
    let line = format!("{};{line}", mark(&yes));
    let answer = send(&app, request(&line, true)).await;
    assert!(answer.text() == line, "something is missing");
    assert_eq!(answer.set_cookies(), [""; 0]);
}

#[actix_web::test]
async fn hides_16_000_copies_of_a_cookie_and_removes_it_once() {
    let app = echo!(consent());
    let line = format!("id=s{}", ";visits=".repeat(16_000));
    let request = |line: &str| {
        let request = Visitor::new().request(Method::GET, "/");
        let request = request.insert_header(("Sec-Fetch-Dest", "document"));
        request.insert_header((header::COOKIE, line.to_owned()))
    };
    let answer = send(&app, request(&line)).await;
    assert_eq!(answer.text(), "id=s");
    assert_eq!(removals(&answer).len(), 1, "{:?}", answer.set_cookies());
    let [_, _, yes] = visitors(&app).await;
    let line = format!("{};{line}", mark(&yes));
    assert!(send(&app, request(&line)).await.text() == line);
}

#[actix_web::test]
async fn sweeps_other_cookies_beside_100_unremovable_ones() {
    let app = echo!(consent());
    for planted in [0, 1, 99, 100, 200] {
        let mut visitor = Visitor::new();
        let stuck: Vec<_> = (0..planted)
            .map(|number| format!("_ga_({number})="))
            .collect();
        let line = [&stuck[..], &["visits=".to_owned()]].concat().join("; ");
        visitor.cookies.insert("visits".to_owned(), String::new());
        for _ in 0..3 {
            let request = visitor.request(Method::GET, "/");
            let request = request.insert_header((header::COOKIE, line.clone()));
            visitor.keep(&send(&app, request).await);
        }
        assert!(
            !visitor.cookies.contains_key("visits"),
            "{planted} names that are no tokens come before it"
        );
    }
}
