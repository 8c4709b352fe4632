//! The banner and the link to the settings are put in where a page has none.

use actix_consent::{Consent, markup::Markup};
use actix_web::{App, HttpResponse, http::Method, test, web};

use super::{consent, site};
use crate::helpers::{Answer, Visitor, answering, html, send, visitors};

async fn first(html: &str) -> Answer {
    let app = site(Markup::new(), html).await;
    Visitor::new().get(&app, "/report?a=1&b=2").await
}

const LINK: &str = r#"<p lang="en"><a href="/privacy/choices">Cookie settings</a></p>"#;

/// Where the banner begins, and how many there are.
fn banners(page: &str) -> Vec<usize> {
    page.match_indices("<section class=\"axc\"")
        .map(|(at, _)| at)
        .collect()
}

#[actix_web::test]
async fn it_stands_right_after_the_body_tag_whatever_the_page_is_like() {
    for (before, after) in [
        (
            "<!doctype html><title>x</title><body>",
            "<p>x</p></body></html>",
        ),
        (
            "<html><head></head><body class=\"a > b\" data-x='y'>",
            "<p>x</p>",
        ),
        ("<HTML><BODY\n>", "<p>x</p></BODY></HTML>\n"),
        (
            "<!-- <body> --><head><title><body></title><script>'<body>'</script></head><body>",
            "x",
        ),
        (
            "\u{feff}<!doctype html><html lang=de><meta content='<body>'><body>",
            "<body>x",
        ),
        ("<title>x</title>", "<p>no body tag</p>"),
        ("", "<h1>nothing but this</h1>"),
        (
            "<noscript>x</noscript><script type=text/plain data-category=necessary></script>",
            "<p>x",
        ),
    ] {
        let page = format!("{before}{after}");
        let answer = first(&page).await;
        let text = answer.text();
        let before = before.replace(" type=text/plain data-category=necessary", "");
        assert_eq!(banners(text), [before.len()], "{page}: {text}");
    }
}

#[actix_web::test]
async fn a_skip_link_that_comes_first_stays_first() {
    const SKIP: &str = "<body>\n<a class=\"skip\" href=\"#main\">Skip</a>";
    // A page that is read by the gate, and one that is not.
    for rest in [
        "<main id=main>x</main>",
        "<main id=main><script type=text/plain data-category=analytics></script>x</main>",
    ] {
        let page = format!("<!doctype html><html><head></head>{SKIP}{rest}</body></html>");
        let answer = first(&page).await;
        let before = page.find(rest).expect("it is in the page");
        assert_eq!(banners(answer.text()), [before], "{}", answer.text());
        // Any other link stands behind the banner.
        let page = page.replace("#main", "/main");
        let answer = first(&page).await;
        let before = page.find("<body>").expect("it is in the page") + "<body>".len();
        assert_eq!(banners(answer.text()), [before], "{}", answer.text());
    }
}

#[actix_web::test]
async fn a_page_of_text_alone_gets_it_too() {
    for page in ["just text", "<title>x</title>", "<!doctype html>"] {
        assert_eq!(banners(first(page).await.text()).len(), 1, "{page}");
    }
    assert_eq!(first("").await.text(), "", "an empty page stays empty");
}

#[actix_web::test]
async fn it_leads_back_to_the_page_and_is_kept_by_no_cache() {
    let answer = first("<body>x").await;
    assert!(
        answer
            .text()
            .contains(r#"name="return_to" value="/report?a=1&#38;b=2""#)
    );
    assert_eq!(answer.header("cache-control"), "private, no-store");
}

#[actix_web::test]
async fn after_a_choice_it_is_gone_and_confirmed_once() {
    let app = site(Markup::new(), "<body>x</body>").await;
    let mut visitor = Visitor::new();
    visitor.press(&app, "reject").await;
    let confirmed = visitor.get(&app, "/").await;
    assert!(
        confirmed
            .text()
            .starts_with("<body><section class=\"axc\" role=\"status\"")
    );
    let later = visitor.get(&app, "/").await;
    assert_eq!(later.text(), format!("<body>x{LINK}</body>"));
    assert_eq!(
        later.header("vary"),
        "Cookie, Sec-GPC",
        "it depends on the choice"
    );
}

#[actix_web::test]
async fn where_the_handler_asked_for_it_none_is_put_in() {
    let asked = |consent: Consent| async move {
        let html = format!("<body><main>{}</main></body>", consent.banner());
        HttpResponse::Ok().content_type("text/html").body(html)
    };
    let app = App::new()
        .route("/", web::get().to(asked))
        .wrap(consent(Markup::new()));
    let app = test::init_service(app).await;
    let mut visitor = Visitor::new();
    assert_eq!(banners(visitor.get(&app, "/").await.text()), [12]);
    visitor.press(&app, "accept").await;
    assert_eq!(
        banners(visitor.get(&app, "/").await.text()).len(),
        1,
        "the confirmation"
    );
    assert_eq!(banners(visitor.get(&app, "/").await.text()).len(), 0);
}

#[actix_web::test]
async fn a_mention_of_it_is_none() {
    let answer = first("<body><p class=axc data-consent-banner>about banners</p>").await;
    assert_eq!(banners(answer.text()), [6]);
}

#[actix_web::test]
async fn an_error_page_gets_it_and_a_redirect_does_not() {
    let app = App::new()
        .route(
            "/missing",
            web::get().to(|| async {
                HttpResponse::NotFound()
                    .content_type("text/html")
                    .body("<body>x")
            }),
        )
        .route(
            "/moved",
            web::get().to(|| async {
                HttpResponse::Found()
                    .insert_header(("Location", "/"))
                    .content_type("text/html")
                    .body("<body>x")
            }),
        )
        .wrap(consent(Markup::new()));
    let app = test::init_service(app).await;
    assert_eq!(
        banners(Visitor::new().get(&app, "/missing").await.text()).len(),
        1
    );
    assert_eq!(Visitor::new().get(&app, "/moved").await.text(), "<body>x");
}

#[actix_web::test]
async fn parts_of_pages_get_neither() {
    let app = site(Markup::new(), "<p>part</p>").await;
    for header in [
        ("Sec-Fetch-Dest", "empty"),
        ("Sec-Fetch-Dest", "iframe"),
        ("HX-Request", "true"),
        ("Turbo-Frame", "list"),
        ("X-Requested-With", "XMLHttpRequest"),
    ] {
        let request = Visitor::new()
            .request(Method::GET, "/")
            .insert_header(header);
        assert_eq!(
            send(&app, request).await.text(),
            "<p>part</p>",
            "{header:?}"
        );
    }
    let request = Visitor::new().request(Method::GET, "/");
    assert_eq!(
        banners(send(&app, request).await.text()).len(),
        1,
        "a page does"
    );
}

#[actix_web::test]
async fn a_page_with_a_link_to_the_settings_gets_no_other() {
    for link in [
        r#"<a href="/privacy/choices">x</a>"#,
        "<a href=/privacy/choices>x</a>",
        "<a href='/privacy/choices?x'>x</a>",
    ] {
        let app = site(Markup::new().banner(false), format!("<body>{link}</body>")).await;
        for mut visitor in visitors(&app).await {
            let answer = visitor.get(&app, "/").await;
            assert_eq!(answer.text(), format!("<body>{link}</body>"));
        }
    }
}

#[actix_web::test]
async fn the_link_stands_at_the_end_of_the_body() {
    for (page, with) in [
        ("<body>x</body>", format!("<body>x{LINK}</body>")),
        (
            "<body>x</body></html>\n",
            format!("<body>x{LINK}</body></html>\n"),
        ),
        ("<body>x", format!("<body>x{LINK}")),
        (
            "<html><body>x</html>",
            format!("<html><body>x{LINK}</html>"),
        ),
        ("x", format!("x{LINK}")),
        (
            "<body><script>'</body>'</script>x</body>",
            format!("<body><script>'</body>'</script>x{LINK}</body>"),
        ),
        (
            "<body>see /privacy/choices</body>",
            format!("<body>see /privacy/choices{LINK}</body>"),
        ),
    ] {
        let app = site(Markup::new().banner(false), page).await;
        let answer = Visitor::new().get(&app, "/").await;
        assert_eq!(answer.text(), with, "{page}");
        assert_eq!(answer.header("vary"), "", "the same for everyone");
    }
}

#[actix_web::test]
async fn lengths_are_those_of_the_page_that_leaves() {
    let page = "<body>x</body>";
    let handler = move || async move {
        HttpResponse::Ok()
            .content_type("text/html")
            .insert_header(("Content-Length", "14"))
            .insert_header(("ETag", "\"1\""))
            .insert_header(("Last-Modified", "Tue, 24 Nov 2026 00:00:00 GMT"))
            .insert_header(("Content-Digest", "sha-256=:x:"))
            .insert_header(("Accept-Ranges", "bytes"))
            .body(page)
    };
    let app = answering(consent(Markup::new()), handler).await;
    let [mut silent, mut no, _] = visitors(&app).await;
    let asked = silent.get(&app, "/").await;
    for gone in [
        "content-length",
        "etag",
        "last-modified",
        "content-digest",
        "accept-ranges",
    ] {
        assert_eq!(asked.header(gone), "", "{gone}");
    }
    no.get(&app, "/").await;
    let settled = no.get(&app, "/").await;
    assert!(
        settled.header("etag").starts_with("\"1~axc"),
        "{}",
        settled.header("etag")
    );
}

#[actix_web::test]
async fn a_policy_that_asks_for_nothing_puts_nothing_in() {
    let policy = actix_consent::Policy::parse(
        "version = 1\nsite.name = \"x\"\ncontroller = { name = \"x\", email = \"x@x.example\" }\n",
    )
    .unwrap();
    let middleware = actix_consent::ConsentMiddleware::builder(policy, crate::helpers::keys())
        .markup(Markup::new())
        .build()
        .unwrap();
    let app = answering(middleware, html("<body>x</body>")).await;
    assert_eq!(Visitor::new().get(&app, "/").await.text(), "<body>x</body>");
}
