//! `consent policy check`.

use super::*;

fn checked(text: &str, options: &[&str]) -> String {
    let site = Site::with("consent.toml", text);
    let ran = site.run(&[&["check"], options, &["consent.toml"]].concat());
    assert_eq!(ran.err, "", "what is found is what was asked for");
    format!("exit {}\n{}", ran.code, ran.out)
}

#[test]
fn a_clean_policy_is_summed_up_in_one_line() {
    for options in [&[][..], &["--complete"]] {
        insta::allow_duplicates!(insta::assert_snapshot!(checked(WHOLE, options), @r#"
    exit 0
    consent.toml: no faults and no gaps in 3 categories, 1 service, 4 cookies, 1 storage key, 1 embed, 2 languages
    "#));
    }
}

#[test]
fn each_fault_has_a_line_with_its_place_and_a_remedy() {
    let mut faulty = edited("duration = \"1 year\"\n", "");
    for (from, to) in [
        ("id = \"analytics\"", "id = \"Analytics\""),
        ("provider = \"Example Video\"", "provider = \"\""),
        ("version = 2", "version = 0"),
        ("https://video.example\"]", "video\"]"),
    ] {
        faulty = replaced(&faulty, from, to);
    }
    insta::assert_snapshot!(checked(&faulty, &[]), @r#"
    exit 1
    consent.toml:15: error: policy.version: editions are numbered from 1
    consent.toml:32: error: category[0].id: `Analytics` is not an id: use 1 to 40 of a-z, 0-9, `-`, `_`
    consent.toml:46: error: service[0].provider: consent is informed only when the provider is named (Art. 4(11) GDPR)
    consent.toml:54: error: cookie[0].category: the category `analytics` is not declared: add it under [[category]]
    consent.toml:64: error: cookie[2].duration: give its lifetime (C-673/17 Planet49, para. 81)
    consent.toml:74: error: storage[0].category: the category `analytics` is not declared: add it under [[category]]
    consent.toml:80: error: embed[0].frame: `video` is not an origin such as `https://video.example` or `https://*.video.example`
    "#);
    assert!(checked(WHOLE, &[]).starts_with("exit 0"));
}

#[test]
fn what_is_no_toml_and_what_is_no_key_is_a_fault_with_a_line() {
    let misspelt = edited("duration = \"1 year\"", "durations = \"1 year\"");
    insta::assert_snapshot!(checked(&misspelt, &[]), @r#"
    exit 1
    consent.toml:68: error: cookie[2].durations: unknown key `durations`: did you mean `duration`? Known here: `name`, `category`, `service`, `purpose`, `purposes`, `duration`, `path`, `domains`, `partitioned`, `set_by`, `host`, `exemption`, `override_reason`
    "#);
    let cut = edited("provider = \"Example Video\"", "provider = \"Example Video");
    insta::assert_snapshot!(checked(&cut, &[]), @r#"
    exit 1
    consent.toml:46: error: invalid basic string, expected `"`
    "#);
    insta::assert_snapshot!(checked("", &[]), @r#"
    exit 1
    consent.toml: error: version: unknown format: write `version = 1`
    consent.toml: error: site.name: give the name of the site, which the banner shows
    consent.toml: error: controller.name: consent is informed only when visitors know who asks (Art. 4(11) GDPR)
    consent.toml: error: controller.email: give at least one of contact, email, address, phone (Art. 13(1)(a) GDPR)
    "#);
}

const GAPS: [(&str, &str); 5] = [
    ("serves = [\"EU\"]\n", ""),
    ("effective = 2026-11-22\n", ""),
    ("retention = \"7 days.\"\n", ""),
    ("provider_url = \"https://video.example/privacy\"\n", ""),
    ("duration = \"1 year\"", "duration = \"2 years\""),
];

#[test]
fn gaps_are_listed_by_line_and_fail_a_complete_check() {
    let mut text = WHOLE.to_owned();
    for (from, to) in GAPS {
        text = replaced(&text, from, to);
    }
    let told = checked(&text, &[]);
    insta::assert_snapshot!(told, @r#"
    exit 0
    consent.toml:3: warning: site.serves: list the regions where the site is offered, such as ["EU"]
    consent.toml:13: warning: policy.effective: give the day from which the policy applies
    consent.toml:19: warning: processing `server-logs`: write `retention` (Art. 13(2)(a) GDPR)
    consent.toml:40: warning: service `video`: give the provider's page in `provider_url`
    consent.toml:60: warning: cookie `video_pref`: lives for more than 13 months, the longest that authorities accept
    consent.toml: no faults and 5 gaps in 3 categories, 1 service, 4 cookies, 1 storage key, 1 embed, 2 languages
    "#);
    let complete = checked(&text, &["--complete"]);
    let expected = told.replacen("exit 0", "exit 1", 1);
    assert_eq!(complete, expected.replace(" warning: ", " error: "));
    assert!(checked(WHOLE, &["--complete"]).starts_with("exit 0"));
}

#[test]
fn a_gap_of_a_section_that_is_not_written_has_no_line() {
    let (before, from) = WHOLE.split_once("[policy]").expect("there");
    let (_, after) = from.split_once("[[category]]").expect("there");
    let least = format!("{before}[[category]]{after}");
    insta::assert_snapshot!(checked(&least, &[]), @r#"
    exit 0
    consent.toml: warning: policy.effective: give the day from which the policy applies
    consent.toml: warning: policy.provision: state whether visitors have to provide data (Art. 13(2)(e) GDPR)
    consent.toml: warning: policy.automated_decisions: state whether there are automated decisions (Art. 13(2)(f) GDPR)
    consent.toml: warning: processing: describe processing other than by cookies, including server logs (Art. 13(1)(c) GDPR)
    consent.toml: no faults and 4 gaps in 3 categories, 1 service, 4 cookies, 1 storage key, 1 embed, 2 languages
    "#);
}

#[test]
fn a_name_in_a_policy_cannot_add_a_line() {
    let forged = edited(
        "name = \"visits\"",
        "name = \"a\\nconsent.toml: no faults\\u001b[2J\"",
    );
    let told = checked(&forged, &[]);
    assert!(
        told.starts_with("exit 1\nconsent.toml:53: error: cookie[0].name: `a\\n"),
        "{told}"
    );
    assert_eq!(told.lines().count(), 2, "{told}");
    assert!(!told.contains('\u{1b}'), "{told}");
}
