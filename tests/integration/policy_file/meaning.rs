//! Faults of meaning: which there are, and on which line.

use actix_consent::Policy;

use super::{COOKIE, NECESSARY, SERVICE, SMALL, STORAGE, Wrong, faults};

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
        ("capitalised summary", "\"count visits\"", "\"Count visits\"", "category[0].summary", 10),
        ("summary that is a sentence", "\"count visits\"", "\"We count visits.\"", "category[0].summary", 10),
        ("summary with a full stop", "\"count visits\"", "\"count visits.\"", "category[0].summary", 10),
        ("summary with a subject", "\"count visits\"", "\"we count visits\"", "category[0].summary", 10),
        ("summary with a preposition", "\"count visits\"", "\"to count visits\"", "category[0].summary", 10),
        ("one summary of two", "\"count visits\"", "{ en = \"count visits\", pl = \"Liczymy odwiedziny\" }", "category[0].summary", 10),
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
        ("name with a blank at its end", "\"visits\"", "\"a b \"", "name", 15),
        ("name with a control character", "\"visits\"", "\"a\\u007Fb\"", "name", 15),
        ("name with a single backslash", "\"visits\"", "'a\\b'", "name", 15),
        ("name with an equals sign", "\"visits\"", "\"a=b\"", "name", 15),
        ("name with a semicolon", "\"visits\"", "\"a;b\"", "name", 15),
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
        ("host with a scheme", "\"30 days\"\n", "\"30 days\"\nset_by = \"third-party\"\nhost = \"https://v.example\"\n", "host", 20),
        ("path", "\"30 days\"\n", "\"30 days\"\npath = \"shop\"\n", "path", 19),
        ("path that ends the attribute", "\"30 days\"\n", "\"30 days\"\npath = \"/a; Domain=x\"\n", "path", 19),
        ("an empty list of paths", "\"30 days\"\n", "\"30 days\"\npath = []\n", "path", 19),
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
fn reports_faults_of_storage_embeds_and_processing_by_line() {
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
fn a_cookie_in_too_many_places_to_remove_at_once_is_a_fault() {
    let with_paths = |count: usize| {
        let paths: Vec<_> = (0..count).map(|n| format!("\"/section-{n:02}\"")).collect();
        let text = format!(
            "[[cookie]]\nname = \"lab\"\ncategory = \"analytics\"\npurpose = \"One.\"\n\
             duration = \"1 day\"\npath = [{}]\n\
             domains = [\"news.example\", \"www.news.example\"]\n",
            paths.join(", ")
        );
        Policy::parse(&format!("{}\n{text}", include_str!("../consent.toml")))
    };
    assert!(with_paths(8).is_ok());
    let error = with_paths(20).expect_err("it is too much").to_string();
    assert!(
        error.contains("bytes") && error.contains("list fewer"),
        "{error}"
    );
}

#[test]
fn a_summary_that_is_a_sentence_is_answered_with_an_example() {
    let mut wrong = Wrong::default();
    for (summary, example) in [
        ("Count visits", Some("count visits")),
        ("We count visits.", Some("count visits")),
        ("count visits!", Some("count visits")),
        ("To count visits", Some("count visits")),
        ("count visits. And more", Some("count visits")),
        ("count visits…", Some("count visits")),
        ("count visits;", Some("count visits")),
        ("COUNT VISITS", Some("count visits")),
        ("load videos, e.g. Example Video's", None),
        ("read RSS", None),
        ("count visits", None),
        ("A/B test the site", None),
        ("SMS you", None),
        ("we-chat with you", None),
    ] {
        let text = SMALL.replace("count visits", summary);
        let error = Policy::parse(&text).err().map(|error| error.to_string());
        let told = error.as_ref().is_some_and(|error| {
            example.is_some_and(|example| error.contains(&format!("such as \"{example}\"")))
        });
        wrong.unless_equal(
            summary,
            (error.is_some(), told),
            (example.is_some(), example.is_some()),
        );
    }
    // A German phrase may begin with a noun.
    let german = |tag: &str| {
        let text = format!("{{ en = \"count visits\", {tag} = \"Besuche zählen\" }}");
        Policy::parse(&SMALL.replace("\"count visits\"", &text)).is_ok()
    };
    assert!(german("de") && german("de-AT") && !german("pl"));
}
