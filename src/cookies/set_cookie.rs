//! The gate for `Set-Cookie` headers.
//!
//! Headers that pass are kept byte for byte; if all pass, nothing is touched.

use std::fmt;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use smallvec::SmallVec;

use crate::{
    cookies::classification::{Classification, Declared, is_own},
    decision::{Basis, Decision},
    http::{
        cookie_expiry::is_removal,
        cookie_name::{name_in, printable},
    },
    policy::Policy,
};

/// Fate of a cookie that a response sets.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// The cookie passes.
    Sent,
    /// The cookie is held back because its unit is denied.
    HeldBack {
        /// Category of the cookie.
        category: String,
        /// Reason why the unit is denied.
        basis: Basis,
    },
    /// The policy does not declare the cookie. It is held back, unless undeclared cookies are only
    /// reported.
    Undeclared,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sent => f.write_str("sent"),
            Self::HeldBack { category, basis } => write!(f, "held back ({category}: {basis})"),
            Self::Undeclared => f.write_str("undeclared"),
        }
    }
}

/// Result of filtering one response.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    /// True if a gated cookie passed, was held back or was removed, so that the response depends on
    /// consent.
    pub(crate) gated: bool,
    /// Names of undeclared cookies that the response tried to set.
    pub(crate) undeclared: Vec<Box<[u8]>>,
    /// Verdict on each cookie, in order; empty unless requested.
    pub(crate) account: Vec<(String, Verdict)>,
}

/// The `Set-Cookie` headers of a response with the classification of each. Empty by default.
#[derive(Default)]
pub(crate) struct SetCookies(SmallVec<[SetCookie; 4]>);

struct SetCookie {
    class: Classification,
    /// True if the cookie passes regardless of the choice; nothing else is checked then.
    necessary: bool,
    removes: bool,
}

impl SetCookies {
    pub(crate) fn of(headers: &HeaderMap, policy: &Policy) -> Self {
        let read = |value: &HeaderValue| {
            let name = name_in(value.as_bytes());
            let class = Classification::of(policy, name);
            let necessary = class.always_passes(policy, name);
            SetCookie {
                class,
                necessary,
                removes: !necessary && is_removal(value.as_bytes(), headers),
            }
        };
        Self(headers.get_all(header::SET_COOKIE).map(read).collect())
    }

    /// Returns whether every cookie passes regardless of the choice.
    pub(crate) fn are_necessary(&self) -> bool {
        self.0.iter().all(|cookie| cookie.necessary)
    }

    /// Removes the headers of denied cookies.
    pub(crate) fn filter(
        self,
        headers: &mut HeaderMap,
        policy: &Policy,
        decision: &Decision,
        pass_undeclared: bool,
        explain: bool,
    ) -> Outgoing {
        let mut outgoing = Outgoing::default();
        if self.0.is_empty() {
            return outgoing;
        }
        let mut passing: SmallVec<[bool; 8]> = SmallVec::new();
        let all = || {
            headers
                .get_all(header::SET_COOKIE)
                .map(HeaderValue::as_bytes)
        };
        // If the application sets and removes a gated name in one response, only the removal
        // passes, whatever the order. Necessary cookies stay as they are: moving a session cookie
        // to another path is a removal and a set.
        let removes_any = self.0.iter().any(|cookie| cookie.removes);
        let is_removed = |name: &[u8]| {
            let removes =
                |(value, cookie): (&[u8], &SetCookie)| cookie.removes && name_in(value) == name;
            removes_any && all().zip(&self.0).any(removes)
        };
        for (value, cookie) in all().zip(&self.0) {
            let name = name_in(value);
            let declared = cookie.class.declared_when_set(policy, decision, name);
            outgoing.gated |= cookie.class.is_gated(policy);
            let passes = match declared {
                Some(declared) if declared.basis == Basis::Necessary => true,
                Some(declared) => (!declared.is_denied() && !is_removed(name)) || cookie.removes,
                None if is_own(name) => {
                    outgoing.undeclared.push(name.into());
                    false
                }
                None if cookie.removes => true,
                // A nameless cookie `=visits=1` returns as `visits=1`, so it never passes.
                None => {
                    outgoing.undeclared.push(name.into());
                    pass_undeclared && !name.is_empty()
                }
            };
            if explain {
                let verdict = verdict(policy, declared, passes);
                outgoing.account.push((printable(name), verdict));
            }
            passing.push(passes);
        }
        if passing.contains(&false) {
            for (value, passes) in headers.remove(header::SET_COOKIE).zip(passing) {
                if passes {
                    headers.append(header::SET_COOKIE, value);
                }
            }
        }
        outgoing
    }
}

fn verdict(policy: &Policy, declared: Option<Declared>, passes: bool) -> Verdict {
    match declared {
        None => Verdict::Undeclared,
        Some(_) if passes => Verdict::Sent,
        Some(Declared { cookie, basis }) => Verdict::HeldBack {
            category: policy.category_of(&policy.cookies()[cookie]).to_owned(),
            basis,
        },
    }
}

/// Returns the verdict on a cookie of this name.
pub(crate) fn verdict_of(policy: &Policy, decision: &Decision, name: &[u8]) -> Verdict {
    let class = Classification::of(policy, name);
    let declared = class.declared_when_set(policy, decision, name);
    verdict(policy, declared, !declared.is_some_and(Declared::is_denied))
}
