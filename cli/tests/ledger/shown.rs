//! Texts that visitors were shown.

use std::fs;

use actix_consent::ledger::{Ledger as _, Shown};

use crate::{on_store, run, said, site::Site, with};

fn of(words: &str) -> Shown {
    Shown::new("banner", 2, "en", format!("<p>We count {words}.</p>"))
}

/// A site with a ledger of these texts.
fn keeping(all: &[Shown]) -> Site {
    let site = with([]);
    on_store(&site, async |store| {
        for shown in all {
            store.keep_shown(shown.clone()).await.expect("it is kept");
        }
    });
    site
}

fn shown(site: &Site, hash: &str) -> (i32, String, String) {
    run(site, &["shown", hash])
}

#[test]
fn what_was_shown_is_printed_by_its_hash() {
    let visits = of("visits");
    let site = keeping(&[of("clicks"), visits.clone()]);
    let printed = said(0, "<p>We count visits.</p>\n", "");
    assert_eq!(shown(&site, &visits.hash), printed);
    let nothing = said(1, "", "no text with the hash nothing found\n");
    assert_eq!(shown(&site, "nothing"), nothing);
}

#[test]
fn what_was_changed_is_not_printed() {
    let mut visits = of("visits");
    visits.html = "<p>We count nothing.</p>".to_owned();
    let (code, out, err) = shown(&keeping(&[visits.clone()]), &visits.hash);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("was altered"), "{err}");
}

#[test]
fn what_is_whole_and_stands_under_another_hash_is_not_printed() {
    let (visits, clicks) = (of("visits"), of("clicks"));
    let site = keeping(std::slice::from_ref(&visits));
    // Replace the content of the row with another of the same length.
    let json = |shown: &Shown| serde_json::to_vec(shown).expect("it is JSON");
    let (from, to) = (json(&visits), json(&clicks));
    let path = site.path("ledger.db");
    let mut bytes = fs::read(&path).expect("it is there");
    let at = bytes.windows(from.len()).position(|part| part == from);
    let at = at.expect("a row");
    bytes[at..at + to.len()].copy_from_slice(&to);
    fs::write(&path, bytes).expect("it can be written");
    let (code, out, err) = shown(&site, &visits.hash);
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("was altered"), "{err}");
}
