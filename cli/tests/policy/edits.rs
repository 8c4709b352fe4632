//! Edits of the policy that the tests of `diff` share: name, original text, replacement.

use super::{WHOLE, edited};

/// Edits after which visitors are asked.
pub(super) const ASKS: [(&str, &str, &str); 14] = [
    (
        "another purpose",
        "[\"usage-analytics\"]",
        "[\"usage-analytics\", \"service-personalisation\"]",
    ),
    (
        "another purpose instead",
        "[\"advertising\"]",
        "[\"targeted-advertising\"]",
    ),
    (
        "another purpose of a cookie",
        "name = \"visits\"",
        "purposes = [\"advertising\"]\nname = \"visits\"",
    ),
    (
        "a third party's cookie",
        "name = \"visits\"",
        "set_by = \"third-party\"\nhost = \"counter.example\"\nname = \"visits\"",
    ),
    (
        "another provider",
        "provider = \"Example Video\"",
        "provider = \"Other Video\"",
    ),
    (
        "more access",
        "[\"Example Ads\"]",
        "[\"Example Ads\", \"Third\"]",
    ),
    ("less access", "[\"Example Ads\"]", "[]"),
    (
        "sold",
        "id = \"analytics\"",
        "id = \"analytics\"\nsale_or_share = true",
    ),
    (
        "renewed",
        "id = \"marketing\"",
        "id = \"marketing\"\nrenew = 1",
    ),
    (
        "another controller",
        "name = \"Example News Ltd\"",
        "name = \"Example News AG\"",
    ),
    (
        "a service elsewhere",
        "category = \"marketing\"\nprovider",
        "category = \"analytics\"\nprovider",
    ),
    (
        "a new service",
        "[[storage]]",
        "[[service]]\nid = \"film\"\ncategory = \"marketing\"\nprovider = \"Film\"\n\n[[storage]]",
    ),
    (
        "a new category",
        "[[service]]",
        "[[category]]\nid = \"social\"\ntitle = \"Social\"\nsummary = \"share\"\npurposes = \
         [\"social-media-marketing\"]\n\n[[service]]",
    ),
    (
        "a service in two",
        "id = \"video\"\ncategory = \"marketing\"\nprovider = \"Example Video\"",
        "id = \"video\"\ncategory = \"marketing\"\nprovider = \"Example Video\"\n\n[[service]]\nid \
         = \"videos\"\ncategory = \"marketing\"\nprovider = \"Example Video\"",
    ),
];

/// Edits after which no visitor is asked.
pub(super) const HARMLESS: [(&str, &str, &str); 18] = [
    ("a title", "de = \"Statistik\"", "de = \"Zahlen\""),
    ("a summary", "\"count visits\"", "\"count your visits\""),
    (
        "words of a purpose",
        "\"to play films\"",
        "\"to show films\"",
    ),
    ("a cookie kept longer", "\"30 days\"", "\"13 months\""),
    ("a cookie kept shorter", "\"1 year\"", "\"6 months\""),
    ("the same time in other words", "\"1 year\"", "\"366 days\""),
    ("the same time in months", "\"1 year\"", "\"12 months\""),
    (
        "a new cookie",
        "[[storage]]",
        "[[cookie]]\nname = \"read\"\ncategory = \"analytics\"\npurpose = \"Counts.\"\nduration = \
         \"1 day\"\n\n[[storage]]",
    ),
    ("another name of a cookie", "\"campaign\"", "\"letter\""),
    (
        "a cookie elsewhere",
        "name = \"campaign\"\ncategory = \"marketing\"",
        "name = \"campaign\"\ncategory = \"analytics\"",
    ),
    ("a storage key", "key = \"display\"", "key = \"look\""),
    (
        "an origin",
        "frame = [\"https://video.example\"]",
        "frame = [\"https://film.example\"]",
    ),
    ("a link", "video.example/privacy", "video.example/about"),
    (
        "attributes of a cookie",
        "name = \"visits\"",
        "path = \"/news\"\nset_by = \"script\"\nname = \"visits\"",
    ),
    ("an address", "privacy@news.example", "data@news.example"),
    ("a server log", "\"7 days.\"", "\"14 days.\""),
    (
        "another order of languages",
        "\"en\", \"de\"",
        "\"de\", \"en\"",
    ),
    ("an edition", "version = 2", "version = 3"),
];

/// The policy after an edit.
pub(super) fn after((_, from, to): (&str, &str, &str)) -> String {
    edited(from, to)
}

/// The policy without its service and the cookies and embeds of that service.
pub(super) fn without_video() -> String {
    let blocks = WHOLE.split("\n\n");
    let kept: Vec<&str> = blocks.filter(|block| !block.contains("video")).collect();
    kept.join("\n\n")
}

/// The policy with another service in this category.
pub(super) fn with_cdn(category: &str) -> String {
    format!(
        "{WHOLE}\n[[service]]\nid = \"cdn\"\ncategory = \"{category}\"\nprovider = \"Example \
         Net\"\npurposes = [\"technical-service\"]\n"
    )
}
