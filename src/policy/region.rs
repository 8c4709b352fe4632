//! Codes of regions: `EU`, `EEA`, `UK`, ISO 3166-1 countries and ISO 3166-2 subdivisions.

use std::borrow::Cow;

use rust_iso3166::{ALL, CountryCode, from_alpha2, from_alpha3, iso3166_2};

/// Codes that are no country codes of ISO 3166-1. `XK` is user-assigned; the Union uses it for
/// Kosovo.
const OTHER: [&str; 4] = ["EU", "EEA", "UK", "XK"];

/// Common names that ISO 3166-1 lacks or spells differently, and the Union's own code for Greece.
const NAMES: [(&str, &str); 43] = [
    ("america", "US"),
    ("bolivia", "BO"),
    ("britain", "GB"),
    ("brunei", "BN"),
    ("burma", "MM"),
    ("cape verde", "CV"),
    ("czech republic", "CZ"),
    ("east timor", "TL"),
    ("eea", "EEA"),
    ("el", "GR"),
    ("england", "GB-ENG"),
    ("europe", "EU"),
    ("european economic area", "EEA"),
    ("european union", "EU"),
    ("great britain", "GB"),
    ("holland", "NL"),
    ("iran", "IR"),
    ("ivory coast", "CI"),
    ("korea", "KR"),
    ("kosovo", "XK"),
    ("laos", "LA"),
    ("macedonia", "MK"),
    ("micronesia", "FM"),
    ("moldova", "MD"),
    ("north korea", "KP"),
    ("northern ireland", "GB-NIR"),
    ("palestine", "PS"),
    ("russia", "RU"),
    ("scotland", "GB-SCT"),
    ("south korea", "KR"),
    ("swaziland", "SZ"),
    ("syria", "SY"),
    ("taiwan", "TW"),
    ("tanzania", "TZ"),
    ("the gambia", "GM"),
    ("turkey", "TR"),
    ("uae", "AE"),
    ("united kingdom", "GB"),
    ("united states", "US"),
    ("vatican", "VA"),
    ("venezuela", "VE"),
    ("vietnam", "VN"),
    ("wales", "GB-WLS"),
];

/// Minimum similarity (0 to 1) at which another name is proposed.
const ALIKE: f64 = 0.88;

/// Returns whether a text is a valid code for `site.serves` and for placements.
pub(crate) fn is_region(code: &str) -> bool {
    match code.split_once('-') {
        Some(_) => iso3166_2::from_code(code).is_some(),
        None => OTHER.contains(&code) || from_alpha2(code).is_some(),
    }
}

/// Returns the code that an invalid one probably stands for: another spelling, an English name or
/// the most similar name.
pub(crate) fn nearest(text: &str) -> Option<Cow<'static, str>> {
    let text = text.trim();
    let upper = text.to_uppercase().replace(['_', ' '], "-");
    if is_region(&upper) {
        return Some(Cow::Owned(upper));
    }
    if let Some(country) = from_alpha3(&upper) {
        return Some(Cow::Borrowed(country.alpha2));
    }
    if let Some((country, part)) = text.split_once(['-', '_'])
        && let Some(country) = country_of(country)
    {
        return Some(Cow::Borrowed(subdivision(&country, part)));
    }
    let name = simple(text);
    let name = name.strip_prefix("the ").unwrap_or(&name);
    let known = |(known, code): &(&str, &'static str)| (*known == name).then_some(*code);
    NAMES
        .iter()
        .find_map(known)
        .or_else(|| country_named(name))
        .or_else(|| subdivision_named(name))
        .or_else(|| most_alike(name))
        .map(Cow::Borrowed)
}

fn country_of(code: &str) -> Option<CountryCode> {
    let code = code.to_uppercase();
    from_alpha2(if code == "UK" { "GB" } else { &code }).or_else(|| from_alpha3(&code))
}

/// Returns the subdivision with the most similar code or name, else the country.
fn subdivision(country: &CountryCode, part: &str) -> &'static str {
    let wanted = simple(part);
    let all = country.subdivisions().unwrap_or_default().iter();
    let likeness = |code: &str, name: &str| {
        let own = code.split_once('-').map_or(code, |(_, own)| own);
        let by_code = strsim::jaro_winkler(&simple(own), &wanted);
        by_code.max(strsim::jaro_winkler(&simple(name), &wanted))
    };
    let rated = all.map(|one| (likeness(one.code, one.name), one.code));
    match rated.max_by(|one, other| one.0.total_cmp(&other.0)) {
        Some((likeness, code)) if likeness >= ALIKE => code,
        _ => country.alpha2,
    }
}

/// Returns the country with this name, or whose official name starts with it: `Russian Federation`.
fn country_named(name: &str) -> Option<&'static str> {
    let of = |country: &&CountryCode, fits: &dyn Fn(&str) -> bool| fits(&simple(country.name));
    let exact = ALL
        .iter()
        .find(|country| of(country, &|other| other == name));
    let begins = |other: &str| {
        other
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with(' '))
    };
    let mut longer = ALL.iter().filter(|country| of(country, &begins));
    let only = || longer.next().filter(|_| longer.next().is_none());
    exact.or_else(only).map(|country| country.alpha2)
}

fn subdivision_named(name: &str) -> Option<&'static str> {
    let all = ALL.iter().filter_map(CountryCode::subdivisions).flatten();
    let mut named = all.filter(|one| simple(one.name) == name);
    let first = named.next()?;
    named.next().is_none().then_some(first.code)
}

fn most_alike(name: &str) -> Option<&'static str> {
    let countries = ALL
        .iter()
        .map(|country| (simple(country.name), country.alpha2));
    let others = NAMES
        .iter()
        .map(|(known, code)| ((*known).to_owned(), *code));
    let rated = countries
        .chain(others)
        .map(|(known, code)| (strsim::jaro_winkler(&known, name), code));
    rated
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .map(|(_, code)| code)
}

/// Simplifies a name for comparison: lower case, without common accents and without parts in
/// brackets.
fn simple(name: &str) -> String {
    let name = name.split(" (").next().unwrap_or(name).to_lowercase();
    let plain = |letter| match letter {
        'å' => 'a',
        'ç' => 'c',
        'é' => 'e',
        'ô' => 'o',
        '-' | '_' => ' ',
        other => other,
    };
    name.chars().map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_of_iso_3166_1_is_a_place() {
        assert_eq!(ALL.len(), 249);
        for country in ALL {
            assert!(is_region(country.alpha2), "{}", country.alpha2);
            let small = country.alpha2.to_lowercase();
            assert!(!is_region(&small), "{small}");
            assert_eq!(nearest(&small).as_deref(), Some(country.alpha2));
            assert!(!is_region(country.alpha3), "{}", country.alpha3);
            assert_eq!(nearest(country.alpha3).as_deref(), Some(country.alpha2));
        }
    }

    #[test]
    fn every_english_name_leads_to_its_code() {
        for country in ALL {
            let short = country.name.split(" (").next().expect("a name");
            let found = nearest(short);
            let of_two = ["Congo", "Korea", "Saint Martin", "Virgin Islands"];
            if !of_two.contains(&short) {
                assert_eq!(found.as_deref(), Some(country.alpha2), "{short}");
            }
        }
    }

    #[test]
    fn the_nearest_right_code_is_found() {
        for (text, code) in [
            ("Germany", Some("DE")),
            ("Germny", Some("DE")),
            ("germany ", Some("DE")),
            ("The Netherlands", Some("NL")),
            ("USA", Some("US")),
            ("United States", Some("US")),
            ("United Kingdom", Some("GB")),
            ("Great Britain", Some("GB")),
            ("Russia", Some("RU")),
            ("EL", Some("GR")),
            ("eu", Some("EU")),
            ("uk", Some("UK")),
            ("us_ca", Some("US-CA")),
            ("US-California", Some("US-CA")),
            ("California", Some("US-CA")),
            ("US-ZZ", Some("US")),
            ("UK-ENG", Some("GB-ENG")),
            ("DE-Bavariaa", Some("DE")),
            ("worldwide", None),
            ("", None),
            ("*", None),
        ] {
            assert_eq!(nearest(text).as_deref(), code, "{text}");
        }
        for code in [
            "EU", "EEA", "UK", "GB", "CH", "XK", "US-CA", "GB-SCT", "DE-BY", "CA-QC",
        ] {
            assert!(is_region(code), "{code}");
        }
    }
}
