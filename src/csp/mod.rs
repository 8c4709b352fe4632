//! A Content-Security-Policy that follows consent (Content Security Policy Level 3).
//!
//! Resources loaded by inline scripts and style sheets appear in no tag, so the markup rewriter
//! cannot block them. The browser can: with [`ConsentBuilder::csp`](crate::ConsentBuilder::csp),
//! each HTML response lists the origins that it may load from. It lists those of the policy's
//! `[[embed]]` entries only while their service is allowed.
//!
//! If the application sends a policy of its own, it is kept and completed: origins of granted
//! services are added, those of denied services are removed, and the needs of banner and
//! placeholders are added. A source wider than the declared one, such as `https:`, is left
//! unchanged. Otherwise the middleware sends the policy that [`Csp::new`] creates.

mod merge;
mod reports;

use std::{
    fmt::Write as _,
    sync::{Arc, Mutex, PoisonError},
};

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

use self::merge::Rules;
pub(crate) use self::reports::Reports;
pub use self::reports::Violation;
use crate::{decision::grants::Grants, http::origin::Source, paths::Paths, policy::Policy};

/// Header of the Reporting API.
const REPORTING_ENDPOINTS: HeaderName = HeaderName::from_static("reporting-endpoints");

/// The Content-Security-Policy of HTML responses.
///
/// ```
/// use actix_consent::{ConsentMiddleware, Policy, SigningKeys, csp::Csp};
///
/// # let policy = Policy::parse(include_str!("../../tests/integration/consent.toml")).unwrap();
/// let consent = ConsentMiddleware::builder(policy, SigningKeys::generate())
///     .csp(Csp::new().directive("img-src", "'self' data:").reports(true))
///     .build()?;
/// # Ok::<(), actix_consent::error::ConfigError>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Csp {
    directives: Vec<(String, String)>,
    report_only: bool,
    reports: bool,
}

impl Csp {
    /// Creates a policy that allows the site itself and granted services: `default-src 'self'`, and
    /// `'none'` for `object-src`, `base-uri` and `frame-ancestors`.
    pub fn new() -> Self {
        let strict = [
            ("default-src", "'self'"),
            ("object-src", "'none'"),
            ("base-uri", "'none'"),
            ("form-action", "'self'"),
            ("frame-ancestors", "'none'"),
        ];
        let own = |(name, sources): (&str, &str)| (name.to_owned(), sources.to_owned());
        Self {
            directives: strict.into_iter().map(own).collect(),
            report_only: false,
            reports: false,
        }
    }

    /// Sets a directive, such as `img-src` to `'self' data:`. Empty sources remove it. Origins of
    /// granted services are added to these.
    pub fn directive(mut self, name: impl Into<String>, sources: impl Into<String>) -> Self {
        let (name, sources) = (name.into().to_ascii_lowercase(), sources.into());
        self.directives.retain(|(other, _)| *other != name);
        if !sources.is_empty() {
            self.directives.push((name, sources));
        }
        self
    }

    /// Reports violations without blocking them, to try out the policy. Default: false, the policy
    /// is enforced. If set, a policy of the application itself is left unchanged.
    pub fn report_only(mut self, report_only: bool) -> Self {
        self.report_only = report_only;
        self
    }

    /// Makes browsers report violations to a path of the middleware, which counts and logs them:
    /// see [`ConsentMiddleware::violations`](crate::ConsentMiddleware::violations). Default: false.
    pub fn reports(mut self, reports: bool) -> Self {
        self.reports = reports;
        self
    }
}

impl Default for Csp {
    fn default() -> Self {
        Self::new()
    }
}

/// An origin of an embed under one directive.
#[derive(Debug)]
struct Embedded {
    directive: &'static str,
    /// Source as written in a policy.
    text: String,
    source: Source,
    units: Vec<usize>,
}

/// The prepared policy; everything that does not depend on the request is computed once.
#[derive(Debug)]
pub(crate) struct Policing {
    /// Policy sent if the application has none, without the parts that depend on consent.
    own: String,
    header: HeaderName,
    report_only: bool,
    endpoints: Option<HeaderValue>,
    embedded: Vec<Embedded>,
    /// Sources for `style-src`: those of the banner and the placeholder.
    styles: Vec<String>,
    pub(crate) reports: Arc<Reports>,
    /// Cached headers by state, for responses without a policy of the application and without a
    /// nonce.
    sent: Mutex<Vec<(Grants, HeaderValue)>>,
}

/// Maximum number of cached states, more than the visitors of one policy have.
const MAX_STATES: usize = 64;

impl Policing {
    pub(crate) fn new(
        settings: &Csp,
        policy: &Policy,
        styles: Vec<String>,
        paths: &Paths,
        reports: Arc<Reports>,
    ) -> Self {
        let mut own = String::new();
        for (name, sources) in &settings.directives {
            let separator = if own.is_empty() { "" } else { "; " };
            let _ = write!(own, "{separator}{name} {sources}");
        }
        let endpoints = settings.reports.then(|| {
            let _ = write!(own, "; report-uri {0}; report-to consent", paths.reports);
            HeaderValue::from_str(&format!("consent=\"{}\"", paths.reports)).ok()
        });
        Self {
            own,
            header: if settings.report_only {
                header::CONTENT_SECURITY_POLICY_REPORT_ONLY
            } else {
                header::CONTENT_SECURITY_POLICY
            },
            report_only: settings.report_only,
            endpoints: endpoints.flatten(),
            embedded: embedded(policy),
            styles: styles
                .into_iter()
                .filter(|style| !style.is_empty())
                .collect(),
            reports,
            sent: Mutex::default(),
        }
    }

    pub(crate) fn styles(&self) -> &[String] {
        &self.styles
    }

    /// Returns whether the header depends on the visitor's grants.
    pub(crate) fn depends(&self, nonce: Option<&str>) -> bool {
        !self.embedded.is_empty() || nonce.is_some()
    }

    /// Returns whether browsers are asked to report, so that the endpoint must exist.
    pub(crate) fn listens(&self) -> bool {
        self.endpoints.is_some()
    }

    /// Writes the policy of one response, which allows the sources of `grants`, inline code with
    /// `nonce`, and the library's own `script` if pages have one.
    pub(crate) fn write(
        &self,
        headers: &mut HeaderMap,
        grants: &Grants,
        nonce: Option<&str>,
        script: bool,
    ) {
        let rules = Rules {
            embedded: &self.embedded,
            grants,
            styles: &self.styles,
            nonce,
            script,
        };
        let sent: Vec<HeaderValue> = headers
            .get_all(header::CONTENT_SECURITY_POLICY)
            .cloned()
            .collect();
        let policies: Vec<&str> = sent
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter(|policy| !policy.trim().is_empty())
            .collect();
        if !self.report_only {
            headers.remove(header::CONTENT_SECURITY_POLICY);
            // A policy that cannot be parsed is kept, as dropping it would loosen the restrictions.
            for value in sent.iter().filter(|value| value.to_str().is_err()) {
                headers.append(header::CONTENT_SECURITY_POLICY, value.clone());
            }
        }
        if policies.is_empty()
            && let Some(value) = self.own(&rules)
        {
            headers.append(self.header.clone(), value);
        }
        for policy in policies {
            if let Ok(value) = HeaderValue::from_str(&rules.merged(policy)) {
                headers.append(self.header.clone(), value);
            }
        }
        if let Some(endpoints) = &self.endpoints
            && !headers.contains_key(REPORTING_ENDPOINTS)
        {
            headers.insert(REPORTING_ENDPOINTS, endpoints.clone());
        }
    }

    /// The library's own policy for these grants, computed once per state.
    fn own(&self, rules: &Rules<'_>) -> Option<HeaderValue> {
        if rules.nonce.is_some() {
            return HeaderValue::from_str(&rules.merged(&self.own)).ok();
        }
        let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, value)) = sent.iter().find(|(grants, _)| grants == rules.grants) {
            return Some(value.clone());
        }
        let value = HeaderValue::from_str(&rules.merged(&self.own)).ok()?;
        if sent.len() < MAX_STATES {
            sent.push((rules.grants.clone(), value.clone()));
        }
        Some(value)
    }
}

/// Each origin under each directive that it is declared for, with all its services.
fn embedded(policy: &Policy) -> Vec<Embedded> {
    let mut all: Vec<Embedded> = Vec::new();
    for embed in &policy.file().embed {
        let Some(unit) = policy.unit(&embed.service) else {
            continue;
        };
        for (directive, sources) in embed.by_directive() {
            for text in sources {
                let text = text.to_ascii_lowercase();
                let Some(source) = Source::parse(&text) else {
                    continue;
                };
                let known = all
                    .iter_mut()
                    .find(|known| known.directive == directive && known.source == source);
                match known {
                    Some(known) => known.units.push(unit),
                    None => all.push(Embedded {
                        directive,
                        text,
                        source,
                        units: vec![unit],
                    }),
                }
            }
        }
    }
    all
}
