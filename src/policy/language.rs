//! Language tags (BCP 47) in `site.languages` and in tables of texts.

use isolang::Language;
use rust_iso3166::{from_alpha2, from_numeric_str};

/// Returns whether a text is a language tag in canonical form: `de`, `de-AT`, `zh-Hant-HK`. Texts
/// are looked up by their tag as written, so another form would never match.
pub(crate) fn is_language(tag: &str) -> bool {
    canonical(tag).is_some_and(|canonical| canonical == tag)
}

/// Returns the tag that an invalid one probably stands for: another form of a tag, or an English
/// name.
pub(crate) fn nearest(text: &str) -> Option<String> {
    let text = text.trim();
    if let Some(tag) = canonical(&text.replace('_', "-")) {
        return Some(tag);
    }
    let capital: String = text
        .char_indices()
        .flat_map(|(at, letter)| match at {
            0 => letter.to_uppercase().collect::<Vec<_>>(),
            _ => letter.to_lowercase().collect(),
        })
        .collect();
    let primary = || text.split(['-', '_', '.', ' ']).next().and_then(canonical);
    Language::from_name(&capital)
        .map(|language| code(language).to_owned())
        .or_else(primary)
}

/// Returns the shortest code of a language: that of two letters if there is one.
fn code(language: Language) -> &'static str {
    language.to_639_1().unwrap_or_else(|| language.to_639_3())
}

/// Returns the canonical form of a tag; `None` if a part of it does not exist.
fn canonical(tag: &str) -> Option<String> {
    let mut parts = tag.split('-');
    let primary = parts.next()?.to_ascii_lowercase();
    let language = Language::from_639_1(&primary).or_else(|| Language::from_639_3(&primary))?;
    if language == Language::Und {
        return None;
    }
    let mut canonical = code(language).to_owned();
    // Position in the required order of the parts.
    let mut last = 0;
    while let Some(part) = parts.next() {
        let alphabetic = part.bytes().all(|byte| byte.is_ascii_alphabetic());
        let digit_first = part.starts_with(|first: char| first.is_ascii_digit());
        let (place, part) = match part.len() {
            _ if !part.bytes().all(|byte| byte.is_ascii_alphanumeric()) => return None,
            // A private part ends the tag.
            1 if part.eq_ignore_ascii_case("x") => {
                let rest: Vec<_> = parts.map(str::to_ascii_lowercase).collect();
                let fits = |part: &String| (1..=8).contains(&part.len());
                return (!rest.is_empty() && rest.iter().all(fits))
                    .then(|| format!("{canonical}-x-{}", rest.join("-")));
            }
            2 if alphabetic => (2, region(part)?),
            3 if from_region_number(part) => (2, part.to_owned()),
            4 if alphabetic => {
                let (first, rest) = part.split_at(1);
                (1, first.to_ascii_uppercase() + &rest.to_ascii_lowercase())
            }
            4 if digit_first => (3, part.to_ascii_lowercase()),
            5..=8 => (3, part.to_ascii_lowercase()),
            _ => return None,
        };
        if place < last || (place == last && place < 3) {
            return None;
        }
        last = place;
        canonical.push('-');
        canonical.push_str(&part);
    }
    Some(canonical)
}

fn region(code: &str) -> Option<String> {
    let code = code.to_ascii_uppercase();
    let code = if code == "UK" { "GB".to_owned() } else { code };
    (code == "XK" || from_alpha2(&code).is_some()).then_some(code)
}

/// Returns whether the part is a UN M49 number of a country or region, as in `es-419`.
fn from_region_number(part: &str) -> bool {
    const PARTS: [&str; 9] = [
        "001", "002", "003", "005", "009", "019", "142", "150", "419",
    ];
    PARTS.contains(&part) || from_numeric_str(part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_tags_are_languages_and_others_lead_to_one() {
        for tag in [
            "en",
            "pl",
            "de-AT",
            "zh-Hant-HK",
            "es-419",
            "yue",
            "sr-Latn",
            "de-1996",
            "en-x-plain",
        ] {
            assert!(is_language(tag), "{tag}");
        }
        for (text, tag) in [
            ("EN", Some("en")),
            ("english", Some("en")),
            ("German", Some("de")),
            ("deu", Some("de")),
            ("de_AT", Some("de-AT")),
            ("en-UK", Some("en-GB")),
            ("zh-hant", Some("zh-Hant")),
            ("en-Latin1", Some("en-latin1")),
            ("de-Austria!", Some("de")),
            ("klingonisch", None),
            ("", None),
            ("und", None),
        ] {
            assert!(!is_language(text), "{text}");
            assert_eq!(nearest(text).as_deref(), tag, "{text}");
        }
    }
}
