//! What is said about what the gate does.

use actix_consent::{Basis, Consent, Verdict};
use actix_web::{App, HttpResponse, test, web};

use crate::helpers::{Visitor, builder, consent, site_setting, visitors};

async fn verdicts(consent: Consent) -> HttpResponse {
    let names = [
        "id",
        "visits",
        "_ga_X",
        "__Host-campaign",
        "video_pref",
        "basket",
    ];
    let verdicts: Vec<_> = names.iter().map(|name| consent.verdict(name)).collect();
    let held = |category: &str, basis| Verdict::HeldBack {
        category: category.to_owned(),
        basis,
    };
    let basis = match consent.basis("analytics") {
        Some(Basis::Given) => None,
        basis => basis,
    };
    let gated = |category: &str| basis.map_or(Verdict::Sent, |basis| held(category, basis));
    let expected = [
        Verdict::Sent,
        gated("analytics"),
        gated("analytics"),
        gated("marketing"),
        gated("marketing"),
        Verdict::Undeclared,
    ];
    assert_eq!(verdicts, expected);
    HttpResponse::Ok().body(format!("{basis:?}"))
}

#[actix_web::test]
async fn a_verdict_says_what_the_gate_does() {
    let app = test::init_service(
        App::new()
            .default_service(web::to(verdicts))
            .wrap(consent()),
    )
    .await;
    let [mut nobody, mut no, mut yes] = visitors(&app).await;
    assert_eq!(nobody.get(&app, "/").await.text(), "Some(Unanswered)");
    assert_eq!(no.get(&app, "/").await.text(), "Some(Rejected)");
    assert_eq!(yes.get(&app, "/").await.text(), "None");
}

#[actix_web::test]
async fn the_verdict_on_an_encoded_name_matches_the_gate() {
    async fn page(consent: Consent) -> HttpResponse {
        let names = ["%69d", "v%69sits", "id"].map(|name| consent.verdict(name).to_string());
        HttpResponse::Ok()
            .append_header(("Set-Cookie", "%69d=1"))
            .append_header(("Set-Cookie", "v%69sits=1"))
            .append_header(("Set-Cookie", "id=1"))
            .body(names.join(" / "))
    }
    let app = test::init_service(App::new().default_service(web::to(page)).wrap(consent())).await;
    let [_, mut no, mut yes] = visitors(&app).await;
    for (visitor, said) in [
        (
            &mut no,
            "undeclared / held back (analytics: rejected) / sent",
        ),
        (&mut yes, "undeclared / undeclared / sent"),
    ] {
        let answer = visitor.get(&app, "/").await;
        assert_eq!(answer.text(), said);
        assert_eq!(answer.set_cookies(), ["id=1"]);
    }
}

#[actix_web::test]
async fn a_verdict_follows_a_signal() {
    async fn page(consent: Consent) -> String {
        format!(
            "{} / {}",
            consent.verdict("visits"),
            consent.verdict("__Host-campaign")
        )
    }
    let app = test::init_service(App::new().route("/", web::get().to(page)).wrap(consent())).await;
    let [_, _, mut yes] = visitors(&app).await;
    assert_eq!(yes.get(&app, "/").await.text(), "sent / sent");
    yes.gpc = true;
    assert_eq!(
        yes.get(&app, "/").await.text(),
        "sent / held back (marketing: signal)"
    );
}

#[actix_web::test]
async fn explaining_names_cookies_and_never_their_values() {
    let cookies = [
        "id=S3CRET",
        "visits=S3CRET",
        "basket=S3CRET",
        "a\"b]=S3CRET",
        "x=S3CRET; Max-Age=0",
    ];
    let app = site_setting(builder().explain(true).build().unwrap(), &cookies).await;
    let answer = Visitor::new().get(&app, "/?query=S3CRET").await;
    let account = answer.header("Consent-Explain");
    for name in ["id", "visits", "basket", "analytics"] {
        assert!(account.contains(name), "{account}");
    }
    assert!(
        !account.contains("S3CRET") && !account.contains("a\"b]"),
        "{account}"
    );

    let silent = site_setting(consent(), &cookies).await;
    let answer = Visitor::new().get(&silent, "/").await;
    assert!(!answer.headers.contains_key("Consent-Explain"));
}
