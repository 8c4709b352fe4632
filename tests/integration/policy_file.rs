//! `consent.toml`: what is a fault and on which line, what is a gap, and what a policy says of a
//! cookie: DESIGN, "`consent.toml`", rules 2 and 16; R49 to R51, R97, R102.

use actix_consent::{
    ConsentMiddleware, Policy,
    policy::{
        Category, Controller, CookieSpec, Edition, Exemption, LegalBasis, OneOrMany, PolicyError,
        PolicyFile, Processing, ServiceSpec, SetBy, Site, Use,
    },
};

use crate::helpers::{builder, keys, policy};

/// The smallest policy that says what it gates. Its last line is number 13.
const SMALL: &str = r#"version = 1
[site]
name = "S"
[controller]
name = "S Ltd"
email = "s@s.example"
[[category]]
id = "analytics"
title = "Analytics"
summary = "count visits"
purposes = ["usage-analytics"]
[[category]]
id = "necessary"
"#;

/// A cookie that is right, from line 14 on.
const COOKIE: &str = r#"[[cookie]]
name = "visits"
category = "analytics"
purpose = "Counts."
duration = "30 days"
"#;

const NECESSARY: &str = r#"[[cookie]]
name = "sid"
category = "necessary"
purpose = "Keeps."
duration = "session"
exemption = "user-input"
"#;

const SERVICE: &str = r#"[[service]]
id = "video"
category = "analytics"
provider = "Video"
"#;

const STORAGE: &str = r#"[[storage]]
kind = "local"
key = "scroll"
category = "analytics"
purpose = "Keeps."
duration = "persistent"
"#;

/// Place and line of each fault.
fn faults(text: &str) -> Vec<(String, Option<usize>)> {
    match Policy::parse(text) {
        Ok(_) => Vec::new(),
        Err(PolicyError::Faults(faults)) => faults
            .into_iter()
            .map(|fault| (fault.place, fault.line))
            .collect(),
        Err(other) => panic!("{other}\n{text}"),
    }
}

/// The rows of a table that did not turn out as expected, all of them at once.
#[derive(Default)]
struct Wrong(Vec<String>);

impl Wrong {
    fn unless_equal<T: PartialEq + std::fmt::Debug>(&mut self, row: &str, found: T, expected: T) {
        if found != expected {
            self.0.push(format!("{row}: {found:?}, not {expected:?}"));
        }
    }
}

impl Drop for Wrong {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert!(self.0.is_empty(), "\n{}", self.0.join("\n"));
        }
    }
}

#[test]
fn what_the_tests_start_from_is_valid() {
    for more in ["", COOKIE, NECESSARY, SERVICE, STORAGE] {
        let text = format!("{SMALL}{more}");
        Policy::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
    assert_eq!(SMALL.lines().count(), 13);
}

#[test]
#[rustfmt::skip] // One row a line.
fn every_fault_of_the_head_stops_the_start_at_its_line() {
    let mut wrong = Wrong::default();
    for (name, from, to, place, line) in [
        ("version", "version = 1", "version = 2", "version", Some(1)),
        ("no version", "version = 1", "", "version", None),
        ("site without a name", "name = \"S\"\n", "name = \"\"\n", "site.name", Some(3)),
        ("blank name", "name = \"S\"\n", "name = \" \"\n", "site.name", Some(3)),
        ("origin", "name = \"S\"\n", "name = \"S\"\norigin = \"s.example\"\n", "site.origin", Some(4)),
        ("origin with a path", "name = \"S\"\n", "name = \"S\"\norigin = \"https://s.example/\"\n", "site.origin", Some(4)),
        ("controller without a name", "name = \"S Ltd\"\n", "", "controller.name", Some(4)),
        ("blank controller", "\"S Ltd\"", "\"  \"", "controller.name", Some(5)),
        ("controller without contact", "email = \"s@s.example\"\n", "", "controller.email", Some(4)),
        ("blank contact", "\"s@s.example\"", "\"\"", "controller.email", Some(6)),
        ("edition 0", "[controller]", "[policy]\nversion = 0\n[controller]", "policy.version", Some(5)),
        ("unknown ready declaration", "name = \"S\"\n", "name = \"S\"\nuse = [\"actix-sesion\"]\n", "site.use[0]", Some(4)),
    ] {
        let text = SMALL.replacen(from, to, 1);
        assert_ne!(text, SMALL, "{name}");
        wrong.unless_equal(name, faults(&text), vec![(place.to_owned(), line)]);
    }
}

#[test]
fn without_a_controller_nobody_asks() {
    let text = "version = 1\n[site]\nname = \"S\"\n";
    let places: Vec<_> = faults(text).into_iter().map(|(place, _)| place).collect();
    assert_eq!(places, ["controller.name", "controller.email"]);
}

#[test]
#[rustfmt::skip] // One row a line.
fn every_fault_of_a_category_stops_the_start_at_its_line() {
    let mut wrong = Wrong::default();
    for (name, from, to, place, line) in [
        ("no title", "title = \"Analytics\"\n", "", "category[0].title", 7),
        ("empty title", "\"Analytics\"", "\"\"", "category[0].title", 9),
        ("empty summary", "\"count visits\"", "\"\"", "category[0].summary", 10),
        ("no purposes", "[\"usage-analytics\"]", "[]", "category[0].purposes", 11),
        ("id", "id = \"analytics\"", "id = \"Analytics\"", "category[0].id", 8),
        ("empty id", "id = \"analytics\"", "id = \"\"", "category[0].id", 8),
        ("id with a blank", "id = \"analytics\"", "id = \"a b\"", "category[0].id", 8),
        ("id twice", "id = \"necessary\"", "id = \"analytics\"\ntitle = \"B\"\nsummary = \"b\"\npurposes = [\"advertising\"]", "category[1].id", 13),
        ("analytics as necessary", "id = \"necessary\"", "id = \"necessary\"\npurposes = [\"usage-analytics\"]", "category[1].purposes", 14),
        ("sold as necessary", "id = \"necessary\"", "id = \"necessary\"\nsale_or_share = true", "category[1].sale_or_share", 14),
    ] {
        let text = SMALL.replacen(from, to, 1);
        assert_ne!(text, SMALL, "{name}");
        wrong.unless_equal(name, faults(&text), vec![(place.to_owned(), Some(line))]);
    }
}

#[test]
#[rustfmt::skip] // One row a line.
fn every_fault_of_a_cookie_stops_the_start_at_its_line() {
    let mut wrong = Wrong::default();
    let cases: &[(&str, &str, &str, &str, usize)] = &[
        ("no name", "name = \"visits\"\n", "", "name", 14),
        ("empty name", "\"visits\"", "\"\"", "name", 15),
        ("name with a blank", "\"visits\"", "\"a b\"", "name", 15),
        ("name with an equals sign", "\"visits\"", "\"a=b\"", "name", 15),
        ("name with a semicolon", "\"visits\"", "\"a;b\"", "name", 15),
        ("name that is not ASCII", "\"visits\"", "\"bésuche\"", "name", 15),
        ("asterisk in the middle", "\"visits\"", "\"_ga*x\"", "name", 15),
        ("two asterisks", "\"visits\"", "\"_ga**\"", "name", 15),
        ("asterisk alone", "\"visits\"", "\"*\"", "name", 15),
        ("prefix of one", "\"visits\"", "\"a*\"", "name", 15),
        ("prefix of two", "\"visits\"", "\"_g*\"", "name", 15),
        ("our own", "\"visits\"", "\"__Host-consent\"", "name", 15),
        ("our note", "\"visits\"", "\"consent-note\"", "name", 15),
        ("a pattern over our own", "\"visits\"", "\"cons*\"", "name", 15),
        ("a pattern over our prefixed own", "\"visits\"", "\"__Host-c*\"", "name", 15),
        ("unknown category", "category = \"analytics\"", "category = \"analitics\"", "category", 16),
        ("no category", "category = \"analytics\"\n", "", "category", 14),
        ("unknown service", "category = \"analytics\"", "service = \"video\"", "service", 16),
        ("no purpose", "purpose = \"Counts.\"\n", "", "purpose", 14),
        ("empty purpose", "\"Counts.\"", "\"\"", "purpose", 17),
        ("no duration", "duration = \"30 days\"\n", "", "duration", 14),
        ("persistent", "\"30 days\"", "\"persistent\"", "duration", 18),
        ("exemption of a gated one", "\"30 days\"\n", "\"30 days\"\nexemption = \"security\"\n", "exemption", 19),
        ("third party without host", "\"30 days\"\n", "\"30 days\"\nset_by = \"third-party\"\n", "host", 14),
        ("path", "\"30 days\"\n", "\"30 days\"\npath = \"shop\"\n", "path", 19),
        ("path that ends the attribute", "\"30 days\"\n", "\"30 days\"\npath = \"/a; Domain=x\"\n", "path", 19),
        ("one path of two", "\"30 days\"\n", "\"30 days\"\npath = [\"/\",\n \"shop\"]\n", "path", 19),
        ("domain", "\"30 days\"\n", "\"30 days\"\ndomains = [\"a b\"]\n", "domains", 19),
        ("domain that ends the attribute", "\"30 days\"\n", "\"30 days\"\ndomains = [\"a; Path=/\"]\n", "domains", 19),
        ("__Host- with a domain", "\"visits\"", "\"__Host-v\"\ndomains = [\"s.example\"]", "name", 15),
        ("__Host- with a path", "\"visits\"", "\"__Host-v\"\npath = \"/shop\"", "name", 15),
        ("__Host- with a domain, in other letters", "\"visits\"", "\"__host-v\"\ndomains = [\"s.example\"]", "name", 15),
        ("__Host-Http- with a domain", "\"visits\"", "\"__Host-Http-v\"\ndomains = [\"s.example\"]", "name", 15),
    ];
    for (name, from, to, key, line) in cases {
        let cookie = COOKIE.replacen(from, to, 1);
        assert_ne!(cookie, COOKIE, "{name}");
        let found = faults(&format!("{SMALL}{cookie}"));
        wrong.unless_equal(name, found, vec![(format!("cookie[0].{key}"), Some(*line))]);
    }
}

#[test]
#[rustfmt::skip] // One row a line.
fn a_necessary_cookie_needs_one_reason_and_does_one_thing() {
    let mut wrong = Wrong::default();
    let cases: &[(&str, &str, &str, &str, usize)] = &[
        ("no exemption", "exemption = \"user-input\"\n", "", "exemption", 14),
        ("measures as well", "\"user-input\"\n", "\"user-input\"\npurposes = [\"usage-analytics\"]\n", "purposes", 20),
        ("measures as well, and says why", "\"user-input\"\n", "\"user-input\"\npurposes = [\"security\", \"advertising\"]\noverride_reason = \"because\"\n", "purposes", 20),
        ("known to measure", "\"sid\"", "\"_ga\"", "category", 16),
        ("known to advertise", "\"sid\"", "\"_fbp\"", "category", 16),
        ("a pattern that is known to measure", "\"sid\"", "\"_pk_id*\"", "category", 16),
        ("a reason that says nothing", "\"sid\"", "\"_ga\"\noverride_reason = \" \"", "override_reason", 16),
    ];
    for (name, from, to, key, line) in cases {
        let cookie = NECESSARY.replacen(from, to, 1);
        assert_ne!(cookie, NECESSARY, "{name}");
        let found = faults(&format!("{SMALL}{cookie}"));
        wrong.unless_equal(name, found, vec![(format!("cookie[0].{key}"), Some(*line))]);
    }
    for (name, from, to) in [
        ("a reason", "\"sid\"", "\"_ga\"\noverride_reason = \"It only keeps which door was open.\""),
        ("purposes that are exempt", "\"user-input\"\n", "\"user-input\"\npurposes = [\"security\"]\n"),
        ("authentication", "\"user-input\"", "\"authentication\""),
        ("security", "\"user-input\"", "\"security\""),
        ("media player", "\"user-input\"", "\"media-player\""),
        ("load balancing", "\"user-input\"", "\"load-balancing\""),
        ("interface", "\"user-input\"", "\"interface-customisation\""),
        ("sharing", "\"user-input\"", "\"social-sharing\""),
        // Names that merely start like one that measures.
        ("IDENTITY", "\"sid\"", "\"IDENTITY\""),
        ("_gateway", "\"sid\"", "\"_gateway\""),
    ] {
        let cookie = NECESSARY.replacen(from, to, 1);
        assert_ne!(cookie, NECESSARY, "{name}");
        wrong.unless_equal(name, faults(&format!("{SMALL}{cookie}")), Vec::new());
    }
}

#[test]
fn the_same_pattern_twice_is_a_fault_at_the_second() {
    for name in ["visits", "_ga_*"] {
        let cookie = COOKIE.replacen("visits", name, 1);
        let found = faults(&format!("{SMALL}{cookie}{cookie}"));
        assert_eq!(found, [("cookie[1].name".to_owned(), Some(20))], "{name}");
    }
    // Other letters, or a pattern beside a name, are something else.
    for (one, other) in [("visits", "Visits"), ("_ga", "_ga*"), ("_ga_*", "_ga*")] {
        let (one, other) = (
            COOKIE.replacen("visits", one, 1),
            COOKIE.replacen("visits", other, 1),
        );
        assert_eq!(faults(&format!("{SMALL}{one}{other}")), []);
    }
}

#[test]
#[rustfmt::skip] // One row a line.
fn every_fault_of_a_service_stops_the_start_at_its_line() {
    let mut wrong = Wrong::default();
    for (name, from, to, place, line) in [
        ("unknown category", "\"analytics\"", "\"analitics\"", "service[0].category", 16),
        ("no category", "category = \"analytics\"\n", "", "service[0].category", 14),
        ("no provider", "provider = \"Video\"\n", "", "service[0].provider", 14),
        ("blank provider", "\"Video\"", "\" \"", "service[0].provider", 17),
        ("id of a category", "\"video\"", "\"analytics\"", "service[0].id", 15),
        ("id of the exempt one", "\"video\"", "\"necessary\"", "service[0].id", 15),
        ("id", "\"video\"", "\"Video!\"", "service[0].id", 15),
        ("advertising as necessary", "category = \"analytics\"", "category = \"necessary\"\npurposes = [\"advertising\"]", "service[0].purposes", 17),
    ] {
        let service = SERVICE.replacen(from, to, 1);
        assert_ne!(service, SERVICE, "{name}");
        let found = faults(&format!("{SMALL}{service}"));
        wrong.unless_equal(name, found, vec![(place.to_owned(), Some(line))]);
    }
    let found = faults(&format!("{SMALL}{SERVICE}{SERVICE}"));
    assert_eq!(found, [("service[1].id".to_owned(), Some(19))]);
    let cookie = COOKIE.replace(
        "category = \"analytics\"",
        "service = \"video\"\ncategory = \"necessary\"",
    );
    let found = faults(&format!("{SMALL}{SERVICE}{cookie}"));
    assert_eq!(
        found,
        [("cookie[0].category".to_owned(), Some(21))],
        "its service is elsewhere"
    );
}

#[test]
#[rustfmt::skip] // One row a line.
fn every_fault_of_storage_embeds_and_processing_stops_the_start_at_its_line() {
    let mut wrong = Wrong::default();
    for (name, from, to, place, line) in [
        ("no key", "key = \"scroll\"\n", "", "storage[0].key", 14),
        ("asterisk alone", "\"scroll\"", "\"*\"", "storage[0].key", 16),
        ("unknown category", "\"analytics\"", "\"analitics\"", "storage[0].category", 17),
        ("no purpose", "purpose = \"Keeps.\"\n", "", "storage[0].purpose", 14),
        ("no duration", "duration = \"persistent\"\n", "", "storage[0].duration", 14),
        ("exemption of a gated one", "\"persistent\"\n", "\"persistent\"\nexemption = \"security\"\n", "storage[0].exemption", 20),
        ("no exemption", "\"analytics\"", "\"necessary\"", "storage[0].exemption", 14),
    ] {
        let storage = STORAGE.replacen(from, to, 1);
        assert_ne!(storage, STORAGE, "{name}");
        let found = faults(&format!("{SMALL}{storage}"));
        wrong.unless_equal(name, found, vec![(place.to_owned(), Some(line))]);
    }
    let found = faults(&format!("{SMALL}{STORAGE}{STORAGE}"));
    assert_eq!(found, [("storage[1].key".to_owned(), Some(22))]);
    for (embed, place, line) in [
        ("[[embed]]\nservice = \"gone\"\n", "embed[0].service", 19),
        ("[[embed]]\nservice = \"video\"\nframe = [\"video.example\"]\n", "embed[0].frame", 20),
        ("[[embed]]\nservice = \"video\"\nscript = [\"https://v.example\", \"https://v.example/a.js\"]\n", "embed[0].script", 20),
        ("[[embed]]\nservice = \"video\"\nimg = [\"*\"]\n", "embed[0].img", 20),
        ("[[embed]]\nservice = \"video\"\nimg = [\"https://a.example; script-src *\"]\n", "embed[0].img", 20),
    ] {
        let found = faults(&format!("{SMALL}{SERVICE}{embed}"));
        wrong.unless_equal(embed, found, vec![(place.to_owned(), Some(line))]);
    }
    for (entry, place, line) in [
        ("[[processing]]\nid = \"logs\"\n", "processing[0].purpose", 14),
        ("[[processing]]\npurpose = \"P.\"\n", "processing[0].id", 14),
        ("[[processing]]\nid = \"a\"\npurpose = \"P.\"\n[[processing]]\nid = \"a\"\npurpose = \"P.\"\n", "processing[1].id", 18),
    ] {
        let found = faults(&format!("{SMALL}{entry}"));
        wrong.unless_equal(entry, found, vec![(place.to_owned(), Some(line))]);
    }
}

#[test]
fn all_faults_of_meaning_are_reported_together() {
    let text = SMALL
        .replace("\"S Ltd\"", "\"\"")
        .replace("[\"usage-analytics\"]", "[]");
    let cookie = COOKIE
        .replace("\"analytics\"", "\"gone\"")
        .replace("visits", "v*");
    let other = COOKIE
        .replace("\"30 days\"", "\"persistent\"")
        .replace("visits", "w");
    let text = format!("{text}{cookie}{other}");
    let found = faults(&text);
    let expected = [
        ("controller.name", 5),
        ("category[0].purposes", 11),
        ("cookie[0].name", 15),
        ("cookie[0].category", 16),
        ("cookie[1].duration", 23),
    ];
    let expected: Vec<_> = expected
        .map(|(place, line)| (place.to_owned(), Some(line)))
        .into();
    assert_eq!(found, expected, "in the order of the file");
    let shown = Policy::parse(&text).expect_err("faults").to_string();
    for (place, line) in found {
        assert!(
            shown.contains(&format!("line {}: {place}: ", line.expect("a line"))),
            "{shown}"
        );
    }
}

#[test]
fn lines_are_right_whatever_the_file_looks_like() {
    let strange = "# [[cookie]]\n\nversion = 1\nsite.name = '''\n[[cookie]]\nname = \"x\"\n'''\n\
                   controller = { name = \"S\", email = \"s@s.example\" }\n\n\
                   category = [\n  { id = \"a\", title = \"A\", summary = \"a\", purposes = [\"advertising\"] },\n\
                   \x20 { id = \"b\", title = \"\", summary = \"b\", purposes = [\"advertising\"] },\n]\n\
                   cookie = [\n  # none\n  { name = \"a*\", category = \"a\", purpose = \"P\", duration = \"1 day\" },\n]\n";
    let found = faults(strange);
    let expected = [("category[1].title", 12), ("cookie[0].name", 16)];
    let expected: Vec<_> = expected
        .map(|(place, line)| (place.to_owned(), Some(line)))
        .into();
    assert_eq!(found, expected, "{strange}");
    let windows = format!("{SMALL}{COOKIE}")
        .replace("visits", "v*")
        .replace('\n', "\r\n");
    assert_eq!(faults(&windows), [("cookie[0].name".to_owned(), Some(15))]);
}

#[test]
#[rustfmt::skip] // One row a line.
fn unknown_keys_and_wrong_types_are_errors_at_their_line() {
    let mut wrong = Wrong::default();
    for (name, text, line, word) in [
        ("not TOML", "version = \n".to_owned(), 1, ""),
        ("at the top", format!("titel = 1\n{SMALL}"), 1, "titel"),
        ("in site", SMALL.replace("name = \"S\"\n", "name = \"S\"\nnaem = \"S\"\n"), 4, "naem"),
        ("in controller", SMALL.replace("email", "e-mail"), 6, "e-mail"),
        ("in policy", format!("{SMALL}[policy]\nnumber = 1\n"), 15, "number"),
        ("in a category", SMALL.replace("summary", "sumary"), 10, "sumary"),
        ("in a cookie", format!("{SMALL}{}", COOKIE.replace("duration", "max_age")), 18, "max_age"),
        ("in a service", format!("{SMALL}{}", SERVICE.replace("provider", "vendor")), 17, "vendor"),
        ("in storage", format!("{SMALL}{}", STORAGE.replace("kind", "type")), 15, "type"),
        ("in an embed", format!("{SMALL}[[embed]]\nservice = \"a\"\nobject = []\n"), 16, "object"),
        ("in processing", format!("{SMALL}[[processing]]\nid = \"a\"\nbasis = \"consent\"\n"), 16, "basis"),
        ("in a purpose", SMALL.replace("[\"usage-analytics\"]", "[{ id = \"x-a\", text = \"to a\", txet = \"b\" }]"), 11, "txet"),
        ("in use", SMALL.replace("name = \"S\"\n", "name = \"S\"\nuse = [{ crate = \"csrf\", cookie = \"c\", cokie = \"d\" }]\n"), 4, "cokie"),
        ("a misspelt table", format!("{SMALL}[[cookies]]\nname = \"a\"\n"), 14, "cookies"),
        ("version as a string", SMALL.replace("version = 1", "version = \"1\""), 1, ""),
        ("a list for a string", SMALL.replace("\"S Ltd\"", "[\"S Ltd\"]"), 5, ""),
        ("a string for a list", SMALL.replace("[\"usage-analytics\"]", "\"usage-analytics\""), 11, ""),
        ("a table for a list of tables", format!("{SMALL}[cookie]\nname = \"a\"\n"), 14, ""),
        ("a purpose that is none", SMALL.replace("usage-analytics", "usage-analytic"), 11, "usage-analytics"),
        ("an own purpose without words", SMALL.replace("usage-analytics", "x-count"), 11, "text"),
        ("an own purpose with empty words", SMALL.replace("\"usage-analytics\"", "{ id = \"x-a\", text = \"\" }"), 11, ""),
        ("an own purpose without x-", SMALL.replace("\"usage-analytics\"", "{ id = \"count\", text = \"to count\" }"), 11, "x-"),
        ("a duration that is none", format!("{SMALL}{}", COOKIE.replace("30 days", "30 dayz")), 18, "30 dayz"),
        ("a duration of nothing", format!("{SMALL}{}", COOKIE.replace("30 days", "0 days")), 18, "0 days"),
        ("a negative duration", format!("{SMALL}{}", COOKIE.replace("30 days", "-1 days")), 18, "-1 days"),
        ("a duration as a number", format!("{SMALL}{}", COOKIE.replace("\"30 days\"", "30")), 18, ""),
        ("an exemption that is none", format!("{SMALL}{}", NECESSARY.replace("user-input", "needed")), 19, "needed"),
        ("a setter that is none", format!("{SMALL}{COOKIE}set_by = \"client\"\n"), 19, "client"),
        ("a legal basis that is none", format!("{SMALL}[[processing]]\nid = \"a\"\npurpose = \"P\"\nlegal_basis = \"interest\"\n" ), 17, "interest"),
        ("a day that is none", format!("{SMALL}[policy]\neffective = \"22 November\"\n"), 15, ""),
        ("a key twice", SMALL.replace("name = \"S\"\n", "name = \"S\"\nname = \"T\"\n"), 4, ""),
    ] {
        assert_ne!(text, SMALL, "{name}");
        match Policy::parse(&text) {
            Err(PolicyError::Syntax { line: at, message }) => {
                wrong.unless_equal(name, at, line);
                wrong.unless_equal(&format!("{name}: {message}"), message.contains(word), true);
            }
            Err(other) => wrong.0.push(format!("{name}: no syntax error: {other}")),
            Ok(_) => wrong.0.push(format!("{name}: valid")),
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = Policy::load("/no/such/consent.toml").expect_err("it is not there");
    assert!(matches!(error, PolicyError::Read { .. }));
    assert!(
        error.to_string().contains("/no/such/consent.toml"),
        "{error}"
    );
    assert!(std::error::Error::source(&error).is_some());
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/integration/consent.toml"
    );
    assert_eq!(
        Policy::load(path).expect("it is there").file(),
        policy().file()
    );
}

#[test]
#[rustfmt::skip] // One row a line.
fn a_partitioned_cookie_on_plain_http_stops_the_start() {
    let cookie = format!("{SMALL}{COOKIE}partitioned = true\n");
    let policy = Policy::parse(&cookie).expect("it depends on the scheme");
    for (built, works) in [
        (ConsentMiddleware::new(policy.clone(), keys()), true),
        (ConsentMiddleware::builder(policy.clone(), keys()).plain_http().build(), false),
        (ConsentMiddleware::builder(policy.clone(), keys()).origin("http://s.example").build(), false),
        (ConsentMiddleware::builder(policy.clone(), keys()).origin("https://s.example").build(), true),
    ] {
        assert_eq!(built.is_ok(), works, "{built:?}");
        if let Err(error) = built {
            assert!(error.to_string().contains("visits"), "{error}");
        }
    }
}

#[test]
fn editions_have_to_be_numbered_upwards() {
    let edition = |version: u32| {
        Policy::parse(&format!("{SMALL}[policy]\nversion = {version}\n")).expect("valid")
    };
    for (earlier, works) in [
        (&[1][..], true),
        (&[], true),
        (&[2], false),
        (&[3], false),
        (&[1, 1], false),
    ] {
        let mut builder = builder();
        for version in earlier {
            builder = builder.earlier(edition(*version));
        }
        assert_eq!(builder.build().is_ok(), works, "{earlier:?} before 2");
    }
}

/// What Art. 13 GDPR asks for, each with what is left out to miss it.
#[test]
fn gaps_do_not_stop_the_start_unless_the_policy_has_to_be_complete() {
    let whole = policy();
    assert_eq!(whole.gaps(), [], "the tests' policy is complete");
    assert!(whole.complete().is_ok());
    for (line, place) in [
        ("serves = [\"EU\"]\n", "site.serves"),
        ("effective = 2026-11-22\n", "policy.effective"),
        (
            "changes = \"The campaign cookie is new.\"\n",
            "policy.changes",
        ),
        (
            "authority = \"the data protection authority of your country\"\n",
            "controller.authority",
        ),
        (
            "provision = \"You do not have to give us any data.\"\n",
            "policy.provision",
        ),
        (
            "automated_decisions = \"There are none.\"\n",
            "policy.automated_decisions",
        ),
        (
            "legal_basis = \"legitimate-interests\"\n",
            "processing `server-logs`",
        ),
        (
            "interest = \"A site that works.\"\n",
            "processing `server-logs`",
        ),
        (
            "data = \"Path, status and time of each request.\"\n",
            "processing `server-logs`",
        ),
        ("recipients = \"Nobody.\"\n", "processing `server-logs`"),
        (
            "transfers = \"None.\"\nretention",
            "processing `server-logs`",
        ),
        ("retention = \"7 days.\"\n", "processing `server-logs`"),
        (
            "provider_url = \"https://video.example/privacy\"\n",
            "service `example-video`",
        ),
        ("transfers = \"None.\"\npurposes", "service `example-video`"),
    ] {
        let keep = line.rsplit_once('\n').map_or("", |(_, keep)| keep);
        let text = include_str!("consent.toml").replacen(line, keep, 1);
        assert_ne!(text, include_str!("consent.toml"), "{line}");
        let policy = Policy::parse(&text).unwrap_or_else(|error| panic!("{line}: {error}"));
        let places: Vec<_> = policy.gaps().iter().map(|gap| gap.place.clone()).collect();
        assert_eq!(places, [place], "{line}");
        assert!(
            ConsentMiddleware::new(policy.clone(), keys()).is_ok(),
            "{line}"
        );
        let error = policy.complete().expect_err(line);
        assert!(
            matches!(&error, PolicyError::Gaps(gaps) if gaps.len() == 1),
            "{line}: {error}"
        );
        assert!(error.to_string().contains(place), "{line}: {error}");
    }
    let text = include_str!("consent.toml").replacen("\"13 months\"", "\"2 years\"", 1);
    let long = Policy::parse(&text).expect("valid");
    assert_eq!(long.gaps().len(), 1, "R: at most 13 months");
}

#[test]
fn an_empty_text_is_a_gap_like_one_that_is_missing() {
    let mut wrong = Wrong::default();
    for (line, empty) in [
        (
            "provision = \"You do not have to give us any data.\"",
            "provision = \"\"",
        ),
        ("retention = \"7 days.\"", "retention = \" \""),
        (
            "authority = \"the data protection authority of your country\"",
            "authority = \"\"",
        ),
        ("interest = \"A site that works.\"", "interest = \"\""),
        (
            "changes = \"The campaign cookie is new.\"",
            "changes = \"\"",
        ),
    ] {
        let text = include_str!("consent.toml").replacen(line, empty, 1);
        assert_ne!(text, include_str!("consent.toml"), "{line}");
        let gaps = Policy::parse(&text).expect("valid").gaps().len();
        wrong.unless_equal(empty, gaps, 1);
    }
}

#[test]
fn ready_declarations_name_what_actix_sites_send() {
    let mut wrong = Wrong::default();
    let with = |uses: &str| {
        Policy::parse(&SMALL.replace("name = \"S\"\n", &format!("name = \"S\"\nuse = [{uses}]\n")))
    };
    let all = r#""actix-session", "actix-identity", "actix-web-flash-messages", "csrf""#;
    let policy = with(all).expect("valid");
    for name in ["id", "_flash", "__Host-Csrf-Token"] {
        let cookie = policy.declaration(name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(policy.category_of(cookie), "necessary");
        assert!(cookie.exemption.is_some());
        assert!(!cookie.purpose.is_empty());
    }
    let renamed =
        with(r#"{ crate = "actix-session", cookie = "newsroom_session" }, "csrf""#).expect("valid");
    assert!(renamed.declaration("newsroom_session").is_some());
    assert!(
        renamed.declaration("id").is_none(),
        "not under the old name as well"
    );
    for (uses, place) in [
        (
            r#"{ crate = "actix-session", cookie = "a b" }"#,
            "site.use[0]",
        ),
        (
            r#""csrf", { crate = "actix-session", cookie = "__Host-consent" }"#,
            "site.use[1]",
        ),
        (
            r#"{ crate = "actix-sesion", cookie = "sid" }"#,
            "site.use[0]",
        ),
        (
            r#"{ crate = "actix-session", cookie = "_ga" }"#,
            "site.use[0]",
        ),
        (
            r#"{ crate = "actix-session", cookie = "sid*" }"#,
            "site.use[0]",
        ),
    ] {
        let text = SMALL.replace("name = \"S\"\n", &format!("name = \"S\"\nuse = [{uses}]\n"));
        let found = faults(&text)
            .into_iter()
            .map(|(at, line)| (at.starts_with(place), line));
        wrong.unless_equal(uses, found.collect(), vec![(true, Some(4))]);
    }
    // What the site says itself is more precise.
    let own = NECESSARY.replace("\"sid\"", "\"id\"");
    let text = format!(
        "{}{own}",
        SMALL.replace(
            "name = \"S\"\n",
            "name = \"S\"\nuse = [\"actix-session\"]\n"
        )
    );
    let policy = Policy::parse(&text).expect("valid");
    assert_eq!(policy.cookies().len(), 1);
    assert_eq!(policy.cookies()[0].purpose.get("en"), "Keeps.");
}

#[test]
fn the_most_specific_pattern_wins() {
    let cookie = |name: &str| COOKIE.replace("visits", name);
    // Short ones first and last, so that the order of the file does not decide.
    for order in [
        ["_ga*", "_ga_*", "_ga_ABC*", "_ga_ABC", "_gat"],
        ["_gat", "_ga_ABC", "_ga_ABC*", "_ga_*", "_ga*"],
    ] {
        let text: String = order.map(cookie).concat();
        let policy = Policy::parse(&format!("{SMALL}{text}")).expect("valid");
        for (name, expected) in [
            ("_ga", Some("_ga*")),
            ("_gab", Some("_ga*")),
            ("_gat", Some("_gat")),
            ("_gat2", Some("_ga*")),
            ("_ga_", Some("_ga_*")),
            ("_ga_X", Some("_ga_*")),
            ("_ga_ABC", Some("_ga_ABC")),
            ("_ga_ABCD", Some("_ga_ABC*")),
            ("_GA", None),
            ("_Ga_X", None),
            ("x_ga", None),
            ("_g", None),
            ("", None),
            ("_ga*", Some("_ga*")),
        ] {
            let found = policy.declaration(name).map(|cookie| cookie.name.as_str());
            assert_eq!(found, expected, "{name} in {order:?}");
        }
    }
}

#[test]
fn necessary_comes_first_and_exists_even_when_it_is_not_written() {
    let without = SMALL.replace("[[category]]\nid = \"necessary\"\n", "");
    for text in [SMALL, &without] {
        let policy = Policy::parse(text).expect("valid");
        let ids: Vec<_> = policy
            .categories()
            .iter()
            .map(|category| category.id.as_str())
            .collect();
        assert_eq!(ids, ["necessary", "analytics"]);
        assert!(!policy.categories()[0].title.is_empty());
    }
}

#[test]
fn marketing_is_sold_or_shared_unless_it_is_said_not_to_be() {
    assert!(policy().sale_or_share("marketing"));
    assert!(policy().sale_or_share("example-video"), "with its category");
    for unit in ["analytics", "preferences", "necessary", "gone"] {
        assert!(!policy().sale_or_share(unit), "{unit}");
    }
    let text = include_str!("consent.toml")
        .replace(
            "id = \"marketing\"",
            "id = \"marketing\"\nsale_or_share = false",
        )
        .replace(
            "id = \"analytics\"",
            "id = \"analytics\"\nsale_or_share = true",
        );
    let policy = Policy::parse(&text).expect("valid");
    assert!(!policy.sale_or_share("marketing") && !policy.sale_or_share("example-video"));
    assert!(policy.sale_or_share("analytics"));
}

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

#[test]
fn what_is_written_reads_back_the_same() {
    for text in [WHOLE, SMALL, include_str!("consent.toml")] {
        let policy = Policy::parse(text).unwrap_or_else(|error| panic!("{error}"));
        let written = toml::to_string(policy.file()).expect("it can be written");
        let again = Policy::parse(&written).unwrap_or_else(|error| panic!("{error}\n{written}"));
        assert_eq!(again.file(), policy.file(), "{written}");
        assert_eq!(again.gaps(), policy.gaps());
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
fn a_policy_that_is_built_in_rust_is_the_one_of_the_file() {
    let text = format!("{SMALL}{SERVICE}{COOKIE}");
    let (read, made) = (
        Policy::parse(&text).expect("valid"),
        Policy::try_from(built()).expect("valid"),
    );
    assert_eq!(read.file(), made.file());
    assert_eq!(read.gaps(), made.gaps());
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
