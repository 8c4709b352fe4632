//! A first policy for a site that has none, from what was seen. Every guess is marked.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::audit::{
    judge::findings::{Item, Verdict},
    record::{Record, site::registrable},
};

const MARK: &str = "# REVIEW:";

/// The policy as TOML. It can be loaded; whoever publishes it has to go through its marks.
pub(crate) fn write(record: &Record, verdict: &Verdict) -> String {
    let mut text = format!(
        "# A first policy for {}, from what a browser saw there.\n\
         # Every line marked with REVIEW is a guess: correct it, and remove the mark.\n\n\
         version = 1\n\n\
         [site]\n{MARK} the name that visitors know\nname = {}\n\
         {MARK} where the site is served\nserves = [\"EU\"]\n\n\
         [controller]\n{MARK} who decides what the data are used for (Art. 13(1)(a) GDPR)\n\
         name = \"Name of the company\"\n{MARK}\nemail = \"privacy@{}\"\n",
        record.host,
        quoted(&record.host),
        record.host.split(':').next().unwrap_or_default(),
    );
    let (gated, services) = (categories(verdict), services(verdict));
    for (id, title, summary, purpose) in CATEGORIES {
        if gated.contains(&id) {
            let _ = write!(
                text,
                "\n[[category]]\nid = \"{id}\"\ntitle = \"{title}\"\n{MARK} what it is used for, \
                 after \"We would like to …\"\nsummary = \"{summary}\"\npurposes = [\"{purpose}\"]\n"
            );
        }
    }
    for (id, (provider, category)) in &services {
        let _ = write!(
            text,
            "\n[[service]]\nid = {}\n{MARK} category and provider\ncategory = \"{category}\"\nprovider = {}\n",
            quoted(id),
            quoted(provider)
        );
    }
    let mut names = Vec::new();
    for item in &verdict.inventory {
        match &*item.kind {
            "cookie" if is_own(item) => {}
            "cookie" => {
                let name = general(&item.name);
                if !names.contains(&name) {
                    cookie(&mut text, item, &name);
                    names.push(name);
                }
            }
            "host" => {}
            _ if item.third_party => {}
            kind => storage(&mut text, item, kind),
        }
    }
    hosts(&mut text, verdict);
    text
}

const CATEGORIES: [(&str, &str, &str, &str); 3] = [
    (
        "preferences",
        "Preferences",
        "remember how you like the site",
        "interface-preferences",
    ),
    ("analytics", "Analytics", "count visits", "usage-analytics"),
    (
        "marketing",
        "Marketing",
        "show content and offers of others",
        "advertising",
    ),
];

fn is_own(item: &Item) -> bool {
    item.provider.as_deref() == Some("actix-consent")
}

/// The category that an item is put into: where nobody knows, one that needs consent.
fn category(item: &Item) -> &str {
    item.category.as_deref().unwrap_or("marketing")
}

fn categories(verdict: &Verdict) -> Vec<&str> {
    let items = verdict.inventory.iter().filter(|item| !is_own(item));
    items.map(category).collect()
}

/// Who serves hosts of others, by an id made of the host's name.
fn services(verdict: &Verdict) -> BTreeMap<String, (String, String)> {
    let hosts = verdict.inventory.iter().filter(|item| item.kind == "host");
    hosts
        .map(|item| {
            let category = match category(item) {
                // What is loaded from others is a service, and these are gated.
                "necessary" => "preferences",
                other => other,
            };
            let provider = item.provider.clone().unwrap_or_else(|| item.name.clone());
            (id(&item.name), (provider, category.to_owned()))
        })
        .collect()
}

fn id(host: &str) -> String {
    let id: String = registrable(host)
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter
            } else {
                '-'
            }
        })
        .collect();
    let id = id.trim_matches('-').to_owned();
    match id.starts_with(|first: char| first.is_ascii_lowercase()) {
        true => id,
        false => format!("host-{id}"),
    }
}

fn cookie(text: &mut String, item: &Item, name: &str) {
    let _ = write!(text, "\n[[cookie]]\nname = {}\n", quoted(name));
    match item.category.as_deref() {
        Some("necessary") => {
            let _ = write!(
                text,
                "category = \"necessary\"\n{MARK} why no consent is needed\nexemption = \"user-input\"\n"
            );
        }
        Some(other) => {
            let _ = writeln!(
                text,
                "{MARK} known as {other} ({})\ncategory = \"{other}\"",
                item.source
            );
        }
        None => {
            let _ = writeln!(
                text,
                "{MARK} nobody knows it, so it waits for consent\ncategory = \"marketing\""
            );
        }
    }
    let purpose = item.purpose.as_deref().unwrap_or("Not described yet.");
    let _ = writeln!(text, "{MARK}\npurpose = {}", quoted(purpose));
    let _ = writeln!(text, "duration = {}", quoted(&item.life));
}

fn storage(text: &mut String, item: &Item, kind: &str) {
    let kind = match kind {
        "localStorage" => "local",
        "sessionStorage" => "session",
        "IndexedDB" => "indexed",
        _ => "cache",
    };
    let _ = write!(
        text,
        "\n[[storage]]\nkind = \"{kind}\"\nkey = {}\n",
        quoted(&item.name)
    );
    match item.category.as_deref() {
        Some("necessary") => {
            let _ = write!(
                text,
                "category = \"necessary\"\n{MARK}\nexemption = \"user-input\"\n"
            );
        }
        other => {
            let _ = writeln!(
                text,
                "{MARK}\ncategory = \"{}\"",
                other.unwrap_or("marketing")
            );
        }
    }
    let purpose = item.purpose.as_deref().unwrap_or("Not described yet.");
    let _ = writeln!(text, "{MARK}\npurpose = {}", quoted(purpose));
}

/// One embed for each service, with the hosts that were called.
fn hosts(text: &mut String, verdict: &Verdict) {
    let mut by_service: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for item in verdict.inventory.iter().filter(|item| item.kind == "host") {
        let origins = by_service.entry(id(&item.name)).or_default();
        origins.push(quoted(&format!("https://{}", item.name)));
    }
    for (service, origins) in by_service {
        let origins = origins.join(", ");
        let _ = write!(
            text,
            "\n[[embed]]\nservice = {}\n{MARK} what it is loaded as\nscript = [{origins}]\n\
             frame = [{origins}]\nimg = [{origins}]\nconnect = [{origins}]\n",
            quoted(&service)
        );
    }
}

/// A name whose end is another for each visitor or property, as a pattern.
fn general(name: &str) -> String {
    for start in [
        "_ga_",
        "_gat_",
        "_pk_id.",
        "_pk_ses.",
        "_hjSessionUser_",
        "_hjSession_",
        "_dc_gtm_",
        "_gac_",
    ] {
        if name.starts_with(start) && name.len() > start.len() {
            return format!("{start}*");
        }
    }
    // In a policy these two are written so where they are part of a name.
    name.replace('\\', "\\\\").replace('*', "\\*")
}

fn quoted(text: &str) -> String {
    let clean: String = text
        .chars()
        .filter(|letter| !letter.is_control())
        .take(300)
        .collect();
    toml::Value::String(clean).to_string()
}
