//! The banner in its page: its style, its way back, and where there is none.

use actix_consent::{ConsentMiddleware, Policy, pages::style_source};
use actix_web::http::header;

use super::{banner, tags, tags_only};
use crate::{
    helpers::{Visitor, consent, keys, send},
    site::{hidden, site},
};

#[actix_web::test]
async fn shows_no_banner_after_the_confirmation_of_a_choice() {
    let app = site(consent()).await;
    for action in ["accept", "reject", "save"] {
        let mut visitor = Visitor::new();
        visitor.press(&app, action).await;
        let confirmation = visitor.get(&app, "/").await;
        assert!(!banner(&confirmation).is_empty());
        let page = visitor.get(&app, "/").await;
        assert_eq!(banner(&page), "", "{action}");
    }
}

#[actix_web::test]
async fn the_hash_of_the_banner_admits_its_one_style_and_is_constant() {
    use actix_consent::Consent;
    use actix_web::{App, HttpResponse, test, web};
    async fn page(consent: Consent) -> HttpResponse {
        let banner = consent.banner();
        HttpResponse::Ok()
            .insert_header(("X-Style", banner.style_hash()))
            .body(banner.to_string())
    }
    let app = test::init_service(App::new().default_service(web::to(page)).wrap(consent())).await;
    let mut hashes = Vec::new();
    let mut visitor = Visitor::new();
    for path in ["/", "/page?a=b&c='d'", "/x"] {
        let page = visitor.get(&app, path).await;
        let styles: Vec<_> = page.text().split("<style>").skip(1).collect();
        assert_eq!(styles.len(), 1);
        let style = styles[0].split("</style>").next().expect("closed");
        assert_eq!(page.header("X-Style"), style_source(style));
        assert!(
            style.contains("sticky"),
            "so that tools that reject for the visitor see it"
        );
        let properties = style
            .split(['{', ';', '}'])
            .filter_map(|rule| rule.split_once(':'));
        for (property, value) in
            properties.filter(|(property, _)| !property.contains(['.', '@', '&']))
        {
            let covers = ["top", "bottom", "left", "right"].contains(&property)
                || property.starts_with("inset")
                || value.contains("fixed")
                || value.contains("!important");
            assert!(!covers, "{property}: {value} would cover the page: {style}");
        }
        hashes.push(page.header("X-Style").to_owned());
    }
    visitor.press(&app, "accept").await;
    let saved = visitor.get(&app, "/").await;
    hashes.push(saved.header("X-Style").to_owned());
    hashes.dedup();
    assert_eq!(hashes.len(), 1, "one style for banner and confirmation");
    assert!(hashes[0].starts_with("'sha256-"));
}

#[actix_web::test]
async fn the_banner_leads_back_to_the_page_that_it_stood_on() {
    let app = site(consent()).await;
    for (path, expected) in [
        ("/", "/"),
        ("/page/1?a=b&c=d", "/page/1?a=b&c=d"),
        ("/page?q='x'", "/page?q='x'"),
        ("/page%22onclick=x", "/page%22onclick=x"),
    ] {
        let mut visitor = Visitor::new();
        let page = visitor.get(&app, path).await;
        let back = hidden(page.text(), "return_to");
        assert_eq!(back, expected);
        let answer = visitor
            .choose(&app, &[("action", "reject"), ("return_to", &back)])
            .await;
        assert_eq!(answer.header("Location"), expected);
    }
}

#[actix_web::test]
async fn a_path_cannot_break_out_of_the_banner_nor_lead_away() {
    use actix_consent::Consent;
    use actix_web::{App, HttpResponse, test, web};
    async fn page(consent: Consent) -> HttpResponse {
        HttpResponse::Ok().body(consent.banner().to_string())
    }
    let app = test::init_service(App::new().default_service(web::to(page)).wrap(consent())).await;
    for path in [
        "//elsewhere.example/",
        "/?x=\"><script>alert(1)</script>",
        "/?\"onfocus=\"alert(1)",
        "/-way-back-4f1e-",
        "/?a=/-way-back-4f1e-&b",
    ] {
        // What `http` does not take as a URI never reaches a server.
        let Ok(uri) = path.parse::<actix_web::http::Uri>() else {
            continue;
        };
        let request = actix_web::test::TestRequest::with_uri(&uri.to_string())
            .insert_header((header::HOST, "news.example"));
        let answer = send(&app, request).await;
        let html = answer.text();
        assert!(
            !html.contains("<script>") && !tags_only(html).contains("onfocus"),
            "{path}: {html}"
        );
        let back = hidden(html, "return_to");
        let chosen = Visitor::new()
            .choose(&app, &[("action", "reject"), ("return_to", &back)])
            .await;
        let location = chosen.header("Location");
        assert!(
            location.starts_with('/') && !location.starts_with("//"),
            "{path}: {location}"
        );
    }
}

#[actix_web::test]
async fn no_banner_where_only_necessary_cookies_are_declared() {
    let none = "version = 1\n[site]\nname = \"N\"\nuse = [\"actix-session\"]\n\
                [controller]\nname = \"N\"\nemail = \"n@n.example\"\n";
    let necessary = format!(
        "{none}[[category]]\nid = \"necessary\"\ntitle = \"N\"\nsummary = \"s\"\npurposes = [\"security\"]\n"
    );
    for (text, banner_due) in [
        (none, false),
        (&necessary, false),
        (include_str!("../consent.toml"), true),
    ] {
        for model in [
            actix_consent::ConsentModel::OptIn,
            actix_consent::ConsentModel::Implied,
        ] {
            let policy = Policy::parse(text).expect("valid");
            let consent = ConsentMiddleware::builder(policy, keys())
                .model(model)
                .build()
                .expect("valid");
            let app = site(consent).await;
            let page = Visitor::new().get(&app, "/").await;
            assert_eq!(!banner(&page).is_empty(), banner_due, "{model}");
            // The settings can still be opened.
            let settings = Visitor::new().get(&app, "/privacy/choices").await;
            assert_eq!(settings.status, 200);
            assert_eq!(
                !tags(settings.text(), "button").is_empty(),
                banner_due,
                "{model}"
            );
        }
    }
}

#[actix_web::test]
async fn no_banner_on_the_librarys_own_pages() {
    let app = site(consent()).await;
    for path in [
        "/privacy",
        "/privacy/choices",
        "/privacy/versions/2",
        "/privacy/versions/99",
    ] {
        let page = Visitor::new().get(&app, path).await;
        assert!(!page.text().contains("data-consent-banner"), "{path}");
    }
    assert!(
        Visitor::new()
            .get(&app, "/")
            .await
            .text()
            .contains("data-consent-banner")
    );
}
