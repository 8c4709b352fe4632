//! Parties: the controller and the recipients of data.

use form_urlencoded::byte_serialize;
use serde_json::{Value, json};

use crate::policy::Policy;

/// The controller, as named in the edition.
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

/// The controller as a recipient of data.
pub(super) fn site(page: &str, policy: &Policy) -> Value {
    let name = &policy.file().controller.name;
    party(page, &["dpv:Recipient", "dpv:DataController"], name, &[])
}

/// Another company. The policy usually contains only its name; for the provider of a service, the
/// contact is the page about the service.
pub(super) fn third_party(page: &str, policy: &Policy, name: &str) -> Value {
    let provides = policy.services().iter().filter(|it| it.provider == name);
    let contact: Option<&str> = provides.filter_map(|it| it.provider_url.as_deref()).next();
    let kinds = ["dpv:Recipient", "dpv:ThirdParty"];
    party(page, &kinds, name, contact.as_slice())
}

/// A party is identified by its name, so it has one identifier throughout. The identifier is on the
/// policy page, since the site does not control the addresses of others.
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
