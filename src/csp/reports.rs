//! What browsers report that they stopped: counted and logged, within bounds.

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

/// How many different things are kept count of, of those without consent and of the others: what
/// anyone makes up does not shut out what the site has declared.
const MAX_KINDS: usize = 100;
/// How many reports are read in a minute; more are dropped unread.
const PER_MINUTE: u32 = 600;
/// How many reports of one body are read.
const PER_BODY: usize = 20;

/// Something that pages tried to load and browsers stopped.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The directive that stopped it, such as `frame-src`.
    pub directive: String,
    /// The origin that it would have been loaded from, or a word such as `inline`. Never more of
    /// the address.
    pub origin: String,
    /// Whether the origin is one of a gated service, so that it was tried without consent.
    pub gated: bool,
    /// How often it was reported since the start.
    pub count: u64,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Reports {
    declared: Vec<Source>,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    counts: HashMap<(String, String), u64>,
    /// How many of them are of gated services.
    gated: usize,
    minute: Option<Instant>,
    read: u32,
}

/// `application/csp-report` (CSP2), as browsers without the Reporting API send it.
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

    /// Reads one body. Says whether it was one.
    pub(crate) fn read(&self, body: &[u8]) -> bool {
        let found: Vec<(String, String)> = if let Ok(new) = serde_json::from_slice::<Vec<New>>(body)
        {
            new.into_iter()
                .filter(|report| report.kind == "csp-violation")
                .map(|report| (report.body.effective_directive, report.body.blocked_url))
                .collect()
        } else if let Ok(Old { report }) = serde_json::from_slice::<Old>(body) {
            let directive = match report.effective_directive.is_empty() {
                true => report.violated_directive,
                false => report.effective_directive,
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
        let known = match gated {
            true => kept.gated,
            false => kept.counts.len() - kept.gated,
        };
        if known >= MAX_KINDS {
            return;
        }
        match gated {
            true => log::warn!(
                "a page tried to load {origin} without consent, and the browser stopped it \
                 ({directive}): gate what loads it, by data-consent-category or data-consent-service"
            ),
            false => log::warn!(
                "a page tried to load {origin}, which its Content-Security-Policy does not name, \
                 and the browser stopped it ({directive})"
            ),
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

    /// What was reported so far, the most frequent first.
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

/// The origin of an address, or the word that browsers put in its place. Path and query may say
/// something about the visitor, so they are dropped.
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
