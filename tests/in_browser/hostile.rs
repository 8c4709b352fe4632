//! Pages that were found to ask a gated host before a yes, in the browser that they deceived.

use actix_consent::markup::Markup;
use actix_web::{
    HttpResponse,
    http::{StatusCode, header::HeaderName},
    web,
};
use serde_json::json;

use crate::{driver::Browser, site::Site};

/// A page and what its headers say. `PARTNER` is where the partner serves, `PATH` what it is asked
/// for, `LETTERS` the same with letters in it that count as others, or do not count.
struct Page {
    status: u16,
    kind: Option<&'static str>,
    html: &'static [u8],
    header: Option<(&'static str, &'static str)>,
}

const fn html(html: &'static [u8]) -> Page {
    typed(Some("text/html; charset=utf-8"), html)
}

const fn typed(kind: Option<&'static str>, html: &'static [u8]) -> Page {
    Page {
        status: 200,
        kind,
        html,
        header: None,
    }
}

const fn with_header(name: &'static str, value: &'static str, html: &'static [u8]) -> Page {
    Page {
        status: 200,
        kind: Some("text/html; charset=utf-8"),
        html,
        header: Some((name, value)),
    }
}

const EMPTY: &[u8] = b"<!doctype html><title>x</title>";
const SVG: &[u8] =
    b"<svg xmlns='http://www.w3.org/2000/svg' xmlns:h='http://www.w3.org/1999/xhtml'>\
    <foreignObject width='9' height='9'><h:img src='//PARTNER/PATH'/></foreignObject></svg>";
const XHTML: &[u8] = b"<html xmlns='http://www.w3.org/1999/xhtml'><head><title>x</title></head>\
    <body><script>new Image().src = '//PARTNER/PATH'</script></body></html>";
const XML_REFRESH: &[u8] = b"<html xmlns='http://www.w3.org/1999/xhtml'><head><title>x</title>\
    <meta http-equiv='refresh' content='0;url=//PARTNER/PATH'/></head><body/></html>";
const PLAIN: &[u8] = b"<!doctype html><title>x</title><img src=//PARTNER/PATH>";

static PAGES: [Page; 41] = [
    html(PLAIN),
    html(b"<!doctype html><svg><style><!--</style><img src=//PARTNER/PATH>--></style></svg>"),
    html(b"<!doctype html><svg><![CDATA[ > <img src=//PARTNER/PATH> ]]></svg>"),
    html(b"<!doctype html><svg><title><xmp></title><img src=//PARTNER/PATH>"),
    html(b"<!doctype html><svg/><style><a title=\"</style><img src=//PARTNER/PATH>\"></style>"),
    html(b"<!doctype html><div><svg></div><style><a title=\"</style><img src=//PARTNER/PATH>\"></style>"),
    html(b"<!doctype html><math><mi></mo><style><a title=\"</style><img src=//PARTNER/PATH>\"></style>"),
    html(b"<!doctype html><svg><image href=//PARTNER/PATH width=9 height=9></svg>"),
    html(b"<!doctype html><image src=//PARTNER/PATH>"),
    html(b"<!doctype html><img src='\\\\PARTNER\\PATH'>"),
    html(b"<!doctype html><iframe srcdoc='<img src=&amp;sol;&amp;sol;PARTNER/PATH>'></iframe>"),
    html(b"<!doctype html><base href=//PARTNER><img src=PATH>"),
    typed(None, PLAIN),
    typed(Some("*/*"), PLAIN),
    typed(Some("unknown/unknown"), PLAIN),
    typed(Some("text/html"), b"<!doctype html><img src=//part\xadner.localhost:PORT/PATH>"),
    typed(
        Some("text/html"),
        b"<!doctype html><meta charset=gbk><img src=//\xa3\xf0artner.localhost:PORT/PATH>",
    ),
    typed(
        Some("text/html; charset=windows-1252"),
        b"\xef\xbb\xbf<!doctype html><img src=//part\xc2\xadner.localhost:PORT/PATH>",
    ),
    with_header("speculation-rules", "\"//PARTNER/PATH\"", EMPTY),
    // Types that Chromium takes for HTML.
    typed(Some(""), PLAIN),
    typed(Some("html"), PLAIN),
    typed(Some("charset=utf-8"), PLAIN),
    typed(Some(" text/html"), PLAIN),
    typed(Some("text/plain, text/html"), PLAIN),
    typed(Some(";text/html"), PLAIN),
    typed(Some("(x)text/html"), PLAIN),
    Page {
        status: 200,
        kind: Some("text/plain"),
        html: PLAIN,
        header: Some(("content-type", "text/html")),
    },
    // XML with HTML in it.
    typed(Some("text/xml"), XHTML),
    typed(Some("application/xml"), XHTML),
    typed(Some("text/xsl"), XHTML),
    typed(Some("application/xhtml+xml"), XML_REFRESH),
    typed(Some("image/svg+xml"), SVG),
    // XML that names nothing gated, and becomes HTML that does.
    typed(
        Some("text/xml"),
        b"<?xml-stylesheet type='text/xsl' href='/rules/RULES.xsl'?><a/>",
    ),
    // What is no download, and a part of a document.
    with_header("content-disposition", "attachment filename=x.html", PLAIN),
    with_header("content-disposition", "attachment=x", PLAIN),
    with_header("content-range", "bytes 0-9/99", PLAIN),
    Page {
        status: 206,
        kind: Some("text/html; charset=utf-8"),
        html: PLAIN,
        header: Some(("content-range", "bytes 0-9/99")),
    },
    // Headers.
    with_header("refresh", "0;url=//PARTNER/PATH", EMPTY),
    with_header(
        "link",
        "</own.png>; rel=preload; as=image; imagesrcset=http://PARTNER/PATH",
        EMPTY,
    ),
    with_header("speculation-rules", "\"/rules/RULES\"", EMPTY),
    with_header(
        "content-security-policy-report-only",
        "img-src 'none'; report-uri http://PARTNER/PATH",
        b"<!doctype html><title>x</title><img src=/own.png>",
    ),
];

/// A file of Speculation Rules, or of XSLT, that names the partner, which serves at this port.
pub async fn rules(port: web::Path<String>) -> HttpResponse {
    let (port, path) = port.split_once('-').unwrap();
    if let Some(path) = path.strip_suffix(".xsl") {
        let sheet = format!(
            "<xsl:stylesheet version='1.0' xmlns:xsl='http://www.w3.org/1999/XSL/Transform'>\
             <xsl:template match='/'><html><body><img src='http://partner.localhost:{port}/{path}'/>\
             </body></html></xsl:template></xsl:stylesheet>"
        );
        return HttpResponse::Ok().content_type("text/xsl").body(sheet);
    }
    let rules =
        format!(r#"{{"prefetch":[{{"urls":["http://partner.localhost:{port}/{path}"]}}]}}"#);
    HttpResponse::Ok()
        .content_type("application/speculationrules+json")
        .body(rules)
}

/// The page of this number, for a partner that serves at this host and is asked for this path.
pub fn page(number: usize, partner: &str, path: &str) -> HttpResponse {
    let page = &PAGES[number];
    let port = partner.split(':').next_back().unwrap();
    let html = replaced(page.html, b"PARTNER", partner.as_bytes());
    let html = replaced(&html, b"PORT", port.as_bytes());
    let html = replaced(&html, b"PATH", path.as_bytes());
    let html = replaced(&html, b"RULES", format!("{port}-{path}").as_bytes());
    let mut response = HttpResponse::build(StatusCode::from_u16(page.status).unwrap());
    if let Some(kind) = page.kind {
        response.append_header(("content-type", kind));
    }
    if let Some((name, value)) = page.header {
        let value = value
            .replace("PARTNER", partner)
            .replace("PATH", path)
            .replace("RULES", &format!("{port}-{path}"));
        response.append_header((HeaderName::from_static(name), value));
    }
    response.body(html)
}

/// A document that ends in the middle of a tag, or right behind it.
pub fn cut_off(kind: &str, way: &str, partner: &str, path: &str) -> HttpResponse {
    let end = match way {
        "completed" => format!("></{kind}>"),
        _ => String::new(),
    };
    let html = format!(
        "<!doctype html><html><head><title>t</title></head><body><p>x</p>\
         <{kind} src=\"http://{partner}/{path}\"{end}"
    );
    let mut response = HttpResponse::Ok();
    response.content_type("text/html; charset=utf-8");
    match way {
        "streamed" => {
            let (start, end) = html.split_at(90);
            let pieces =
                [start, end].map(|piece| Ok::<_, actix_web::Error>(piece.to_owned().into()));
            response.streaming(futures_util::stream::iter(pieces))
        }
        _ => response.body(html),
    }
}

fn replaced(text: &[u8], what: &[u8], by: &[u8]) -> Vec<u8> {
    match text.windows(what.len()).position(|part| part == what) {
        Some(at) => [&text[..at], by, &text[at + what.len()..]].concat(),
        None => text.to_vec(),
    }
}

#[test]
#[ignore = "needs Chromium"]
fn pages_that_asked_a_gated_host_do_so_no_more() {
    let site = Site::start(Markup::new(), None);
    let browser = Browser::start();
    for number in 0..PAGES.len() {
        let path = format!("/hostile/{number}");
        // The partner serves the same pages as they are.
        browser.open(&format!("{}{path}", site.partner()));
        site.wait_for("/control");
        site.asked();
        browser.open(&site.address(&path));
        // By the time the partner is asked again, whatever the page asks for has been asked for.
        browser.open(&format!("{}/hostile/0", site.partner()));
        site.wait_for("/control");
        let asked = site.asked();
        assert!(!asked.contains(&"/leak".to_owned()), "page {number}");
    }
    browser.open(&site.address("/untyped"));
    assert_eq!(browser.title(), "ran", "a script without a type runs");
    let width = "return document.querySelector('p').clientWidth";
    assert_eq!(browser.run(width, &[]), json!(77), "a style applies");
}

#[test]
#[ignore = "needs Chromium"]
fn tags_that_are_cut_off_ask_for_nothing() {
    let site = Site::start(Markup::new().banner(false), None);
    let browser = Browser::start();
    for kind in ["img", "script", "iframe"] {
        for way in ["whole", "streamed"] {
            site.asked();
            browser.open(&site.address(&format!("/cut/{kind}/{way}")));
            let end = browser.run("return document.body.lastElementChild.localName", &[]);
            assert_eq!(
                end,
                json!("p"),
                "what is cut off is no element: {kind}, {way}"
            );
            browser.open(&site.bare(&format!("/cut/{kind}/completed")));
            site.wait_for("/control");
            assert!(!site.asked().contains(&"/leak".to_owned()), "{kind}, {way}");
        }
    }
}
