//! Small sites to test the audit: each faulty one has one planted fault, each clean one only looks
//! suspicious, each hostile one hinders the audit.
//!
//! All of them are one lawful site ([`site`]) with one change. They are served under `*.localhost`,
//! which browsers resolve without a name server and treat as secure.

mod banner;
mod banner_silence;
mod check;
mod clean;
mod clean_banners;
mod cookies;
pub(crate) mod hostile;
mod late;
mod parts;
mod policed;
mod requests;
pub(crate) mod server;
mod set;
mod site;
mod storage;

use self::{server::Handler, site::POLICY};

/// One site.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    /// In kebab-case; no two cases share one.
    pub(crate) name: &'static str,
    /// Findings that the audit has to make; empty for a clean site.
    pub(crate) planted: &'static [Expected],
    /// Ids of other rules that the same fault may break: neither false alarms nor required.
    pub(crate) also: &'static [&'static str],
    /// A policy that the audit compares the site with, as TOML.
    pub(crate) policy: Option<&'static str>,
    /// Id of the problem that a hostile page causes, if one kind is certain.
    pub(crate) trouble: Option<&'static str>,
    pub(crate) handler: Handler,
}

/// A required finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    /// The id of the rule.
    pub(crate) rule: &'static str,
    /// Subject of the finding; empty if any subject counts.
    pub(crate) subject: &'static str,
}

/// Every faulty and every clean site. The hostile ones are [`hostile::cases`].
pub(crate) fn cases() -> Vec<Case> {
    [
        cookies::CASES,
        late::CASES,
        storage::CASES,
        requests::CASES,
        policed::CASES,
        banner::CASES,
        banner_silence::CASES,
        clean::CASES,
        clean_banners::CASES,
    ]
    .concat()
}

const fn found(rule: &'static str, subject: &'static str) -> Expected {
    Expected { rule, subject }
}

impl Case {
    const fn faulty(name: &'static str, planted: &'static [Expected], handler: Handler) -> Self {
        Self {
            name,
            planted,
            also: &[],
            policy: None,
            trouble: None,
            handler,
        }
    }

    const fn clean(name: &'static str, handler: Handler) -> Self {
        Self::faulty(name, &[], handler)
    }

    /// Allows the fault to break these rules as well.
    const fn also(self, rules: &'static [&'static str]) -> Self {
        Self {
            also: rules,
            ..self
        }
    }

    /// Compares the site with the shared policy.
    const fn with_policy(self) -> Self {
        Self {
            policy: Some(POLICY),
            ..self
        }
    }
}
