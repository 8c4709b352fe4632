//! Whatever a page is made of, and wherever it is cut.

use actix_web::{
    HttpResponse,
    body::{BodyStream, MessageBody},
    rt::System,
    web::Bytes,
};
use html5ever::{ParseOpts, parse_document, tendril::TendrilSink, tree_builder::TreeBuilderOpts};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use proptest::{prelude::*, test_runner::Config};

use super::{bare, consent};
use crate::helpers::{Visitor, answering};

/// Pieces that pages are put together from, whole and broken.
fn piece() -> impl Strategy<Value = String> {
    let address = prop::sample::select(vec![
        "https://video.example/xq1",
        "//VIDEO.example/xq1",
        "https://vid&#101;o.example/xq1",
        "https://a.pixels.example/xq1",
        "\\\\video.example\\xq1",
        "/own",
        "own.png",
        "data:,x",
    ]);
    let quote = prop::sample::select(vec!["", "\"", "'"]);
    let element = prop::sample::select(vec![
        ("iframe", "src"),
        ("script", "src"),
        ("img", "src"),
        ("img", "srcset"),
        ("video", "poster"),
        ("source", "src"),
        ("object", "data"),
        ("embed", "src"),
        ("link", "href"),
        ("base", "href"),
        ("a", "ping"),
        ("input", "src"),
        ("td", "background"),
        ("image", "href"),
        ("IFRAME", "SRC"),
        ("iframe", "srcdoc"),
        ("iframe", "srcdoc=\"<img src=https://video.example/xq1>\" x"),
    ]);
    let mark = prop::sample::select(vec![
        "",
        " data-category=marketing",
        " data-category='analytics marketing'",
        " data-service=example-video",
        " data-category=nope",
        " data-src=/kept",
    ]);
    let fetching =
        (element, address, quote, mark).prop_map(|((tag, attribute), address, quote, mark)| {
            format!("<{tag}{mark} {attribute}={quote}{address}{quote}>")
        });
    let other = prop::sample::select(vec![
        "<p>",
        "</p>",
        "text é",
        "<div>",
        "</div>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<style>",
        "</style>",
        "<noscript>",
        "</noscript>",
        "<template>",
        "</template>",
        "<template data-category=marketing>",
        "<svg>",
        "</svg>",
        "<math>",
        "<mi>",
        "</mi>",
        "<![CDATA[",
        "]]>",
        "<textarea>",
        "</textarea>",
        "<title>",
        "</title>",
        "<select>",
        "</select>",
        "<body>",
        "</body>",
        "<head>",
        "</html>",
        "<table><tr><td>",
        "</table>",
        "<",
        ">",
        "\"",
        "'",
        "=",
        "&",
        "</iframe>",
        "</video>",
        "</object>",
        "<form>",
        "</form>",
        "<desc>",
        "<xmp>",
        "</xmp>",
        "<plaintext>",
        "<br/>",
        "\0",
        "\u{feff}",
    ])
    .prop_map(str::to_owned);
    prop_oneof![2 => fetching, 3 => other]
}

/// What leaves of a page that comes in pieces, or nothing where it ends with an error.
async fn left(pieces: Vec<Vec<u8>>) -> Option<Vec<u8>> {
    let handler = move || {
        let pieces: Vec<Result<Bytes, actix_web::Error>> = pieces
            .iter()
            .cloned()
            .map(|piece| Ok(piece.into()))
            .collect();
        let body = BodyStream::new(futures_util::stream::iter(pieces)).boxed();
        std::future::ready(HttpResponse::Ok().content_type("text/html").body(body))
    };
    let app = answering(consent(bare()), handler).await;
    let request = Visitor::new()
        .request(actix_web::http::Method::GET, "/")
        .to_request();
    let response = actix_web::dev::Service::call(&app, request).await.unwrap();
    let body = actix_web::body::to_bytes(response.into_body()).await;
    body.ok().map(|bytes| bytes.to_vec())
}

/// What a browser would fetch of a page, by an HTML parser of another hand, with scripts on or
/// off. What stands in a `<template>` is not fetched.
pub(super) fn fetched(page: &str, scripting: bool) -> Vec<String> {
    let options = ParseOpts {
        tree_builder: TreeBuilderOpts {
            scripting_enabled: scripting,
            ..Default::default()
        },
        ..ParseOpts::default()
    };
    let dom = parse_document(RcDom::default(), options).one(page);
    let mut found = Vec::new();
    walk(&dom.document, scripting, &mut found);
    found
}

/// Elements that fetch what these attributes name.
const FETCHING: [&str; 14] = [
    "a", "audio", "body", "embed", "iframe", "img", "input", "object", "script", "source", "table",
    "td", "track", "video",
];

fn walk(node: &Handle, scripting: bool, found: &mut Vec<String>) {
    if let NodeData::Element { name, attrs, .. } = &node.data {
        let tag = name.local.to_ascii_lowercase();
        for attribute in attrs.borrow().iter() {
            let fetches = match &*attribute.name.local {
                "src" | "srcset" | "poster" | "data" | "background" | "ping" => {
                    FETCHING.contains(&&*tag)
                }
                "href" => matches!(&*tag, "link" | "base" | "image" | "use" | "script"),
                _ => false,
            };
            if &*attribute.name.local == "srcdoc" {
                found.extend(fetched(&attribute.value, scripting));
            }
            if fetches {
                found.push(format!(
                    "<{tag} {}={}",
                    attribute.name.local, attribute.value
                ));
            }
        }
    }
    for child in node.children.borrow().iter() {
        walk(child, scripting, found);
    }
}

proptest! {
    #![proptest_config(Config { cases: 400, failure_persistence: None, ..Config::default() })]

    #[test]
    fn cut_anywhere_the_same_leaves_or_an_error(
        page in prop::collection::vec(piece(), 1..20),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let page = page.concat().into_bytes();
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(page.len())).collect();
        cuts.extend([0, page.len()]);
        cuts.sort_unstable();
        cuts.dedup();
        let pieces = cuts.windows(2).map(|cut| page[cut[0]..cut[1]].to_vec()).collect();
        let (whole, cut) = System::new().block_on(async {
            (left(vec![page.clone()]).await, left(pieces).await)
        });
        prop_assert!(cut.is_none() || whole.is_none() || cut == whole, "{:?} {:?}",
            cut.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()),
            whole.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()));
    }

    #[test]
    fn no_browser_fetches_an_address_of_a_rejected_service(
        page in prop::collection::vec(piece(), 1..20),
    ) {
        let page = page.concat();
        let Some(left) = System::new().block_on(left(vec![page.clone().into_bytes()])) else {
            return Ok(());
        };
        let left = String::from_utf8_lossy(&left);
        for scripting in [true, false] {
            let found = fetched(&left, scripting);
            prop_assert!(
                !found.iter().any(|found| found.contains("xq1")),
                "{page:?} left {left:?}: {found:?}"
            );
        }
    }
}

#[test]
fn the_other_parser_finds_what_is_not_gated() {
    let page = "<svg><image href=xq1></svg><noscript><img src=xq1></noscript><td background=xq1>\
                <table background=xq1><template><img src=xq1></template>";
    assert_eq!(fetched(page, true).len(), 2);
    assert_eq!(fetched(page, false).len(), 3);
}
