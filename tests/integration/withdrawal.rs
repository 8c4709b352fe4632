//! What is removed from the browser: on withdrawal, and on later visits.

use std::collections::BTreeSet;

use actix_consent::{Consent, ConsentMiddleware, choice::Day};
use actix_web::{
    App, HttpResponse,
    http::{Method, header},
    test, web,
};

use crate::helpers::{
    Answer, Visitor, builder, consent, keys, policy_with, send, setting, site_setting, visitors,
};

const NOTHING: [&str; 0] = [];

/// A removal, taken apart: name, path, domain, partitioned, secure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Removal {
    name: String,
    path: Option<String>,
    domain: Option<String>,
    partitioned: bool,
    secure: bool,
}

/// The removals of an answer, each checked to be one that a browser obeys.
fn removals(answer: &Answer) -> Vec<Removal> {
    let mut all = Vec::new();
    for header in answer.set_cookies() {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let mut removal = Removal {
            name: name.to_owned(),
            path: None,
            domain: None,
            partitioned: false,
            secure: false,
        };
        let (mut max_age, mut expires) = (None, None);
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            match key.to_ascii_lowercase().as_str() {
                "path" => removal.path = Some(value.to_owned()),
                "domain" => removal.domain = Some(value.to_owned()),
                "partitioned" => removal.partitioned = true,
                "secure" => removal.secure = true,
                "max-age" => max_age = Some(value.to_owned()),
                "expires" => expires = Some(value.to_owned()),
                _ => {}
            }
        }
        if max_age.as_deref() != Some("0") {
            continue;
        }
        assert_eq!(value, "", "{header}");
        assert!(
            expires.is_some_and(|date| date.contains("1970")),
            "{header}"
        );
        assert!(
            removal.path.is_some(),
            "a removal without a path removes another cookie: {header}"
        );
        assert!(
            removal.secure || !removal.partitioned,
            "browsers ignore {header}"
        );
        if name.starts_with("__Host-") {
            assert!(
                removal.secure && removal.path.as_deref() == Some("/"),
                "{header}"
            );
            assert!(removal.domain.is_none(), "{header}");
        }
        all.push(removal);
    }
    let distinct: BTreeSet<_> = all.iter().collect();
    assert_eq!(
        distinct.len(),
        all.len(),
        "a removal is sent twice: {all:?}"
    );
    all
}

/// The paths and domains by which a name is removed.
fn places(answer: &Answer, name: &str) -> BTreeSet<(String, String)> {
    removals(answer)
        .into_iter()
        .filter(|removal| removal.name == name)
        .map(|removal| {
            (
                removal.path.unwrap_or_default(),
                removal.domain.unwrap_or_default(),
            )
        })
        .collect()
}

fn set<const N: usize>(places: [(&str, &str); N]) -> BTreeSet<(String, String)> {
    places
        .into_iter()
        .map(|(path, domain)| (path.to_owned(), domain.to_owned()))
        .collect()
}

fn removed(answer: &Answer) -> BTreeSet<String> {
    removals(answer)
        .into_iter()
        .map(|removal| removal.name)
        .collect()
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}

// Withdrawal.

#[actix_web::test]
async fn withdrawal_expires_every_exact_name_whether_it_was_sent_or_not() {
    let app = site_setting(consent(), &NOTHING).await;
    let [_, _, mut yes] = visitors(&app).await;
    let answer = yes.press(&app, "reject").await;
    let all = names(["display", "visits", "_ga", "__Host-campaign", "video_pref"]);
    assert_eq!(removed(&answer), all);
    assert!(answer.sets("__Host-consent"));
}

#[actix_web::test]
async fn withdrawal_expires_each_declared_path_domain_and_partition_and_host_only() {
    let app = site_setting(consent(), &NOTHING).await;
    let [_, _, mut yes] = visitors(&app).await;
    let answer = yes.press(&app, "reject").await;
    let ga = [
        ("/", ""),
        ("/shop", ""),
        ("/", "news.example"),
        ("/shop", "news.example"),
    ];
    assert_eq!(places(&answer, "_ga"), set(ga));
    assert_eq!(places(&answer, "visits"), set([("/", "")]));
    assert_eq!(places(&answer, "__Host-campaign"), set([("/", "")]));
    let video = removals(&answer)
        .into_iter()
        .filter(|removal| removal.name == "video_pref");
    assert!(
        video.clone().any(|removal| removal.partitioned),
        "{:?}",
        video.collect::<Vec<_>>()
    );
}

#[actix_web::test]
async fn withdrawal_expires_pattern_names_only_when_the_request_carried_them() {
    let app = site_setting(consent(), &NOTHING).await;
    let [_, _, yes] = visitors(&app).await;
    let with = |name: &str| yes.clone().with(name, "1");
    let answer = with("_ga_ABC").press(&app, "reject").await;
    assert!(removed(&answer).contains("_ga_ABC"));
    let answer = with("_gb_ABC").press(&app, "reject").await;
    assert!(
        removed(&answer)
            .iter()
            .all(|name| !name.starts_with("_ga_") && !name.starts_with("_gb_"))
    );
}

#[actix_web::test]
async fn withdrawing_one_category_leaves_the_cookies_of_the_others() {
    let app = site_setting(consent(), &["display=1", "visits=1"]).await;
    let [_, _, yes] = visitors(&app).await;
    let mut yes = yes
        .with("display", "1")
        .with("visits", "1")
        .with("id", "1")
        .with("basket", "1");
    let form = [
        ("action", "save"),
        ("cat.preferences", "1"),
        ("cat.marketing", "1"),
        ("svc.example-video", "1"),
    ];
    let answer = yes.choose(&app, &form).await;
    assert_eq!(removed(&answer), names(["visits", "_ga"]));
    assert_eq!(yes.get(&app, "/").await.set_cookies(), ["display=1"]);
    assert!(yes.cookies.contains_key("id") && yes.cookies.contains_key("basket"));
}

#[actix_web::test]
async fn withdrawing_a_service_leaves_the_rest_of_its_category() {
    let handler = async |consent: Consent| {
        consent.withdraw(["example-video"]);
        HttpResponse::Ok().finish()
    };
    let app = test::init_service(
        App::new()
            .route("/stop", web::post().to(handler))
            .wrap(consent()),
    )
    .await;
    let [_, _, mut yes] = visitors(&app).await;
    assert_eq!(
        removed(&yes.post(&app, "/stop").await),
        names(["video_pref"])
    );
}

#[actix_web::test]
async fn withdrawing_what_was_never_granted_removes_nothing_that_was_not_sent() {
    let app = site_setting(consent(), &NOTHING).await;
    let answer = Visitor::new().press(&app, "reject").await;
    assert!(answer.sets("__Host-consent"));
    assert_eq!(removed(&answer), names([]));
    let [_, mut no, mut yes] = visitors(&app).await;
    assert_eq!(removed(&no.press(&app, "reject").await), names([]));
    assert_eq!(
        removed(&yes.press(&app, "reject").await).len(),
        5,
        "the control"
    );
}

#[actix_web::test]
async fn a_handlers_withdrawal_expires_in_its_own_response() {
    let handler = async |consent: Consent| {
        consent.withdraw(["analytics", "no-such-unit"]);
        setting(&["visits=1", "id=1", "_ga_X=1"])
    };
    let app = test::init_service(App::new().route("/stop", web::to(handler)).wrap(consent())).await;
    let [_, _, yes] = visitors(&app).await;
    let answer = yes
        .with("_ga_X", "1")
        .with("_ga_Y", "1")
        .post(&app, "/stop")
        .await;
    assert_eq!(removed(&answer), names(["visits", "_ga", "_ga_X", "_ga_Y"]));
    assert!(answer.sets("id") && !answer.sets("visits") && !answer.sets("_ga_X"));
}

#[actix_web::test]
async fn after_a_withdrawal_the_visitor_can_accept_again() {
    let app = site_setting(consent(), &["visits=1"]).await;
    let mut visitor = Visitor::new();
    for _ in 0..3 {
        visitor.press(&app, "accept").await;
        assert!(visitor.get(&app, "/").await.sets("visits"));
        assert!(visitor.press(&app, "reject").await.removes("visits"));
        assert!(!visitor.cookies.contains_key("visits"));
        assert!(!visitor.get(&app, "/").await.sets("visits"));
    }
}

#[actix_web::test]
async fn an_acceptance_removes_nothing() {
    let app = site_setting(consent(), &NOTHING).await;
    let answer = Visitor::new()
        .with("visits", "1")
        .with("_ga_X", "1")
        .press(&app, "accept")
        .await;
    assert_eq!(removed(&answer), names([]));
}

#[actix_web::test]
async fn a_domain_is_named_only_where_the_host_belongs_to_it() {
    for (host, domains) in [
        ("news.example", true),
        ("news.example:8443", true),
        ("NEWS.example", true),
        ("www.news.example", true),
        ("a.b.news.example:80", true),
        ("evilnews.example", false),
        ("news.example.evil", false),
        ("example", false),
        ("127.0.0.1", false),
        ("[::1]:8080", false),
    ] {
        let app = site_setting(consent(), &NOTHING).await;
        let [_, _, yes] = visitors(&app).await;
        let request = yes
            .with("_ga", "1")
            .request(Method::POST, "/privacy/choices")
            .insert_header((header::HOST, host))
            .insert_header(("Sec-Fetch-Site", "same-origin"))
            .set_form([("action", "reject")]);
        let answer = send(&app, request).await;
        assert_eq!(answer.status, 303, "{host}");
        let places = places(&answer, "_ga");
        assert!(
            places.contains(&("/shop".to_owned(), String::new())),
            "{host}"
        );
        let named = places.iter().any(|(_, domain)| domain == "news.example");
        assert_eq!(named, domains, "{host}: {places:?}");
    }
}

#[actix_web::test]
async fn a_removal_under_a_secure_prefix_is_one_that_browsers_obey() {
    let policy = policy_with(
        r#"
[[cookie]]
name = "__Secure-lab"
category = "analytics"
purpose = "One."
duration = "1 day"
path = ["/", "/lab"]
domains = ["news.example", "other.example"]
"#,
    );
    let app = site_setting(ConsentMiddleware::new(policy, keys()).unwrap(), &NOTHING).await;
    let [_, _, mut yes] = visitors(&app).await;
    let answer = yes.press(&app, "reject").await;
    let lab: Vec<_> = removals(&answer)
        .into_iter()
        .filter(|removal| removal.name == "__Secure-lab")
        .collect();
    assert!(lab.iter().all(|removal| removal.secure), "{lab:?}");
    let four = [
        ("/", ""),
        ("/lab", ""),
        ("/", "news.example"),
        ("/lab", "news.example"),
    ];
    assert_eq!(places(&answer, "__Secure-lab"), set(four));
}

#[actix_web::test]
async fn a_withdrawal_by_json_expires_as_well() {
    let app = site_setting(consent(), &NOTHING).await;
    let [_, _, yes] = visitors(&app).await;
    let request = yes
        .request(Method::POST, "/privacy/choices")
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .set_json(serde_json::json!({"action": "reject"}));
    let answer = send(&app, request).await;
    assert_eq!(answer.status, 200);
    assert_eq!(removed(&answer).len(), 5, "{:?}", answer.set_cookies());
}

// Later visits.

#[actix_web::test]
async fn a_navigation_sweeps_what_is_denied_and_was_carried() {
    let app = site_setting(consent(), &NOTHING).await;
    let [nobody, no, yes] = visitors(&app).await;
    let carrying = |visitor: Visitor| {
        let visitor = visitor
            .with("visits", "1")
            .with("_ga", "1")
            .with("_ga_X", "1");
        visitor.with("id", "1").with("basket", "1")
    };
    for visitor in [nobody, no] {
        let mut visitor = carrying(visitor);
        let answer = visitor.get(&app, "/").await;
        assert_eq!(removed(&answer), names(["visits", "_ga", "_ga_X"]));
        let ga = [
            ("/", ""),
            ("/shop", ""),
            ("/", "news.example"),
            ("/shop", "news.example"),
        ];
        assert_eq!(places(&answer, "_ga"), set(ga));
        assert!(visitor.cookies.contains_key("id") && visitor.cookies.contains_key("basket"));
        // Once swept, they are no longer sent, and nothing is left to do.
        assert_eq!(visitor.get(&app, "/").await.set_cookies(), NOTHING);
    }
    assert_eq!(removed(&carrying(yes).get(&app, "/").await), names([]));
}

#[actix_web::test]
async fn only_navigations_sweep() {
    let app = site_setting(consent(), &NOTHING).await;
    let [_, no, _] = visitors(&app).await;
    let no = no.with("visits", "1");
    let ask = |headers: &[(&'static str, &'static str)]| {
        let mut request = no.request(Method::GET, "/");
        for (name, value) in headers {
            request = request.insert_header((*name, *value));
        }
        request
    };
    let sweeps: [&[(&str, &str)]; 3] = [
        &[("sec-fetch-dest", "document")],
        &[("accept", "text/html,application/xhtml+xml")],
        &[("sec-fetch-dest", "document"), ("accept", "*/*")],
    ];
    for headers in sweeps {
        assert!(
            send(&app, ask(headers)).await.removes("visits"),
            "{headers:?}"
        );
    }
    let leaves: [&[(&str, &str)]; 6] = [
        &[("sec-fetch-dest", "empty")],
        &[("sec-fetch-dest", "image")],
        &[("sec-fetch-dest", "script"), ("accept", "text/html")],
        &[("accept", "application/json")],
        &[("accept", "*/*")],
        &[("sec-fetch-dest", "document"), ("sec-purpose", "prefetch")],
    ];
    for headers in leaves {
        assert_eq!(
            send(&app, ask(headers)).await.set_cookies(),
            NOTHING,
            "{headers:?}"
        );
    }
}

#[actix_web::test]
async fn a_navigation_that_ends_in_a_redirect_or_an_error_sweeps_as_well() {
    let app = test::init_service(
        App::new()
            .route(
                "/away",
                web::to(async || {
                    HttpResponse::Found()
                        .insert_header(("location", "/"))
                        .finish()
                }),
            )
            .route(
                "/crash",
                web::to(async || {
                    Err::<HttpResponse, _>(actix_web::error::ErrorInternalServerError("x"))
                }),
            )
            .wrap(consent()),
    )
    .await;
    let visitor = Visitor::new().with("visits", "1");
    for (path, status) in [("/away", 302), ("/crash", 500), ("/none", 404)] {
        let answer = visitor.clone().get(&app, path).await;
        assert_eq!(
            (answer.status.as_u16(), answer.removes("visits")),
            (status, true),
            "{path}"
        );
    }
}

#[actix_web::test]
async fn a_navigation_that_an_inner_middleware_ends_in_an_error_sweeps_as_well() {
    let app = test::init_service(
        App::new()
            .service(
                web::resource("/")
                    .route(web::get().to(async || "page"))
                    .wrap_fn(|_, _| async {
                        let error = actix_web::error::ErrorUnauthorized("no");
                        Err::<actix_web::dev::ServiceResponse, _>(error)
                    }),
            )
            .wrap(consent()),
    )
    .await;
    let [_, _, yes] = visitors(&app).await;
    let answer = Visitor::new().with("visits", "1").get(&app, "/").await;
    assert_eq!(
        (answer.status.as_u16(), answer.removes("visits")),
        (401, true)
    );
    let answer = yes.with("visits", "1").get(&app, "/").await;
    assert_eq!(
        (answer.status.as_u16(), answer.removes("visits")),
        (401, false)
    );
}

#[actix_web::test]
async fn our_own_pages_sweep_as_well() {
    let app = site_setting(consent(), &NOTHING).await;
    for path in ["/privacy", "/privacy/choices"] {
        let answer = Visitor::new()
            .with("visits", "1")
            .with("id", "1")
            .get(&app, path)
            .await;
        assert_eq!(answer.status, 200);
        assert_eq!(removed(&answer), names(["visits"]), "{path}");
    }
}

#[actix_web::test]
async fn an_expired_choice_is_swept_like_no_choice() {
    let day = |number: &str| number.parse::<Day>().unwrap();
    let on = |number: &'static str| builder().today(move || day(number)).build().unwrap();
    let (then, later, much_later) = (on("20000"), on("20100"), on("20200"));
    let app = site_setting(then, &["visits=1"]).await;
    let [_, _, yes] = visitors(&app).await;
    let yes = yes.with("visits", "1");
    let app = site_setting(later, &["visits=1"]).await;
    assert_eq!(yes.clone().get(&app, "/").await.set_cookies(), ["visits=1"]);
    let app = site_setting(much_later, &["visits=1"]).await;
    let answer = yes.clone().get(&app, "/").await;
    assert!(answer.removes("visits") && !answer.sets("visits"));
}

#[actix_web::test]
async fn a_signal_sweeps_what_it_denies_and_nothing_else() {
    let app = site_setting(consent(), &NOTHING).await;
    let [_, _, yes] = visitors(&app).await;
    let mut yes = yes
        .with("visits", "1")
        .with("__Host-campaign", "1")
        .with("video_pref", "1");
    assert_eq!(removed(&yes.get(&app, "/").await), names([]));
    yes.gpc = true;
    assert_eq!(
        removed(&yes.get(&app, "/").await),
        names(["__Host-campaign", "video_pref"])
    );
}

#[actix_web::test]
async fn a_changed_meaning_sweeps_what_is_no_longer_granted() {
    let old = site_setting(consent(), &NOTHING).await;
    let [_, _, yes] = visitors(&old).await;
    let renewed = include_str!("consent.toml").replace(
        "purposes = [\"usage-analytics\"]",
        "purposes = [\"usage-analytics\"]\nrenew = 1",
    );
    let policy = actix_consent::Policy::parse(&renewed).unwrap();
    let new = site_setting(
        ConsentMiddleware::new(policy, keys()).unwrap(),
        &["visits=1", "display=1"],
    )
    .await;
    let mut yes = yes.with("visits", "1").with("display", "1");
    assert_eq!(yes.clone().get(&old, "/").await.set_cookies(), NOTHING);
    let answer = yes.get(&new, "/").await;
    assert_eq!(removed(&answer), names(["visits"]));
    assert!(answer.sets("display") && !answer.sets("visits"));
}

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

#[actix_web::test]
async fn at_most_four_kilobytes_of_removals_go_out_at_once_and_the_rest_follow() {
    let app = site_setting(consent(), &NOTHING).await;
    let [nobody, no, yes] = visitors(&app).await;
    let carrying = |mut visitor: Visitor| {
        for number in 0..200 {
            visitor = visitor.with(&format!("_ga_{number:03}_{}", "x".repeat(40)), "1");
        }
        visitor
    };
    let size = |answer: &Answer| -> usize {
        let removals = answer.set_cookies();
        let removals = removals
            .iter()
            .filter(|header| header.contains("Max-Age=0"));
        removals.map(String::len).sum()
    };
    for visitor in [nobody, no] {
        let mut visitor = carrying(visitor);
        let mut rounds = 0;
        while visitor.cookies.keys().any(|name| name.starts_with("_ga_")) {
            let before = visitor.cookies.len();
            let answer = visitor.get(&app, "/").await;
            assert!(size(&answer) <= 4096, "{}", size(&answer));
            assert!(visitor.cookies.len() < before, "no progress");
            rounds += 1;
        }
        assert!(rounds > 2, "the limit was never reached");
    }
    // A withdrawal keeps to it as well, and its exact names come first.
    let mut yes = carrying(yes);
    let answer = yes.press(&app, "reject").await;
    assert!(size(&answer) <= 4096, "{}", size(&answer));
    assert!(answer.sets("__Host-consent"));
    for name in ["display", "visits", "_ga", "__Host-campaign", "video_pref"] {
        assert!(removed(&answer).contains(name), "{name}");
    }
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
async fn what_is_hidden_is_still_swept() {
    let seen = async |request: actix_web::HttpRequest| {
        format!(
            "{:?} {:?}",
            request.cookie("visits"),
            request.headers().get("cookie")
        )
    };
    let app = test::init_service(App::new().default_service(web::to(seen)).wrap(consent())).await;
    let answer = Visitor::new().with("visits", "1").get(&app, "/").await;
    assert_eq!(answer.text(), "None None");
    assert!(answer.removes("visits"));
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
