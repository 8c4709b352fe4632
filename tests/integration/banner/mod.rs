//! The banner and the signal: requirements A, F and I, DESIGN's rules 15 and 18, LOOK 10 to 12.

mod confirmation;
mod in_page;
mod late;
mod purposes;
mod question;
mod settings;
mod signal;

use crate::{
    helpers::{Answer, Visitor, consent},
    site::site,
};

/// The part of a page of [`site`] that the library wrote.
fn banner(page: &Answer) -> &str {
    page.text().split_once("<body>").expect("a body").1
}

async fn first_visit() -> String {
    let app = site(consent()).await;
    banner(&Visitor::new().get(&app, "/").await).to_owned()
}

/// The text that a visitor reads.
fn words(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        let skip = after.starts_with("style");
        rest = match skip {
            true => after.split_once("</style>").expect("closed").1,
            false => after.split_once('>').expect("closed").1,
        };
        text.push(' ');
    }
    text.push_str(rest);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The opening tags of this name.
fn tags<'h>(html: &'h str, name: &str) -> Vec<&'h str> {
    let start = format!("<{name}");
    html.match_indices(&start)
        .map(|(at, _)| &html[at..at + html[at..].find('>').expect("closed") + 1])
        .filter(|tag| tag[start.len()..].starts_with([' ', '>']))
        .collect()
}

/// The tags of a piece of HTML, without what stands between them.
fn tags_only(html: &str) -> String {
    let tag = |part: &str| part.split('>').next().unwrap_or_default().to_owned();
    html.split('<')
        .skip(1)
        .map(tag)
        .collect::<Vec<_>>()
        .join("<")
}
