//! Tests of the built-in table and the look-ups.

use std::{collections::HashSet, env, fs, path::PathBuf};

use actix_consent::policy::Lifetime;

use super::*;

fn table() -> Table {
    toml::from_str(TABLE).expect("the built-in table is readable")
}

/// Table with a file of these rows: category, name, wildcard.
fn with_rows(rows: &[[&str; 3]]) -> Known {
    let mut content = "Platform,Category,Cookie / Data Key name,Description,Retention period,\
                       Data Controller,Wildcard match\n"
        .to_owned();
    for [category, name, wildcard] in rows {
        content += &format!("Given,{category},{name},Given.,,,{wildcard}\n");
    }
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("database.csv");
    fs::write(&path, content).expect("there is room for a file");
    let known = Known::built_in().with_database(&path);
    known.expect("the file is readable")
}

#[test]
fn the_built_in_table_is_large_enough() {
    let table = table();
    assert!(table.cookie.len() >= 100, "{} cookies", table.cookie.len());
    assert!(table.host.len() >= 60, "{} hosts", table.host.len());
}

#[test]
fn every_pattern_is_there_once() {
    let table = table();
    for entries in [&table.cookie, &table.host] {
        let mut seen = HashSet::new();
        for entry in entries {
            assert!(seen.insert(&entry.pattern), "{} is twice", entry.pattern);
        }
    }
}

#[test]
fn every_entry_has_a_provider_and_a_short_purpose() {
    let table = table();
    for entry in table.cookie.iter().chain(&table.host) {
        let Entry {
            pattern,
            provider,
            purpose,
            ..
        } = entry;
        assert!(!provider.trim().is_empty(), "{pattern}");
        assert!(purpose.len() > 1 && purpose.ends_with('.'), "{pattern}");
        assert!(!purpose.contains(". "), "{pattern}: one sentence");
        assert!(purpose.chars().count() <= 120, "{pattern}: {purpose}");
        assert!(purpose.starts_with(char::is_uppercase), "{pattern}");
    }
}

#[test]
fn every_time_is_written_as_in_consent_toml() {
    for entry in table().cookie {
        let Some(keeps) = entry.keeps else { continue };
        let lifetime: Lifetime = keeps.parse().expect("it is a time");
        assert_eq!(lifetime.to_string(), keeps, "{}", entry.pattern);
    }
}

#[test]
fn every_pattern_finds_itself() {
    let known = Known::built_in();
    for entry in table().cookie {
        assert!(!entry.pattern.starts_with('*'), "{}", entry.pattern);
        let name = entry.pattern.replace('*', "0x0");
        let fact = known.cookie(&name).expect("the pattern fits");
        assert_eq!(fact.pattern, entry.pattern);
    }
    for entry in table().host {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-.".contains(&byte);
        assert!(entry.pattern.bytes().all(is_plain), "{}", entry.pattern);
        assert!(entry.pattern.contains('.'), "{}", entry.pattern);
        let fact = known.host(&entry.pattern).expect("the pattern fits");
        assert_eq!(fact.pattern, entry.pattern);
    }
}

#[test]
fn an_exact_name_comes_before_a_prefix() {
    let known = Known::built_in();
    let pattern = |name: &str| known.cookie(name).map(|fact| fact.pattern.as_str());
    assert_eq!(pattern("_gcl_au"), Some("_gcl_au"));
    assert_eq!(pattern("_gcl_gs"), Some("_gcl_*"));
    assert_eq!(pattern("_ga"), Some("_ga"));
    assert_eq!(pattern("_ga_ABC123"), Some("_ga_*"));
}

#[test]
fn the_longest_pattern_counts() {
    let known = Known::built_in();
    let pattern = |name: &str| known.cookie(name).map(|fact| fact.pattern.as_str());
    assert_eq!(pattern("_hjSession_1"), Some("_hjSession_*"));
    assert_eq!(pattern("_hjSessionUser_1"), Some("_hjSessionUser_*"));
    assert_eq!(pattern("_hjNew"), Some("_hj*"));
    assert_eq!(pattern("mp_1_mixpanel"), Some("mp_*_mixpanel"));
    assert_eq!(pattern("_pk_id.1.abc"), Some("_pk_id.*"));
}

#[test]
fn names_are_told_apart_by_case() {
    let known = Known::built_in();
    assert!(known.cookie("IDE").is_some());
    assert!(known.cookie("ide").is_none());
    assert!(known.cookie("unheard-of").is_none());
    assert!(known.cookie("").is_none());
}

#[test]
fn our_own_cookies_are_necessary() {
    let known = Known::built_in();
    for name in ["__Host-consent", "consent", "axc_key"] {
        let fact = known.cookie(name).expect("it is ours");
        assert_eq!(fact.provider, "actix-consent");
        assert_eq!(fact.category, Category::Necessary);
    }
}

#[test]
fn what_the_database_says_comes_first() {
    let known = with_rows(&[
        ["Marketing", "_ga", "0"],
        ["Analytics", "_ga", "0"],
        ["Marketing", "_ga_", "1"],
        ["Marketing", "_gcl", "1"],
        ["Marketing", "_hjSessionUser_ab", "1"],
    ]);
    for (name, pattern, source) in [
        // The first of two rows.
        ("_ga", "_ga", Source::Database),
        // As long as the built-in pattern.
        ("_ga_1", "_ga_*", Source::Database),
        // Shorter: an exact name and a longer pattern fit better.
        ("_gcl_au", "_gcl_au", Source::BuiltIn),
        ("_gcl_gs", "_gcl_*", Source::BuiltIn),
        ("_gclx", "_gcl*", Source::Database),
        // Longer.
        ("_hjSessionUser_abc", "_hjSessionUser_ab*", Source::Database),
        ("_hjSessionUser_1", "_hjSessionUser_*", Source::BuiltIn),
    ] {
        let fact = known.cookie(name).expect("the name is known");
        assert_eq!((fact.pattern.as_str(), fact.source), (pattern, source));
    }
    let fact = known.cookie("_ga").expect("the name is known");
    assert_eq!(fact.category, Category::Marketing);
}

#[test]
fn a_missing_database_is_named_with_its_path() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let path = folder.path().join("none.csv");
    let error = Known::built_in().with_database(&path);
    let text = error.expect_err("there is no file").to_string();
    assert!(text.contains("none.csv: cannot be read"), "{text}");
    fs::write(&path, "Platform;Category\n").expect("there is room for a file");
    let error = Known::built_in().with_database(&path);
    let text = error.expect_err("the commas are missing").to_string();
    assert!(text.contains("none.csv:1: there is no column"), "{text}");
}

#[test]
fn a_host_is_known_by_itself_or_by_the_closest_domain_above() {
    let known = Known::built_in();
    let pattern = |host: &str| known.host(host).map(|fact| fact.pattern.as_str());
    for (host, expected) in [
        ("google-analytics.com", Some("google-analytics.com")),
        ("region1.google-analytics.com", Some("google-analytics.com")),
        ("WWW.Google-Analytics.COM.", Some("google-analytics.com")),
        ("region1.analytics.google.com", Some("analytics.google.com")),
        ("www.google.com", Some("google.com")),
        ("cdnjs.cloudflare.com", Some("cdnjs.cloudflare.com")),
        ("notgoogle-analytics.com", None),
        ("google-analytics.com.example.org", None),
        ("com", None),
        ("", None),
        (".", None),
    ] {
        assert_eq!(pattern(host), expected, "{host}");
    }
}

#[test]
fn hostile_names_are_unknown_and_do_not_take_long() {
    let known = Known::built_in();
    let long = "a.".repeat(4 << 20);
    assert!(known.host(&format!("{long}youtube.com")).is_none());
    assert!(known.host(&".".repeat(200)).is_none());
    assert!(known.cookie(&long).is_none());
    let name = format!("kndctr_{}", "_identit".repeat(1 << 20));
    assert!(known.cookie(&name).is_none());
    assert!(known.cookie("\0\u{202e}*?[a-z]\n").is_none());
    // A star in a name is a letter like any other.
    assert!(known.cookie("_g*").is_none());
}

#[test]
fn a_category_is_shown_and_read_as_its_id() {
    for category in [
        Category::Necessary,
        Category::Preferences,
        Category::Analytics,
        Category::Marketing,
    ] {
        let text = format!("it = \"{category}\"\n");
        let read: HashMap<String, Category> = toml::from_str(&text).expect("it is an id");
        assert_eq!(read["it"], category);
    }
}

#[test]
#[ignore = "needs the Open Cookie Database in the folder CONSENT_REFERENCE"]
fn reference_the_open_cookie_database_is_read() {
    let folder = env::var_os("CONSENT_REFERENCE").expect(
        "set CONSENT_REFERENCE to the folder that open-cookie-database.csv of the Open Cookie \
         Database is in",
    );
    let path = PathBuf::from(folder).join("open-cookie-database.csv");
    let known = Known::built_in().with_database(&path);
    let known = known.unwrap_or_else(|error| panic!("{error}"));
    let count = known.database.exact.len() + known.database.wildcards.len();
    assert!(count > 2_000, "{count} names");
    for (name, category) in [
        ("_ga", Category::Analytics),
        ("_fbp", Category::Marketing),
        ("PHPSESSID", Category::Necessary),
        ("CookieConsent", Category::Necessary),
        ("XSRF-TOKEN", Category::Necessary),
    ] {
        let fact = known.cookie(name).expect("the database has it");
        assert_eq!((fact.source, fact.category), (Source::Database, category));
    }
    let fact = known.cookie("_ga_ABC123").expect("the database has it");
    assert_eq!(fact.source, Source::Database);
    assert!(known.cookie("_something_else").is_none());
}
