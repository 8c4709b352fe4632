//! The encoding of a page: the one that browsers would choose without the middleware.

use actix_consent::markup::Markup;
use actix_web::{Error, HttpResponse, http::Method, web::Bytes};

use super::{bare, consent};
use crate::helpers::{Answer, Visitor, answering, listen, logged, send};

/// A page for someone who has not chosen, whole or as a stream of small pieces.
async fn page(kind: &'static str, page: &[u8], streams: bool, markup: Markup) -> Answer {
    let page = page.to_vec();
    let handler = move || {
        let mut response = HttpResponse::Ok();
        response.insert_header(("Content-Type", kind));
        let response = match streams {
            false => response.body(page.clone()),
            true => {
                let pieces: Vec<Result<Bytes, Error>> = page
                    .chunks(3)
                    .map(|piece| Ok(Bytes::copy_from_slice(piece)))
                    .collect();
                response.streaming(futures_util::stream::iter(pieces))
            }
        };
        std::future::ready(response)
    };
    let app = answering(consent(markup), handler).await;
    Visitor::new().get(&app, "/").await
}

async fn whole(kind: &'static str, html: &[u8]) -> (u16, String) {
    let answer = page(kind, html, false, bare()).await;
    let kind = answer.header("content-type").to_owned();
    (answer.status.as_u16(), kind)
}

#[actix_web::test]
async fn visitor_text_does_not_choose_the_encoding() {
    for head in [
        "<title>Search: charset=shift_jis</title><meta charset=utf-8>",
        "<script src=/a.js charset=iso-8859-1></script><meta charset=utf-8>",
        "<!-- charset=shift_jis --><meta charset=utf-8>",
        "<meta name=description content='charset=gbk'><meta charset=utf-8>",
        "<title>MySQL: charset=utf8mb4 explained</title><meta charset=utf-8>",
        "<a title='<meta charset=gbk>'></a><meta charset=utf-8>",
    ] {
        let (status, kind) = whole("text/html", head.as_bytes()).await;
        assert_eq!(
            (status, &*kind),
            (200, "text/html; charset=UTF-8"),
            "{head}"
        );
    }
    let (status, kind) = whole("text/html", b"<meta charset=shift_jis>").await;
    assert_eq!((status, &*kind), (200, "text/html; charset=Shift_JIS"));
}

#[actix_web::test]
async fn what_browsers_dispute_or_guess_is_not_named() {
    for html in [
        &b"<p>plain"[..],
        "<p>Grüße".as_bytes(),
        b"<p>Gr\xfc\xdfe",
        b"<script>'<meta charset=shift_jis>'</script><meta charset=utf-8>",
        b"<title><meta charset=shift_jis></title><meta charset=utf-8>",
        b"\xef\xbb\xbf<meta charset=gbk>",
    ] {
        let (status, kind) = whole("text/html", html).await;
        assert_eq!((status, &*kind), (200, "text/html"));
    }
}

#[actix_web::test]
async fn unknown_labels_are_ignored() {
    for kind in [
        "text/html; charset=utf8mb4",
        "text/html; charset=utf-8,gbk",
        "text/html; charset=",
        "text/html; charset='utf-8'",
        "text/html; charset=windows-UTF-8",
        "text/html; charset=none",
        "text/html; charset =utf-16",
    ] {
        for streams in [false, true] {
            let html = "<!doctype html><body><p>Hello".as_bytes();
            let answer = page(kind, html, streams, bare()).await;
            assert_eq!((answer.status.as_u16(), &answer.body[..]), (200, html));
        }
    }
    for label in ["utf-16", "UTF-32", "utf8mb4", "x-user-defined"] {
        let html = format!("<meta charset='{label}'><p>Hello");
        assert_eq!(whole("text/html", html.as_bytes()).await.0, 200, "{label}");
    }
    listen();
    let (status, _) = whole("text/html; charset=unicode", b"<p>x").await;
    assert_eq!(status, 500, "a label of UTF-16 is known");
    let log = logged();
    assert!(
        log.iter()
            .any(|line| line.contains("Content-Type declares UTF-16LE")),
        "{log:?}"
    );
}

#[actix_web::test]
async fn a_byte_order_mark_outweighs_the_header() {
    const HTML: &[u8] = b"\xef\xbb\xbf<p>a</p><img width=1 src=//vid\xc2\xadeo.example/xq1>";
    for streams in [false, true] {
        let answer = page("text/html; charset=gbk", HTML, streams, bare()).await;
        assert_eq!(answer.body, b"\xef\xbb\xbf<p>a</p>");
        let answer = page("text/html; charset=gbk", &HTML[3..], streams, bare()).await;
        assert!(answer.body.len() > 20, "in GBK it is another host");
    }
}

#[actix_web::test]
async fn a_host_is_found_in_each_encoding_a_browser_may_guess() {
    for html in [
        // A soft hyphen in windows-1252 and in UTF-8, letters of Shift_JIS, GBK, EUC-KR and Big5.
        &b"<img width=1 src=//vid\xadeo.example/xq1>"[..],
        b"<img width=1 src=//vid\xc2\xadeo.example/xq1>",
        b"<img width=1 src=//\x82\x96ideo.example/xq1>",
        b"<img width=1 src=//\xa3\xf6ideo.example/xq1>",
        b"<script>'<meta charset=gbk>'</script><img width=1 src=//\xa3\xf6ideo.example/xq1>",
        b"<base href=//\xa3\xf6ideo.example><img width=1 src=xq1>",
        b"<img width=1 srcset='/\xfc 1x, //\xa3\xf6ideo.example/xq1 2x' src=/own>",
        b"<iframe srcdoc='<img width=1 src=//\xa3\xf6ideo.example/xq1>'></iframe>",
        b"<noscript><img width=1 src=//\xa3\xf6ideo.example/xq1></noscript>",
    ] {
        for streams in [false, true] {
            let answer = page("text/html", html, streams, bare()).await;
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            assert_eq!(answer.status, 200, "{text}");
            assert!(
                !text.contains("ideo.example") && !text.contains("eo.example"),
                "{text}"
            );
            let named = page("text/html; charset=iso-8859-2", html, streams, bare()).await;
            let stays = named.body.windows(10).any(|text| text == b"eo.example");
            let gbk = html.windows(2).any(|text| text == b"\xa3\xf6");
            assert!(stays || !gbk, "named, it is another host: {text}");
        }
    }
}

#[actix_web::test]
async fn other_letters_of_a_page_stay_byte_for_byte() {
    let mut html = b"<p title='".to_vec();
    html.extend(0x80..=0xff_u8);
    html.extend(b"'></p><a href='/gr\xfc\xdfe'></a><noscript>\x81\xfe</noscript>");
    html.extend(b"<img width=1 alt='\x83\x5c' src=//video.example/xq1 data-service=other>");
    let end = html.windows(4).position(|text| text == b"<img").unwrap();
    for streams in [false, true] {
        let answer = page("text/html", &html, streams, bare()).await;
        assert_eq!(answer.body, html[..end]);
    }
}

#[actix_web::test]
async fn what_is_put_in_is_ascii_if_the_encoding_is_guessed() {
    let html =
        b"<!doctype html><body><p>Gr\xfc\xdfe</p><iframe src=//video.example/></iframe></body>";
    for streams in [false, true] {
        let answer = page("text/html", html, streams, Markup::new()).await;
        let others: Vec<u8> = answer
            .body
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii())
            .collect();
        assert_eq!(others, b"\xfc\xdf");
        assert!(answer.body.len() > 1000, "the banner is there");
    }
}

#[actix_web::test]
async fn a_banner_does_not_hide_a_later_declaration() {
    let html = "<p>x</p><meta charset=gbk><p>y</p>";
    // Whichever pieces the declaration comes in.
    for size in 1..=html.len() {
        let handler = move || {
            let pieces = html.as_bytes().chunks(size).map(Bytes::copy_from_slice);
            let pieces: Vec<Result<Bytes, Error>> = pieces.map(Ok).collect();
            let mut response = HttpResponse::Ok();
            response.insert_header(("Content-Type", "text/html"));
            std::future::ready(response.streaming(futures_util::stream::iter(pieces)))
        };
        let app = answering(consent(Markup::new()), handler).await;
        let answer = Visitor::new().get(&app, "/").await;
        let start = "<p>x</p><meta charset=gbk><section class=\"axc\"";
        assert!(
            answer.text().starts_with(start),
            "{size}: {}",
            answer.text()
        );
    }
    // A whole page whose declaration browsers dispute.
    let disputed = "<p>x</p><meta charset=gbk charset=utf-8>";
    let body = format!("{disputed}<p>y</p>");
    let answer = page("text/html", body.as_bytes(), false, Markup::new()).await;
    let start = format!("{disputed}<section class=\"axc\"");
    assert!(answer.text().starts_with(&start), "{}", answer.text());
    let named = page(
        "text/html; charset=gbk",
        html.as_bytes(),
        true,
        Markup::new(),
    )
    .await;
    assert!(
        named.text().starts_with("<section"),
        "named, it cannot be hidden"
    );
}

#[actix_web::test]
async fn escape_sequences_without_a_charset_are_not_served() {
    let html = b"<p>\x1b$B<!--\x1b(B<img src=//video.example/xq1>";
    listen();
    assert_eq!(whole("text/html", html).await.0, 500);
    let log = logged();
    assert!(
        log.iter().any(|line| line.contains("name the charset")),
        "{log:?}"
    );
    assert_eq!(whole("text/html; charset=utf-8", html).await.0, 200);
}

#[actix_web::test]
async fn a_script_gets_the_charset_as_it_was() {
    let handler = || async {
        HttpResponse::Ok()
            .insert_header(("Content-Type", "text/html"))
            .body("<meta charset=gbk><p>x")
    };
    let app = answering(consent(bare()), handler).await;
    for (destination, kind) in [("empty", "text/html"), ("iframe", "text/html; charset=GBK")] {
        let request = Visitor::new().request(Method::GET, "/");
        let request = request.insert_header(("Sec-Fetch-Dest", destination));
        let answer = send(&app, request).await;
        assert_eq!(answer.header("content-type"), kind, "{destination}");
    }
}
