//! Bodies that come piece by piece: through the gate as they come.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use actix_consent::markup::Markup;
use actix_web::{
    Error, HttpResponse,
    body::{BodySize, MessageBody},
    dev::Service,
    http::Method,
    web::Bytes,
};

use super::{bare, consent};
use crate::helpers::{Visitor, answering, listen, logged, visitors};

/// A body that counts how often it was asked for more.
struct Pieces {
    left: std::vec::IntoIter<Bytes>,
    asked: Arc<AtomicUsize>,
}

impl MessageBody for Pieces {
    type Error = Error;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Error>>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        Poll::Ready(self.left.next().map(Ok))
    }
}

/// What leaves of a stream, piece by piece, for visitors who have not chosen and who have
/// accepted; the error, where it ends with one; and how much had been asked for at the first byte.
struct Left {
    pieces: Vec<Bytes>,
    error: Option<String>,
    asked_at_first: usize,
}

impl Left {
    fn text(&self) -> String {
        String::from_utf8(self.pieces.concat()).unwrap()
    }
}

async fn streamed(markup: Markup, pieces: Vec<Vec<u8>>) -> [Left; 2] {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = asked.clone();
    let handler = move || {
        let left: Vec<Bytes> = pieces.iter().cloned().map(Bytes::from).collect();
        let body = Pieces {
            left: left.into_iter(),
            asked: counter.clone(),
        };
        std::future::ready(HttpResponse::Ok().content_type("text/html").body(body))
    };
    let app = answering(consent(markup), handler).await;
    let [silent, _, yes] = visitors(&app).await;
    let mut left = Vec::new();
    for visitor in [silent, yes] {
        asked.store(0, Ordering::Relaxed);
        let request = visitor.request(Method::GET, "/").to_request();
        let response = app.call(request).await.unwrap();
        assert_eq!(response.headers().get("content-length"), None);
        let mut body = std::pin::pin!(response.into_body());
        let mut one = Left {
            pieces: Vec::new(),
            error: None,
            asked_at_first: 0,
        };
        while let Some(piece) =
            std::future::poll_fn(|context| body.as_mut().poll_next(context)).await
        {
            match piece {
                Ok(bytes) => {
                    if one.pieces.is_empty() {
                        one.asked_at_first = asked.load(Ordering::Relaxed);
                    }
                    one.pieces.push(bytes);
                }
                Err(error) => {
                    let error: Box<dyn std::error::Error> = error.into();
                    one.error = Some(error.to_string());
                }
            }
        }
        left.push(one);
    }
    left.try_into().unwrap_or_else(|_| panic!("there are two"))
}

fn pieces(text: &str, size: usize) -> Vec<Vec<u8>> {
    text.as_bytes().chunks(size).map(<[u8]>::to_vec).collect()
}

const FRAME: &str = r#"<iframe width=1 src="https://video.example/xq1"></iframe>"#;

#[actix_web::test]
async fn the_first_byte_leaves_before_the_last_is_read() {
    let page = format!(
        "<p>{}</p>{FRAME}<p>{}</p>",
        "a".repeat(1000),
        "b".repeat(1000)
    );
    let [silent, _] = streamed(bare(), pieces(&page, 100)).await;
    assert_eq!(silent.asked_at_first, 1);
    assert!(!silent.text().contains("xq1"));
}

#[actix_web::test]
async fn wherever_it_is_cut_the_same_leaves() {
    let page = format!(
        "<!doctype html><body class='a'><p>ä</p>{FRAME}<script type=text/plain data-category=analytics>\
         x</script><noscript>{FRAME}é</noscript><template data-category=marketing>t</template></body>"
    );
    let [whole, whole_yes] = streamed(bare(), vec![page.clone().into_bytes()]).await;
    assert!(whole_yes.text().contains("xq1") && !whole.text().contains("xq1"));
    for size in 1..page.len() {
        let [silent, yes] = streamed(bare(), pieces(&page, size)).await;
        assert_eq!(silent.text(), whole.text(), "{size}");
        assert_eq!(yes.text(), whole_yes.text(), "{size}");
    }
}

#[actix_web::test]
async fn banner_and_link_are_put_in_wherever_it_is_cut() {
    for page in [
        "<title>x</title><body><p>x</p></body>",
        "<p>no body</p>",
        "text",
    ] {
        for size in [1, 2, 7, 100] {
            let [silent, yes] = streamed(Markup::new(), pieces(page, size)).await;
            let text = silent.text();
            assert_eq!(
                text.matches("<section class=\"axc\" data-consent-banner")
                    .count(),
                1
            );
            assert_eq!(
                text.matches(">Cookie settings</a></p>").count(),
                1,
                "{text}"
            );
            assert_eq!(
                yes.text().matches("role=\"status\"").count(),
                1,
                "the confirmation"
            );
        }
    }
}

#[actix_web::test]
async fn a_link_to_the_settings_that_is_cut_in_two_is_found() {
    let page = "<body><a href=\"/privacy/choices\">x</a></body>";
    for size in 1..page.len() {
        let [_, yes] = streamed(Markup::new().banner(false), pieces(page, size)).await;
        assert_eq!(yes.text(), page, "{size}");
    }
}

#[actix_web::test]
async fn a_tag_that_does_not_end_within_the_limit_ends_the_stream() {
    listen();
    let long = format!(
        "<p>kept</p><img title=\"{}\">{FRAME}",
        "x".repeat(300 * 1024)
    );
    let [silent, _] = streamed(bare(), pieces(&long, 16 * 1024)).await;
    assert_eq!(silent.text(), "<p>kept</p>");
    assert!(silent.error.is_some());
    assert!(
        logged()
            .iter()
            .any(|line| line.starts_with("ERROR GET /: the markup cannot be gated"))
    );
    let fits = format!(
        "<p>kept</p><img title=\"{}\">{FRAME}",
        "x".repeat(100 * 1024)
    );
    let [silent, _] = streamed(bare(), pieces(&fits, 16 * 1024)).await;
    assert!(silent.error.is_none() && silent.text().len() > 100 * 1024);
}

#[actix_web::test]
async fn no_ungated_tail_follows_an_error() {
    let page = format!("<p>kept</p><select><xmp>{FRAME}</xmp></select>{FRAME}<p>tail</p>");
    for size in [1, 10, 1000] {
        let [silent, yes] = streamed(bare(), pieces(&page, size)).await;
        for left in [silent, yes] {
            assert!(left.error.is_some());
            assert!(!left.text().contains("tail") && !left.text().contains("xq1"));
        }
    }
}

#[actix_web::test]
async fn a_stream_that_fails_fails_the_same_way() {
    let handler = || async {
        let pieces: [Result<Bytes, Error>; 2] = [
            Ok(Bytes::from_static(b"<p>a</p>")),
            Err(actix_web::error::ErrorBadGateway("lost")),
        ];
        HttpResponse::Ok()
            .content_type("text/html")
            .streaming(futures_util::stream::iter(pieces))
    };
    let app = answering(consent(bare()), handler).await;
    let request = Visitor::new().request(Method::GET, "/").to_request();
    let response = app.call(request).await.unwrap();
    let read = actix_web::body::to_bytes(response.into_body()).await;
    let error: Box<dyn std::error::Error> = read.expect_err("it fails").into();
    assert_eq!(error.to_string(), "lost");
}

#[actix_web::test]
async fn a_stream_in_wide_letters_is_not_served() {
    for size in [1, 2, 100] {
        let wide: Vec<u8> = "\u{feff}<p>x"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let wide = wide.chunks(size).map(<[u8]>::to_vec).collect();
        let [silent, _] = streamed(bare(), wide).await;
        assert!(silent.error.is_some() && silent.pieces.concat().len() < 2);
    }
}
