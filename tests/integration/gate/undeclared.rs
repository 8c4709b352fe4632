//! Undeclared cookies: withheld or sent, and reported once.

use std::process::Command;

use actix_consent::Undeclared;

use crate::helpers::{Visitor, builder, consent, listen, logged, policy_with, site_setting};

#[actix_web::test]
async fn an_undeclared_cookie_is_reported_once_with_the_lines_that_declare_it() {
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
async fn where_undeclared_cookies_are_only_reported_they_leave_and_rejected_ones_do_not() {
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
