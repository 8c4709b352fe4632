//! Who has a part in it: the controller, and those who get data.

use form_urlencoded::byte_serialize;
use serde_json::{Value, json};

use crate::policy::Policy;

/// The controller, as the edition names it.
pub(super) fn controller(page: &str, policy: &Policy) -> Value {
    let controller = &policy.file().controller;
    let contact = [&controller.email, &controller.phone, &controller.contact];
    let contact: Vec<_> = contact.into_iter().flatten().map(String::as_str).collect();
    let mut entry = party(page, &["dpv:DataController"], &controller.name, &contact);
    if let Some(address) = &controller.address {
        entry["dpv:hasAddress"] = json!(address);
    }
    entry
}

/// The controller again, where it gets the data itself.
pub(super) fn site(page: &str, policy: &Policy) -> Value {
    let name = &policy.file().controller.name;
    party(page, &["dpv:Recipient", "dpv:DataController"], name, &[])
}

/// Another company. Of most the policy knows the name alone; where it is the provider of a service,
/// the page that tells about it is where to turn to.
pub(super) fn third_party(page: &str, policy: &Policy, name: &str) -> Value {
    let provides = policy.services().iter().filter(|it| it.provider == name);
    let contact: Option<&str> = provides.filter_map(|it| it.provider_url.as_deref()).next();
    let kinds = ["dpv:Recipient", "dpv:ThirdParty"];
    party(page, &kinds, name, contact.as_slice())
}

/// A party is told apart by its name, so that it has one identifier wherever it occurs. That one
/// lies on the policy page, since the site cannot speak for addresses of others.
fn party(page: &str, kinds: &[&str], name: &str, contact: &[&str]) -> Value {
    let name_in_it: String = byte_serialize(name.as_bytes()).collect();
    let id = format!("{page}#party-{name_in_it}");
    let mut entry = json!({
        "@id": id,
        "@type": kinds,
        "dpv:hasIdentifier": id,
        "dpv:hasName": name,
    });
    if !contact.is_empty() {
        entry["dpv:hasContact"] = json!(contact);
    }
    entry
}
