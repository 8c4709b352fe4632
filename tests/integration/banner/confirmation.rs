//! The confirmation of a choice, and the note that it waits in.

use actix_web::http::Method;

use super::{banner, tags, words};
use crate::{
    helpers::{NOTE, Visitor, consent, send},
    site::{sent, site},
};

#[actix_web::test]
async fn a_choice_is_confirmed_once() {
    let app = site(consent()).await;
    for (form, expected) in [
        (
            &[("action", "reject")][..],
            "Saved. Optional cookies are off.",
        ),
        (&[("action", "accept")], "Saved. Optional cookies are on."),
        (&[("action", "save")], "Saved. Optional cookies are off."),
        (
            &[("action", "save"), ("cat.analytics", "1")],
            "Saved. Some optional cookies are on.",
        ),
    ] {
        let mut visitor = Visitor::new();
        visitor.choose(&app, form).await;
        let page = visitor.get(&app, "/page/1?a=b").await;
        let html = banner(&page);
        assert!(words(html).contains(expected), "{html}");
        assert!(words(html).contains("Cookie settings"), "{html}");
        let region = tags(html, "section");
        assert!(region[0].contains("role=\"status\""), "{region:?}");
        assert!(region[0].contains("tabindex=\"-1\"") && region[0].contains("autofocus"));
        assert!(!html.contains("data-consent-banner"));
        assert!(html.contains("<a href=\"/page/1?a=b\">Hide</a>"), "{html}");
        assert_eq!(tags(html, "button").len(), 0);
        // Hide leads to the same page, and there it is gone.
        assert!(page.removes(NOTE), "{:?}", page.set_cookies());
        assert!(!visitor.cookies.contains_key(NOTE));
        assert_eq!(banner(&visitor.get(&app, "/page/1?a=b").await), "");
    }
}

#[actix_web::test]
async fn a_confirmation_waits_for_a_page_that_a_person_sees() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "reject").await;
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("sec-fetch-dest", "empty"),
    ] {
        let request = visitor
            .request(Method::GET, "/")
            .insert_header((name, value));
        let answer = send(&app, request).await;
        assert_eq!(sent(&answer), "", "{name}: {value}");
        assert!(!answer.removes(NOTE), "{name}: {value}");
        assert!(
            !answer.text().contains("role=\"status\""),
            "{name}: {value}"
        );
    }
    let page = visitor.get(&app, "/").await;
    assert!(words(banner(&page)).contains("Saved."));
    assert!(page.removes(NOTE));
}

#[actix_web::test]
async fn accepting_and_rejecting_are_confirmed_alike_but_for_one_word() {
    let app = site(consent()).await;
    let mut seen = Vec::new();
    for action in ["accept", "reject"] {
        let mut visitor = Visitor::new();
        visitor.press(&app, action).await;
        seen.push(banner(&visitor.get(&app, "/").await).to_owned());
    }
    assert_eq!(seen[0].replace(" are on.", " are off."), seen[1]);
}

#[actix_web::test]
async fn a_choice_by_json_is_not_confirmed_on_a_page() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.post_json(&app, r#"{"action":"accept"}"#).await;
    assert_eq!(banner(&visitor.get(&app, "/").await), "");
}

#[actix_web::test]
async fn the_settings_page_confirms_in_its_own_place() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    let form = [
        ("action", "reject"),
        ("from", "settings"),
        ("return_to", "/privacy/choices"),
    ];
    let answer = visitor.choose(&app, &form).await;
    assert_eq!(answer.header("Location"), "/privacy/choices");
    let page = visitor.get(&app, "/privacy/choices").await;
    assert!(page.text().contains("role=\"status\""), "{}", page.text());
    assert!(
        !visitor
            .get(&app, "/privacy/choices")
            .await
            .text()
            .contains("role=\"status\"")
    );
    assert_eq!(
        banner(&visitor.get(&app, "/").await),
        "",
        "and not a second time elsewhere"
    );
}

/// A note as the server signs it, so that a test can make one that is old.
fn signed_note(text: &str) -> String {
    let mut material = [0; 64];
    hkdf::Hkdf::<sha2::Sha256>::new(Some(b"actix-consent 1"), &[7; 64])
        .expand(NOTE.as_bytes(), &mut material)
        .expect("short enough");
    let key = cookie::Key::from(&material);
    let mut jar = cookie::CookieJar::new();
    jar.signed_mut(&key)
        .add(cookie::Cookie::new(NOTE, text.to_owned()));
    jar.get(NOTE).expect("just added").value().to_owned()
}

#[actix_web::test]
async fn a_confirmation_waits_for_60_seconds_and_cannot_be_forged() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    let answer = visitor.press(&app, "reject").await;
    let header = &answer.set_cookies_named(NOTE)[0];
    assert!(header.contains("Max-Age=60"), "{header}");
    let value = visitor.cookies[NOTE].clone();
    let text = &value[value.find("1.").expect("a note")..];
    let (head, saved) = text.rsplit_once('.').expect("a note");
    let until: i64 = saved[1..].parse().expect("a time");
    let note = |until: i64| signed_note(&format!("{head}.{}{until}", &saved[..1]));
    assert_eq!(
        note(until),
        value,
        "the control: this is how notes are signed"
    );
    for (name, value, shown) in [
        ("as it was", value.clone(), true),
        ("61 seconds later", note(until - 61), false),
        ("years later", note(1), false),
        ("unsigned", text.to_owned(), false),
        (
            "longer by hand",
            value.replace(&until.to_string(), &(until + 1).to_string()),
            false,
        ),
        (
            "another outcome by hand",
            value.replace(&format!("n{until}"), &format!("a{until}")),
            false,
        ),
        (
            "the choice instead",
            visitor.cookies["__Host-consent"].clone(),
            false,
        ),
    ] {
        let mut other = visitor.clone().with(NOTE, &value);
        let page = other.get(&app, "/").await;
        assert_eq!(!banner(&page).is_empty(), shown, "{name}");
        assert_eq!(sent(&page), "", "{name}");
    }
}

#[actix_web::test]
async fn a_forged_note_does_not_stand_in_for_a_choice() {
    let app = site(consent()).await;
    for value in ["1..si..", "1..si.20000.a9999999999", "x", ""] {
        for value in [value.to_owned(), signed_note(value)] {
            let mut visitor = Visitor::new().with(NOTE, &value);
            let page = visitor.get(&app, "/plain").await;
            assert_eq!(sent(&page), "", "{value}");
            assert_eq!(visitor.state(&app).await["status"], "undecided", "{value}");
        }
    }
}

#[actix_web::test]
async fn the_policy_page_confirms_a_choice_once() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    let before = visitor.get(&app, "/privacy").await;
    assert!(!before.text().contains("role=\"status\""), "the control");
    visitor.press(&app, "reject").await;
    let page = visitor.get(&app, "/privacy").await;
    let said = "Saved. Optional cookies are off. Change this under \
        <a href=\"/privacy/choices\">Cookie settings</a>";
    assert!(page.text().contains(said), "{}", page.text());
    let region = tags(page.text(), "div").into_iter();
    let region: Vec<_> = region.filter(|tag| tag.contains("status")).collect();
    assert!(
        region[0].contains("tabindex=\"-1\" autofocus"),
        "{region:?}"
    );
    assert!(page.text().contains("<a href=\"/privacy\">Hide</a>"));
    assert!(page.removes(NOTE), "{:?}", page.set_cookies());
    let after = visitor.get(&app, "/privacy").await;
    assert!(!after.text().contains("Saved."));
}
