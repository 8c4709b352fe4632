//! Answers that are chosen so that their short hash is that of somebody else.

use std::fmt::Write as _;

use actix_consent::{
    Consent, ConsentMiddleware, Policy,
    markup::{CacheMode, Markup},
};
use actix_web::{HttpResponse, http::Method};
use sha2::{Digest, Sha256};

use crate::helpers::{NOTE, Visitor, answering, keys, send};

/// Number of services of the policy.
const SERVICES: u32 = 26;
/// The services to turn on, as bits: then the first 24 bits of the hash of all answers are those of
/// a rejection of everything. Found by trying 12 million sets.
const COLLIDING: u32 = 32_523_688;

fn consent() -> ConsentMiddleware {
    let mut text = "version = 1\nsite.name = \"Example\"\n\
        controller = { name = \"Example Ltd\", email = \"privacy@example.org\" }\n\
        [[category]]\nid = \"marketing\"\ntitle = \"M\"\nsummary = \"m\"\n\
        purposes = [\"advertising\"]\n"
        .to_owned();
    for number in 0..SERVICES {
        let _ = write!(
            text,
            "[[service]]\nid = \"s{number}\"\ncategory = \"marketing\"\nprovider = \"P{number}\"\n"
        );
    }
    let policy = Policy::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let builder = ConsentMiddleware::builder(policy, keys());
    let gated = Markup::new().caches(CacheMode::Key).banner(false);
    builder.markup(gated).build().expect("it can be used")
}

/// The first 24 bits of the hash of the answers, which name a state no more.
fn short(on: u32) -> [u8; 3] {
    let mut hash = Sha256::new();
    hash.update("necessary,rejected,");
    for number in 0..SERVICES {
        let granted = on >> number & 1 == 1;
        hash.update(if granted { "given," } else { "rejected," });
    }
    let digest = hash.finalize();
    [digest[0], digest[1], digest[2]]
}

#[actix_web::test]
async fn chosen_answers_do_not_get_the_key_of_a_rejection() {
    // The control: with 24 bits they would.
    assert_eq!(short(COLLIDING), short(0));
    assert_ne!(short(COLLIDING), short(1));
    let page = async |consent: Consent| {
        HttpResponse::Ok()
            .content_type("text/html")
            .insert_header(("ETag", "\"1\""))
            .insert_header(("Cache-Control", "public, max-age=60"))
            .body(format!("<p>{}", consent.allows("s3")))
    };
    let app = answering(consent(), page).await;
    let (mut attacker, mut victim) = (Visitor::new(), Visitor::new());
    let fields: Vec<String> = (0..SERVICES)
        .map(|number| format!("svc.s{number}"))
        .collect();
    let mut form = vec![("action", "save"), ("cat.marketing", "0")];
    form.extend(fields.iter().enumerate().map(|(at, field)| {
        let on = COLLIDING >> at & 1 == 1;
        (field.as_str(), if on { "1" } else { "0" })
    }));
    attacker.choose(&app, &form).await;
    victim.press(&app, "reject").await;
    let mut told = Vec::new();
    for visitor in [&mut attacker, &mut victim] {
        // Until the confirmation is shown, the key is `new`.
        visitor.cookies.remove(NOTE);
        let page = visitor.get(&app, "/").await;
        let tag = page.header("etag").to_owned();
        let key = visitor.cookies["axc_key"].clone();
        assert!(
            key.len() >= 16 && tag.contains(&key),
            "96 bits: {key} {tag}"
        );
        told.push((page.text().to_owned(), key, tag));
    }
    assert!(told[0].0.starts_with("<p>true") && told[1].0.starts_with("<p>false"));
    assert!(told[0].1 != told[1].1 && told[0].2 != told[1].2, "{told:?}");
    // Under the key of the victim the attacker's page is not shared.
    for (visitor, shared) in [(&attacker, false), (&victim, true)] {
        let request = visitor.request(Method::GET, "/");
        let answer = send(&app, request.insert_header(("X-Consent-Key", &*told[1].1))).await;
        let cached = answer.header("cache-control").contains("s-maxage=60");
        assert_eq!(cached, shared, "{:?}", answer.headers);
    }
}

/// `If-Match` is about the page and not about the state, so the whole name has to come off.
#[actix_web::test]
async fn the_name_of_a_state_comes_off_whole() {
    let page = async |request: actix_web::HttpRequest, _: Consent| {
        let tag = request.headers().get("If-Match");
        let tag = tag.map_or(String::new(), |tag| format!("{tag:?}"));
        HttpResponse::Ok()
            .insert_header(("ETag", "\"1\""))
            .body(tag)
    };
    let app = answering(consent(), page).await;
    let tag = Visitor::new()
        .get(&app, "/")
        .await
        .header("etag")
        .to_owned();
    let cut = format!("{}\"", &tag[..tag.len() - 2]);
    for (tag, restored) in [(tag, true), (cut, false)] {
        let request = Visitor::new().request(Method::PUT, "/");
        let answer = send(&app, request.insert_header(("If-Match", tag.clone()))).await;
        assert_eq!(
            answer.text() == r#""\"1\"""#,
            restored,
            "{tag}: {}",
            answer.text()
        );
    }
}
