//! `consent audit` in a real Chromium, against sites with planted faults, released banners and
//! hostile pages: `cargo test -p consent-cli --test audit -- --include-ignored`
//!
//! Runs a tenth of the corpus; `CONSENT_CORPUS=all` runs all of it and prints missed faults.

#![allow(clippy::unwrap_used, reason = "a test that panics has failed")]
#![allow(unreachable_pub, reason = "nobody reaches into a test binary")]

#[path = "audit/banners.rs"]
mod banners;
mod corpus;
#[path = "audit/formats.rs"]
mod formats;
#[path = "audit/hostile.rs"]
mod hostile;
#[path = "audit/judged.rs"]
mod judged;
#[path = "audit/news_site.rs"]
mod news_site;
#[path = "audit/program.rs"]
mod program;
