use super::*;
use std::time::SystemTime;

const POLICY: &str = r#"
version = 1
[site]
name = "Example"
serves = ["PL", "US"]
[controller]
name = "Example Ltd"
email = "privacy@example.org"
[[category]]
id = "analytics"
title = "Analytics"
summary = "count visits"
purposes = ["usage-analytics"]
[[category]]
id = "marketing"
title = "Marketing"
summary = "note campaigns"
purposes = ["advertising"]
[[cookie]]
name = "visits"
category = "analytics"
purpose = "Counts."
duration = "30 days"
[[cookie]]
name = "tab"
category = "analytics"
purpose = "Counts."
duration = "session"
[[cookie]]
name = "_ga"
category = "analytics"
purpose = "Tells visits apart."
duration = "1 year"
set_by = "script"
[[cookie]]
name = "campaign"
category = "marketing"
purpose = "Remembers the campaign."
duration = "30 days"
[[cookie]]
name = "mp_login"
category = "necessary"
exemption = "authentication"
override_reason = "It only looks like analytics."
purpose = "Keeps you signed in."
duration = "session"
"#;

fn policy() -> Policy {
    Policy::parse(POLICY).expect("the policy is valid")
}

fn rules(findings: &[Finding]) -> Vec<Rule> {
    findings.iter().map(|finding| finding.rule).collect()
}

fn set(state: State, gpc: bool, header: &str) -> Vec<Rule> {
    let policy = policy();
    let cookie = SetCookie::parse(header.as_bytes(), SystemTime::now());
    let visit = Visit::new("GET /", state).gpc(gpc);
    rules(&Judge::new(&policy).observations(&[Observation::new(visit, Seen::Set(cookie))]))
}

/// Attributes without a finding.
fn good(pair: &str) -> String {
    format!("{pair}; Max-Age=60; Path=/; Secure; HttpOnly; SameSite=Lax")
}

#[test]
fn a_cookie_is_judged_by_what_the_visitor_has_said() {
    let only = |category: &str| State::Only(category.to_owned());
    for (state, gpc, cookie, rule) in [
        (
            State::NoChoice,
            false,
            "visits",
            Some(Rule::SetBeforeConsent),
        ),
        (State::WentOn, false, "visits", Some(Rule::SetBeforeConsent)),
        (
            State::Rejected,
            false,
            "visits",
            Some(Rule::SetAfterRejection),
        ),
        (
            State::Withdrawn,
            false,
            "visits",
            Some(Rule::SetAfterRejection),
        ),
        (
            only("marketing"),
            false,
            "visits",
            Some(Rule::SetAfterRejection),
        ),
        (only("analytics"), false, "visits", None),
        (State::Accepted, false, "visits", None),
        (State::Accepted, true, "visits", None),
        (
            State::Accepted,
            true,
            "campaign",
            Some(Rule::SetDespiteSignal),
        ),
        (
            State::NoChoice,
            false,
            "%76isits",
            Some(Rule::SetBeforeConsent),
        ),
    ] {
        let found = set(state.clone(), gpc, &good(&format!("{cookie}=1")));
        assert_eq!(found, Vec::from_iter(rule), "{cookie}, {state}, {gpc}");
    }
}

#[test]
fn silence_is_consent_under_the_implied_model_except_with_gpc() {
    let policy = policy();
    let found = |state, gpc, name: &str| {
        let visit = Visit::new("GET /", state)
            .gpc(gpc)
            .model(ConsentModel::Implied);
        let cookie = SetCookie::parse(good(name).as_bytes(), SystemTime::now());
        rules(&Judge::new(&policy).observations(&[Observation::new(visit, Seen::Set(cookie))]))
    };
    assert_eq!(found(State::WentOn, false, "campaign=1"), []);
    assert_eq!(
        found(State::WentOn, true, "campaign=1"),
        [Rule::SetDespiteSignal]
    );
    assert_eq!(
        found(State::NoChoice, false, "campaign=1"),
        [Rule::SetBeforeConsent]
    );
}

#[test]
fn attribute_rules_find_violations_and_pass_correct_cookies() {
    let long = format!("visits={}", "x".repeat(4091));
    for (header, rules) in [
        (good("visits=1"), &[][..]),
        (good("unknown=1"), &[Rule::Undeclared]),
        (
            "visits=1; Max-Age=2678400; Secure; HttpOnly; SameSite=Lax".to_owned(),
            &[Rule::LivesLonger],
        ),
        (
            "visits=1; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax".to_owned(),
            &[],
        ),
        ("visits=1; Secure; HttpOnly; SameSite=Lax".to_owned(), &[]),
        (good("tab=1"), &[Rule::LivesLonger]),
        ("tab=1; Secure; HttpOnly; SameSite=Strict".to_owned(), &[]),
        (
            "visits=1; HttpOnly; SameSite=Lax".to_owned(),
            &[Rule::NotSecure],
        ),
        (
            "visits=1; Secure; SameSite=Lax".to_owned(),
            &[Rule::NotHttpOnly],
        ),
        ("_ga=1; Secure; SameSite=Lax".to_owned(), &[]),
        ("visits=1; Secure; HttpOnly".to_owned(), &[Rule::NoSameSite]),
        (
            "visits=1; Secure; HttpOnly; SameSite=Other".to_owned(),
            &[Rule::NoSameSite],
        ),
        (
            "visits=1; HttpOnly; SameSite=None".to_owned(),
            &[Rule::NoneWithoutSecure, Rule::NotSecure],
        ),
        ("visits=1; Secure; HttpOnly; SameSite=None".to_owned(), &[]),
        (
            "visits=1; HttpOnly; SameSite=Lax; Partitioned".to_owned(),
            &[Rule::PartitionedWithoutSecure, Rule::NotSecure],
        ),
        (good("__Secure-x=1"), &[Rule::Undeclared]),
        (
            "__Host-x=1; Secure; HttpOnly; SameSite=Lax".to_owned(),
            &[Rule::Undeclared, Rule::PrefixBroken],
        ),
        (good(&long), &[Rule::TooLarge]),
        (good(&long[..4097]), &[]),
        ("unknown=; Max-Age=0".to_owned(), &[]),
    ] {
        let shown = &header[header.len().saturating_sub(70)..];
        assert_eq!(set(State::Accepted, false, &header), rules, "…{shown}");
    }
}

#[test]
fn a_site_without_tls_is_not_asked_for_secure() {
    let policy = policy();
    let cookie = SetCookie::parse(b"visits=1; HttpOnly; SameSite=Lax", SystemTime::now());
    let seen = [Observation::new(
        Visit::new("GET /", State::Accepted),
        Seen::Set(cookie),
    )];
    assert_eq!(
        rules(&Judge::new(&policy).observations(&seen)),
        [Rule::NotSecure]
    );
    assert_eq!(
        rules(&Judge::new(&policy).https(false).observations(&seen)),
        []
    );
}

#[test]
fn judges_readable_and_kept_cookies_like_set_ones() {
    let policy = policy();
    let judge = Judge::new(&policy);
    let found = |state, seen| {
        rules(&judge.observations(&[Observation::new(Visit::new("GET /", state), seen)]))
    };
    let readable = || Seen::Readable("visits".to_owned());
    let kept = || Seen::Kept("visits".to_owned());
    assert_eq!(
        found(State::Withdrawn, readable()),
        [Rule::ReadableWithoutConsent]
    );
    assert_eq!(found(State::Accepted, readable()), []);
    assert_eq!(
        found(State::Withdrawn, Seen::Readable("unknown".to_owned())),
        []
    );
    assert_eq!(found(State::Withdrawn, kept()), [Rule::SurvivesWithdrawal]);
    assert_eq!(
        found(State::Withdrawn, Seen::Kept("mp_login".to_owned())),
        []
    );
    assert_eq!(
        found(State::Accepted, Seen::Withheld("unknown".to_owned())),
        [Rule::UndeclaredWithheld]
    );
}

#[test]
fn the_same_thing_in_two_places_is_one_finding() {
    let policy = policy();
    let seen = |path: &str| {
        Observation::new(
            Visit::new(path, State::Withdrawn),
            Seen::Readable("visits".to_owned()),
        )
    };
    let findings =
        Judge::new(&policy).observations(&[seen("GET /b"), seen("GET /a"), seen("GET /b")]);
    assert_eq!(findings.len(), 1);
    assert_eq!(findings[0].place.to_string(), "GET /a (withdrawn) +1");
}

#[test]
fn only_what_the_server_sets_is_missed_when_it_is_not_seen() {
    let policy = policy();
    let cookie = SetCookie::parse(good("visits=1").as_bytes(), SystemTime::now());
    let seen = Observation::new(Visit::new("GET /", State::Accepted), Seen::Set(cookie));
    let missing = Judge::new(&policy).never_seen(&[seen]);
    let names: Vec<_> = missing
        .iter()
        .map(|finding| finding.subject.as_str())
        .collect();
    assert_eq!(names, ["campaign", "mp_login", "tab"]);
}

#[test]
fn judges_implied_consent_by_the_place_of_the_visitors() {
    let policy = policy();
    let found = |policy: &Policy, placement: Placement| {
        let findings = Judge::new(policy).policy(&[placement]);
        let found = findings
            .into_iter()
            .find(|finding| finding.rule == Rule::ModelUnlawful);
        found.map(|finding| finding.evidence)
    };
    let implied = || Placement::new(ConsentModel::Implied);
    assert_eq!(
        found(&policy, implied()).as_deref(),
        Some("the site is served in PL")
    );
    let placed = |region: &str| found(&policy, implied().in_jurisdiction(region));
    assert_eq!(placed("CH").as_deref(), Some("used for visitors from CH"));
    assert_eq!(placed("US"), None);
    assert_eq!(placed("us-tx"), None);
    let unknown = placed("Germany").expect("nobody knows what is lawful there");
    assert!(unknown.contains("write DE"), "{unknown}");
    assert_eq!(found(&policy, Placement::new(ConsentModel::OptIn)), None);

    let elsewhere = POLICY.replace(r#"["PL", "US"]"#, r#"["US", "JP"]"#).parse();
    assert_eq!(found(&elsewhere.expect("still valid"), implied()), None);
    let nowhere = POLICY.replace(r#"["PL", "US"]"#, "[]").parse();
    assert!(found(&nowhere.expect("still valid"), implied()).is_some());
    let (head, cookies) = POLICY.split_at(POLICY.find("[[category]]").expect("it has one"));
    let necessary = &cookies[cookies.rfind("[[cookie]]").expect("it has one")..];
    let necessary = format!("{head}{necessary}").parse();
    assert_eq!(found(&necessary.expect("still valid"), implied()), None);
}

#[test]
fn gaps_and_overrides_are_listed_as_notes() {
    let policy = policy();
    let findings = Judge::new(&policy).policy(&[]);
    let gap = |finding: &Finding| finding.subject == "controller.authority";
    assert!(findings.iter().any(gap));
    let overridden = findings
        .iter()
        .find(|finding| finding.rule == Rule::Overridden);
    assert_eq!(
        overridden.map(|finding| finding.subject.as_str()),
        Some("mp_login")
    );
    assert!(
        findings
            .iter()
            .all(|finding| finding.severity == Severity::Note)
    );
}
