//! Draft policy for a site without one, from an audit. Every guess is marked.

use std::{collections::BTreeMap, fmt::Write as _};

use crate::audit::{
    judge::findings::{Item, Verdict},
    record::{Record, site::registrable},
};

const MARK: &str = "# REVIEW:";

/// Formats the policy as TOML. It loads as is, but every mark has to be reviewed.
pub(crate) fn write(record: &Record, verdict: &Verdict) -> String {
    let mut text = format!(
        "# Draft policy for {}, from an audit with a browser.\n\
         # Every line marked with REVIEW is a guess: correct it, and remove the mark.\n\n\
         version = 1\n\n\
         [site]\n{MARK} the name of the site for visitors\nname = {}\n\
         {MARK} the regions that the site serves\nserves = [\"EU\"]\n\n\
         [controller]\n{MARK} the controller (Art. 13(1)(a) GDPR)\n\
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
                "\n[[category]]\nid = \"{id}\"\ntitle = \"{title}\"\n{MARK} the purpose, \
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

/// Category of an item; one that needs consent if unknown.
fn category(item: &Item) -> &str {
    item.category.as_deref().unwrap_or("marketing")
}

fn categories(verdict: &Verdict) -> Vec<&str> {
    let items = verdict.inventory.iter().filter(|item| !is_own(item));
    items.map(category).collect()
}

/// Provider and category of third parties, by an id from the host name.
fn services(verdict: &Verdict) -> BTreeMap<String, (String, String)> {
    let hosts = verdict.inventory.iter().filter(|item| item.kind == "host");
    hosts
        .map(|item| {
            let category = match category(item) {
                // A third party is a service, and services need consent.
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
                "category = \"necessary\"\n{MARK} the reason why no consent is needed\nexemption = \"user-input\"\n"
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
                "{MARK} unknown, so it needs consent\ncategory = \"marketing\""
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

/// Writes one embed for each service, with its hosts.
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
            "\n[[embed]]\nservice = {}\n{MARK} the kinds of resources that are loaded\nscript = [{origins}]\n\
             frame = [{origins}]\nimg = [{origins}]\nconnect = [{origins}]\n",
            quoted(&service)
        );
    }
}

/// Replaces the variable end of a known name with `*`.
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
    // Escape literal backslashes and stars.
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
