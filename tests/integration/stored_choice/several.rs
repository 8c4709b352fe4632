//! Several choices in one request.

use actix_consent::ConsentModel;
use actix_web::{
    App,
    http::{Method, header},
    test, web,
};

use super::{ALL, BOUND, NO_CHOICE, NONE, plain, read, site, state, value};
use crate::helpers::{NOTE, Visitor, builder, send};

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
async fn more_choices_than_are_tried_grant_nothing() {
    let app = site!(plain());
    let all = value(plain(), "accept").await;
    let none = value(plain(), "reject").await;
    let some = selected(&["analytics"]).await;
    let pair = |value: &str| format!("consent={value}");
    for (before, last, expected) in [
        // The control: as many as are tried.
        (vec![&*all; 3], &*all, ALL),
        (vec![&*all; 3], &*none, NONE),
        (vec![&*all; 4], &*none, NO_CHOICE),
        (vec![&*all; 4], &*all, NO_CHOICE),
        (vec!["junk"; 4], &*none, NO_CHOICE),
        (vec!["junk"; 4], &*all, NO_CHOICE),
        // Rejections among those that are tried count.
        (vec![&*some, &*all, &*all, &*all], &*none, "Undecided ----"),
        (vec![&*none, &*all, &*all, &*all], &*all, NONE),
    ] {
        let mut values: Vec<String> = before.iter().map(|value| pair(value)).collect();
        values.push(pair(last));
        let answer = read(&app, &values.join("; ")).await;
        assert_eq!(answer.text(), expected, "{values:?}");
        let mut request = Visitor::new().request(Method::GET, "/");
        for pair in &values {
            request = request.append_header((header::COOKIE, pair.clone()));
        }
        assert_eq!(send(&app, request).await.text(), expected, "{values:?}");
    }
}

#[actix_web::test]
async fn an_answer_replaces_more_choices_than_are_tried() {
    let app = site!(plain());
    let junk = "consent=junk; ".repeat(5);
    let request = Visitor::new()
        .request(Method::POST, "/privacy/choices")
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .insert_header((header::COOKIE, junk.trim_end_matches("; ")));
    let answer = send(&app, request.set_form([("action", "accept")])).await;
    let sets = answer.set_cookies_named("consent");
    assert!(sets.iter().any(|set| set.contains("Domain=")), "{sets:?}");
    let kept = sets.iter().find(|set| !set.contains("Max-Age=0"));
    let kept = kept.expect("the answer is kept").split(';').next().unwrap();
    assert_eq!(read(&app, kept).await.text(), ALL);
}

#[actix_web::test]
async fn an_answer_that_was_not_read_is_not_silence() {
    let implied = || {
        let consent = builder().model(ConsentModel::Implied);
        consent.build().expect("valid")
    };
    let app = site!(implied());
    let mut visitor = Visitor::new();
    visitor.get(&crate::site::site(implied()).await, "/").await;
    let note = &visitor.cookies[NOTE];
    let none = value(builder().build().expect("valid"), "reject").await;
    for (junk, status) in [(0, "Implied ++++"), (3, NONE), (4, NO_CHOICE)] {
        let mut cookies = vec![format!("{}={note}", NOTE)];
        cookies.extend((0..junk).map(|_| format!("{BOUND}=junk")));
        if junk > 0 {
            cookies.push(format!("{BOUND}={none}"));
        }
        let request = Visitor::new()
            .request(Method::GET, "/")
            .insert_header(("Sec-Fetch-Dest", "document"))
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .insert_header((header::COOKIE, cookies.join("; ")));
        assert_eq!(send(&app, request).await.text(), status, "{junk}");
    }
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
