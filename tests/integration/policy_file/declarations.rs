//! What a policy says of a cookie and of a category.

use actix_consent::Policy;

use super::{COOKIE, NECESSARY, SMALL, Wrong, faults};
use crate::helpers::policy;

#[test]
fn ready_declarations_name_what_actix_sites_send() {
    let mut wrong = Wrong::default();
    let with = |uses: &str| {
        Policy::parse(&SMALL.replace("name = \"S\"\n", &format!("name = \"S\"\nuse = [{uses}]\n")))
    };
    let all = r#""actix-session", "actix_identity", "actix-web-flash-messages", "actix-csrf""#;
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
            r#"{ crate = "actix-session", cookie = "a;b" }"#,
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
    // A lifetime of its own, with the default name and with another.
    for (table, name) in [
        (r#"{ crate = "actix-session", duration = "2 hours" }"#, "id"),
        (
            r#"{ crate = "actix-session", cookie = "sid", duration = "2 hours" }"#,
            "sid",
        ),
    ] {
        let policy = with(table).expect("valid");
        let cookie = policy.declaration(name).expect("it is declared");
        assert_eq!(
            cookie.duration,
            Some("2 hours".parse().expect("a duration"))
        );
        assert_eq!(policy.declaration("_flash"), None);
    }
    for (uses, word) in [
        (
            r#"{ crate = "actix-session", duration = "persistent" }"#,
            "a cookie cannot be persistent",
        ),
        (
            r#"{ crate = "actix-session", duration = "2 hour glass" }"#,
            "not a duration",
        ),
        (r#"{ cookie = "sid" }"#, "crate"),
        (r#""actix-sesion""#, "did you mean `actix-session`?"),
        (r#""tower""#, "use one of `actix-session`"),
    ] {
        let error = with(uses).expect_err(uses).to_string();
        assert!(
            error.contains("line 4: ") && error.contains(word),
            "{uses}: {error}"
        );
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
    let text = include_str!("../consent.toml")
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

#[test]
fn names_are_declared_as_browsers_keep_them() {
    let cookie = |name: &str| COOKIE.replace("\"visits\"", &format!("'{name}'"));
    let policy = |names: &[&str]| {
        let cookies: String = names.iter().map(|name| cookie(name)).collect();
        Policy::parse(&format!("{SMALL}{cookies}")).unwrap_or_else(|error| panic!("{error}"))
    };
    let all = policy(&[
        "prefs[theme]",
        "cart[*",
        "a b",
        "zażółć",
        r#"q"(,)/:<>?@{}"#,
        r"literal\*",
        r"back\\slash",
        r"star\**",
    ]);
    for (name, declared) in [
        ("prefs[theme]", true),
        ("prefs[lang]", false),
        ("prefs?theme?", false),
        ("cart[3]", true),
        ("cart", false),
        ("a b", true),
        ("zażółć", true),
        (r#"q"(,)/:<>?@{}"#, true),
        ("literal*", true),
        ("literals", false),
        (r"literal\*", false),
        (r"back\slash", true),
        ("star*", true),
        ("star*and more", true),
        ("start", false),
    ] {
        assert_eq!(all.declaration(name).is_some(), declared, "{name}");
    }
    let once = format!(
        "{SMALL}{}{}",
        cookie("prefs[theme]"),
        cookie("prefs[theme]")
    );
    assert!(Policy::parse(&once).is_err(), "one name is declared once");
}
