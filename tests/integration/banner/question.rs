//! The question of a first visit: its buttons, its words, its size.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};

use super::{banner, first_visit, tags, tags_only, words};
use crate::{
    helpers::{Visitor, builder, consent},
    site::{hidden, site, today},
};

fn brotli(text: &str) -> usize {
    let mut out = Vec::new();
    let settings = brotli::enc::BrotliEncoderParams {
        quality: 11,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut text.as_bytes(), &mut out, &settings).expect("memory is enough");
    out.len()
}

#[actix_web::test]
async fn first_visit_accepts_or_rejects_with_one_press() {
    let html = first_visit().await;
    assert_eq!(html.matches("data-consent-banner").count(), 1);
    let buttons = tags(&html, "button");
    assert_eq!(buttons.len(), 2, "{buttons:?}");
    let (reject, accept) = (buttons[0], buttons[1]);
    assert!(
        reject.contains("name=\"action\"") && reject.contains("value=\"reject\""),
        "Reject first"
    );
    assert!(accept.contains("name=\"action\"") && accept.contains("value=\"accept\""));
    assert_eq!(
        reject.replace("reject", "accept"),
        accept,
        "alike but for the value"
    );
    assert!(html.contains(">Reject all</button>") && html.contains(">Accept all</button>"));
    assert!(html.contains("Cookie settings"));
    let form = tags(&html, "form");
    assert_eq!(form.len(), 1);
    assert!(form[0].contains("method=\"post\"") && form[0].contains("action=\"/privacy/choices\""));
    assert_eq!(hidden(&html, "from"), "banner");
}

#[actix_web::test]
async fn banner_names_site_purposes_third_parties_and_withdrawal() {
    let words = words(&first_visit().await);
    for expected in [
        "Cookies on Example News",
        "A necessary cookie keeps your reading list.",
        "remember your settings",
        "count visits",
        "note which campaign brought you here",
        "Example Video",
        "change your mind",
        "Cookie settings",
        "Privacy policy and cookie list",
    ] {
        assert!(words.contains(expected), "{expected}: {words}");
    }
    for never in [
        "legitimate interest",
        "improve your experience",
        "Accept and continue",
    ] {
        assert!(!words.contains(never), "{never}: {words}");
    }
    let html = first_visit().await;
    assert!(
        html.contains("href=\"/privacy\""),
        "to the policy, before any choice"
    );
    assert!(html.contains("href=\"/privacy/choices\""));
}

#[actix_web::test]
async fn the_words_of_the_banner_are_at_most_sixty() {
    let html = first_visit().await;
    let text = html
        .split_once("<p>")
        .expect("a text")
        .1
        .split_once("</p>")
        .expect("closed")
        .0;
    let words = words(text);
    assert!(
        words.split(' ').count() <= 60,
        "{}: {words}",
        words.split(' ').count()
    );
}

#[actix_web::test]
async fn banner_is_a_labelled_region_without_script_or_focus() {
    let html = first_visit().await;
    let section = tags(&html, "section");
    assert_eq!(section.len(), 1);
    assert!(section[0].contains("lang=\"en\""));
    let label = section[0]
        .split("aria-labelledby=\"")
        .nth(1)
        .and_then(|rest| rest.split('"').next());
    let label = label.unwrap_or_else(|| panic!("no label: {}", section[0]));
    assert!(html.contains(&format!("<h2 id=\"{label}\">")));
    for never in [
        "<script",
        "javascript:",
        " on",
        "style=\"",
        "autofocus",
        "aria-modal",
        "dialog",
        "tabindex",
    ] {
        assert!(!tags_only(&html).contains(never), "{never}: {html}");
    }
}

#[actix_web::test]
async fn banner_has_at_most_1000_bytes_and_loads_no_file() {
    for gpc in [false, true] {
        let app = site(consent()).await;
        let mut visitor = Visitor {
            gpc,
            ..Visitor::new()
        };
        let page = visitor.get(&app, "/").await;
        let html = banner(&page);
        let bytes = brotli(html);
        assert!(
            bytes <= 1000,
            "gpc {gpc}: {bytes} bytes by brotli, {} plain",
            html.len()
        );
        for loads in ["src=", "<link", "@import", "url(", "<img", "srcset"] {
            assert!(!html.contains(loads), "{loads}");
        }
    }
}

#[actix_web::test]
async fn a_form_token_hashes_its_text_to_at_least_six_bytes() {
    let app = site(builder().clock(today).build().expect("valid")).await;
    let page = Visitor::new().get(&app, "/").await;
    let asked = hidden(page.text(), "asked");
    let text = asked.split('.').next().expect("a text");
    assert!(
        URL_SAFE_NO_PAD
            .decode(text)
            .is_ok_and(|bytes| bytes.len() >= 6),
        "{asked}"
    );
}
