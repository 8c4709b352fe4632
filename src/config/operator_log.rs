//! Log lines about mistakes of the setup, each logged once.

use std::{
    collections::HashSet,
    sync::{
        Mutex, Once, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use super::Config;
use crate::{
    ledger::{MOST_A_DAY, RecordId},
    policy::{
        declarations::{known_by_cookie, line_with},
        quoted, written,
    },
};

/// Maximum number of names that one process reports.
const MAX_REPORTS: usize = 100;
/// Maximum number of bytes of a name in a message.
const MAX_SHOWN: usize = 100;
/// Maximum number of daily records that are remembered. Beyond it they are sent again, and the
/// ledger stores them once.
const MAX_SIGNALS: usize = 10_000;

/// A mistake in the setup, logged once per process.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mistake {
    Order,
    Resource,
    Scope,
    Prefix,
    ClearCookies,
    HiddenOrigin,
    OtherOrigin,
    OtherSite,
    OtherHost,
}

/// Messages that have been logged, shared by every configuration of one builder.
#[derive(Debug)]
pub(crate) struct OperatorLog {
    mistakes: AtomicU32,
    undeclared: Mutex<Vec<Box<[u8]>>>,
    shadowed: Mutex<Vec<String>>,
    markup: Mutex<Vec<String>>,
    recorded: Mutex<HashSet<RecordId>>,
    too_many: Once,
    xml: Once,
    late_base: Once,
}

impl Default for OperatorLog {
    fn default() -> Self {
        Self {
            mistakes: AtomicU32::new(0),
            undeclared: Mutex::default(),
            shadowed: Mutex::default(),
            markup: Mutex::default(),
            recorded: Mutex::default(),
            too_many: Once::new(),
            xml: Once::new(),
            late_base: Once::new(),
        }
    }
}

impl Config {
    /// Returns whether the mistake has been reported.
    pub(crate) fn is_reported(&self, mistake: Mistake) -> bool {
        self.log.mistakes.load(Ordering::Relaxed) & (1 << mistake as u32) != 0
    }

    /// Returns whether the mistake is reported for the first time.
    fn is_first(&self, mistake: Mistake) -> bool {
        let bit = 1 << mistake as u32;
        self.log.mistakes.fetch_or(bit, Ordering::Relaxed) & bit == 0
    }

    /// Logs `message` as an error, unless the same mistake has been logged.
    pub(crate) fn report(&self, mistake: Mistake, message: impl FnOnce() -> String) {
        if self.is_first(mistake) {
            log::error!("{}", message());
        }
    }

    /// Logs `message` as a warning, unless the same mistake has been logged.
    pub(crate) fn warn(&self, mistake: Mistake, message: impl FnOnce() -> String) {
        if self.is_first(mistake) {
            log::warn!("{}", message());
        }
    }

    /// The undeclared names that were reported so far, in order.
    #[cfg(feature = "audit")]
    pub(crate) fn reported(&self) -> Vec<Box<[u8]>> {
        self.log
            .undeclared
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Marks a record as written, and returns whether this process had not written it yet. The
    /// ledger stores it once if several processes do.
    pub(crate) fn mark_recorded(&self, record: RecordId) -> bool {
        let mut signals = self
            .log
            .recorded
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if signals.len() >= MAX_SIGNALS {
            signals.clear();
        }
        signals.insert(record)
    }

    /// Logs once that one choice is changed more often than people do.
    pub(crate) fn report_too_many(&self) {
        self.log.too_many.call_once(|| {
            log::warn!(
                "one consent cookie was changed more than {MOST_A_DAY} times in a day: it can accept \
                 nothing more until tomorrow (UTC), and withdrawals count as ever. Bound the posts \
                 of a client: see docs/ledger.md"
            );
        });
    }

    /// Returns whether this process has written the record.
    pub(crate) fn was_recorded(&self, record: RecordId) -> bool {
        let signals = self
            .log
            .recorded
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        signals.contains(&record)
    }

    /// Logs once per name that markup names a category or service that the policy does not have.
    fn report_unknown(&self, name: &str) {
        let mut unknown = self
            .log
            .markup
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if unknown.len() < MAX_REPORTS && !unknown.iter().any(|other| other == name) {
            unknown.push(name.to_owned());
            log::warn!(
                "markup names {name:?}, which is no category (data-consent-category) or service \
                 (data-consent-service) of the policy: the element is held back for everyone. \
                 Declare it in the policy, or correct the name"
            );
        }
    }

    /// Logs once per path that a built-in page shadows a route of the application.
    pub(crate) fn report_shadowed(&self, path: &str, pattern: &str) {
        let mut shadowed = self
            .log
            .shadowed
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if shadowed.len() < MAX_REPORTS && !shadowed.iter().any(|other| other == path) {
            shadowed.push(path.to_owned());
            log::warn!(
                "the built-in page {path} answers in place of the application's route {pattern}: \
                 move the route, or the built-in pages by ConsentBuilder::base_path"
            );
        }
    }

    /// Logs a finding of the markup gate once.
    #[cfg(feature = "markup")]
    pub(crate) fn report_markup(&self, path: &str, finding: crate::markup::visit::Finding<'_>) {
        use crate::markup::visit::Finding;
        match finding {
            Finding::LateBase => self.report_late_base(path),
            Finding::UnknownUnit(name) => self.report_unknown(name),
            Finding::LeftAlone {
                value,
                name,
                strict,
                declared,
            } => self.report_left(path, value, (name, strict), declared),
            Finding::UnreadableAddress { tag, attribute } => {
                self.report_unreadable(path, tag, attribute);
            }
        }
    }

    /// Logs once per value that an element was not gated although it has an attribute that could
    /// mark it for the gate.
    fn report_left(&self, path: &str, value: &str, names: (&str, &str), declared: bool) {
        let key = format!("{}={value}", names.0);
        let mut unknown = self
            .log
            .markup
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if unknown.len() >= MAX_REPORTS || unknown.contains(&key) {
            return;
        }
        unknown.push(key);
        let (name, strict) = names;
        match declared {
            true => log::warn!(
                "{path}: {name}={value:?} is on an element that loads from the site itself by \
                 `src`, so it was left as it is. To gate it, write {strict}={value:?} or `data-src`"
            ),
            false => log::warn!(
                "{path}: {name}={value:?} names nothing of the policy on an element that loads \
                 from the site itself, so it was left as it is. If it is meant to be gated, write \
                 {strict} and declare {value:?}; if it is the application's own, choose other \
                 names with `Markup::attributes`"
            ),
        }
    }

    /// Logs once per element and attribute that an address cannot be parsed.
    fn report_unreadable(&self, path: &str, tag: &str, attribute: &str) {
        let key = format!("<{tag} {attribute}>");
        let mut unknown = self
            .log
            .markup
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if unknown.len() < MAX_REPORTS && !unknown.contains(&key) {
            log::warn!(
                "{path}: the address in {key} cannot be parsed, so it could lead to any gated \
                 origin: the attribute was removed. Write a valid address, or leave it out"
            );
            unknown.push(key);
        }
    }

    /// Logs once that a `<base>` follows the banner of a stream.
    fn report_late_base(&self, path: &str) {
        self.log.late_base.call_once(|| {
            log::warn!(
                "{path}: a <base> follows the banner, and the origin that visitors use is not \
                 known, so the banner's form may lead to the host of the <base>: set `origin`, \
                 pass on `Host` in the proxy, or move the <base> to the start of <head>"
            );
        });
    }

    /// Logs once that an XML document names a gated origin.
    pub(crate) fn report_xml(&self, path: &str) {
        self.log.xml.call_once(|| {
            log::warn!(
                "{path}: the markup of XML is not gated, so this document is shown without \
                 scripts and without anything of other sites, whatever is granted: send it as \
                 text/html, or take out what loads from the origins of [[embed]]"
            );
        });
    }

    /// Logs once per name that a cookie is not declared, with the lines that declare it.
    pub(crate) fn report_undeclared(&self, name: &[u8]) {
        let mut reported = self
            .log
            .undeclared
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if reported.len() >= MAX_REPORTS || reported.iter().any(|other| **other == *name) {
            return;
        }
        reported.push(name.into());
        drop(reported);
        if crate::cookies::classification::is_own(name) {
            log::error!(
                "the application set or removed `{}`, which is the library's own cookie: it was \
                 withheld. Use Consent::accept, reject and withdraw",
                crate::http::cookie_name::printable(name)
            );
            return;
        }
        let fate = if self.pass_undeclared {
            "was sent although the policy does not declare it"
        } else {
            "was withheld: the policy does not declare it"
        };
        let shown = quoted(&String::from_utf8_lossy(&name[..name.len().min(MAX_SHOWN)]));
        let Some(written) = written(name) else {
            log::warn!(
                "the cookie {shown} {fate}, and no policy can: browsers drop such a name, or it is \
                 not UTF-8. Give the cookie another name"
            );
            return;
        };
        let known = match known_by_cookie(name) {
            Some(package) => format!(
                "If {package} sets it, write in [site] of consent.toml:\n{}\nIf not, ",
                line_with(&self.policy, package)
            ),
            None => "To declare it, ".to_owned(),
        };
        let written = quoted(&written);
        log::warn!(
            "the cookie {shown} {fate}. {known}paste into consent.toml and complete:\n\
             [[cookie]]\nname = {written}\ncategory = \"…\"\npurpose = \"…\"\nduration = \"session\""
        );
    }
}
