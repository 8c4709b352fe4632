//! Optional script of a page: its files and the tag that loads it.

use std::fmt::Write as _;

use super::{CacheMode, Markup, PageScript, dialect::Dialect};
use crate::{
    decision::{Decision, Status},
    http::asset::Asset,
    paths::Paths,
    policy::{CookieSpec, Pattern, Policy, SetBy, StorageKind},
};

const CORE: &str = include_str!("core.js");
const LIVE: &str = include_str!("live.js");
const API: &str = include_str!("api.js");

/// Returns a script without comment lines and indentation.
fn terse(source: &str) -> String {
    let lines = source.lines().map(str::trim_start);
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.fold(String::new(), |out, line| out + line + "\n")
}

/// Scripts of a site, and the attributes of their tags.
#[derive(Debug)]
pub(crate) struct Scripts {
    page: Asset,
    api: Option<Asset>,
    mode: &'static str,
    settings: String,
    status: String,
    /// Attribute with the names of marks, if the site has configured them.
    marks: String,
    /// Storage entries that only a script can remove, by unit: `local:key`.
    traces: Vec<(usize, String)>,
}

impl Scripts {
    pub(crate) fn new(settings: &Markup, policy: &Policy, paths: &Paths) -> Option<Self> {
        let shell = settings.caches == CacheMode::Shell;
        let mode = match settings.script {
            _ if shell => "shell",
            PageScript::Live => "live",
            PageScript::Reload => "reload",
            PageScript::None => return None,
        };
        let core = terse(CORE);
        let content = match mode {
            "reload" => core,
            _ => core + &terse(LIVE),
        };
        Some(Self {
            page: Asset::new(&paths.policy, "page", content),
            api: settings
                .api
                .then(|| Asset::new(&paths.policy, "api", terse(API))),
            mode,
            settings: paths.settings.clone(),
            status: paths.state.clone(),
            marks: match mode {
                // The script knows the default names.
                _ if settings.dialect == Dialect::default() => String::new(),
                _ => settings.dialect.all().collect::<Vec<_>>().join(" "),
            },
            traces: traces(policy),
        })
    }

    /// Returns the script at `path`.
    pub(crate) fn at(&self, path: &str) -> Option<&Asset> {
        let mut all = std::iter::once(&self.page).chain(&self.api);
        all.find(|asset| asset.path == path)
    }

    /// Returns the storage entries of denied units, in the syntax of the script.
    pub(crate) fn traces(&self, policy: &Policy, decision: &Decision) -> Vec<&str> {
        debug_assert_eq!(policy.units().len(), decision.bases().len());
        let off = |(unit, _): &&(usize, String)| !decision.basis(*unit).allows();
        let off = self.traces.iter().filter(off);
        off.map(|(_, trace)| trace.as_str()).collect()
    }

    /// Returns the tags for one page, or for all pages if they are the same for everyone
    /// (`decision` is `None`).
    pub(crate) fn tags(
        &self,
        policy: &Policy,
        decision: Option<&Decision>,
        nonce: Option<&str>,
    ) -> String {
        let nonce = nonce.map_or_else(String::new, |nonce| format!(" nonce=\"{nonce}\""));
        let mut tags = format!(
            "<script src=\"{}\" defer{nonce} data-settings=\"{}\" data-status=\"{}\"",
            self.page.path, self.settings, self.status
        );
        if !self.marks.is_empty() {
            let _ = write!(tags, " data-marks=\"{}\"", self.marks);
        }
        let _ = write!(tags, " data-mode=\"{}\"", self.mode);
        if let Some(decision) = decision {
            let on = policy
                .gated_units()
                .filter(|(unit, _)| decision.basis(*unit).allows())
                .map(|(_, unit)| unit.id.as_str())
                .collect::<Vec<_>>();
            let state = match decision.status() {
                Status::Undecided => "unset",
                Status::Decided | Status::Implied => "decided",
            };
            let _ = write!(
                tags,
                " data-consent=\"{}\" data-consent-state=\"{state}\"",
                on.join(" ")
            );
            let traces = self.traces(policy, decision);
            if !traces.is_empty() {
                let _ = write!(tags, " data-off=\"{}\"", traces.join(" "));
            }
        } else {
            tags.push_str(" data-consent=\"\"");
        }
        tags.push_str("></script>");
        if let Some(api) = &self.api {
            let _ = write!(tags, "<script src=\"{}\" defer{nonce}></script>", api.path);
        }
        tags
    }
}

fn traces(policy: &Policy) -> Vec<(usize, String)> {
    let mut traces = Vec::new();
    let unit_of = |category: Option<&str>, service: Option<&str>| {
        let unit = service.or(category).and_then(|id| policy.unit(id))?;
        (!policy.units()[unit].necessary).then_some(unit)
    };
    for storage in &policy.file().storage {
        let kind = match storage.kind {
            StorageKind::Local => "local",
            StorageKind::Session => "session",
            StorageKind::Indexed => "indexed",
            StorageKind::Cache => "cache",
        };
        let unit = unit_of(storage.category.as_deref(), storage.service.as_deref());
        traces.extend(unit.map(|unit| (unit, trace(kind, &storage.key))));
    }
    let by_script = |(_, cookie): &(usize, &CookieSpec)| cookie.set_by == SetBy::Script;
    for (at, cookie) in policy.cookies().iter().enumerate().filter(by_script) {
        let unit = policy.unit_of_cookie(at);
        if !policy.units()[unit].necessary {
            let Pattern { stem, open } = Pattern::of(&cookie.name);
            traces.push((unit, trace_of("cookie", &stem, open)));
        }
    }
    traces
}

/// Writes `kind:name`, percent-encoded; a `*` at the end matches any suffix.
fn trace(kind: &str, name: &str) -> String {
    match name.strip_suffix('*') {
        Some(start) => trace_of(kind, start, true),
        None => trace_of(kind, name, false),
    }
}

fn trace_of(kind: &str, name: &str, open: bool) -> String {
    let any = if open { "*" } else { "" };
    let mut trace = format!("{kind}:");
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                trace.push(char::from(byte));
            }
            byte => {
                let _ = write!(trace, "%{byte:02X}");
            }
        }
    }
    trace + any
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_served_is_terse_and_says_the_same() {
        assert_eq!(
            terse("// why\n  a();\n\n  // why\n  b('// kept');\n"),
            "a();\nb('// kept');\n"
        );
    }

    #[test]
    fn names_are_encoded_as_the_script_reads_them() {
        assert_eq!(trace("local", "a b/ä*c"), "local:a%20b%2F%C3%A4%2Ac");
        assert_eq!(trace("cookie", "_ga_*"), "cookie:_ga_*");
    }
}
