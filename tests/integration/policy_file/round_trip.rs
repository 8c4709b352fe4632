//! Read, written and built, a policy is the same, and means the same after every release.

use actix_consent::{
    Policy,
    policy::{
        Category, Controller, CookieSpec, Edition, Exemption, LegalBasis, OneOrMany, PolicyError,
        PolicyFile, Processing, ServiceSpec, SetBy, Site, Use,
    },
};

use super::{COOKIE, SERVICE, SMALL};
use crate::helpers::policy;

/// Every kind of entry, with every key.
const WHOLE: &str = r#"
version = 1
[site]
name = { en = "S", pl = "S po polsku" }
origin = "https://s.example:8443"
serves = ["EU", "US-CA"]
languages = ["en", "pl"]
use = ["csrf", { crate = "actix-session", cookie = "sid" }]
[controller]
name = "S Ltd"
contact = "https://s.example/contact"
address = "1 Street"
email = "s@s.example"
phone = "+1"
representative = "R"
dpo = "D"
authority = "A"
[policy]
version = 3
effective = 2026-11-22
changes = { en = "Much.", pl = "Dużo." }
provision = "No."
automated_decisions = "None."
[[processing]]
id = "logs"
purpose = "P."
legal_basis = "public-task"
interest = "I."
data = "D."
recipients = "R."
transfers = "T."
retention = "R."
[[category]]
id = "necessary"
title = "N"
summary = "N."
purposes = ["security", "technical-service"]
[[category]]
id = "ads"
title = "A"
summary = "a"
purposes = ["advertising", { id = "x-own", text = { en = "to own", pl = "aby" } }]
sale_or_share = true
renew = 2
[[service]]
id = "video"
category = "ads"
provider = "V \"quoted\" \\ back"
provider_url = "https://v.example"
access = ["B", "A"]
transfers = "T."
purposes = ["targeted-advertising"]
renew = 1
[[cookie]]
name = "_a_*"
service = "video"
category = "ads"
purpose = "P."
purposes = ["social-media-marketing"]
duration = "1 hour"
path = ["/", "/a"]
domains = ["s.example", ".b.example"]
partitioned = true
set_by = "third-party"
host = "v.example"
[[cookie]]
name = "_gate"
category = "necessary"
purpose = "P."
duration = "session"
path = "/a"
set_by = "script"
exemption = "load-balancing"
override_reason = "It opens a gate."
[[storage]]
kind = "indexed"
key = "k*"
service = "video"
purpose = "P."
duration = "persistent"
[[storage]]
kind = "session"
key = "s"
category = "necessary"
purpose = "P."
duration = "session"
exemption = "media-player"
[[embed]]
service = "video"
script = ["https://s.v.example"]
frame = ["https://f.v.example"]
img = ["https://i.v.example"]
style = ["https://y.v.example"]
font = ["https://t.v.example"]
connect = ["https://c.v.example:444"]
media = ["http://m.v.example"]
"#;

/// What a policy lacks, wherever that is written.
fn lacking(policy: &Policy) -> Vec<(&str, &str)> {
    let gaps = policy.gaps().iter();
    gaps.map(|gap| (&*gap.place, &*gap.message)).collect()
}

#[test]
fn what_is_written_reads_back_the_same() {
    for text in [WHOLE, SMALL, include_str!("../consent.toml")] {
        let policy = Policy::parse(text).unwrap_or_else(|error| panic!("{error}"));
        let written = toml::to_string(policy.file()).expect("it can be written");
        let again = Policy::parse(&written).unwrap_or_else(|error| panic!("{error}\n{written}"));
        assert_eq!(again.file(), policy.file(), "{written}");
        assert_eq!(lacking(&again), lacking(&policy));
        let pretty = toml::to_string_pretty(policy.file()).expect("it can be written");
        assert_eq!(Policy::parse(&pretty).expect(&pretty).file(), policy.file());
        let json = serde_json::to_string(policy.file()).expect("it can be written");
        let file: PolicyFile =
            serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}\n{json}"));
        assert_eq!(&file, policy.file());
        assert_eq!(Policy::try_from(file).expect("valid").file(), policy.file());
        for unit in policy.categories().iter().map(|category| &category.id) {
            assert_eq!(again.fingerprint(unit), policy.fingerprint(unit), "{unit}");
        }
    }
}

/// The same as [`SMALL`] with a cookie and a service, without a text.
#[expect(
    clippy::field_reassign_with_default,
    reason = "one entry of the file a line"
)]
fn built() -> PolicyFile {
    let mut site = Site::default();
    site.name = "S".into();
    let mut controller = Controller::default();
    controller.name = "S Ltd".into();
    controller.email = Some("s@s.example".into());
    let mut analytics = Category::default();
    analytics.id = "analytics".into();
    analytics.title = "Analytics".into();
    analytics.summary = "count visits".into();
    analytics.purposes = vec!["usage-analytics".parse().expect("a purpose")];
    let mut necessary = Category::default();
    necessary.id = "necessary".into();
    let mut service = ServiceSpec::default();
    service.id = "video".into();
    service.category = "analytics".into();
    service.provider = "Video".into();
    let mut visits = CookieSpec::default();
    visits.name = "visits".into();
    visits.category = Some("analytics".into());
    visits.purpose = "Counts.".into();
    visits.duration = Some("30 days".parse().expect("a duration"));
    let mut file = PolicyFile::default();
    file.version = 1;
    file.site = site;
    file.controller = controller;
    file.category = vec![analytics, necessary];
    file.service = vec![service];
    file.cookie = vec![visits];
    file
}

#[test]
#[expect(
    clippy::field_reassign_with_default,
    reason = "one entry of the file a line"
)]
fn a_policy_that_is_built_in_rust_is_the_one_of_the_file() {
    let text = format!("{SMALL}{SERVICE}{COOKIE}");
    let (read, made) = (
        Policy::parse(&text).expect("valid"),
        Policy::try_from(built()).expect("valid"),
    );
    assert_eq!(read.file(), made.file());
    assert_eq!(lacking(&read), lacking(&made));
    for unit in ["necessary", "analytics", "video"] {
        assert!(read.fingerprint(unit).is_some());
        assert_eq!(read.fingerprint(unit), made.fingerprint(unit), "{unit}");
    }
    let mut wrong = built();
    wrong.cookie[0].name = "v*".into();
    wrong.cookie[0].exemption = Some(Exemption::Security);
    wrong.cookie[0].set_by = SetBy::ThirdParty;
    wrong.cookie[0].path = Some(OneOrMany::Many(vec!["/".into(), "x".into()]));
    wrong.site.uses = vec![Use::Named("gone".into())];
    let mut logs = Processing::default();
    logs.id = "logs".into();
    logs.legal_basis = Some(LegalBasis::Consent);
    wrong.processing = vec![logs];
    let mut edition = Edition::default();
    edition.version = 0;
    wrong.policy = edition;
    match Policy::try_from(wrong) {
        Err(PolicyError::Faults(faults)) => {
            let mut places: Vec<_> = faults.iter().map(|fault| fault.place.as_str()).collect();
            places.sort_unstable();
            let expected = [
                "cookie[0].exemption",
                "cookie[0].host",
                "cookie[0].name",
                "cookie[0].path",
                "policy.version",
                "processing[0].purpose",
                "site.use[0]",
            ];
            assert_eq!(places, expected);
            assert!(
                faults.iter().all(|fault| fault.line.is_none()),
                "there is no text"
            );
        }
        other => panic!("{other:?}"),
    }
}

/// Golden: a grant of a year ago has to mean the same after every release. What they depend on is
/// in `stale_tabs` (rule 2). A change here asks every visitor of every site again.
#[test]
fn the_fingerprints_of_a_policy_never_change() {
    let shown = |policy: &Policy, units: &[&str]| -> Vec<String> {
        let shown = units.iter().map(|unit| {
            let fingerprint = policy.fingerprint(unit).unwrap_or_else(|| panic!("{unit}"));
            format!("{unit} {fingerprint}")
        });
        shown.collect()
    };
    let units = [
        "necessary",
        "preferences",
        "analytics",
        "marketing",
        "example-video",
    ];
    insta::assert_snapshot!(shown(&policy(), &units).join("\n"), @r"
    necessary EGaESK
    preferences PQ64VE
    analytics dYYjjU
    marketing MGkG-7
    example-video lzgAvH
    ");
    let whole = Policy::parse(WHOLE).expect("valid");
    insta::assert_snapshot!(shown(&whole, &["necessary", "ads", "video"]).join("\n"), @r"
    necessary -1DzSA
    ads 2a-Uop
    video Q_u075
    ");
}

#[test]
fn a_text_is_read_in_the_language_that_there_is() {
    let policy = Policy::parse(WHOLE).expect("valid");
    let name = &policy.file().site.name;
    for (language, expected) in [
        ("en", "S"),
        ("pl", "S po polsku"),
        ("pl-PL", "S po polsku"),
        ("de", "S"),
    ] {
        assert_eq!(name.get(language), expected, "{language}");
    }
    assert_eq!(policy.language(), "en");
}
