//! *Show it once* and *Always show*, by forms alone.

use actix_web::http::Method;

use super::{bare, site};
use crate::helpers::{Answer, NOTE, Visitor, answering, html, send};

const PAGE: &str = r#"<iframe data-service="example-video" data-src="https://video.example/1"></iframe><iframe data-service="maps" data-src="https://maps.example:8443/1"></iframe>"#;

/// The form of the placeholder with this hidden field, as a browser posts it.
fn form<'a>(answer: &'a Answer, field: &str, action: &'a str) -> Vec<(&'a str, &'a str)> {
    let html = answer.text();
    let forms = html
        .split("<form ")
        .skip(1)
        .map(|form| form.split("</form>").next().unwrap());
    let form = forms
        .into_iter()
        .find(|form| form.contains(field))
        .expect("there is such a form");
    let mut fields: Vec<_> = form
        .split("<input type=\"hidden\" name=\"")
        .skip(1)
        .map(|input| {
            let (name, rest) = input.split_once("\" value=\"").unwrap();
            (name, rest.split_once('"').unwrap().0)
        })
        .collect();
    fields.push(("action", action));
    fields
}

fn shows(answer: &Answer) -> [bool; 2] {
    [
        "src=\"https://video.example/1",
        "src=\"https://maps.example:8443/1",
    ]
    .map(|src| answer.text().contains(src))
}

#[actix_web::test]
async fn once_is_for_the_next_page_and_for_one_provider() {
    let app = site(bare(), PAGE).await;
    let mut visitor = Visitor::new();
    let page = visitor.get(&app, "/report?a=1").await;
    assert_eq!(shows(&page), [false, false]);
    let posted = visitor
        .choose(&app, &form(&page, "svc.example-video", "once"))
        .await;
    assert_eq!(
        (posted.status.as_u16(), posted.header("location")),
        (303, "/report?a=1#axc-held-1")
    );
    assert!(!posted.sets("__Host-consent"), "nothing is chosen by it");
    let next = visitor.get(&app, "/report?a=1").await;
    assert_eq!(shows(&next), [true, false]);
    assert_eq!(next.header("cache-control"), "private, no-store");
    assert!(next.removes(NOTE), "{:?}", next.set_cookies());
    assert_eq!(
        shows(&visitor.get(&app, "/report?a=1").await),
        [false, false]
    );
}

/// Two tabs: what was asked for once is answered after a rejection that came later.
#[actix_web::test]
async fn a_later_rejection_holds_over_a_late_once() {
    let app = site(bare(), PAGE).await;
    for before in ["", "reject", "accept"] {
        let mut start = Visitor::new();
        let page = start.get(&app, "/").await;
        if !before.is_empty() {
            start.press(&app, before).await;
        }
        let fields = form(&page, "svc.example-video", "once");
        let once = start.clone().choose(&app, &fields).await;
        let reject = start.clone().press(&app, "reject").await;
        for late in [false, true] {
            let mut browser = start.clone();
            // The control: alone it shows the film, and so it does when it is asked for anew.
            if late {
                browser.keep(&reject);
            }
            browser.keep(&once);
            let shown = shows(&browser.get(&app, "/").await)[0];
            assert_eq!(shown, !late, "{before}");
            browser.choose(&app, &fields).await;
            assert!(shows(&browser.get(&app, "/").await)[0], "{before}");
        }
    }
}

#[actix_web::test]
async fn always_stays_and_turns_nothing_else_on() {
    let app = site(bare(), PAGE).await;
    let mut visitor = Visitor::new();
    let page = visitor.get(&app, "/report").await;
    let posted = visitor
        .choose(&app, &form(&page, "svc.example-video", "save"))
        .await;
    assert_eq!(posted.status, 303);
    for _ in 0..3 {
        assert_eq!(shows(&visitor.get(&app, "/report").await), [true, false]);
    }
    let state = visitor.get(&app, "/privacy/state.json").await;
    let state: serde_json::Value = serde_json::from_str(state.text()).unwrap();
    assert_eq!(state["services"]["example-video"]["basis"], "given");
    assert_eq!(state["services"]["maps"]["basis"], "unanswered");
    assert_eq!(state["categories"]["marketing"]["basis"], "unanswered");
}

#[actix_web::test]
async fn allows_and_rejects_one_unit_after_rejecting_all() {
    let app = site(bare(), PAGE).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "reject").await;
    let page = visitor.get(&app, "/report").await;
    visitor.choose(&app, &form(&page, "svc.maps", "save")).await;
    assert_eq!(shows(&visitor.get(&app, "/report").await), [false, true]);
    visitor.press(&app, "reject").await;
    assert_eq!(shows(&visitor.get(&app, "/report").await), [false, false]);
}

#[actix_web::test]
async fn once_waits_for_a_page_that_a_person_sees() {
    let app = site(bare(), PAGE).await;
    let mut visitor = Visitor::new();
    let page = visitor.get(&app, "/report").await;
    visitor.choose(&app, &form(&page, "svc.maps", "once")).await;
    let part = visitor
        .request(Method::GET, "/report")
        .insert_header(("Sec-Fetch-Dest", "empty"));
    assert_eq!(shows(&send(&app, part).await), [false, false]);
    let ahead = visitor
        .request(Method::GET, "/report")
        .insert_header(("Sec-Fetch-Dest", "document"))
        .insert_header(("Sec-Purpose", "prefetch"));
    assert_eq!(shows(&send(&app, ahead).await), [false, false]);
    assert_eq!(shows(&visitor.get(&app, "/report").await), [false, true]);
}

#[actix_web::test]
async fn once_needs_a_form_of_the_site_that_showed_it() {
    let app = site(bare(), PAGE).await;
    let mut visitor = Visitor::new();
    let page = visitor.get(&app, "/report").await;
    let fields = form(&page, "svc.maps", "once");
    let foreign = visitor
        .request(Method::POST, "/privacy/choices")
        .insert_header(("Sec-Fetch-Site", "cross-site"))
        .set_form(&fields);
    assert_eq!(send(&app, foreign).await.status, 403);
    // A form that says that it showed something else.
    let asked = form(&page, "svc.example-video", "once")[0];
    let mut other = fields.clone();
    other[0] = asked;
    let posted = visitor.choose(&app, &other).await;
    assert!(!posted.sets(NOTE), "{:?}", posted.set_cookies());
    assert!(
        visitor.choose(&app, &fields).await.sets(NOTE),
        "the one that showed it"
    );
}

#[actix_web::test]
async fn under_the_signal_once_counts_where_the_form_stated_it() {
    let app = site(bare(), PAGE).await;
    let mut visitor = Visitor::new();
    let unstated = visitor.get(&app, "/report").await;
    visitor.gpc = true;
    visitor
        .choose(&app, &form(&unstated, "svc.example-video", "once"))
        .await;
    assert_eq!(shows(&visitor.get(&app, "/report").await), [false, false]);
    let stated = visitor.get(&app, "/report").await;
    visitor
        .choose(&app, &form(&stated, "svc.example-video", "once"))
        .await;
    assert_eq!(shows(&visitor.get(&app, "/report").await), [true, false]);
}

#[actix_web::test]
async fn once_opens_no_gate_for_cookies() {
    let handler = || async {
        actix_web::HttpResponse::Ok()
            .content_type("text/html")
            .insert_header(("Set-Cookie", "video_pref=1; Secure; Partitioned"))
            .body(PAGE)
    };
    let app = answering(super::consent(bare()), handler).await;
    let mut visitor = Visitor::new();
    let page = visitor.get(&app, "/report").await;
    visitor
        .choose(&app, &form(&page, "svc.example-video", "once"))
        .await;
    let shown = visitor.get(&app, "/report").await;
    assert_eq!(
        (shows(&shown), shown.sets("video_pref")),
        ([true, false], false)
    );
}

#[actix_web::test]
async fn a_minor_is_shown_nothing_once() {
    let middleware =
        actix_consent::ConsentMiddleware::builder(super::policy(), crate::helpers::keys())
            .markup(bare())
            .is_minor(|_| true)
            .build()
            .unwrap();
    let app = answering(middleware, html(PAGE)).await;
    let mut visitor = Visitor::new();
    let page = visitor.get(&app, "/report").await;
    visitor.choose(&app, &form(&page, "svc.maps", "once")).await;
    assert_eq!(shows(&visitor.get(&app, "/report").await), [false, false]);
}

#[actix_web::test]
async fn a_handler_is_told_what_its_page_shows_once() {
    let handler = |consent: actix_consent::Consent| async move {
        let told = [
            consent.shows("example-video"),
            consent.allows("example-video"),
        ];
        actix_web::HttpResponse::Ok()
            .content_type("text/html")
            .body(format!("{told:?}{PAGE}"))
    };
    let app = answering(super::consent(bare()), handler).await;
    let mut visitor = Visitor::new();
    let page = visitor.get(&app, "/report").await;
    assert!(page.text().starts_with("[false, false]"));
    visitor
        .choose(&app, &form(&page, "svc.example-video", "once"))
        .await;
    let once = visitor.get(&app, "/report").await;
    assert!(once.text().starts_with("[true, false]"));
    assert_eq!(shows(&once), [true, false]);
    visitor.press(&app, "accept").await;
    assert!(
        visitor
            .get(&app, "/report")
            .await
            .text()
            .starts_with("[true, true]")
    );
}

#[actix_web::test]
async fn what_a_redirect_could_not_show_waits_for_the_page_behind_it() {
    let moved = |consent: actix_consent::Consent| async move {
        consent.shows("example-video");
        actix_web::HttpResponse::Found()
            .insert_header(("Location", "/report"))
            .finish()
    };
    let page = || async {
        actix_web::HttpResponse::Ok()
            .content_type("text/html")
            .body(PAGE)
    };
    let app = actix_web::App::new()
        .route("/moved", actix_web::web::get().to(moved))
        .default_service(actix_web::web::to(page))
        .wrap(super::consent(bare()));
    let app = actix_web::test::init_service(app).await;
    let mut visitor = Visitor::new();
    let page = visitor.get(&app, "/report").await;
    visitor.choose(&app, &form(&page, "svc.maps", "once")).await;
    visitor.get(&app, "/moved").await;
    assert_eq!(shows(&visitor.get(&app, "/report").await), [false, true]);
}

#[actix_web::test]
async fn the_visitor_is_led_back_to_the_element_and_told() {
    let app = site(bare(), PAGE).await;
    for (action, line) in [
        (
            "once",
            "Shown this once: Example Maps. It is held back again on the next page.",
        ),
        (
            "save",
            "Shown from now on: Example Maps. You can change this under <a",
        ),
    ] {
        let mut visitor = Visitor::new();
        let page = visitor.get(&app, "/report").await;
        assert!(!page.text().contains("role=\"status\""));
        let posted = visitor.choose(&app, &form(&page, "svc.maps", action)).await;
        assert_eq!(posted.header("location"), "/report#axc-held-2");
        let next = visitor.get(&app, "/report").await;
        let said =
            format!("<p id=\"axc-held-2\" role=\"status\" tabindex=\"-1\" lang=\"en\">{line}");
        assert!(next.text().contains(&said), "{}", next.text());
        assert_eq!(next.text().matches("role=\"status\"").count(), 1);
        let later = visitor.get(&app, "/report").await;
        assert!(!later.text().contains("role=\"status\""), "it is said once");
    }
}

#[actix_web::test]
async fn only_an_id_is_led_back_to() {
    let app = site(bare(), PAGE).await;
    for at in ["", "a b", "x#y", "\"><script>", &"a".repeat(41)] {
        let mut visitor = Visitor::new();
        let page = visitor.get(&app, "/report").await;
        let mut fields = form(&page, "svc.maps", "once");
        fields.retain(|(name, _)| *name != "at");
        fields.push(("at", at));
        let posted = visitor.choose(&app, &fields).await;
        assert_eq!(posted.header("location"), "/report", "{at}");
    }
}

#[actix_web::test]
async fn a_rejection_takes_back_what_was_to_be_shown() {
    let app = site(bare(), PAGE).await;
    for action in ["once", "save"] {
        let mut visitor = Visitor::new();
        let page = visitor.get(&app, "/report").await;
        visitor.choose(&app, &form(&page, "svc.maps", action)).await;
        visitor.press(&app, "reject").await;
        assert_eq!(
            shows(&visitor.get(&app, "/report").await),
            [false, false],
            "{action}"
        );
    }
}
