//! Response headers other than `Link` that make a browser load from or report to a gated service.

use std::slice;

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use super::{
    element::{self, Names},
    embeds::Embeds,
};
use crate::{decision::grants::Grants, http::content_type::list};

/// Address that the browser loads after some seconds (HTML, 7.4.6.4).
const REFRESH: HeaderName = HeaderName::from_static("refresh");
/// Report addresses (Reporting API).
const REPORTING_ENDPOINTS: HeaderName = HeaderName::from_static("reporting-endpoints");
/// Report addresses (Reporting API of 2018, Network Error Logging).
const REPORT_TO: HeaderName = HeaderName::from_static("report-to");

/// Policies that may name report addresses.
static POLICIES: [HeaderName; 2] = [
    header::CONTENT_SECURITY_POLICY,
    header::CONTENT_SECURITY_POLICY_REPORT_ONLY,
];

/// Decides on addresses in headers and Speculation Rules.
pub(crate) struct AddressFilter<'a> {
    pub(crate) embeds: &'a Embeds,
    pub(crate) grants: &'a Grants,
    /// Address of the response.
    pub(crate) base: Url,
    /// True if an address of a gated service was found, allowed or not.
    pub(crate) gated: bool,
}

impl AddressFilter<'_> {
    /// Returns whether one of the addresses leads to a service that is off.
    pub(crate) fn denies(&mut self, names: Names, text: &str) -> bool {
        let mut denied = false;
        element::addresses(names, text, slice::from_ref(&self.base), |url| {
            // An address that cannot be parsed may lead anywhere.
            let units: Vec<usize> = match url {
                Some(url) => self.embeds.units_of(url).to_vec(),
                None => self.embeds.units().collect(),
            };
            self.gated |= !units.is_empty();
            denied |= units.iter().any(|unit| !self.grants.allow(*unit));
        });
        denied
    }

    /// Returns the same for bytes of a header, which browsers read as UTF-8 or as Latin-1.
    fn denies_bytes(&mut self, names: Names, bytes: &[u8]) -> bool {
        if self.denies(names, &String::from_utf8_lossy(bytes)) {
            return true;
        }
        let latin_1 = || {
            bytes
                .iter()
                .map(|byte| char::from(*byte))
                .collect::<String>()
        };
        !bytes.is_ascii() && self.denies(names, &latin_1())
    }

    /// Returns whether a service with a declared origin is off.
    pub(crate) fn denies_any(&self) -> bool {
        self.embeds.units().any(|unit| !self.grants.allow(unit))
    }
}

/// Returns whether the headers may contain addresses.
pub(crate) fn has_addresses(headers: &HeaderMap) -> bool {
    [&REFRESH, &REPORTING_ENDPOINTS, &REPORT_TO]
        .into_iter()
        .chain(&POLICIES)
        .any(|name| headers.contains_key(name))
}

/// Removes addresses of services that are off.
pub(crate) fn remove_denied(headers: &mut HeaderMap, filter: &mut AddressFilter<'_>) {
    filter_refresh(headers, filter);
    for name in &POLICIES {
        filter_report_uri(headers, name, filter);
    }
    filter_endpoints(headers, filter);
    filter_report_to(headers, filter);
}

/// Joins all fields of a name (RFC 9110, 5.3).
fn joined(headers: &HeaderMap, name: &HeaderName) -> Option<Vec<u8>> {
    let values: Vec<&[u8]> = headers.get_all(name).map(HeaderValue::as_bytes).collect();
    (!values.is_empty()).then(|| values.join(&b", "[..]))
}

fn filter_refresh(headers: &mut HeaderMap, filter: &mut AddressFilter<'_>) {
    let Some(joined) = joined(headers, &REFRESH) else {
        return;
    };
    let mut denied = filter.denies_bytes(Names::Refresh, &joined);
    for value in headers.get_all(&REFRESH) {
        denied |= filter.denies_bytes(Names::Refresh, value.as_bytes());
    }
    if denied {
        headers.remove(&REFRESH);
    }
}

/// Removes denied addresses from each `report-uri` (CSP3, 6.5.1).
fn filter_report_uri(headers: &mut HeaderMap, name: &HeaderName, filter: &mut AddressFilter<'_>) {
    let names_one = |value: &HeaderValue| {
        value
            .as_bytes()
            .windows(10)
            .any(|text| text.eq_ignore_ascii_case(b"report-uri"))
    };
    if !headers.get_all(name).any(names_one) {
        return;
    }
    let mut changed = false;
    let mut values = Vec::new();
    for value in headers.get_all(name) {
        let mut policies = Vec::new();
        for policy in value.as_bytes().split(|byte| *byte == b',') {
            let mut directives = Vec::new();
            for directive in policy.split(|byte| *byte == b';') {
                let mut words = words(directive);
                if words
                    .first()
                    .is_some_and(|name| name.eq_ignore_ascii_case(b"report-uri"))
                {
                    let count = words.len();
                    let mut at = 0;
                    words.retain(|word| {
                        at += 1;
                        at == 1 || !filter.denies_bytes(Names::Address, word)
                    });
                    if words.len() < count {
                        changed = true;
                        if words.len() > 1 {
                            directives.push(words.join(&b' '));
                        }
                        continue;
                    }
                }
                directives.push(directive.to_vec());
            }
            policies.push(directives.join(&b';'));
        }
        values.push(policies.join(&b','));
    }
    if changed {
        headers.remove(name);
        for value in values {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.append(name.clone(), value);
            }
        }
    }
}

fn words(text: &[u8]) -> Vec<&[u8]> {
    let words = text.split(u8::is_ascii_whitespace);
    words.filter(|word| !word.is_empty()).collect()
}

/// Removes denied addresses from a dictionary of strings (RFC 9651, 3.2).
fn filter_endpoints(headers: &mut HeaderMap, filter: &mut AddressFilter<'_>) {
    let Some(joined) = joined(headers, &REPORTING_ENDPOINTS) else {
        return;
    };
    let members: Vec<&[u8]> = list(&joined).collect();
    let kept: Vec<&[u8]> = members
        .iter()
        .copied()
        .filter(|member| {
            let mut strings = strings(member).into_iter();
            !strings.any(|address| filter.denies_bytes(Names::Address, &address))
        })
        .collect();
    if kept.len() < members.len() {
        headers.remove(&REPORTING_ENDPOINTS);
        if let Ok(value) = HeaderValue::from_bytes(kept.join(&b","[..]).trim_ascii())
            && !value.is_empty()
        {
            headers.insert(REPORTING_ENDPOINTS, value);
        }
    }
}

/// Returns the quoted strings in a text (RFC 9651, 3.3.3).
fn strings(text: &[u8]) -> Vec<Vec<u8>> {
    let mut strings = Vec::new();
    let mut bytes = text.iter();
    while bytes.by_ref().any(|byte| *byte == b'"') {
        let mut string = Vec::new();
        while let Some(byte) = bytes.next() {
            match byte {
                b'"' => break,
                b'\\' => string.extend(bytes.next()),
                byte => string.push(*byte),
            }
        }
        strings.push(string);
    }
    strings
}

/// Removes denied addresses from comma-separated JSON objects.
fn filter_report_to(headers: &mut HeaderMap, filter: &mut AddressFilter<'_>) {
    let Some(joined) = joined(headers, &REPORT_TO) else {
        return;
    };
    let list = [b"[", &joined[..], b"]"].concat();
    let denied = match serde_json::from_slice::<Value>(&list) {
        Ok(value) => denies_any_string(&value, filter),
        // A browser may accept more than JSON.
        Err(_) => {
            filter.gated = true;
            filter.denies_any()
        }
    };
    if denied {
        headers.remove(&REPORT_TO);
    }
}

fn denies_any_string(value: &Value, filter: &mut AddressFilter<'_>) -> bool {
    match value {
        Value::String(address) => filter.denies(Names::Address, address),
        Value::Array(values) => values.iter().any(|value| denies_any_string(value, filter)),
        Value::Object(members) => members
            .values()
            .any(|value| denies_any_string(value, filter)),
        _ => false,
    }
}

/// Returns a file of Speculation Rules (`application/speculationrules+json`) without the rules by
/// which a browser may load from services that are off. `None` if it is not JSON.
pub(crate) fn filtered_rules(file: &[u8], filter: &mut AddressFilter<'_>) -> Option<Vec<u8>> {
    let Value::Object(mut lists) = serde_json::from_slice(file).ok()? else {
        return None;
    };
    for list in lists.values_mut() {
        if let Value::Array(rules) = list {
            rules.retain(|rule| !denies_rule(rule, filter));
        }
    }
    serde_json::to_vec(&Value::Object(lists)).ok()
}

fn denies_rule(rule: &Value, filter: &mut AddressFilter<'_>) -> bool {
    let urls = rule.get("urls").unwrap_or(&Value::Null);
    let links = rule.get("where").is_some_and(|links| !stays_on_site(links));
    if links {
        filter.gated = true;
    }
    denies_any_string(urls, filter) || links && filter.denies_any()
}

/// Returns whether all links that a document rule can match lead to the site itself.
fn stays_on_site(links: &Value) -> bool {
    let all = |value: &Value, holds: fn(&Value) -> bool| match value {
        Value::Array(values) => !values.is_empty() && values.iter().all(holds),
        value => holds(value),
    };
    let is_path = |pattern: &Value| {
        let path = pattern.as_str().and_then(|text| text.strip_prefix('/'));
        path.is_some_and(|rest| {
            !rest.starts_with(['/', '\\', '\t', '\n', '\r', '{', '(', '*', ':'])
        }) || pattern.as_str() == Some("/*")
    };
    let any_of = |name: &str| {
        let conditions = links.get(name).and_then(Value::as_array);
        conditions.is_some_and(|conditions| conditions.iter().any(stays_on_site))
    };
    let all_of = |name: &str| links.get(name).is_some_and(|list| all(list, stays_on_site));
    links
        .get("href_matches")
        .is_some_and(|value| all(value, is_path))
        || any_of("and")
        || all_of("or")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_rules_that_match_links_of_the_site_only() {
        let stays = |json: &str| stays_on_site(&serde_json::from_str(json).expect("it is JSON"));
        for json in [
            r#"{"href_matches":"/*"}"#,
            r#"{"href_matches":["/a/*","/b"]}"#,
            r#"{"and":[{"href_matches":"/*"},{"not":{"href_matches":"/out"}}]}"#,
            r#"{"or":[{"href_matches":"/a"},{"href_matches":"/b"}]}"#,
        ] {
            assert!(stays(json), "{json}");
        }
        for json in [
            "{}",
            r#"{"href_matches":"https://video.example/*"}"#,
            r#"{"href_matches":"//video.example/*"}"#,
            r#"{"href_matches":["/a","*://*/*"]}"#,
            r#"{"href_matches":[]}"#,
            r#"{"selector_matches":"a"}"#,
            r#"{"and":[]}"#,
            r#"{"or":[]}"#,
            r#"{"not":{"href_matches":"/a"}}"#,
            r#"{"or":[{"href_matches":"/a"},{"selector_matches":"a"}]}"#,
        ] {
            assert!(!stays(json), "{json}");
        }
    }
}
