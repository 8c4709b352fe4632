//! On withdrawal.

use actix_consent::{Consent, ConsentMiddleware};
use actix_web::{App, HttpResponse, http::Method, test, web};

use super::{GA_PLACES, NOTHING, names, places, rejecting_at, removals, removed, set};
use crate::helpers::{Visitor, consent, keys, policy_with, send, setting, site_setting, visitors};

#[actix_web::test]
async fn withdrawal_expires_exact_names_sent_or_not() {
    let app = site_setting(consent(), &NOTHING).await;
    let [_, _, mut yes] = visitors(&app).await;
    let answer = yes.press(&app, "reject").await;
    let all = names(["display", "visits", "_ga", "__Host-campaign", "video_pref"]);
    assert_eq!(removed(&answer), all);
    assert!(answer.sets("__Host-consent"));
}

#[actix_web::test]
async fn withdrawal_expires_each_path_domain_and_partition() {
    let app = site_setting(consent(), &NOTHING).await;
    let [_, _, mut yes] = visitors(&app).await;
    let answer = yes.press(&app, "reject").await;
    assert_eq!(places(&answer, "_ga"), set(GA_PLACES));
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
async fn withdrawal_expires_only_carried_pattern_names() {
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
async fn withdrawing_without_a_grant_removes_only_carried_cookies() {
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
        let answer = rejecting_at(&app, &yes.with("_ga", "1"), host).await;
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
async fn a_removal_under_an_http_prefix_is_one_that_browsers_obey() {
    let declared = ["__Http-lab", "__Host-Http-lab", "__Secure-lab"].map(|name| {
        format!("[[cookie]]\nname = \"{name}\"\ncategory = \"analytics\"\npurpose = \"One.\"\nduration = \"1 day\"\n")
    });
    let policy = policy_with(&declared.concat());
    let app = site_setting(ConsentMiddleware::new(policy, keys()).unwrap(), &NOTHING).await;
    let [_, _, mut yes] = visitors(&app).await;
    let answer = yes.press(&app, "reject").await;
    let of = |name: &str| {
        let sent = answer.set_cookies();
        let own = sent
            .iter()
            .find(|header| header.starts_with(&format!("{name}=")));
        own.map(|header| (header.contains("; Secure"), header.contains("; HttpOnly")))
    };
    assert_eq!(of("__Http-lab"), Some((true, true)));
    assert_eq!(of("__Host-Http-lab"), Some((true, true)));
    assert_eq!(of("__Secure-lab"), Some((true, false)));
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
