//! Several choices in one request.

use actix_web::{
    App,
    http::{Method, header},
    test, web,
};

use super::{ALL, NO_CHOICE, NONE, plain, read, site, state, value};
use crate::helpers::{Visitor, send};

/// A choice that grants these categories and rejects the others.
async fn selected(categories: &[&str]) -> String {
    let app = site!(plain());
    let mut visitor = Visitor::new();
    let fields: Vec<_> = categories
        .iter()
        .map(|category| format!("cat.{category}"))
        .collect();
    let mut form = vec![("action", "save")];
    form.extend(fields.iter().map(|field| (field.as_str(), "1")));
    visitor.choose(&app, &form).await;
    visitor.cookies["consent"].clone()
}

#[actix_web::test]
async fn of_several_choices_a_rejection_beats_a_grant() {
    let app = site!(plain());
    let one = selected(&["analytics", "preferences"]).await;
    let other = selected(&["preferences"]).await;
    let all = value(plain(), "accept").await;
    let none = value(plain(), "reject").await;
    for (values, expected) in [
        (vec![&one], "Decided ++--"),
        (vec![&one, &other], "Decided +---"),
        (vec![&other, &one], "Decided +---"),
        (vec![&all, &none], NONE),
        (vec![&none, &all], NONE),
        (vec![&all, &all], ALL),
        (vec![&all, &one, &other], "Decided +---"),
    ] {
        let pairs: Vec<_> = values
            .iter()
            .map(|value| format!("consent={value}"))
            .collect();
        assert_eq!(read(&app, &pairs.join("; ")).await.text(), expected);
        // The same in several header fields, as HTTP/2 may send them.
        let mut request = Visitor::new().request(Method::GET, "/");
        for pair in &pairs {
            request = request.append_header((header::COOKIE, pair.clone()));
        }
        assert_eq!(send(&app, request).await.text(), expected);
    }
}

#[actix_web::test]
async fn a_choice_that_does_not_verify_does_not_count_among_several() {
    let app = site!(plain());
    let all = value(plain(), "accept").await;
    for cookie in [
        format!("consent=junk; consent={all}"),
        format!("consent={all}; consent=junk"),
    ] {
        assert_eq!(read(&app, &cookie).await.text(), ALL);
    }
}

#[actix_web::test]
async fn at_most_four_choices_are_tried() {
    let app = site!(plain());
    let all = value(plain(), "accept").await;
    let with_junk = |before: usize| format!("{}consent={all}", "consent=junk; ".repeat(before));
    assert_eq!(read(&app, &with_junk(3)).await.text(), ALL);
    assert_eq!(read(&app, &with_junk(4)).await.text(), NO_CHOICE);
}

#[actix_web::test]
async fn the_stale_one_of_several_choices_is_cleared() {
    let app = site!(plain());
    let all = value(plain(), "accept").await;
    let none = value(plain(), "reject").await;
    let answer = read(&app, &format!("consent={all}; consent={none}")).await;
    // The combination takes the place of ours, and what may shadow it is removed.
    let kept: Vec<_> = answer.set_cookies_named("consent");
    let (removed, set): (Vec<_>, Vec<_>) = kept
        .into_iter()
        .partition(|header| header.contains("Max-Age=0"));
    assert_eq!(set.len(), 1, "{:?}", answer.set_cookies());
    assert!(!removed.is_empty(), "{:?}", answer.set_cookies());
    assert!(
        removed
            .iter()
            .any(|header| header.contains("Domain=") || !header.contains("Path=/;")),
        "a removal of the same place would remove the new one: {removed:?}"
    );
    let combined = set[0].split(';').next().unwrap();
    assert_eq!(read(&app, combined).await.text(), NONE);
    // The control: one choice is left as it is.
    assert_eq!(
        read(&app, &format!("consent={all}")).await.set_cookies(),
        [""; 0]
    );
}

#[actix_web::test]
async fn a_refused_post_writes_no_combination_that_grants() {
    let app = site!(plain());
    let all = value(plain(), "accept").await;
    for (site, written) in [("cross-site", false), ("same-origin", true)] {
        let request = Visitor::new()
            .request(Method::POST, "/privacy/choices")
            .insert_header(("Sec-Fetch-Site", site))
            .insert_header((header::COOKIE, format!("consent={all}; consent=junk")));
        let answer = send(&app, request.set_form([("action", "dismiss")])).await;
        assert_eq!(answer.status == 403, !written);
        let sets = answer.set_cookies_named("consent");
        let grants = sets.iter().any(|header| header.contains(&all));
        assert_eq!(grants, written, "{site}: {sets:?}");
    }
}
