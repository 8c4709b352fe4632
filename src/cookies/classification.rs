//! Classification of a cookie name: the declaration that it falls under, as browsers and as Actix
//! read the name.

use std::borrow::Cow;

use actix_web::cookie::Cookie;

use crate::{
    decision::{Basis, Decision},
    http::cookie_name::{name_in, percent_decoded},
    policy::{Policy, is_own_cookie},
};

/// A declared cookie and the decision on its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    /// Index of the declaration in the policy.
    pub(crate) cookie: usize,
    pub(crate) basis: Basis,
}

impl Declared {
    pub(crate) fn is_denied(self) -> bool {
        !self.basis.allows()
    }

    fn at(cookie: usize, policy: &Policy, decision: &Decision) -> Self {
        Self {
            cookie,
            basis: decision.basis(policy.unit_of_cookie(cookie)),
        }
    }

    fn of(name: &[u8], policy: &Policy, decision: &Decision) -> Option<Self> {
        let cookie = policy.cookie(name)?;
        Some(Self::at(cookie, policy, decision))
    }

    /// Looks up a name as it is on the wire and as Actix decodes it for handlers: `%5Fga` becomes
    /// `_ga`. The strictest result counts.
    fn strictest(name: &[u8], policy: &Policy, decision: &Decision) -> Option<Self> {
        let mut strictest = Self::of(name, policy, decision);
        for form in decoded_forms(name).into_iter().flatten() {
            let other = Self::of(&form, policy, decision);
            if !is_denied(strictest) && (strictest.is_none() || is_denied(other)) {
                strictest = other;
            }
        }
        strictest
    }
}

/// Returns whether a name falls under a declaration that is denied.
pub(crate) fn is_denied(declared: Option<Declared>) -> bool {
    declared.is_some_and(Declared::is_denied)
}

/// The two forms in which Actix may hand out a name, if they can differ from the wire: trimmed of
/// Unicode whitespace, and percent-decoded as well.
fn decoded_forms(name: &[u8]) -> Option<[Cow<'_, [u8]>; 2]> {
    if !name.iter().any(|byte| *byte == b'%' || *byte >= 0x80) {
        return None;
    }
    let trimmed = std::str::from_utf8(name).ok()?.trim().as_bytes();
    Some([Cow::Borrowed(trimmed), percent_decoded(trimmed)])
}

/// Declarations that a cookie name falls under, independent of the visitor. Computed once per name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Classification {
    Undeclared,
    /// Index of the only declaration.
    Declared(u32),
    /// Different readings of the name may fall under different declarations, so every question
    /// looks up all of them.
    Ambiguous {
        gated: bool,
        necessary: bool,
    },
}

impl Classification {
    pub(crate) fn of(policy: &Policy, name: &[u8]) -> Self {
        let Some(others) = decoded_forms(name) else {
            // Cannot truncate: a policy with four billion cookies fits into no memory.
            return policy
                .cookie(name)
                .map_or(Self::Undeclared, |cookie| Self::Declared(cookie as u32));
        };
        let (mut gated, mut necessary) = (false, false);
        for reading in std::iter::once(name).chain(others.iter().map(|other| &**other)) {
            if let Some(cookie) = policy.cookie(reading) {
                let exempt = is_exempt(policy, cookie);
                gated |= !exempt;
                necessary |= exempt;
            }
        }
        match (gated, necessary) {
            (false, false) => Self::Undeclared,
            _ => Self::Ambiguous { gated, necessary },
        }
    }

    /// Index of the declaration for the name as it is on the wire.
    pub(crate) fn declaration(self, policy: &Policy, name: &[u8]) -> Option<usize> {
        match self {
            Self::Undeclared => None,
            Self::Declared(cookie) => Some(cookie as usize),
            Self::Ambiguous { .. } => policy.cookie(name),
        }
    }

    /// Returns whether any reading of the name falls under a gated declaration.
    pub(crate) fn is_gated(self, policy: &Policy) -> bool {
        match self {
            Self::Undeclared => false,
            Self::Declared(cookie) => !is_exempt(policy, cookie as usize),
            Self::Ambiguous { gated, .. } => gated,
        }
    }

    /// Returns whether the name falls under a necessary declaration and no reading falls under a
    /// gated one.
    fn is_necessary(self, policy: &Policy) -> bool {
        match self {
            Self::Undeclared => false,
            Self::Declared(cookie) => is_exempt(policy, cookie as usize),
            Self::Ambiguous { gated, necessary } => necessary && !gated,
        }
    }

    /// Returns whether a cookie set under the name passes regardless of the visitor's choice.
    pub(crate) fn always_passes(self, policy: &Policy, name: &[u8]) -> bool {
        self.is_necessary(policy) && self.names_declared(policy, name)
    }

    /// Looks up the name of a cookie that a response sets. Any reading can deny it. An encoded name
    /// counts as declared only if Actix encodes the declared name in this way: browsers store
    /// `%69d` and `id` as two cookies.
    pub(crate) fn declared_when_set(
        self,
        policy: &Policy,
        decision: &Decision,
        name: &[u8],
    ) -> Option<Declared> {
        let declared = self.declared(policy, decision, || name)?;
        (declared.is_denied() || self.names_declared(policy, name)).then_some(declared)
    }

    fn names_declared(self, policy: &Policy, name: &[u8]) -> bool {
        !matches!(self, Self::Ambiguous { .. })
            || policy.cookie(name).is_some()
            || is_as_encoded(name)
    }

    /// Looks up the name under a decision. The strictest reading counts.
    pub(crate) fn declared<'n>(
        self,
        policy: &Policy,
        decision: &Decision,
        name: impl FnOnce() -> &'n [u8],
    ) -> Option<Declared> {
        match self {
            Self::Undeclared => None,
            Self::Declared(cookie) => Some(Declared::at(cookie as usize, policy, decision)),
            Self::Ambiguous { .. } => Declared::strictest(name(), policy, decision),
        }
    }
}

/// Returns whether Actix would encode the decoded name as exactly this one. Ignores case because
/// the hexadecimal digits of an escape may have either.
fn is_as_encoded(name: &[u8]) -> bool {
    std::str::from_utf8(&percent_decoded(name)).is_ok_and(|decoded| {
        let pair = Cookie::new(decoded, "").encoded().to_string();
        name_in(pair.as_bytes()).eq_ignore_ascii_case(name)
    })
}

fn is_exempt(policy: &Policy, cookie: usize) -> bool {
    policy.units()[policy.unit_of_cookie(cookie)].necessary
}

/// Returns whether a name already decoded by Actix falls under a declaration that is denied.
pub(crate) fn is_denied_as_read(policy: &Policy, decision: &Decision, name: &[u8]) -> bool {
    is_denied(Declared::of(name, policy, decision))
}

/// Returns whether the name is one of the library's own cookies. Only the library sets and removes
/// them, so that an application that deletes every cookie does not lose a rejection.
pub(crate) fn is_own(name: &[u8]) -> bool {
    is_own_cookie(name)
}
