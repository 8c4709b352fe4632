//! Pages fetched by scripts that replace the whole page: Turbo Drive, `hx-boost` and their kind.

use actix_consent::{ConsentMiddleware, ConsentModel, markup::Markup};
use actix_web::{HttpResponse, http::Method};

use super::{consent, policy, site};
use crate::helpers::{Answer, NOTE, Visitor, answering, html, keys, send};

type Headers = &'static [(&'static str, &'static str)];

const PAGE: &str = "<!doctype html><html><body><p>news</p></body></html>";
const FRAGMENT: &str = "<p>news</p>";

/// Requests that scripts make for a link, each with `Sec-Fetch-Dest: empty`.
const VISITS: [Headers; 6] = [
    // Turbo 8, Turbo 7 and Turbolinks 5
    &[
        ("Accept", "text/html, application/xhtml+xml"),
        ("X-Turbo-Request-Id", "7d4f"),
    ],
    &[("Accept", "text/html, application/xhtml+xml")],
    &[
        ("Accept", "text/html, application/xhtml+xml"),
        ("Turbolinks-Referrer", "https://news.example/"),
    ],
    // What follows a form that Turbo has sent.
    &[
        (
            "Accept",
            "text/vnd.turbo-stream.html, text/html, application/xhtml+xml",
        ),
        ("X-Turbo-Request-Id", "7d4f"),
    ],
    // htmx
    &[
        ("Accept", "*/*"),
        ("HX-Request", "true"),
        ("HX-Boosted", "true"),
        ("HX-Current-URL", "https://news.example/"),
    ],
    &[
        ("Accept", "*/*"),
        ("HX-Request", "true"),
        ("HX-History-Restore-Request", "true"),
    ],
];

/// Whole pages that may have been fetched ahead, which nothing says.
const PAGES: [Headers; 5] = [
    &[("X-Livewire-Navigate", "1")],
    &[("X-PJAX", "true"), ("X-PJAX-Container", "body")],
    &[
        ("X-Requested-With", "XMLHttpRequest"),
        ("X-PJAX", "true"),
        ("X-PJAX-Selectors", r#"["title","body"]"#),
    ],
    &[("X-Up-Version", "3.11.0"), ("X-Up-Target", "body")],
    &[("X-Up-Version", "3.11.0"), ("X-Up-Target", ".nav, html")],
];

const PIECES: [Headers; 11] = [
    &[("Accept", "*/*")],
    &[
        ("Accept", "text/html, application/xhtml+xml"),
        ("Turbo-Frame", "list"),
        ("X-Turbo-Request-Id", "7d4f"),
    ],
    // The request library of Rails goes by way of Turbo.
    &[
        ("Accept", "text/html, application/xhtml+xml"),
        ("X-Requested-With", "XMLHttpRequest"),
        ("X-Turbo-Request-Id", "7d4f"),
    ],
    &[
        ("Accept", "text/html, application/xhtml+xml"),
        ("X-Requested-With", "swup"),
    ],
    &[("HX-Request", "true")],
    &[("HX-Request", "true"), ("HX-Target", "list")],
    &[("HX-Request", "true"), ("HX-Boosted", "false")],
    &[("X-PJAX", "true"), ("X-PJAX-Container", "#main")],
    &[("X-Up-Version", "3.11.0"), ("X-Up-Target", ".body, main")],
    &[("X-Barba", "yes")],
    &[("X-Requested-With", "xmlhttprequest")],
];

async fn asked(markup: Markup, page: &str, headers: Headers) -> Answer {
    let app = site(markup, page).await;
    let mut request = Visitor::new()
        .request(Method::GET, "/report")
        .insert_header(("Sec-Fetch-Dest", "empty"))
        .insert_header(("Sec-Fetch-Site", "same-origin"));
    for header in headers {
        request = request.insert_header(*header);
    }
    send(&app, request).await
}

fn is_page(answer: &Answer) -> bool {
    let text = answer.text();
    let [banner, link] =
        ["data-consent-banner", ">Cookie settings</a></p>"].map(|it| text.contains(it));
    assert_eq!(banner, link, "{text}");
    banner
}

#[actix_web::test]
async fn what_replaces_a_whole_page_is_a_page() {
    for headers in VISITS.into_iter().chain(PAGES) {
        for page in [PAGE, FRAGMENT] {
            let answer = asked(Markup::new(), page, headers).await;
            assert!(is_page(&answer), "{headers:?}");
            assert_eq!(answer.header("cache-control"), "private, no-store");
            assert_eq!(answer.header("vary"), "Cookie, Sec-GPC", "{headers:?}");
        }
    }
}

#[actix_web::test]
async fn what_replaces_a_piece_stays_a_piece() {
    for headers in PIECES {
        for page in [PAGE, FRAGMENT] {
            let answer = asked(Markup::new(), page, headers).await;
            assert_eq!(answer.text(), page, "{headers:?}");
            // No cache takes it for the page that has a banner.
            assert_eq!(
                answer.header("vary"),
                "Sec-Fetch-Dest, HX-Boosted, X-Turbo-Request-Id"
            );
            assert_eq!(answer.header("cache-control"), "", "{headers:?}");
        }
    }
}

#[actix_web::test]
async fn a_boosted_link_with_a_target_gets_what_the_page_is() {
    const BOOSTED: Headers = &[
        ("HX-Request", "true"),
        ("HX-Boosted", "true"),
        ("HX-Target", "main"),
    ];
    for page in [
        PAGE,
        "\u{feff} <!-- a --> <!-- b -->\n<HTML><body>x</body>",
        "<body class=x>x</body>",
        "<head><title>x</title></head>x",
    ] {
        let answer = asked(Markup::new(), page, BOOSTED).await;
        assert!(is_page(&answer), "{page}");
    }
    for piece in [
        FRAGMENT,
        "<header>x</header>",
        "<!-- <body> --><p>x",
        "<!-- <body>",
        "x",
    ] {
        let answer = asked(Markup::new(), piece, BOOSTED).await;
        assert!(!is_page(&answer), "{piece}");
    }
}

#[actix_web::test]
async fn frames_and_assets_stay_what_they_are() {
    for dest in ["iframe", "frame", "embed", "object", "fencedframe"] {
        let app = site(Markup::new(), PAGE).await;
        let mut request = Visitor::new()
            .request(Method::GET, "/")
            .insert_header(("Sec-Fetch-Dest", dest));
        for header in VISITS[0] {
            request = request.insert_header(*header);
        }
        assert!(!is_page(&send(&app, request).await), "{dest}");
    }
}

/// A page of an app's WebView, over plain http, where browsers send no `Sec-Fetch-Dest`.
#[actix_web::test]
async fn the_name_of_an_app_hides_no_banner() {
    let app = site(Markup::new(), PAGE).await;
    for (with, expected) in [
        ("com.facebook.katana", true),
        ("com.android.browser", true),
        ("", true),
        ("XMLHttpRequest", false),
        ("xmlhttprequest", false),
    ] {
        let request = Visitor::new()
            .request(Method::GET, "/")
            .insert_header(("X-Requested-With", with));
        assert_eq!(is_page(&send(&app, request).await), expected, "{with:?}");
    }
}

/// Under the model `Implied` the first navigation shows the notice, and the second goes on.
async fn goes_on(headers: Headers) -> bool {
    let middleware = ConsentMiddleware::builder(policy(), keys())
        .markup(Markup::new())
        .model(ConsentModel::Implied)
        .build()
        .unwrap();
    let app = answering(middleware, html(PAGE)).await;
    let mut visitor = Visitor::new();
    visitor.get(&app, "/").await;
    let before = visitor.cookies[NOTE].clone();
    let mut request = visitor
        .request(Method::GET, "/next")
        .insert_header(("Sec-Fetch-Dest", "empty"))
        .insert_header(("Sec-Fetch-Site", "same-origin"));
    for header in headers {
        request = request.insert_header(*header);
    }
    let answer = send(&app, request).await;
    visitor.keep(&answer);
    visitor.cookies[NOTE] != before
}

#[actix_web::test]
async fn a_visit_by_script_is_a_navigation_and_a_prefetch_is_none() {
    for headers in VISITS {
        assert!(goes_on(headers).await, "{headers:?}");
    }
    for headers in PAGES.into_iter().chain(PIECES) {
        assert!(!goes_on(headers).await, "{headers:?}");
    }
    let prefetches: [Headers; 3] = [
        &[
            ("Accept", "text/html, application/xhtml+xml"),
            ("X-Turbo-Request-Id", "7d4f"),
            ("X-Sec-Purpose", "prefetch"),
        ],
        &[("HX-Boosted", "true"), ("HX-Preloaded", "true")],
        &[("HX-Boosted", "true"), ("Purpose", "prefetch")],
    ];
    for headers in prefetches {
        assert!(!goes_on(headers).await, "{headers:?}");
        let answer = asked(Markup::new(), PAGE, headers).await;
        assert!(is_page(&answer), "it is shown later");
    }
}

#[actix_web::test]
async fn a_confirmation_is_shown_on_a_page_that_a_script_puts_in() {
    let app = answering(consent(Markup::new()), html(PAGE)).await;
    for headers in VISITS {
        let mut visitor = Visitor::new();
        visitor.press(&app, "reject").await;
        let mut request = visitor
            .request(Method::GET, "/")
            .insert_header(("Sec-Fetch-Dest", "empty"));
        for header in headers {
            request = request.insert_header(*header);
        }
        let answer = send(&app, request).await;
        assert!(answer.text().contains("role=\"status\""), "{headers:?}");
    }
}

#[actix_web::test]
async fn our_pages_are_loaded_whole() {
    let app = answering(consent(Markup::new()), html(PAGE)).await;
    for path in ["/privacy?a=b", "/privacy/choices", "/privacy/versions/2"] {
        for headers in VISITS.into_iter().chain([&[("HX-Request", "true")][..]]) {
            let mut request = Visitor::new().request(Method::GET, path);
            for header in [("Sec-Fetch-Dest", "empty")].iter().chain(headers) {
                request = request.insert_header(*header);
            }
            let answer = send(&app, request).await;
            assert_eq!(answer.header("hx-redirect"), path, "{headers:?}");
            let turbo = r#"<meta name="turbo-visit-control" content="reload">"#;
            assert!(answer.text().contains(turbo), "{headers:?}");
            assert!(!answer.text().contains("<body"), "{headers:?}");
        }
        let page = Visitor::new().get(&app, path).await;
        assert!(page.text().contains("<main"), "the control");
        assert_eq!(page.header("hx-redirect"), "");
    }
}

#[actix_web::test]
async fn what_turbo_streams_into_a_page_is_gated() {
    let stream = |content: &str| {
        format!(
            "<turbo-stream action=\"append\" target=\"list\"><template>{content}</template></turbo-stream>"
        )
    };
    let film = stream("<p>a</p><iframe src=\"https://video.example/xq1\"></iframe>");
    for (body, held) in [(film, true), (stream("<p>a</p>"), false)] {
        let page = body.clone();
        let handler = move || {
            let kind = "text/vnd.turbo-stream.html";
            let body = page.clone();
            async move { HttpResponse::Ok().content_type(kind).body(body) }
        };
        let app = answering(consent(Markup::new()), handler).await;
        let mut visitor = Visitor::new();
        let answer = visitor.get(&app, "/").await;
        assert_eq!(answer.text() != body, held, "{}", answer.text());
        assert_eq!(answer.text().contains("data-consent-held"), held);
        assert!(!answer.text().contains("xq1") && !answer.text().contains("data-consent-banner"));
        assert!(
            answer
                .header("content-type")
                .starts_with("text/vnd.turbo-stream.html")
        );
        visitor.press(&app, "accept").await;
        assert_eq!(visitor.get(&app, "/").await.text(), body, "once granted");
    }
}
