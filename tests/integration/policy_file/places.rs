//! Codes of places and languages: an unknown one is a fault with the right one.

use actix_consent::Policy;

use super::{SMALL, Wrong, faults};

/// The small policy with a line more in `[site]`, which is the fourth.
fn with(line: &str) -> String {
    SMALL.replace("name = \"S\"\n", &format!("name = \"S\"\n{line}\n"))
}

fn error(text: &str) -> String {
    Policy::parse(text)
        .err()
        .map_or_else(String::new, |error| error.to_string())
}

#[test]
fn an_unknown_place_is_a_fault_with_the_nearest_code() {
    let mut wrong = Wrong::default();
    for (written, nearest) in [
        ("Germany", Some("DE")),
        ("germany", Some("DE")),
        ("Germny", Some("DE")),
        ("de", Some("DE")),
        ("DEU", Some("DE")),
        ("eu", Some("EU")),
        ("European Union", Some("EU")),
        ("United Kingdom", Some("GB")),
        ("USA", Some("US")),
        ("us-ca", Some("US-CA")),
        ("California", Some("US-CA")),
        ("US-XX", Some("US")),
        ("worldwide", None),
        ("", None),
    ] {
        let text = with(&format!("serves = [\"US\", \"{written}\"]"));
        let found = faults(&text);
        wrong.unless_equal(written, found, vec![("site.serves[1]".to_owned(), Some(4))]);
        let remedy = match nearest {
            Some(nearest) => format!("`{written}` is not a region code: write `{nearest}`"),
            None => "such as `US` and `US-CA`".to_owned(),
        };
        let error = error(&text);
        wrong.unless_equal(
            &format!("{written}: {error}"),
            error.contains(&remedy),
            true,
        );
    }
    for right in [
        "EU", "EEA", "UK", "GB", "CH", "DE", "US", "US-CA", "GB-SCT", "XK",
    ] {
        wrong.unless_equal(
            right,
            error(&with(&format!("serves = [\"{right}\"]"))),
            String::new(),
        );
    }
}

#[test]
fn an_unknown_language_is_a_fault_wherever_it_is_written() {
    let mut wrong = Wrong::default();
    for (name, text, place, nearest) in [
        (
            "in languages",
            with("languages = [\"German\"]"),
            "site.languages[0]",
            "de",
        ),
        (
            "in small letters",
            with("languages = [\"en\", \"de-at\"]"),
            "site.languages[1]",
            "de-AT",
        ),
        (
            "of another region",
            with("languages = [\"en-UK\"]"),
            "site.languages[0]",
            "en-GB",
        ),
        (
            "of a text",
            SMALL.replace(
                "\"Analytics\"",
                "{ en = \"Analytics\", polish = \"Analityka\" }",
            ),
            "category[0].title.polish",
            "pl",
        ),
        (
            "of a purpose",
            SMALL.replace(
                "\"usage-analytics\"",
                "{ id = \"x-count\", text = { en = \"to count\", PL = \"aby liczyć\" } }",
            ),
            "category[0].purposes[0].text.PL",
            "pl",
        ),
    ] {
        let places: Vec<_> = faults(&text).into_iter().map(|(place, _)| place).collect();
        wrong.unless_equal(name, places, vec![place.to_owned()]);
        let error = error(&text);
        let told = error.contains(&format!("write `{nearest}`"));
        wrong.unless_equal(&format!("{name}: {error}"), told, true);
    }
    for right in ["en", "de-AT", "zh-Hant", "es-419", "yue"] {
        let text = with(&format!("languages = [\"{right}\"]"));
        wrong.unless_equal(right, error(&text), String::new());
    }
}
