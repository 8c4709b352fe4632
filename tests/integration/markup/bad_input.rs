//! Markup that is broken, odd or written to mislead: gated all the same, or not served at all.

use actix_web::{HttpResponse, http::header::ContentType};

use super::{bare, consent, seen, site};
use crate::helpers::{Visitor, answering, listen, logged, send, visitors};

/// A script from the gated origin, as a page would have it.
const LIVE: &str = r#"<script src="https://video.example/xq1"></script>"#;

/// Before a yes the address is nowhere where a browser would fetch it; after it, it is there.
async fn is_gated(page: &str) {
    let [silent, no, yes] = seen(page).await;
    assert!(yes.contains("xq1"), "{page}: {yes}");
    for held in [silent, no] {
        assert!(!held.contains("xq1"), "{page}: {held}");
    }
}

/// The page is not served to anyone who has not accepted, and the log says why.
async fn is_not_served(page: &str, why: &str) {
    listen();
    let [silent, no, _] = seen(page).await;
    assert_eq!([&*silent, &*no], ["500", "500"], "{page}");
    let log = logged();
    assert!(
        log.iter()
            .any(|line| line.starts_with("ERROR GET /report") && line.contains(why)),
        "{log:?}"
    );
}

#[actix_web::test]
async fn unclosed_tags() {
    is_gated(&format!("<div><p><b><table><tr>{LIVE}<i>")).await;
    is_gated("<p>x</p><script src=https://video.example/xq1>").await;
    is_gated("<p>x</p><iframe src=https://video.example/xq1>").await;
    let [silent, no, yes] = seen("<p>x</p><iframe src=https://video.example/xq1").await;
    // A tag that never ends is none, to browsers too.
    for seen in [&silent, &no, &yes] {
        assert_eq!(seen, "<p>x</p><iframe src=https://video.example/xq1");
    }
}

#[actix_web::test]
async fn a_gated_template_that_never_ends_hides_the_rest() {
    let page = "<p>before</p><template data-category=marketing><p>xq1</p>";
    let [silent, no, yes] = seen(page).await;
    assert_eq!([&*silent, &*no], ["<p>before</p>"; 2]);
    assert_eq!(yes, "<p>before</p><p>xq1</p>");
}

#[actix_web::test]
async fn a_gated_template_that_ends_out_of_order_is_not_served() {
    let page = "<div><template data-category=marketing></div><p>xq1</p></template>";
    is_not_served(page, "</div> stands where </template>").await;
    let [silent, ..] =
        seen("<div><template data-category=marketing><p>xq1</p></template></div>").await;
    assert_eq!(silent, "<div></div>", "in order it is");
}

#[actix_web::test]
async fn nested_templates() {
    is_gated(&format!(
        "<template data-category=marketing><template><template></template>{LIVE}</template>{LIVE}</template><p>x</p>"
    ))
    .await;
    is_gated(&format!("<template><template>{LIVE}</template></template>")).await;
}

#[actix_web::test]
async fn noscript() {
    is_gated(&format!("<noscript>{LIVE}</noscript>")).await;
    is_gated(&format!(
        "<head><noscript><link rel=stylesheet href='//video.example/xq1'></noscript></head>{LIVE}"
    ))
    .await;
    is_gated(&format!("<noscript></noscript>{LIVE}<noscript>")).await;
    let page = "<noscript><p>Turn scripts on &amp; reload — bitte.</p></noscript>";
    for seen in seen(page).await {
        assert_eq!(seen, page);
    }
}

#[actix_web::test]
async fn noscript_that_would_end_elsewhere_without_scripts() {
    let page = format!("<noscript><!--</noscript><style>-->{LIVE}</style>");
    is_not_served(&page, "ends inside of a comment").await;
    let page = format!("<noscript><p title=\"</noscript>\">{LIVE}");
    is_not_served(&page, "ends inside of a comment, a tag").await;
}

#[actix_web::test]
async fn svg_and_mathml() {
    is_not_served(
        &format!("<svg><style><a title='</style>'></style></svg>{LIVE}"),
        "in a text element of SVG",
    )
    .await;
    is_gated("<svg><desc><img src='//video.example/xq1'></desc></svg>").await;
    is_gated(
        "<svg><foreignObject><iframe src='//video.example/xq1'></iframe></foreignObject></svg>",
    )
    .await;
    is_gated("<math><mtext><img src='//video.example/xq1'></mtext></math>").await;
    is_gated("<svg><p><img src='//video.example/xq1'></p></svg>").await;
    is_gated("<svg><style><![CDATA[ a > b {} ]]></style></svg><img src='//video.example/xq1'>")
        .await;
}

#[actix_web::test]
async fn svg_inside_of_svg_with_html_or_cdata_is_not_served() {
    let page = "<svg><svg><div><![CDATA[ > <img src='//video.example/xq1'> ]]></div></svg></svg>";
    is_not_served(page, "SVG").await;
    is_gated("<svg><svg><path d=''/></svg></svg><img src='//video.example/xq1'>").await;
}

#[actix_web::test]
async fn comments_that_contain_tags() {
    let page = "<!-- <iframe src='https://video.example/xq1'></iframe> --><p>x</p>";
    for seen in seen(page).await {
        assert_eq!(seen, page, "a comment fetches nothing");
    }
    is_gated(&format!(
        "<!-- a -- > b --!>{LIVE}<!-->{LIVE}--><!--->{LIVE}-->"
    ))
    .await;
}

#[actix_web::test]
async fn tags_in_scripts_styles_and_titles() {
    let page = "<title><iframe src='//video.example/xq1'></title><script>'<img src=\"//video.example/xq1\"></body>'</script><style>a{content:'<img src=//video.example/xq1>'}</style>";
    for seen in seen(page).await {
        assert_eq!(seen, page);
    }
    is_gated(&format!(
        "<script><!-- <script> </script> --></script>{LIVE}"
    ))
    .await;
    is_gated(&format!("<textarea></textarea >{LIVE}")).await;
}

#[actix_web::test]
async fn elements_where_it_cannot_be_known_whether_they_count() {
    is_not_served(&format!("<select><xmp>{LIVE}</xmp></select>"), "ambiguous").await;
    is_gated(&format!("<select><option>a</select><xmp></xmp>{LIVE}")).await;
}

#[actix_web::test]
async fn attributes_written_oddly() {
    for page in [
        "<iframe/src=//video.example/xq1></iframe>",
        "<iframe a=\"b\"src='//video.example/xq1'></iframe>",
        "<IFRAME SRC = //video.example/xq1 ></IFRAME>",
        "<iframe\n\tsrc\n=\n'//video.example/xq1'\n></iframe>",
        "<iframe a='>' src=//video.example/xq1></iframe>",
        "<iframe =a src=//video.example/xq1></iframe>",
        "<iframe src=//video.example/xq1 src=/own></iframe>",
    ] {
        is_gated(page).await;
    }
    let page = "<iframe src=/own src=//video.example/xq1></iframe>";
    for seen in seen(page).await {
        assert_eq!(seen, page, "of two attributes browsers read the first");
    }
}

#[actix_web::test]
async fn an_attribute_of_a_megabyte() {
    let long = "x".repeat(1 << 20);
    let page = format!("<p title='{long}'>{LIVE}");
    let [silent, ..] = seen(&page).await;
    assert!(silent == "500" || !silent.contains("xq1"));
    is_gated(&format!("<p title='{}'>{LIVE}", &long[..100_000])).await;
}

#[actix_web::test]
async fn no_body_no_html_no_head() {
    for page in [
        LIVE.to_owned(),
        format!("text {LIVE}"),
        format!("<html>{LIVE}"),
        format!("<head>{LIVE}"),
    ] {
        is_gated(&page).await;
    }
}

/// What a page in some encoding becomes for someone who has not chosen: status, type and body.
async fn labelled(kind: &'static str, page: &'static [u8]) -> (u16, String, Vec<u8>) {
    let handler = move || {
        let response = HttpResponse::Ok()
            .insert_header(("Content-Type", kind))
            .body(page);
        std::future::ready(response)
    };
    let app = answering(consent(bare()), handler).await;
    let answer = Visitor::new().get(&app, "/").await;
    let kind = answer.header("content-type").to_owned();
    (answer.status.as_u16(), kind, answer.body)
}

#[actix_web::test]
async fn wrong_charsets() {
    const PAGE: &[u8] = b"<p>Gr\xfc\xdfe</p><img src=//video.example/xq1 width=1><p>\xa4</p>";
    const HELD: &[u8] = b"<p>Gr\xfc\xdfe</p><p>\xa4</p>";
    for kind in [
        "text/html; charset=utf-8",
        "text/html;charset=\"iso-8859-2\"",
        "TEXT/HTML; Charset=windows-1252",
    ] {
        assert_eq!(
            labelled(kind, PAGE).await,
            (200, kind.to_owned(), HELD.to_vec())
        );
    }
    for kind in [
        "text/html; charset=utf-16le",
        "text/html; charset=iso-2022-jp",
    ] {
        assert_eq!(labelled(kind, PAGE).await.0, 500, "{kind}");
    }
    let unknown = labelled("text/html; charset=no-such", PAGE).await;
    assert_eq!((unknown.0, &unknown.2[..]), (200, HELD));
    let wide = b"\xff\xfe<\0i\0m\0g\0>\0";
    let wide = labelled("text/html; charset=utf-8", wide).await;
    assert_eq!(wide.0, 500, "a mark outweighs the header");
    let marked = labelled("text/html; charset=utf-8", b"\xef\xbb\xbf<p>x").await;
    assert_eq!(marked.0, 200, "one that agrees does not");
}

#[actix_web::test]
async fn a_charset_that_each_browser_finds_is_named_in_the_header() {
    for (page, said) in [
        (&b"<meta charset=iso-8859-2><p>Gr\xfc"[..], "ISO-8859-2"),
        (b"<META CHARSET = 'gbk' ><p>\xa3\xf6", "GBK"),
        (
            b"<meta http-equiv=content-type content='text/html; charset=koi8-r'>\xc1",
            "KOI8-R",
        ),
    ] {
        let (status, kind, body) = labelled("text/html", page).await;
        assert_eq!(
            (status, &*kind),
            (200, &*format!("text/html; charset={said}"))
        );
        assert_eq!(body, page);
    }
    let japanese = labelled(
        "text/html",
        b"<meta charset=iso-2022-jp>\x1b$B<!--\x1b(B<p>",
    )
    .await;
    assert_eq!(japanese.0, 500, "it does not contain ASCII");
}

#[actix_web::test]
async fn a_host_in_letters_of_the_encoding_is_found() {
    for (kind, page) in [
        (
            "text/html; charset=windows-1252",
            &b"<img src=//vid\xaddeo.example/xq1>"[..],
        ),
        ("text/html", b"<img src=//vid\xadeo.example/xq1 width=1>"),
        (
            "text/html",
            b"<meta charset=gbk><img src=//\xa3\xf6ideo.example/xq1 width=1>",
        ),
    ] {
        let (status, _, body) = labelled(kind, page).await;
        let other = kind.ends_with("1252");
        let left = String::from_utf8_lossy(&body).into_owned();
        assert_eq!((status, left.contains("xq1")), (200, other), "{left}");
    }
}

#[actix_web::test]
async fn inert_values_keep_their_letters_in_the_page_encoding() {
    const PAGE: &[u8] =
        b"<script type=text/plain data-category=necessary data-src='/gr\xfc\xdfe.js'></script>";
    let (status, _, body) = labelled("text/html; charset=iso-8859-1", PAGE).await;
    assert_eq!(
        (status, &body[..]),
        (200, &b"<script src=\"/gr\xfc\xdfe.js\"></script>"[..])
    );
}

#[actix_web::test]
async fn a_failed_page_reveals_no_reason_and_sets_no_gated_cookie() {
    let app = site(bare(), format!("<select><xmp>{LIVE}</xmp></select>")).await;
    let answer = Visitor::new().get(&app, "/report").await;
    assert_eq!(
        answer.text(),
        "The server could not answer. Try again later."
    );
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.set_cookies(), [""; 0]);
}

#[actix_web::test]
async fn an_error_page_of_the_application_is_gated_too() {
    let handler = || async {
        Err::<HttpResponse, _>(actix_web::error::InternalError::from_response(
            "x",
            HttpResponse::NotFound()
                .content_type(ContentType::html())
                .body(LIVE),
        ))
    };
    let app = actix_web::App::new()
        .default_service(actix_web::web::to(|| async { HttpResponse::Ok().finish() }))
        .route("/missing", actix_web::web::get().to(handler))
        .wrap(consent(bare()));
    let app = actix_web::test::init_service(app).await;
    let [silent, _, yes] = visitors(&app).await;
    for (visitor, body) in [(silent, ""), (yes, LIVE)] {
        let request = visitor.request(actix_web::http::Method::GET, "/missing");
        let answer = send(&app, request).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (404, body));
    }
}

#[actix_web::test]
async fn what_ends_a_held_element_and_is_anothers_end_stays() {
    let page = "<div><object data=//video.example/xq1 width=1></div><p>after</p>";
    let [silent, ..] = seen(page).await;
    assert_eq!(silent, "<div></div><p>after</p>");
}

#[actix_web::test]
async fn image_in_html_is_an_img_and_has_no_content() {
    let [silent, ..] = seen("<image src=//video.example/xq1><p>kept</p></image>").await;
    assert!(
        silent.contains("<p>kept</p>") && !silent.contains("xq1"),
        "{silent}"
    );
}

#[actix_web::test]
async fn a_document_inside_of_a_granted_element_is_gated_by_itself() {
    let page = r#"<iframe data-category="analytics" srcdoc="<img src=https://video.example/xq1>"></iframe>"#;
    let form = [("cat.analytics", "1")];
    let granted = super::granting(page, &form).await;
    assert!(
        granted.contains("<iframe") && !granted.contains("xq1"),
        "{granted}"
    );
}

#[actix_web::test]
async fn svg_that_browsers_end_elsewhere_than_the_tokenizer() {
    for page in [
        "<svg/><style><img src='//video.example/xq1'></style>",
        "<svg><desc></svg><style></desc><img src='//video.example/xq1'></style>",
        "<svg><foreignObject><math></foreignObject><style><img src='//video.example/xq1'>",
        "<select><svg><input><style><img src='//video.example/xq1'></style>",
    ] {
        let [silent, ..] = seen(page).await;
        // Text in one reading and an element in the other: another parser is the judge.
        for scripting in [true, false] {
            let found = super::property::fetched(&silent, scripting);
            assert!(
                !found.iter().any(|found| found.contains("xq1")),
                "{page}: {silent}"
            );
        }
    }
}

#[actix_web::test]
async fn where_a_browser_that_reads_ahead_sees_something_else() {
    for (page, why) in [
        (
            "<svg><style><!--</style><img src=//video.example/xq1>--></style></svg>",
            "comment",
        ),
        (
            "<svg><![CDATA[ > <img src=//video.example/xq1> ]]></svg>",
            "CDATA",
        ),
        (
            "<svg><title><a title='</title><img src=//video.example/xq1>'></a></title></svg>",
            "text element",
        ),
    ] {
        is_not_served(page, why).await;
    }
    let page = "<svg><style><!-- a --><![CDATA[ a > b {} ]]></style><title>x</title></svg>";
    for seen in seen(page).await {
        assert_eq!(seen, page);
    }
}

#[actix_web::test]
async fn documents_in_attributes_of_documents() {
    let nested = |depth: usize| {
        (0..depth).fold("<p>in".to_owned(), |inner, _| {
            let inner = inner.replace('&', "&amp;").replace('"', "&quot;");
            format!("<iframe srcdoc=\"{inner}\"></iframe>")
        })
    };
    let shallow = nested(8);
    for seen in seen(&shallow).await {
        assert_eq!(seen, shallow);
    }
    is_not_served(&nested(9), "too deep").await;
}

#[actix_web::test]
async fn many_bases() {
    let page = |count: usize| format!("{}<img src=/own>", "<base href=/a/>".repeat(count));
    for seen in seen(&page(7)).await {
        assert_eq!(seen, page(7));
    }
    let [silent, ..] = seen(&format!("{}<i data-category>", page(8))).await;
    assert_eq!(silent, "500");
}
