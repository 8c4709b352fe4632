//! Agreement of `diff` with the server, for visitors who answered the old policy.

use std::collections::BTreeSet;

use actix_consent::{ConsentMiddleware, Policy, SigningKeys};
use actix_web::{
    App,
    http::header::{COOKIE, SET_COOKIE},
    rt::System,
    test::{TestRequest, call_service, init_service, read_body},
};

use super::{
    edits::{ASKS, HARMLESS, after, with_cdn, without_video},
    *,
};

/// Ids of the units that a visitor with one answer to everything is asked about later.
fn asked(old: &str, new: &str, answer: &str) -> BTreeSet<String> {
    let keys = SigningKeys::generate();
    let policy = |text| Policy::parse(text).expect("the policy is valid");
    let server = |text| {
        let consent = ConsentMiddleware::new(policy(text), keys.clone());
        App::new().wrap(consent.expect("the policy can be served"))
    };
    let state = System::new().block_on(async {
        let before = init_service(server(old)).await;
        let request = TestRequest::post().uri("/privacy/choices");
        let request = request.insert_header(("Sec-Fetch-Site", "same-origin"));
        let request = request.insert_header(("Content-Type", "application/json"));
        let body = format!("{{\"action\":\"{answer}\"}}");
        let answered = call_service(&before, request.set_payload(body).to_request()).await;
        let cookies: Vec<&str> = (answered.headers().get_all(SET_COOKIE))
            .map(|cookie| cookie.to_str().expect("text"))
            .map(|cookie| cookie.split(';').next().unwrap_or_default())
            .collect();
        assert!(!cookies.is_empty(), "the answer is kept");
        let after = init_service(server(new)).await;
        let request = TestRequest::get().uri("/privacy/state.json");
        let request = request.insert_header((COOKIE, cookies.join("; ")));
        read_body(call_service(&after, request.to_request()).await).await
    });
    let state: serde_json::Value = serde_json::from_slice(&state).expect("JSON");
    let units = ["categories", "services"].map(|kind| state[kind].as_object().expect("units"));
    let units = units.into_iter().flatten();
    let open = units.filter(|(_, unit)| unit["basis"] == "unanswered");
    open.map(|(id, _)| id.clone()).collect()
}

/// Ids of the units in lines with these prefixes.
fn named(out: &str, starts: &[&str]) -> BTreeSet<String> {
    let lines = out.lines();
    let lines = lines.filter(|line| starts.iter().any(|start| line.starts_with(start)));
    let id = |line: &str| line.split('`').nth(1).map(str::to_owned);
    lines.filter_map(id).collect()
}

#[test]
fn a_server_asks_whom_the_comparison_names_and_about_the_same() {
    let edits = ASKS.into_iter().chain(HARMLESS);
    let mut pairs: Vec<_> = edits.map(|edit| (WHOLE.to_owned(), after(edit))).collect();
    pairs.extend([
        (without_video(), WHOLE.to_owned()),
        (WHOLE.to_owned(), without_video()),
        (with_cdn("necessary"), with_cdn("marketing")),
        (with_cdn("marketing"), with_cdn("necessary")),
    ]);
    let mut asking = 0;
    for (old, new) in &pairs {
        let site = Site::with("old.toml", old);
        site.write("new.toml", new);
        let ran = site.run(&["diff", "old.toml", "new.toml"]);
        let told = named(&ran.out, &["Asked again", "Asked for the first time"]);
        let accepted = asked(old, new, "accept");
        assert_eq!(told, accepted, "{}\n{new}", ran.out);
        assert_eq!(ran.code, i32::from(!accepted.is_empty()), "{}", ran.out);
        // Visitors who rejected everything are asked about new units outside of rejected
        // categories.
        let rejected = asked(old, new, "reject");
        let everyone = ran
            .out
            .contains("including visitors who have answered before");
        assert_eq!(!rejected.is_empty(), everyone, "{}\n{new}", ran.out);
        asking += usize::from(!accepted.is_empty());
    }
    assert_eq!(asking, ASKS.len() + 2, "each edit does what its list says");
}
