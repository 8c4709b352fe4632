//! The choice that a browser sends: what counts as one, and for how long.

use actix_consent::{
    Consent, ConsentBuilder, ConsentMiddleware, Policy, SigningKey, SigningKeys, choice::Day,
};
use actix_web::{
    App,
    body::MessageBody,
    dev::{Service, ServiceResponse},
    http::{Method, header},
    test, web,
};

use crate::helpers::{
    Answer, Visitor, builder, consent, keys, policy, policy_with, send, visitors,
};

const BOUND: &str = "__Host-consent";

/// Answers with the status and which units are on.
async fn state(consent: Consent) -> String {
    let on =
        ["preferences", "analytics", "marketing", "example-video"].map(|unit| consent.allows(unit));
    let on: String = on.iter().map(|on| if *on { '+' } else { '-' }).collect();
    format!("{:?} {on}", consent.status())
}

macro_rules! site {
    ($consent:expr) => {
        test::init_service(App::new().default_service(web::to(state)).wrap($consent)).await
    };
}

/// The value that a visitor gets who presses a button of a site that is built like this.
async fn value(consent: ConsentMiddleware, action: &str) -> String {
    let app = site!(consent);
    let mut visitor = Visitor::new();
    visitor.press(&app, action).await;
    let name = [BOUND, "consent"]
        .into_iter()
        .find(|name| visitor.cookies.contains_key(*name));
    visitor.cookies[name.unwrap()].clone()
}

async fn read<S, B>(app: &S, cookie: &str) -> Answer
where
    S: Service<actix_http::Request, Response = ServiceResponse<B>, Error = actix_web::Error>,
    B: MessageBody,
{
    let request = Visitor::new().request(Method::GET, "/");
    let answer = send(app, request.insert_header((header::COOKIE, cookie))).await;
    assert_eq!(answer.status, 200, "{cookie}");
    answer
}

fn on(number: u32) -> ConsentBuilder {
    let day: Day = number.to_string().parse().unwrap();
    builder().today(move || day)
}

fn other_key() -> SigningKey {
    SigningKey::from_bytes(&[8; 64]).unwrap()
}

const NO_CHOICE: &str = "Undecided ----";
const ALL: &str = "Decided ++++";
const NONE: &str = "Decided ----";

// What is no choice.

#[actix_web::test]
async fn a_choice_with_any_byte_changed_is_no_choice() {
    let app = site!(consent());
    for (action, read_as) in [("accept", ALL), ("reject", NONE)] {
        let value = value(consent(), action).await;
        assert_eq!(
            read(&app, &format!("{BOUND}={value}")).await.text(),
            read_as,
            "the control"
        );
        for at in 0..value.len() {
            for other in ["A", "B", "0", "_", "-", ".", "=", "%", " "] {
                if &value[at..=at] == other {
                    continue;
                }
                let changed = format!("{}{other}{}", &value[..at], &value[at + 1..]);
                let answer = read(&app, &format!("{BOUND}={changed}")).await;
                assert_eq!(answer.text(), NO_CHOICE, "{at}: {changed} for {value}");
            }
        }
    }
}

#[actix_web::test]
async fn a_truncated_or_lengthened_choice_is_no_choice() {
    let app = site!(consent());
    let value = value(consent(), "accept").await;
    for end in 0..value.len() {
        assert_eq!(
            read(&app, &format!("{BOUND}={}", &value[..end]))
                .await
                .text(),
            NO_CHOICE,
            "{end}"
        );
        assert_eq!(
            read(&app, &format!("{BOUND}={}", &value[end + 1..]))
                .await
                .text(),
            NO_CHOICE,
            "{end}"
        );
    }
    for changed in [
        format!("{value}A"),
        format!("A{value}"),
        format!("{value}{value}"),
        format!("\"{value}\"x"),
    ] {
        assert_eq!(
            read(&app, &format!("{BOUND}={changed}")).await.text(),
            NO_CHOICE,
            "{changed}"
        );
    }
}

#[actix_web::test]
async fn nonsense_is_no_choice_and_no_error() {
    let app = site!(consent());
    let long = "x".repeat(8000);
    for nonsense in [
        "",
        "1",
        "%",
        "%00",
        "\"",
        "null",
        "{\"analytics\":true}",
        "v9999.zzz",
        "=====",
        &long,
    ] {
        assert_eq!(
            read(&app, &format!("{BOUND}={nonsense}")).await.text(),
            NO_CHOICE,
            "{nonsense}"
        );
    }
    let request = Visitor::new().request(Method::GET, "/");
    let bytes = header::HeaderValue::from_bytes(b"__Host-consent=\xff\xfe\x80").unwrap();
    let answer = send(&app, request.insert_header((header::COOKIE, bytes))).await;
    assert_eq!((answer.status.as_u16(), answer.text()), (200, NO_CHOICE));
}

#[actix_web::test]
async fn no_cookie_and_unrelated_cookies_are_no_choice() {
    let app = site!(consent());
    let value = value(consent(), "accept").await;
    for cookie in ["", "id=1", "consent=1"] {
        assert_eq!(read(&app, cookie).await.text(), NO_CHOICE, "{cookie}");
    }
    // Another name, another case, another site's name: the value counts under its own name alone.
    for name in [
        "consent",
        "__host-consent",
        "__Host-Consent",
        "__Host-consent-note",
        "__Host-consent2",
        "x__Host-consent",
    ] {
        assert_eq!(
            read(&app, &format!("{name}={value}")).await.text(),
            NO_CHOICE,
            "{name}"
        );
    }
    assert_eq!(
        read(&app, &format!("{BOUND}={value}")).await.text(),
        ALL,
        "the control"
    );
}

#[actix_web::test]
async fn a_value_signed_for_another_cookie_is_no_choice() {
    let app = site!(consent());
    // The same key, but the value of the unprefixed cookie of a plain-http site.
    let plain = value(builder().plain_http_for_tests(), "accept").await;
    assert_eq!(
        read(&app, &format!("{BOUND}={plain}")).await.text(),
        NO_CHOICE
    );
    let control = site!(builder().plain_http_for_tests());
    assert_eq!(
        read(&control, &format!("consent={plain}")).await.text(),
        ALL
    );
    // And the value of our own other cookie.
    let mut visitor = Visitor::new();
    visitor.press(&app, "accept").await;
    let note = visitor.cookies["__Host-consent-note"].clone();
    assert_eq!(
        read(&app, &format!("{BOUND}={note}")).await.text(),
        NO_CHOICE
    );
}

#[actix_web::test]
async fn a_choice_signed_with_another_key_is_no_choice() {
    let strange =
        || ConsentMiddleware::new(policy(), SigningKeys::new([other_key()]).unwrap()).unwrap();
    let strangers = value(strange(), "accept").await;
    assert_eq!(
        read(&site!(consent()), &format!("{BOUND}={strangers}"))
            .await
            .text(),
        NO_CHOICE
    );
    assert_eq!(
        read(&site!(strange()), &format!("{BOUND}={strangers}"))
            .await
            .text(),
        ALL
    );
}

// Days.

#[actix_web::test]
async fn a_choice_counts_for_its_days_a_yes_and_a_no_alike() {
    for (action, read_as) in [("accept", ALL), ("reject", NONE)] {
        let value = value(on(20_000).build().unwrap(), action).await;
        let cookie = format!("{BOUND}={value}");
        for (day, expected) in [
            (20_000, read_as),
            (20_001, read_as),
            (20_179, read_as),
            (20_181, NO_CHOICE),
            (30_000, NO_CHOICE),
        ] {
            let app = site!(on(day).build().unwrap());
            assert_eq!(
                read(&app, &cookie).await.text(),
                expected,
                "{action} on {day}"
            );
        }
        let longer = site!(on(20_300).validity_days(399).build().unwrap());
        assert_eq!(read(&longer, &cookie).await.text(), read_as);
        let shorter = site!(on(20_005).validity_days(3).build().unwrap());
        assert_eq!(read(&shorter, &cookie).await.text(), NO_CHOICE);
    }
}

#[actix_web::test]
async fn a_day_one_ahead_is_tolerated_and_more_is_no_choice() {
    let app = site!(on(20_000).build().unwrap());
    for (day, expected) in [
        (20_001, ALL),
        (20_002, NO_CHOICE),
        (20_100, NO_CHOICE),
        (29_999, NO_CHOICE),
    ] {
        let value = value(on(day).build().unwrap(), "accept").await;
        assert_eq!(
            read(&app, &format!("{BOUND}={value}")).await.text(),
            expected,
            "{day}"
        );
    }
}

#[actix_web::test]
async fn two_visitors_who_reject_on_one_day_hold_the_same_value() {
    let mut values = Vec::new();
    for _ in 0..3 {
        values.push(value(on(20_000).build().unwrap(), "reject").await);
    }
    assert!(values.iter().all(|value| *value == values[0]), "{values:?}");
    assert_ne!(
        value(on(20_001).build().unwrap(), "reject").await,
        values[0],
        "the control"
    );
}

// Keys.

#[actix_web::test]
async fn an_old_key_still_verifies_and_the_next_choice_is_signed_with_the_newest() {
    let old = value(consent(), "accept").await;
    let first = || SigningKey::from_bytes(&[7; 64]).unwrap();
    let rotated = || {
        ConsentMiddleware::new(policy(), SigningKeys::new([other_key(), first()]).unwrap()).unwrap()
    };
    let newest =
        || ConsentMiddleware::new(policy(), SigningKeys::new([other_key()]).unwrap()).unwrap();
    assert_eq!(
        read(&site!(rotated()), &format!("{BOUND}={old}"))
            .await
            .text(),
        ALL
    );
    assert_eq!(
        read(&site!(newest()), &format!("{BOUND}={old}"))
            .await
            .text(),
        NO_CHOICE
    );
    // A visitor who chooses again gets the new signature.
    let app = site!(rotated());
    let mut visitor = Visitor::new().with(BOUND, &old);
    visitor
        .choose(&app, &[("action", "save"), ("cat.analytics", "1")])
        .await;
    let new = visitor.cookies[BOUND].clone();
    assert_eq!(
        read(&site!(newest()), &format!("{BOUND}={new}"))
            .await
            .text(),
        "Decided -+--"
    );
    assert_eq!(
        read(&site!(consent()), &format!("{BOUND}={new}"))
            .await
            .text(),
        NO_CHOICE
    );
}

// Several choices.

trait PlainHttp {
    fn plain_http_for_tests(self) -> ConsentMiddleware;
}

impl PlainHttp for ConsentBuilder {
    /// The policy of the tests has a partitioned cookie, which plain http cannot have.
    fn plain_http_for_tests(self) -> ConsentMiddleware {
        let text = include_str!("consent.toml").replace("partitioned = true", "");
        let policy = Policy::parse(&text).unwrap();
        ConsentMiddleware::builder(policy, keys())
            .plain_http()
            .build()
            .unwrap()
    }
}

fn plain() -> ConsentMiddleware {
    builder().plain_http_for_tests()
}

/// A choice that grants these categories and rejects the others.
async fn selected(categories: &[&str]) -> String {
    let app = site!(plain());
    let mut visitor = Visitor::new();
    let fields: Vec<_> = categories
        .iter()
        .map(|category| format!("cat.{category}"))
        .collect();
    let mut form = vec![("action", "save")];
    form.extend(fields.iter().map(|field| (field.as_str(), "1")));
    visitor.choose(&app, &form).await;
    visitor.cookies["consent"].clone()
}

#[actix_web::test]
async fn of_several_choices_a_rejection_beats_a_grant() {
    let app = site!(plain());
    let one = selected(&["analytics", "preferences"]).await;
    let other = selected(&["preferences"]).await;
    let all = value(plain(), "accept").await;
    let none = value(plain(), "reject").await;
    for (values, expected) in [
        (vec![&one], "Decided ++--"),
        (vec![&one, &other], "Decided +---"),
        (vec![&other, &one], "Decided +---"),
        (vec![&all, &none], NONE),
        (vec![&none, &all], NONE),
        (vec![&all, &all], ALL),
        (vec![&all, &one, &other], "Decided +---"),
    ] {
        let pairs: Vec<_> = values
            .iter()
            .map(|value| format!("consent={value}"))
            .collect();
        assert_eq!(read(&app, &pairs.join("; ")).await.text(), expected);
        // The same in several header fields, as HTTP/2 may send them.
        let mut request = Visitor::new().request(Method::GET, "/");
        for pair in &pairs {
            request = request.append_header((header::COOKIE, pair.clone()));
        }
        assert_eq!(send(&app, request).await.text(), expected);
    }
}

#[actix_web::test]
async fn a_choice_that_does_not_verify_does_not_count_among_several() {
    let app = site!(plain());
    let all = value(plain(), "accept").await;
    for cookie in [
        format!("consent=junk; consent={all}"),
        format!("consent={all}; consent=junk"),
    ] {
        assert_eq!(read(&app, &cookie).await.text(), ALL);
    }
}

#[actix_web::test]
async fn at_most_four_choices_are_tried() {
    let app = site!(plain());
    let all = value(plain(), "accept").await;
    let with_junk = |before: usize| format!("{}consent={all}", "consent=junk; ".repeat(before));
    assert_eq!(read(&app, &with_junk(3)).await.text(), ALL);
    assert_eq!(read(&app, &with_junk(4)).await.text(), NO_CHOICE);
}

#[actix_web::test]
async fn the_stale_one_of_several_choices_is_cleared() {
    let app = site!(plain());
    let all = value(plain(), "accept").await;
    let none = value(plain(), "reject").await;
    let answer = read(&app, &format!("consent={all}; consent={none}")).await;
    // The combination takes the place of ours, and what may shadow it is removed.
    let kept: Vec<_> = answer.set_cookies_named("consent");
    let (removed, set): (Vec<_>, Vec<_>) = kept
        .into_iter()
        .partition(|header| header.contains("Max-Age=0"));
    assert_eq!(set.len(), 1, "{:?}", answer.set_cookies());
    assert!(!removed.is_empty(), "{:?}", answer.set_cookies());
    assert!(
        removed
            .iter()
            .any(|header| header.contains("Domain=") || !header.contains("Path=/;")),
        "a removal of the same place would remove the new one: {removed:?}"
    );
    let combined = set[0].split(';').next().unwrap();
    assert_eq!(read(&app, combined).await.text(), NONE);
    // The control: one choice is left as it is.
    assert_eq!(
        read(&app, &format!("consent={all}")).await.set_cookies(),
        [""; 0]
    );
}

// Policies that differ.

const EXTRA: &str = r#"
[[category]]
id = "extra"
title = "Extra"
summary = "do more"
purposes = ["service-personalisation"]

[[cookie]]
name = "extra_cookie"
category = "extra"
purpose = "More."
duration = "1 day"
"#;

#[actix_web::test]
async fn answers_for_units_of_another_policy_are_kept() {
    let wide = || ConsentMiddleware::new(policy_with(EXTRA), keys()).unwrap();
    let handler = async |consent: Consent| {
        format!("{} {:?}", consent.allows("extra"), consent.basis("extra"))
    };
    let other =
        test::init_service(App::new().route("/", web::get().to(handler)).wrap(wide())).await;
    let app = site!(consent());
    // Accepted there, changed here, still accepted there.
    let mut yes = Visitor::new();
    yes.press(&other, "accept").await;
    assert_eq!(yes.get(&app, "/").await.text(), ALL);
    yes.choose(&app, &[("action", "save"), ("cat.preferences", "1")])
        .await;
    assert_eq!(yes.get(&app, "/").await.text(), "Decided +---");
    assert_eq!(yes.get(&other, "/").await.text(), "true Some(Given)");
    // Rejected there, accepted here, still rejected there.
    let mut no = Visitor::new();
    no.press(&other, "reject").await;
    no.press(&app, "accept").await;
    assert_eq!(no.get(&app, "/").await.text(), ALL);
    assert_eq!(no.get(&other, "/").await.text(), "false Some(Rejected)");
}

#[actix_web::test]
async fn a_rejection_for_another_policy_is_kept_on_later_days() {
    let wide = |day: u32| {
        let day: Day = day.to_string().parse().unwrap();
        ConsentMiddleware::builder(policy_with(EXTRA), keys())
            .today(move || day)
            .build()
            .unwrap()
    };
    let basis = async |consent: Consent| format!("{:?}", consent.basis("extra"));
    let there = test::init_service(
        App::new()
            .route("/", web::get().to(basis))
            .wrap(wide(20_000)),
    )
    .await;
    let here = site!(on(20_050).build().unwrap());
    let mut no = Visitor::new();
    no.press(&there, "reject").await;
    no.press(&here, "accept").await;
    let later = test::init_service(
        App::new()
            .route("/", web::get().to(basis))
            .wrap(wide(20_060)),
    )
    .await;
    assert_eq!(no.get(&later, "/").await.text(), "Some(Rejected)");
}

#[actix_web::test]
async fn a_category_declared_after_the_choice_is_not_covered_by_it() {
    let app = site!(consent());
    let handler = async |consent: Consent| {
        format!(
            "{} {:?} {}",
            state(consent.clone()).await,
            consent.basis("extra"),
            consent.banner()
        )
    };
    let wide = ConsentMiddleware::new(policy_with(EXTRA), keys()).unwrap();
    let later = test::init_service(App::new().route("/", web::get().to(handler)).wrap(wide)).await;
    let [_, no, yes] = visitors(&app).await;
    for (mut visitor, expected) in [
        (yes, "Undecided ++++ Some(Unanswered)"),
        (no, "Undecided ---- Some(Unanswered)"),
    ] {
        visitor.cookies.remove("__Host-consent-note");
        let answer = visitor.get(&later, "/").await;
        assert!(answer.text().starts_with(expected), "{}", answer.text());
        assert!(answer.text().contains("data-consent-banner"));
        let new = answer
            .text()
            .split("New since you last chose")
            .nth(1)
            .expect("it names what is new");
        let new = new.split(". ").next().unwrap().to_lowercase();
        assert!(new.contains("extra") && !new.contains("analytics"), "{new}");
    }
}

#[actix_web::test]
async fn a_grant_of_another_meaning_is_asked_again_and_the_others_stay() {
    let app = site!(consent());
    let [_, no, yes] = visitors(&app).await;
    let base = include_str!("consent.toml");
    // Each of these changes what a unit means.
    for (from, to, left) in [
        (
            "purposes = [\"usage-analytics\"]",
            "purposes = [\"usage-analytics\", \"service-personalisation\"]",
            "+-++",
        ),
        (
            "purposes = [\"usage-analytics\"]",
            "purposes = [\"usage-analytics\"]\nsale_or_share = true",
            "+-++",
        ),
        (
            "purposes = [\"usage-analytics\"]",
            "purposes = [\"usage-analytics\"]\nrenew = 1",
            "+-++",
        ),
        (
            "provider = \"Example Video\"",
            "provider = \"Other Video\"",
            "+++-",
        ),
        (
            "access = [\"Example Ads\"]",
            "access = [\"Example Ads\", \"More Ads\"]",
            "+++-",
        ),
    ] {
        assert!(base.contains(from));
        let changed = || {
            ConsentMiddleware::new(Policy::parse(&base.replace(from, to)).unwrap(), keys()).unwrap()
        };
        let later = site!(changed());
        let answer = yes.clone().get(&later, "/").await;
        assert_eq!(answer.text(), format!("Undecided {left}"), "{to}");
        // A no stays a no, whatever the unit comes to mean.
        assert_eq!(no.clone().get(&later, "/").await.text(), NONE, "{to}");
        // Answered again, everything is decided.
        let mut yes = yes.clone();
        yes.press(&later, "accept").await;
        assert_eq!(yes.get(&later, "/").await.text(), ALL, "{to}");
    }
    // And these do not.
    for (from, to) in [
        ("title = \"Analytics\"", "title = \"Statistics\""),
        (
            "summary = \"count visits\"",
            "summary = \"count all visits\"",
        ),
        ("purpose = \"Counts your visits.\"", "purpose = \"Counts.\""),
        ("duration = \"30 days\"", "duration = \"20 days\""),
        ("name = \"visits\"", "name = \"visitors\""),
    ] {
        assert!(base.contains(from));
        let changed = Policy::parse(&base.replace(from, to)).unwrap();
        let later = site!(ConsentMiddleware::new(changed, keys()).unwrap());
        assert_eq!(yes.clone().get(&later, "/").await.text(), ALL, "{to}");
    }
}

#[actix_web::test]
async fn the_question_about_a_changed_meaning_names_what_changed() {
    let app = site!(consent());
    let [_, _, yes] = visitors(&app).await;
    let text = include_str!("consent.toml").replace(
        "purposes = [\"usage-analytics\"]",
        "purposes = [\"usage-analytics\"]\nrenew = 1",
    );
    let changed = ConsentMiddleware::new(Policy::parse(&text).unwrap(), keys()).unwrap();
    let handler = async |consent: Consent| consent.banner().to_string();
    let later =
        test::init_service(App::new().route("/", web::get().to(handler)).wrap(changed)).await;
    let mut yes = yes;
    yes.cookies.remove("__Host-consent-note");
    let banner = yes.get(&later, "/").await;
    let new = banner
        .text()
        .split("New since you last chose")
        .nth(1)
        .expect("it names what is new");
    let new = new.split(". ").next().unwrap().to_lowercase();
    assert!(new.contains("analytics"), "{new}");
    assert!(
        !new.contains("marketing") && !new.contains("preferences") && !new.contains("video"),
        "{new}"
    );
}

#[actix_web::test]
async fn the_choice_is_kept_in_a_bound_cookie_that_scripts_cannot_read() {
    let app = site!(consent());
    for action in ["accept", "reject"] {
        let answer = Visitor::new().press(&app, action).await;
        let [cookie] = &answer.set_cookies_named(BOUND)[..] else {
            panic!("{:?}", answer.set_cookies());
        };
        let attributes: Vec<_> = cookie.split("; ").skip(1).collect();
        for attribute in ["HttpOnly", "SameSite=Lax", "Path=/", "Secure"] {
            assert!(attributes.contains(&attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"), "{cookie}");
        let max_age = attributes
            .iter()
            .find_map(|attribute| attribute.strip_prefix("Max-Age="));
        let max_age: u64 = max_age.unwrap().parse().unwrap();
        assert!((180 * 86_400..=400 * 86_400).contains(&max_age), "{cookie}");
        let octets =
            |byte: u8| matches!(byte, 0x21 | 0x23..=0x2b | 0x2d..=0x3a | 0x3c..=0x5b | 0x5d..=0x7e);
        let value = cookie.split(';').next().unwrap().split_once('=').unwrap().1;
        assert!(value.bytes().all(octets) && value.len() <= 200, "{cookie}");
    }
    let plain = site!(plain());
    let answer = Visitor::new().press(&plain, "accept").await;
    let cookie = &answer.set_cookies_named("consent")[0];
    assert!(
        !cookie.contains("Secure") && cookie.contains("HttpOnly"),
        "{cookie}"
    );
    assert!(!answer.sets(BOUND));
}

#[actix_web::test]
async fn granting_what_is_already_granted_sends_nothing() {
    let handler = async |consent: Consent| consent.accept(["analytics"]).await.map(|()| "done");
    let app = test::init_service(
        App::new()
            .route("/", web::post().to(handler))
            .wrap(consent()),
    )
    .await;
    let mut visitor = Visitor::new();
    assert!(visitor.post(&app, "/").await.sets(BOUND));
    let before = visitor.cookies[BOUND].clone();
    let again = visitor.post(&app, "/").await;
    assert!(
        !again.sets(BOUND) || visitor.cookies[BOUND] == before,
        "{:?}",
        again.set_cookies()
    );
}
