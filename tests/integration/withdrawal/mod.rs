//! What is removed from the browser: on withdrawal, and on later visits.

mod bounds;
mod hosts;
mod sweep;
mod withdrawing;

use std::collections::BTreeSet;

use actix_http::Request;
use actix_web::{
    Error,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    http::{Method, header},
};

use crate::helpers::{Answer, Visitor, send};

const NOTHING: [&str; 0] = [];

/// Paths and domains of the removals of `_ga`.
const GA_PLACES: [(&str, &str); 4] = [
    ("/", ""),
    ("/shop", ""),
    ("/", "news.example"),
    ("/shop", "news.example"),
];

/// Rejects everything in a request to this host.
async fn rejecting_at(
    app: &impl Service<Request, Response = ServiceResponse<impl MessageBody>, Error = Error>,
    visitor: &Visitor,
    host: &str,
) -> Answer {
    let request = visitor
        .request(Method::POST, "/privacy/choices")
        .insert_header((header::HOST, host))
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .set_form([("action", "reject")]);
    let answer = send(app, request).await;
    assert_eq!(answer.status, 303, "{host}");
    answer
}

/// A removal, taken apart: name, path, domain, partitioned, secure.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Removal {
    name: String,
    path: Option<String>,
    domain: Option<String>,
    partitioned: bool,
    secure: bool,
}

/// The removals of an answer, each checked to be one that a browser obeys.
fn removals(answer: &Answer) -> Vec<Removal> {
    let mut all = Vec::new();
    for header in answer.set_cookies() {
        let mut parts = header.split(';').map(str::trim);
        let (name, value) = parts.next().unwrap().split_once('=').unwrap();
        let mut removal = Removal {
            name: name.to_owned(),
            path: None,
            domain: None,
            partitioned: false,
            secure: false,
        };
        let (mut max_age, mut expires) = (None, None);
        for part in parts {
            let (key, value) = part.split_once('=').unwrap_or((part, ""));
            match key.to_ascii_lowercase().as_str() {
                "path" => removal.path = Some(value.to_owned()),
                "domain" => removal.domain = Some(value.to_owned()),
                "partitioned" => removal.partitioned = true,
                "secure" => removal.secure = true,
                "max-age" => max_age = Some(value.to_owned()),
                "expires" => expires = Some(value.to_owned()),
                _ => {}
            }
        }
        if max_age.as_deref() != Some("0") {
            continue;
        }
        assert_eq!(value, "", "{header}");
        assert!(
            expires.is_some_and(|date| date.contains("1970")),
            "{header}"
        );
        assert!(
            removal.path.is_some(),
            "a removal without a path removes another cookie: {header}"
        );
        assert!(
            removal.secure || !removal.partitioned,
            "browsers ignore {header}"
        );
        if name.starts_with("__Host-") {
            assert!(
                removal.secure && removal.path.as_deref() == Some("/"),
                "{header}"
            );
            assert!(removal.domain.is_none(), "{header}");
        }
        all.push(removal);
    }
    let distinct: BTreeSet<_> = all.iter().collect();
    assert_eq!(
        distinct.len(),
        all.len(),
        "a removal is sent twice: {all:?}"
    );
    all
}

/// The paths and domains by which a name is removed.
fn places(answer: &Answer, name: &str) -> BTreeSet<(String, String)> {
    removals(answer)
        .into_iter()
        .filter(|removal| removal.name == name)
        .map(|removal| {
            (
                removal.path.unwrap_or_default(),
                removal.domain.unwrap_or_default(),
            )
        })
        .collect()
}

fn set<const N: usize>(places: [(&str, &str); N]) -> BTreeSet<(String, String)> {
    places
        .into_iter()
        .map(|(path, domain)| (path.to_owned(), domain.to_owned()))
        .collect()
}

fn removed(answer: &Answer) -> BTreeSet<String> {
    removals(answer)
        .into_iter()
        .map(|removal| removal.name)
        .collect()
}

fn names<const N: usize>(names: [&str; N]) -> BTreeSet<String> {
    names.into_iter().map(str::to_owned).collect()
}
