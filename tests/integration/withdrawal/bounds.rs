//! Which names a sweep removes, how much at once, and beside what else.

use actix_consent::{ConsentExt, ConsentMiddleware};
use actix_web::{
    HttpRequest,
    http::{Method, header},
};

use super::{NOTHING, names, removed};
use crate::helpers::{
    Answer, COOKIE, Visitor, answering, consent, keys, policy_with, send, setting, site_setting,
    visitors,
};

#[actix_web::test]
async fn a_name_that_is_no_token_is_hidden_and_never_echoed() {
    let app = site_setting(consent(), &NOTHING).await;
    for name in ["\u{a0}_ga", "_ga_\"x", "_ga_(x)", "_ga_\u{e9}", "%5Fga_<x>"] {
        let mut request = Visitor::new().request(Method::GET, "/");
        let pair = header::HeaderValue::from_bytes(format!("{name}=1").as_bytes()).unwrap();
        request = request.insert_header((header::COOKIE, pair));
        let answer = send(&app, request).await;
        for header in answer.set_cookies() {
            let echoed = header.split('=').next().unwrap();
            let token = echoed
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte));
            assert!(token && !echoed.is_empty(), "{header}");
        }
    }
    let mut control = Visitor::new().with("_ga_x", "1");
    assert!(control.get(&app, "/").await.removes("_ga_x"));
}

#[actix_web::test]
async fn a_disguised_name_is_swept_under_the_name_on_the_wire() {
    let app = site_setting(consent(), &NOTHING).await;
    let mut visitor = Visitor::new().with("%5Fga", "1");
    let answer = visitor.get(&app, "/").await;
    assert!(
        removed(&answer).contains("%5Fga"),
        "{:?}",
        answer.set_cookies()
    );
    assert!(
        !visitor.cookies.contains_key("%5Fga"),
        "or it is hidden and swept for ever"
    );
}

/// Bytes of the response head on the wire.
fn head_size(answer: &Answer) -> usize {
    let headers = answer.headers.iter();
    let headers: usize = headers
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    // The status line, and what Actix adds: `Date`, `Content-Length`, `Connection`.
    headers + "HTTP/1.1 500 Internal Server Error\r\n\r\n".len() + 37 + 24 + 24
}

#[actix_web::test]
async fn a_head_stays_under_4000_bytes_and_other_removals_follow() {
    let app = site_setting(consent(), &NOTHING).await;
    let [nobody, no, yes] = visitors(&app).await;
    let carrying = |mut visitor: Visitor| {
        for number in 0..200 {
            visitor = visitor.with(&format!("_ga_{number:03}_{}", "x".repeat(40)), "1");
        }
        visitor
    };
    for visitor in [nobody, no] {
        let mut visitor = carrying(visitor);
        let mut rounds = 0;
        while visitor.cookies.keys().any(|name| name.starts_with("_ga_")) {
            let before = visitor.cookies.len();
            let answer = visitor.get(&app, "/").await;
            assert!(head_size(&answer) < 4_000, "{}", head_size(&answer));
            assert!(visitor.cookies.len() < before, "no progress");
            rounds += 1;
        }
        assert!(rounds > 2, "the limit was never reached");
    }
    // A withdrawal keeps to it as well, and its exact names come first.
    let mut yes = carrying(yes);
    let answer = yes.press(&app, "reject").await;
    assert!(head_size(&answer) < 4_000, "{}", head_size(&answer));
    assert!(answer.sets("__Host-consent"));
    for name in ["display", "visits", "_ga", "__Host-campaign", "video_pref"] {
        assert!(removed(&answer).contains(name), "{name}");
    }
}

/// 200 declared cookies, each also for a domain, beside headers of the application.
#[actix_web::test]
async fn removals_wait_while_other_headers_fill_the_head() {
    let declared: String = (0..200)
        .map(|number| {
            format!(
                "[[cookie]]\nname = \"trk_{number:03}_id\"\ncategory = \"analytics\"\n\
                 domains = [\"news.example\"]\npurpose = \"Counts.\"\nduration = \"1 day\"\n"
            )
        })
        .collect();
    for other in [0, 1_000, 3_000, 4_500] {
        let consent = ConsentMiddleware::new(policy_with(&declared), keys()).unwrap();
        let app = answering(consent, move |request: HttpRequest| {
            let mut response = setting(&["id=1"]);
            if request.path() == "/reject" {
                request.consent().unwrap().reject();
            }
            if request.path() != "/small" && other > 0 {
                let value = header::HeaderValue::from_str(&"x".repeat(other)).unwrap();
                let name = header::HeaderName::from_static("x-large");
                response.headers_mut().insert(name, value);
            }
            std::future::ready(response)
        })
        .await;
        let [nobody, _, yes] = visitors(&app).await;
        for (mut visitor, withdraws) in [(nobody, false), (yes, true)] {
            for number in 0..200 {
                visitor = visitor.with(&format!("trk_{number:03}_id"), "1");
            }
            if withdraws {
                let answer = visitor.post(&app, "/reject").await;
                assert_eq!(answer.status, 200);
                assert!(answer.sets(COOKIE) && answer.sets("id"), "{other}");
                let first = answer.set_cookies();
                let own = first.iter().position(|it| it.starts_with(COOKIE));
                let removal = first.iter().position(|it| it.starts_with("trk_"));
                assert!(
                    removal.is_none_or(|removal| own.unwrap() < removal),
                    "{first:?}"
                );
                assert!(other > 4_000 || head_size(&answer) < 4_000, "{other}");
            }
            let answer = visitor.get(&app, "/").await;
            assert!(other > 4_000 || head_size(&answer) < 4_000, "{other}");
            let removes = answer.set_cookies().iter().any(|it| it.starts_with("trk_"));
            assert!(removes || other > 1_000, "{other}");
            assert!(!removes || other < 4_000, "{other}");
            // The rest follows with pages whose heads have room.
            let mut rounds = 0;
            while visitor.cookies.keys().any(|name| name.starts_with("trk_")) {
                let answer = visitor.get(&app, "/small").await;
                assert!(head_size(&answer) < 4_000, "{}", head_size(&answer));
                rounds += 1;
                assert!(rounds < 100, "no progress");
            }
        }
    }
}

/// Cookies that no removal reaches, such as those of a path that is not declared.
#[actix_web::test]
async fn cookies_that_stay_do_not_keep_the_others() {
    let app = site_setting(consent(), &NOTHING).await;
    let stuck: Vec<String> = (0..100).map(|at| format!("_ga_A{at:03}")).collect();
    let mut visitor = Visitor::new().with("_ga_Z", "1");
    for _ in 0..400 {
        for name in &stuck {
            visitor = visitor.with(name, "1");
        }
        visitor.get(&app, "/").await;
        if !visitor.cookies.contains_key("_ga_Z") {
            return;
        }
    }
    panic!("it was never removed");
}

#[actix_web::test]
async fn a_name_longer_than_the_limit_does_not_block_the_others() {
    let app = site_setting(consent(), &NOTHING).await;
    let mut visitor = Visitor::new()
        .with(&format!("_ga_{}", "a".repeat(4085)), "1")
        .with("visits", "1");
    for _ in 0..3 {
        visitor.get(&app, "/").await;
    }
    assert!(!visitor.cookies.contains_key("visits"));
}

#[actix_web::test]
async fn sweep_and_gate_never_fight() {
    let app = site_setting(consent(), &["visits=1; Path=/", "_ga=2", "_ga_X=3", "id=4"]).await;
    let [nobody, no, yes] = visitors(&app).await;
    for visitor in [nobody, no] {
        let mut visitor = visitor.with("visits", "0").with("_ga_X", "0");
        for round in 0..20 {
            let answer = visitor.get(&app, "/").await;
            for name in ["visits", "_ga", "_ga_X"] {
                assert!(!answer.sets(name), "{round}: {:?}", answer.set_cookies());
            }
            assert!(answer.sets("id"));
            assert_eq!(
                removed(&answer).is_empty(),
                round > 0,
                "{round}: {:?}",
                answer.set_cookies()
            );
        }
    }
    let mut yes = yes;
    for _ in 0..20 {
        let answer = yes.get(&app, "/").await;
        assert!(answer.sets("visits") && answer.sets("_ga") && answer.sets("_ga_X"));
        assert_eq!(removed(&answer), names([]));
    }
}

#[actix_web::test]
async fn the_applications_own_removal_and_the_sweep_do_not_collide() {
    let app = site_setting(consent(), &["visits=; Path=/; Max-Age=0", "_ga=1"]).await;
    let mut visitor = Visitor::new().with("visits", "1").with("_ga", "1");
    let answer = visitor.get(&app, "/").await;
    assert!(
        answer
            .set_cookies()
            .contains(&"visits=; Path=/; Max-Age=0".to_owned())
    );
    assert!(answer.removes("_ga") && !answer.sets("_ga"));
}

#[actix_web::test]
async fn necessary_and_undeclared_cookies_are_never_swept() {
    let policy = policy_with(
        r#"
[[cookie]]
name = "lab_*"
category = "analytics"
purpose = "One."
duration = "1 day"

[[cookie]]
name = "lab_keep"
category = "necessary"
exemption = "user-input"
purpose = "Yours."
duration = "session"
"#,
    );
    let app = site_setting(ConsentMiddleware::new(policy, keys()).unwrap(), &NOTHING).await;
    let [_, no, yes] = visitors(&app).await;
    for visitor in [no, yes] {
        let mut visitor = visitor
            .with("id", "1")
            .with("lab_keep", "1")
            .with("basket", "1")
            .with("Visits", "1");
        assert_eq!(visitor.get(&app, "/").await.set_cookies(), NOTHING);
        let answer = visitor.press(&app, "reject").await;
        assert!(removed(&answer).is_disjoint(&names([
            "id",
            "lab_keep",
            "basket",
            "Visits",
            "__Host-consent"
        ])));
    }
}
