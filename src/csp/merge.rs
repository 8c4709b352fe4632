//! Merges a Content-Security-Policy with the sources that consent allows and denies.

use super::Embedded;
use crate::{decision::grants::Grants, http::origin::Source};

/// Sources to add to and remove from a policy.
pub(super) struct Rules<'a> {
    pub(super) embedded: &'a [Embedded],
    pub(super) grants: &'a Grants,
    pub(super) styles: &'a [String],
    pub(super) nonce: Option<&'a str>,
    /// True if pages contain the library's script, which is loaded from the site and connects to
    /// it.
    pub(super) script: bool,
}

/// A policy by directive. Of directives with the same name, the first counts (CSP3, 2.2.1).
struct Directives<'a>(Vec<(String, Vec<&'a str>)>);

impl<'a> Directives<'a> {
    fn parse(policy: &'a str) -> Self {
        let mut directives: Vec<(String, Vec<&str>)> = Vec::new();
        for directive in policy.split(';') {
            let mut words = directive.split_ascii_whitespace();
            let Some(name) = words.next() else { continue };
            let name = name.to_ascii_lowercase();
            if !directives.iter().any(|(known, _)| *known == name) {
                directives.push((name, words.collect()));
            }
        }
        Self(directives)
    }

    /// Sources of a directive; copied from its fallback if absent (CSP3, 6.8.3). `None` if nothing
    /// restricts it, so that nothing has to be added.
    fn sources(&mut self, name: &str) -> Option<&mut Vec<&'a str>> {
        let place = |directives: &Self, name: &str| {
            directives.0.iter().position(|(known, _)| known == name)
        };
        let own = place(self, name);
        let at = match own {
            Some(at) => at,
            None => {
                let fallback = fallbacks(name)
                    .iter()
                    .find_map(|fallback| place(self, fallback))?;
                let sources = self.0[fallback].1.clone();
                self.0.push((name.to_owned(), sources));
                self.0.len() - 1
            }
        };
        Some(&mut self.0[at].1)
    }

    fn text(&self) -> String {
        let directives = self.0.iter().map(|(name, sources)| {
            if sources.is_empty() {
                name.clone()
            } else {
                format!("{name} {}", sources.join(" "))
            }
        });
        directives.collect::<Vec<_>>().join("; ")
    }
}

fn fallbacks(name: &str) -> &'static [&'static str] {
    match name {
        "frame-src" => &["child-src", "default-src"],
        "script-src-elem" | "script-src-attr" => &["script-src", "default-src"],
        "style-src-elem" | "style-src-attr" => &["style-src", "default-src"],
        _ => &["default-src"],
    }
}

/// Directives that override a part of another one where they are present.
fn parts(name: &str) -> &'static [&'static str] {
    match name {
        "script-src" => &["script-src-elem"],
        "style-src" => &["style-src-elem"],
        _ => &[],
    }
}

impl Rules<'_> {
    pub(super) fn merged(&self, policy: &str) -> String {
        let mut directives = Directives::parse(policy);
        for (name, sources) in &mut directives.0 {
            if is_fetched(name) {
                sources.retain(|source| !self.is_off(source));
            }
        }
        let nonce = self.nonce.map(|nonce| format!("'nonce-{nonce}'"));
        for embedded in self.embedded {
            if embedded.units.iter().any(|unit| self.grants.allow(*unit)) {
                admit(&mut directives, embedded.directive, &embedded.text);
            }
        }
        for style in self.styles {
            admit_inline(&mut directives, "style-src", style);
        }
        if self.script {
            admit(&mut directives, "script-src", "'self'");
            admit(&mut directives, "connect-src", "'self'");
        }
        if let Some(nonce) = &nonce {
            admit_inline(&mut directives, "script-src", nonce);
            admit_inline(&mut directives, "style-src", nonce);
        }
        directives.text()
    }

    /// Returns whether a source is an origin that is declared only for denied services.
    fn is_off(&self, source: &str) -> bool {
        let mut found = self
            .embedded
            .iter()
            .filter(|embedded| is_of(source, &embedded.source))
            .peekable();
        found.peek().is_some()
            && found.all(|embedded| embedded.units.iter().all(|unit| !self.grants.allow(*unit)))
    }
}

/// Returns whether the values of a directive are sources to load from.
fn is_fetched(directive: &str) -> bool {
    ["-src", "-src-elem", "-src-attr"]
        .iter()
        .any(|end| directive.ends_with(end))
}

/// Returns whether a source (CSP3, 2.3.1) matches nothing beyond a declared one: it may have no
/// scheme, a path, `:*`, or one host below a declared `*.`.
fn is_of(text: &str, declared: &Source) -> bool {
    let text = text.to_ascii_lowercase();
    let rest = text.split_once("://").map_or(&*text, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    let (host, port) = match authority.rfind(':') {
        Some(at) if !authority.ends_with(']') => (&authority[..at], &authority[at + 1..]),
        _ => (authority, "443"),
    };
    let port = match port {
        "*" => Some(declared.origin.port),
        port => port.parse().ok(),
    };
    let Some(port) = port else { return false };
    match host.strip_prefix("*.") {
        Some(host) => declared.below && declared.covers(&format!("any.{host}"), port),
        None => declared.covers(host, port),
    }
}

fn admit<'a>(directives: &mut Directives<'a>, name: &str, source: &'a str) {
    for name in std::iter::once(name).chain(parts(name).iter().copied()) {
        // An absent part falls back to the whole.
        if parts(name).is_empty() && name.ends_with("-elem") && !has(directives, name) {
            continue;
        }
        if let Some(sources) = directives.sources(name) {
            sources.retain(|other| !other.eq_ignore_ascii_case("'none'"));
            if !sources
                .iter()
                .any(|other| other.eq_ignore_ascii_case(source))
            {
                sources.push(source);
            }
        }
    }
}

fn has(directives: &Directives<'_>, name: &str) -> bool {
    directives.0.iter().any(|(known, _)| known == name)
}

/// Adds a hash or nonce, unless the application relies on `'unsafe-inline'`, which browsers then
/// ignore.
fn admit_inline<'a>(directives: &mut Directives<'a>, name: &str, source: &'a str) {
    let is = |other: &&str, start: &str| other.to_ascii_lowercase().starts_with(start);
    for name in std::iter::once(name).chain(parts(name).iter().copied()) {
        if name.ends_with("-elem") && !has(directives, name) {
            continue;
        }
        let Some(sources) = directives.sources(name) else {
            continue;
        };
        let unsafe_inline = sources.iter().any(|other| is(other, "'unsafe-inline'"))
            && !sources
                .iter()
                .any(|other| is(other, "'nonce-") || is(other, "'sha"));
        if !unsafe_inline {
            sources.retain(|other| !other.eq_ignore_ascii_case("'none'"));
            sources.push(source);
        }
    }
}
