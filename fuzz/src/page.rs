//! Requests that a browser makes for a page, by an independent HTML parser.

use html5ever::{ParseOpts, parse_document, tendril::TendrilSink, tree_builder::TreeBuilderOpts};
use markup5ever_rcdom::{Handle, NodeData, RcDom};
use url::Url;

/// Hosts from which a browser fetches, with scripts on or off. Contents of `<template>` do not
/// count.
pub fn hosts(page: &[u8], scripting: bool) -> Vec<String> {
    let page = String::from_utf8_lossy(page);
    let mut found = Vec::new();
    read(&page, scripting, &mut found);
    let base = Url::parse("https://news.example/report").expect("it is an address");
    let host = |value: &String| {
        let url = base.join(value).ok()?;
        let fetched = matches!(url.scheme(), "http" | "https");
        url.host_str().filter(|_| fetched).map(str::to_owned)
    };
    found.iter().filter_map(host).collect()
}

fn read(page: &str, scripting: bool, found: &mut Vec<String>) {
    let options = ParseOpts {
        tree_builder: TreeBuilderOpts {
            scripting_enabled: scripting,
            ..Default::default()
        },
        ..ParseOpts::default()
    };
    let dom = parse_document(RcDom::default(), options).one(page);
    // Not by recursion: a page can be as deep as it is long.
    let mut nodes: Vec<Handle> = vec![dom.document.clone()];
    while let Some(node) = nodes.pop() {
        look_at(&node, scripting, found);
        nodes.extend(node.children.borrow().iter().cloned());
    }
}

/// Returns whether an HTML element fetches the address in an attribute.
fn is_fetched(tag: &str, attribute: &str) -> bool {
    match attribute {
        "src" => matches!(
            tag,
            "audio"
                | "embed"
                | "frame"
                | "iframe"
                | "img"
                | "input"
                | "script"
                | "source"
                | "track"
                | "video"
        ),
        "srcset" => matches!(tag, "img" | "source"),
        "poster" => tag == "video",
        "data" => tag == "object",
        "background" => matches!(
            tag,
            "body" | "table" | "tbody" | "td" | "tfoot" | "th" | "thead" | "tr"
        ),
        "ping" => matches!(tag, "a" | "area"),
        "href" => matches!(tag, "link" | "base"),
        _ => false,
    }
}

fn look_at(node: &Handle, scripting: bool, found: &mut Vec<String>) {
    let NodeData::Element { name, attrs, .. } = &node.data else {
        return;
    };
    let tag = &*name.local;
    let html = &*name.ns == "http://www.w3.org/1999/xhtml";
    for attribute in attrs.borrow().iter() {
        let value = &*attribute.value;
        let attribute = &*attribute.name.local;
        if html && attribute == "srcdoc" && tag == "iframe" {
            read(value, scripting, found);
        }
        let fetches = match html {
            true => is_fetched(tag, attribute),
            false => attribute == "href" && matches!(tag, "image" | "use" | "script" | "feImage"),
        };
        if fetches && matches!(attribute, "srcset" | "ping") {
            // Where an address ends, it has begun before: at a space, or at a comma.
            found.extend(
                value
                    .split_ascii_whitespace()
                    .map(|piece| piece.trim_matches(',').to_owned()),
            );
        } else if fetches {
            found.push(value.to_owned());
        }
    }
}
