//! Names that fall under several declarations: the strictest reading counts.

use actix_consent::ConsentMiddleware;
use actix_web::{
    App,
    http::{Method, header},
    test, web,
};
use proptest::{prelude::*, test_runner::TestRunner};

use super::{bytes, echo, mark, parsed, seen, with_cookies};
use crate::helpers::{Visitor, keys, policy_with, send};

/// A broad pattern in one category, and a name under it in another.
fn consent() -> ConsentMiddleware {
    let policy = policy_with(
        r#"
[[cookie]]
name = "app*"
category = "preferences"
purpose = "Remembers your settings."
duration = "session"

[[cookie]]
name = "app_ads"
category = "marketing"
purpose = "Remembers which campaign brought you here."
duration = "session"
"#,
    );
    ConsentMiddleware::new(policy, keys()).unwrap()
}

/// The pair of a visitor who accepts these categories and rejects the others.
async fn choice(categories: &[&str]) -> String {
    let app = echo!(consent());
    let fields: Vec<_> = categories
        .iter()
        .map(|category| format!("cat.{category}"))
        .collect();
    let mut form = vec![("action", "save")];
    form.extend(fields.iter().map(|field| (field.as_str(), "1")));
    let mut visitor = Visitor::new();
    visitor.choose(&app, &form).await;
    mark(&visitor)
}

#[actix_web::test]
async fn an_accepted_pattern_does_not_pass_an_encoded_rejected_name() {
    let app = echo!(consent());
    let some = choice(&["preferences"]).await;
    let all = choice(&["preferences", "marketing"]).await;
    for pair in ["app_ads=1", "app%5Fads=1", "%61pp_ads=1", "\u{a0}app_ads=1"] {
        for (choice, passes) in [(&some, false), (&all, true)] {
            let line = format!("{choice}; app_size=2; {pair}");
            let left = format!("{choice}; app_size=2");
            let answer = with_cookies(&app, "/", &bytes(&line)).await;
            assert_eq!(answer.text(), if passes { &line } else { &left }, "{pair}");
            let answer = with_cookies(&app, "/parsed", &bytes(&line)).await;
            let names: Vec<_> = answer.text().split('|').collect();
            assert_eq!(names.contains(&"app_ads"), passes, "{pair}: {names:?}");
            assert!(names.contains(&"app_size"), "{pair}: {names:?}");
        }
    }
}

#[actix_web::test]
async fn two_spellings_of_a_name_do_not_report_a_wrong_order() {
    let app = echo!(consent());
    let choice = choice(&["preferences"]).await;
    for line in [
        "app_ads=1; app%5Fads=2",
        "app%5Fads=1; app_ads=2",
        "visits=1; app%5Fads=2",
        "app_size=1; app%5Fads=2; %61pp_ads=3; app_ads=4",
    ] {
        let line = format!("{choice}; {line}");
        for path in ["/", "/parsed"] {
            let answer = with_cookies(&app, path, &bytes(&line)).await;
            assert_eq!(answer.status, 200, "{line}");
            let has = |name| answer.text().contains(name);
            assert!(!has("ads") && !has("visits"), "{line}: {}", answer.text());
            assert_eq!(has("app_size"), line.contains("app_size"), "{line}");
        }
    }
}

#[actix_web::test]
async fn sweeps_an_encoded_rejected_name_under_an_accepted_pattern() {
    let app = echo!(consent());
    let sweeping = async |categories: &[&str]| {
        let line = format!("{}; app%5Fads=1; app_size=2", choice(categories).await);
        let request = Visitor::new().request(Method::GET, "/");
        let request = request.insert_header(("Sec-Fetch-Dest", "document"));
        send(&app, request.insert_header((header::COOKIE, line))).await
    };
    let answer = sweeping(&["preferences"]).await;
    assert!(answer.removes("app%5Fads"), "{:?}", answer.set_cookies());
    assert!(!answer.removes("app_size"), "{:?}", answer.set_cookies());
    let answer = sweeping(&["preferences", "marketing"]).await;
    assert_eq!(answer.set_cookies(), [""; 0], "the control");
}

// `test` is actix-web's module here.
#[core::prelude::v1::test]
fn actix_parses_accepted_cookies_only_from_any_header() {
    let letter = |letter: char| {
        let byte = letter as u32;
        prop_oneof![
            4 => Just(letter.to_string()),
            1 => Just(format!("%{byte:02x}")),
            1 => Just(format!("%{byte:02X}")),
        ]
    };
    let spelt = move |name: &str| name.chars().map(letter).collect::<Vec<_>>();
    let name = prop::sample::select(vec![
        "app_ads", "app_size", "app", "ap", "appads", "visits", "_ga_X", "id", "display",
    ]);
    let pair = name
        .prop_flat_map(spelt)
        .prop_map(|name| name.concat() + "=1");
    let strategy = prop::collection::vec(pair, 0..6);
    let system = actix_web::rt::System::new();
    let app = system.block_on(async { echo!(consent()) });
    let choice = system.block_on(choice(&["preferences"]));
    let config = ProptestConfig {
        cases: 512,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let outcome = TestRunner::new(config).run(&strategy, |pairs| {
        let line = format!("{choice}; {}", pairs.join("; "));
        let answer = system.block_on(with_cookies(&app, "/parsed", &bytes(&line)));
        prop_assert_eq!(answer.status.as_u16(), 200, "{}", line);
        let plain = |pair: &String| {
            let mut name = pair.trim_end_matches("=1").to_owned();
            for byte in 0x20..0x7f_u8 {
                name = name.replace(&format!("%{byte:02x}"), &(byte as char).to_string());
                name = name.replace(&format!("%{byte:02X}"), &(byte as char).to_string());
            }
            name
        };
        let mut expected: Vec<_> = pairs.iter().map(plain).collect();
        expected.retain(|name| name != "app_ads" && name != "visits" && name != "_ga_X");
        let names = answer.text().split('|');
        let names: Vec<_> = names.filter(|name| *name != "__Host-consent").collect();
        prop_assert_eq!(names, expected, "{}", line);
        Ok(())
    });
    outcome.unwrap();
}
