//! Small sites that the audit is tried on: each faulty one has one planted fault, each clean one
//! looks suspicious and is not, each hostile one makes it hard to look at.
//!
//! All of them are one lawful site ([`site`]) with one thing changed. Everything is served under
//! `*.localhost`, which browsers look up without a name server and take for secure.

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
    /// What the audit has to find; empty for a clean site.
    pub(crate) planted: &'static [Expected],
    /// Ids of other rules that the same fault may break: no false alarm, and no duty.
    pub(crate) also: &'static [&'static str],
    /// A policy that the audit compares the site with, as TOML.
    pub(crate) policy: Option<&'static str>,
    /// The id of the trouble that a hostile page makes, where one kind is certain.
    pub(crate) trouble: Option<&'static str>,
    pub(crate) handler: Handler,
}

/// A finding that has to be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Expected {
    /// The id of the rule.
    pub(crate) rule: &'static str,
    /// What it is about; empty where any subject will do.
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

    /// The same, and these rules may be broken by the same fault.
    const fn also(self, rules: &'static [&'static str]) -> Self {
        Self {
            also: rules,
            ..self
        }
    }

    /// The same, compared with the one policy that all cases share.
    const fn with_policy(self) -> Self {
        Self {
            policy: Some(POLICY),
            ..self
        }
    }
}
