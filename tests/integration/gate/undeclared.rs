//! Undeclared cookies: withheld or sent, and reported once.

use std::process::Command;

use actix_consent::{ConsentMiddleware, Policy, Undeclared};
use actix_web::rt::System;
use proptest::prelude::*;

use crate::helpers::{Visitor, builder, consent, keys, listen, logged, policy_with, site_setting};

/// The lines that the log proposes, completed.
fn completed(log: &str) -> String {
    let at = log
        .find("[[cookie]]")
        .unwrap_or_else(|| panic!("no proposal in {log}"));
    let lines = log[at..].replacen('…', "analytics", 1);
    lines.replace('…', "Why.")
}

/// The proposal in the log for a cookie that an application sets.
async fn proposed(name: &[u8]) -> String {
    listen();
    let header = [name, b"=1; Path=/"].concat();
    let app = site_setting(consent(), &[header]).await;
    logged();
    assert_eq!(Visitor::new().get(&app, "/").await.set_cookies(), [""; 0]);
    let log = logged();
    assert_eq!(log.len(), 1, "{log:?}");
    log[0].clone()
}

/// Whether the proposal, pasted, lets the cookie pass once its category is accepted, and removes it
/// when consent is withdrawn.
async fn declares(proposal: &str, name: &[u8]) {
    let consent = ConsentMiddleware::new(policy_with(&completed(proposal)), keys()).expect("valid");
    let header = [name, b"=1; Path=/"].concat();
    let app = site_setting(consent, std::slice::from_ref(&header)).await;
    let mut visitor = Visitor::new();
    let get = async |visitor: &mut Visitor| visitor.get(&app, "/").await.set_cookie_bytes();
    assert_eq!(get(&mut visitor).await, [b""; 0], "it waits for consent");
    visitor.press(&app, "accept").await;
    let sets = get(&mut visitor).await;
    assert!(sets.contains(&header), "{proposal}: {sets:?}");
    let answer = visitor.press(&app, "reject").await;
    let start = [name, b"=;"].concat();
    let removed = |header: &Vec<u8>| header.starts_with(&start);
    assert!(answer.set_cookie_bytes().iter().any(removed), "{proposal}");
}

#[actix_web::test]
async fn the_proposal_for_a_name_with_brackets_declares_it() {
    let name = b"prefs[theme]";
    let log = proposed(name).await;
    assert!(log.contains("name = \"prefs[theme]\""), "{log}");
    declares(&log, name).await;
    // The control: the cookie of another name is none of it.
    let policy = policy_with(&completed(&log));
    assert!(policy.declaration("prefs[lang]").is_none());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_proposal_for_any_name_declares_it(
        name in r#"[!-:<>-~][ -:<>-~é☃\u{202e}]{0,20}[!-:<>-~*\\]"#,
    ) {
        System::new().block_on(async {
            let log = proposed(name.as_bytes()).await;
            prop_assert!(log.is_ascii() || log.replace('…', "").is_ascii(), "{log}");
            declares(&log, name.as_bytes()).await;
            Ok(())
        })?;
    }
}

#[actix_web::test]
async fn a_name_that_is_not_utf_8_is_proposed_as_a_pattern() {
    let log = proposed(b"caf\xe9").await;
    let policy = policy_with(&completed(&log));
    assert!(policy.declaration("caf\u{e9}").is_some(), "{log}");
    let log = proposed(b"a\xe9").await;
    assert!(
        log.contains("another name") && !log.contains("[[cookie]]"),
        "{log}"
    );
}

#[actix_web::test]
async fn a_lost_session_names_its_ready_declaration() {
    let text = include_str!("../consent.toml");
    let bare = text.replace("use = [\"actix-session\"]", "");
    let policy = Policy::parse(&bare).expect("valid");
    let middleware = |policy| ConsentMiddleware::new(policy, keys()).expect("valid");
    for (name, package) in [
        ("id", "actix-session"),
        ("_flash", "actix-web-flash-messages"),
        ("__Host-Csrf-Token", "actix-csrf"),
    ] {
        if policy.declaration(name).is_some() {
            panic!("{name} is declared by the tests' policy");
        }
        listen();
        let header = format!("{name}=1; Path=/");
        let app = site_setting(middleware(policy.clone()), &[header.as_str()]).await;
        logged();
        Visitor::new().get(&app, "/").await;
        let log = logged();
        let line = format!("use = [\"{package}\"]");
        assert!(log.len() == 1 && log[0].contains(&line), "{log:?}");
        // The line, pasted, is the declaration.
        let pasted = bare.replace("[site]\n", &format!("[site]\n{line}\n"));
        let app = site_setting(
            middleware(Policy::parse(&pasted).expect("valid")),
            &[&header],
        )
        .await;
        assert_eq!(
            Visitor::new().get(&app, "/").await.set_cookies(),
            [&*header]
        );
    }
}

#[actix_web::test]
async fn reports_an_undeclared_cookie_once_with_its_declaration() {
    listen();
    let app = site_setting(
        consent(),
        &["basket=SECRET-VALUE; Path=/", "basket=2", "id=1"],
    )
    .await;
    logged();
    let mut visitor = Visitor::new();
    for _ in 0..3 {
        assert_eq!(visitor.get(&app, "/").await.set_cookies(), ["id=1"]);
    }
    let log = logged();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].contains("[[cookie]]\nname = \"basket\""), "{log:?}");
    assert!(log[0].starts_with("WARN"), "{log:?}");
    assert!(!log[0].contains("SECRET"), "{log:?}");
    // The lines are good: with a category and a purpose they are a declaration.
    let lines = &log[0][log[0].find("[[cookie]]").unwrap()..];
    let lines = lines.replacen('…', "analytics", 1).replace('…', "Why.");
    policy_with(&lines);
}

#[actix_web::test]
async fn report_only_mode_passes_undeclared_but_not_rejected_cookies() {
    listen();
    let consent = builder().undeclared(Undeclared::Report).build().unwrap();
    let app = site_setting(consent, &["basket=1", "visits=1"]).await;
    logged();
    let mut visitor = Visitor::new();
    assert_eq!(visitor.get(&app, "/").await.set_cookies(), ["basket=1"]);
    visitor.get(&app, "/").await;
    let log = logged();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].contains("name = \"basket\""), "{log:?}");
}

#[actix_web::test]
async fn a_hundred_undeclared_names_are_reported_and_no_more() {
    listen();
    let cookies: Vec<_> = (0..150).map(|name| format!("name{name}=1")).collect();
    let app = site_setting(consent(), &cookies).await;
    logged();
    assert_eq!(Visitor::new().get(&app, "/").await.set_cookies(), [""; 0]);
    Visitor::new().get(&app, "/").await;
    let log = logged();
    assert_eq!(
        log.iter()
            .filter(|line| line.contains("[[cookie]]"))
            .count(),
        100
    );
}

#[actix_web::test]
async fn nothing_but_token_names_reaches_the_log() {
    listen();
    let app = site_setting(
        consent(),
        &["a\"b]=1", "evil\u{85}line=1", "caf\u{e9}=1", "tab\tin=1"],
    )
    .await;
    logged();
    Visitor::new().get(&app, "/").await;
    let log = logged();
    assert_eq!(log.len(), 4, "{log:?}");
    for (line, name) in log
        .iter()
        .zip(["a\"b]", "evil\u{85}line", "caf\u{e9}", "tab\tin"])
    {
        assert!(!line.contains(name), "{line}");
    }
}

#[actix_web::test]
async fn a_removal_of_an_undeclared_cookie_is_not_reported() {
    listen();
    let app = site_setting(consent(), &["basket=; Max-Age=0", "other=1"]).await;
    logged();
    Visitor::new().get(&app, "/").await;
    let log = logged();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].contains("other"), "{log:?}");
}

#[actix_web::test]
async fn the_environment_overrides_what_becomes_of_undeclared_cookies() {
    // The variable belongs to the process, so each case runs this test again in its own.
    if std::env::var("CONSENT_TEST_CHILD").is_ok() {
        let built = builder().undeclared(Undeclared::Withhold).build();
        let Ok(consent) = built else {
            println!("outcome: {}", built.unwrap_err());
            return;
        };
        let app = site_setting(consent, &["basket=1", "visits=1"]).await;
        let reporting = builder().undeclared(Undeclared::Report).build().unwrap();
        let other = site_setting(reporting, &["basket=1", "visits=1"]).await;
        println!(
            "outcome: {:?} {:?}",
            Visitor::new().get(&app, "/").await.set_cookies(),
            Visitor::new().get(&other, "/").await.set_cookies()
        );
        return;
    }
    let outcome = |value: Option<&str>| {
        let mut child = Command::new(std::env::current_exe().unwrap());
        child
            .args(["--exact", "--nocapture"])
            .arg("gate::undeclared::the_environment_overrides_what_becomes_of_undeclared_cookies")
            .env("CONSENT_TEST_CHILD", "1")
            .env_remove("CONSENT_UNDECLARED");
        child.envs(value.map(|value| ("CONSENT_UNDECLARED", value)));
        let output = child.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let at = text
            .find("outcome: ")
            .unwrap_or_else(|| panic!("no outcome in {text}"));
        text[at + 9..].lines().next().unwrap().to_owned()
    };
    assert_eq!(outcome(None), "[] [\"basket=1\"]");
    assert_eq!(outcome(Some("report")), "[\"basket=1\"] [\"basket=1\"]");
    assert_eq!(outcome(Some("withhold")), "[] []");
    let error = outcome(Some("perhaps"));
    assert!(
        error.contains("CONSENT_UNDECLARED") && error.contains("perhaps"),
        "{error}"
    );
}
