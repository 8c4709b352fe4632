//! Violation reports of browsers, counted and logged within bounds.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use serde::Deserialize;

use crate::{
    http::origin::{Origin, Source},
    policy::Policy,
};

/// Maximum number of different violations, separately for gated services and others, so that forged
/// reports do not displace those of declared origins.
const MAX_KINDS: usize = 100;
/// Maximum number of reports per minute; more are dropped.
const PER_MINUTE: u32 = 600;
/// Maximum number of reports per request body.
const PER_BODY: usize = 20;

/// A resource that pages tried to load and browsers blocked.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// Directive that blocked it, such as `frame-src`.
    pub directive: String,
    /// Origin of the resource, or a keyword such as `inline`. Never contains a path or query.
    pub origin: String,
    /// True if the origin belongs to a gated service, so that loading it needs consent.
    pub gated: bool,
    /// Number of reports since the start.
    pub count: u64,
}

/// Counted reports; see the module.
#[derive(Debug)]
pub(crate) struct Reports {
    declared: Vec<Source>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    counts: HashMap<(String, String), u64>,
    /// Number of entries for gated services.
    gated: usize,
    minute: Option<Instant>,
    read: u32,
}

/// `application/csp-report` (CSP2), sent by browsers without the Reporting API.
#[derive(Deserialize)]
struct Old {
    #[serde(rename = "csp-report")]
    report: OldBody,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct OldBody {
    #[serde(default)]
    blocked_uri: String,
    #[serde(default)]
    effective_directive: String,
    #[serde(default)]
    violated_directive: String,
}

/// `application/reports+json` (Reporting API, CSP3 5.3).
#[derive(Deserialize)]
struct New {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    body: NewBody,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct NewBody {
    #[serde(rename = "blockedURL")]
    blocked_url: String,
    effective_directive: String,
}

impl Reports {
    pub(crate) fn new(policy: &Policy) -> Self {
        let origins = |embed: &crate::policy::EmbedSpec| {
            let sources = embed.by_directive().into_iter();
            let parsed = sources.flat_map(|(_, sources)| sources.iter());
            parsed
                .filter_map(|text| Source::parse(text))
                .collect::<Vec<_>>()
        };
        Self {
            declared: policy.file().embed.iter().flat_map(origins).collect(),
            kept: Mutex::default(),
        }
    }

    /// Counts the reports in a request body. Returns whether it was valid.
    pub(crate) fn read(&self, body: &[u8]) -> bool {
        let found: Vec<(String, String)> = if let Ok(new) = serde_json::from_slice::<Vec<New>>(body)
        {
            new.into_iter()
                .filter(|report| report.kind == "csp-violation")
                .map(|report| (report.body.effective_directive, report.body.blocked_url))
                .collect()
        } else if let Ok(Old { report }) = serde_json::from_slice::<Old>(body) {
            let directive = if report.effective_directive.is_empty() {
                report.violated_directive
            } else {
                report.effective_directive
            };
            vec![(directive, report.blocked_uri)]
        } else {
            return false;
        };
        for (directive, blocked) in found.into_iter().take(PER_BODY) {
            self.count(&directive, &blocked);
        }
        true
    }

    fn count(&self, directive: &str, blocked: &str) {
        let directive = directive.split(' ').next().unwrap_or_default();
        let is_name = |text: &str| {
            (1..=40).contains(&text.len())
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        };
        let Some(origin) = origin_of(blocked) else {
            return;
        };
        if !is_name(directive) {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if kept
            .minute
            .is_none_or(|minute| now - minute >= Duration::from_secs(60))
        {
            (kept.minute, kept.read) = (Some(now), 0);
        }
        kept.read += 1;
        if kept.read > PER_MINUTE {
            return;
        }
        let key = (directive.to_owned(), origin);
        if let Some(count) = kept.counts.get_mut(&key) {
            *count += 1;
            return;
        }
        let (directive, origin) = &key;
        let gated = self.is_gated(origin);
        let known = if gated {
            kept.gated
        } else {
            kept.counts.len() - kept.gated
        };
        if known >= MAX_KINDS {
            return;
        }
        if gated {
            log::warn!(
                "a page tried to load {origin} without consent, and the browser stopped it \
                 ({directive}): gate what loads it, by data-consent-category or data-consent-service"
            )
        } else {
            log::warn!(
                "a page tried to load {origin}, which its Content-Security-Policy does not name, \
                 and the browser stopped it ({directive})"
            )
        }
        kept.gated += usize::from(gated);
        kept.counts.insert(key, 1);
    }

    fn is_gated(&self, origin: &str) -> bool {
        let Some(origin) = Origin::parse(origin) else {
            return false;
        };
        self.declared
            .iter()
            .any(|source| source.covers(&origin.host, origin.port))
    }

    /// All reported violations, the most frequent first.
    pub(crate) fn all(&self) -> Vec<Violation> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut all: Vec<Violation> = kept
            .counts
            .iter()
            .map(|((directive, origin), count)| Violation {
                directive: directive.clone(),
                origin: origin.clone(),
                gated: self.is_gated(origin),
                count: *count,
            })
            .collect();
        let order = |one: &Violation| (std::cmp::Reverse(one.count), one.origin.clone());
        all.sort_by_key(order);
        all
    }
}

/// Returns the origin of a URL, or the keyword that browsers send in its place. Path and query are
/// dropped because they may contain personal data.
fn origin_of(blocked: &str) -> Option<String> {
    if let Some((scheme, rest)) = blocked.split_once("://") {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        let origin = Origin::parse(&format!("{}://{host}", scheme.to_ascii_lowercase()))?;
        return (origin.host.len() <= 253).then(|| origin.to_string());
    }
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    let word = blocked.split(':').next().unwrap_or_default();
    (1..=30).contains(&word.len()).then_some(())?;
    word.bytes().all(is_word).then(|| word.to_owned())
}
