//! Global Privacy Control: what it denies, and who may override it.

use actix_consent::{ConsentMiddleware, Policy};
use actix_web::http::Method;

use super::words;
use crate::{
    helpers::{Visitor, consent, keys, send},
    site::{ALL, hidden, sent, site},
};

#[actix_web::test]
async fn under_the_signal_banner_and_settings_state_it() {
    let app = site(consent()).await;
    for path in ["/", "/privacy/choices"] {
        for gpc in [false, true] {
            let mut visitor = Visitor {
                gpc,
                ..Visitor::new()
            };
            let page = visitor.get(&app, path).await;
            assert_eq!(
                words(page.text()).contains("Global Privacy Control"),
                gpc,
                "{path}"
            );
            if gpc {
                let words = words(page.text());
                let line = words
                    .split("Global Privacy Control")
                    .nth(1)
                    .expect("stated");
                assert!(line.to_lowercase().contains("marketing"), "{line}");
            }
        }
    }
}

#[actix_web::test]
async fn the_signal_is_not_mentioned_where_it_denies_nothing() {
    let policy = include_str!("../consent.toml").replace(
        "id = \"marketing\"",
        "id = \"marketing\"\nsale_or_share = false",
    );
    let policy = Policy::parse(&policy).expect("valid");
    let app = site(ConsentMiddleware::new(policy, keys()).expect("valid")).await;
    for path in ["/", "/privacy/choices"] {
        let mut visitor = Visitor {
            gpc: true,
            ..Visitor::new()
        };
        assert!(
            !visitor
                .get(&app, path)
                .await
                .text()
                .contains("Global Privacy Control"),
            "{path}"
        );
        visitor.press(&app, "accept").await;
        assert_eq!(visitor.on(&app).await, ALL);
    }
}

#[actix_web::test]
async fn denies_sale_under_the_signal_until_accepted_where_stated() {
    let app = site(consent()).await;
    // Accepted without the signal, which is turned on afterwards.
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.on(&app).await, ALL);
    visitor.gpc = true;
    assert_eq!(visitor.on(&app).await, "display visits");
    let state = visitor.state(&app).await;
    assert_eq!(state["categories"]["marketing"]["basis"], "signal");
    assert_eq!(state["services"]["example-video"]["basis"], "signal");
    assert_eq!(state["categories"]["analytics"]["basis"], "given");
    assert_eq!(state["gpc"], true);
    // A post that does not come from a form which stated it changes nothing about that.
    visitor.press(&app, "accept").await;
    assert_eq!(visitor.on(&app).await, "display visits");
    // Nor does a form that was opened before the signal was on.
    let early = Visitor::new().get(&app, "/privacy/choices").await;
    let early = hidden(early.text(), "asked");
    visitor
        .choose(&app, &[("action", "accept"), ("asked", &early)])
        .await;
    assert_eq!(visitor.on(&app).await, "display visits");
    // The form that states it.
    let page = visitor.get(&app, "/privacy/choices").await;
    let asked = hidden(page.text(), "asked");
    visitor
        .choose(&app, &[("action", "accept"), ("asked", &asked)])
        .await;
    assert_eq!(visitor.on(&app).await, ALL);
    assert_eq!(
        visitor.state(&app).await["categories"]["marketing"]["basis"],
        "given"
    );
    // Its absence changes nothing.
    visitor.gpc = false;
    assert_eq!(visitor.on(&app).await, ALL);
    // A rejection afterwards is one.
    visitor.gpc = true;
    visitor.press(&app, "reject").await;
    assert_eq!(visitor.on(&app).await, "");
    visitor.press(&app, "accept").await;
    assert_eq!(
        visitor.on(&app).await,
        "display visits",
        "the old acknowledgement is gone"
    );
}

#[actix_web::test]
async fn acknowledges_no_signal_that_the_form_did_not_state() {
    let app = site(consent()).await;
    let mut visitor = Visitor {
        gpc: true,
        ..Visitor::new()
    };
    let asked = hidden(visitor.get(&app, "/privacy/choices").await.text(), "asked");
    visitor
        .choose(
            &app,
            &[
                ("action", "save"),
                ("cat.analytics", "1"),
                ("asked", &asked),
            ],
        )
        .await;
    assert_eq!(
        visitor.on(&app).await,
        "visits",
        "marketing was rejected under the signal"
    );
    // Without the signal, on a form that does not state it.
    visitor.gpc = false;
    let asked = hidden(visitor.get(&app, "/privacy/choices").await.text(), "asked");
    visitor
        .choose(&app, &[("action", "accept"), ("asked", &asked)])
        .await;
    assert_eq!(visitor.on(&app).await, ALL);
    visitor.gpc = true;
    assert_eq!(
        visitor.on(&app).await,
        "display visits",
        "this yes was given without knowing"
    );
}

#[actix_web::test]
async fn the_signal_never_grants_and_its_absence_withdraws_nothing() {
    let app = site(consent()).await;
    let mut visitor = Visitor {
        gpc: true,
        ..Visitor::new()
    };
    assert_eq!(visitor.on(&app).await, "");
    assert_eq!(
        visitor.state(&app).await["status"],
        "undecided",
        "it is no answer"
    );
    assert!(
        visitor
            .get(&app, "/")
            .await
            .text()
            .contains("data-consent-banner"),
        "and no reason not to ask"
    );
    visitor.gpc = false;
    visitor.press(&app, "accept").await;
    for gpc in [true, false] {
        visitor.gpc = gpc;
        visitor.get(&app, "/").await;
    }
    assert_eq!(
        visitor.on(&app).await,
        ALL,
        "a visit with the signal on left the choice as it was"
    );
}

#[actix_web::test]
async fn only_the_value_1_of_the_signal_counts_in_any_field() {
    let app = site(consent()).await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    for (values, on) in [
        (&["1"][..], true),
        (&["0"], false),
        (&["true"], false),
        (&["1x"], false),
        (&["01"], false),
        (&[""], false),
        (&["1;a"], false),
        (&["0", "1"], true),
        (&["1", "0"], true),
        (&["1", "1"], true),
        (&["0", "0"], false),
        (&["x", "y", "1"], true),
    ] {
        let mut request = visitor.request(Method::GET, "/plain");
        for value in values {
            request = request.append_header(("Sec-GPC", *value));
        }
        let expected = if on { "display visits" } else { ALL };
        assert_eq!(sent(&send(&app, request).await), expected, "{values:?}");
    }
}

/// A visitor under the signal who posts the settings form, which states it, with these fields.
async fn stated(fields: &[(&str, &str)]) -> Visitor {
    let app = site(consent()).await;
    let mut visitor = Visitor {
        gpc: true,
        ..Visitor::new()
    };
    let asked = hidden(visitor.get(&app, "/privacy/choices").await.text(), "asked");
    let form = [&[("action", "save"), ("asked", &*asked)], fields].concat();
    visitor.choose(&app, &form).await;
    visitor
}

#[actix_web::test]
async fn a_handler_inherits_no_acknowledgement_of_another_unit() {
    let app = site(consent()).await;
    let mut visitor = stated(&[("cat.analytics", "1")]).await;
    for unit in ["example-video", "marketing"] {
        let answer = visitor.post(&app, &format!("/accept/{unit}")).await;
        assert_eq!(answer.status, 200, "{unit}");
        assert_eq!(sent(&answer), "visits", "{unit}");
        assert_eq!(visitor.on(&app).await, "visits", "{unit}");
    }
    let state = visitor.state(&app).await;
    assert_eq!(state["categories"]["marketing"]["basis"], "signal");
    assert_eq!(state["services"]["example-video"]["basis"], "signal");
    visitor.gpc = false;
    assert_eq!(
        visitor.on(&app).await,
        "visits __Host-campaign video_pref",
        "the acceptance is stored"
    );
    // The control: the form that states the signal grants it.
    let fields = [("cat.marketing", "1"), ("svc.example-video", "1")];
    let visitor = stated(&fields).await;
    assert_eq!(visitor.on(&app).await, "__Host-campaign video_pref");
}

#[actix_web::test]
async fn accepting_again_in_a_handler_keeps_acknowledged_units() {
    let app = site(consent()).await;
    let fields = [("cat.marketing", "1"), ("svc.example-video", "1")];
    for unit in ["preferences", "marketing"] {
        let mut visitor = stated(&fields).await;
        assert_eq!(visitor.on(&app).await, "__Host-campaign video_pref");
        assert_eq!(
            visitor.post(&app, &format!("/accept/{unit}")).await.status,
            200
        );
        let on = visitor.on(&app).await;
        assert!(
            on.contains("campaign") && on.contains("video"),
            "{unit}: {on}"
        );
    }
}
