//! Names of cookies: how browsers and actix read them, and which declarations they fall under.

use std::borrow::Cow;

use actix_web::cookie::Cookie;

use crate::{
    decision::{Basis, Decision},
    http::cookie_name::{name_in, percent_decoded},
    policy::{Policy, is_own_cookie},
};

/// What the policy says about a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Undeclared,
    /// Declared; the place of the declaration, and why its unit is on or off.
    Declared {
        cookie: usize,
        basis: Basis,
    },
}

impl Standing {
    pub(crate) fn is_denied(self) -> bool {
        matches!(self, Self::Declared { basis, .. } if !basis.allows())
    }
}

/// Judges a name as it stands on the wire, and as actix will hand it to a handler, so that
/// `%5Fga` is `_ga`. The strictest reading counts.
fn standing(policy: &Policy, decision: &Decision, name: &[u8]) -> Standing {
    let mut strictest = look_up(policy, decision, name);
    for reading in other_readings(name).into_iter().flatten() {
        let other = look_up(policy, decision, &reading);
        if !strictest.is_denied() && (strictest == Standing::Undeclared || other.is_denied()) {
            strictest = other;
        }
    }
    strictest
}

/// How actix reads a name, where that is not as it stands: trimmed as Unicode, and beside that
/// percent-decoded.
fn other_readings(name: &[u8]) -> Option<[Cow<'_, [u8]>; 2]> {
    if !name.iter().any(|byte| *byte == b'%' || *byte >= 0x80) {
        return None;
    }
    let trimmed = std::str::from_utf8(name).ok()?.trim().as_bytes();
    Some([Cow::Borrowed(trimmed), percent_decoded(trimmed)])
}

fn look_up(policy: &Policy, decision: &Decision, name: &[u8]) -> Standing {
    match policy.cookie(name) {
        None => Standing::Undeclared,
        Some(cookie) => declared(policy, decision, cookie),
    }
}

fn declared(policy: &Policy, decision: &Decision, cookie: usize) -> Standing {
    Standing::Declared {
        cookie,
        basis: decision.basis(policy.unit_of_cookie(cookie)),
    }
}

/// Which declarations a name falls under, whatever the visitor said: looked up once a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reading {
    Undeclared,
    /// The place of the one declaration.
    Declared(u32),
    /// The name can be read in more than one way, so each question looks again.
    Ambiguous {
        gated: bool,
        necessary: bool,
    },
}

impl Reading {
    pub(crate) fn of(policy: &Policy, name: &[u8]) -> Self {
        let Some(others) = other_readings(name) else {
            // A policy of four billion cookies fits no memory.
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

    /// The place of the declaration that the name itself falls under.
    pub(crate) fn declaration(self, policy: &Policy, name: &[u8]) -> Option<usize> {
        match self {
            Self::Undeclared => None,
            Self::Declared(cookie) => Some(cookie as usize),
            Self::Ambiguous { .. } => policy.cookie(name),
        }
    }

    /// Whether the name falls under a gated declaration in any reading.
    pub(crate) fn is_gated(self, policy: &Policy) -> bool {
        match self {
            Self::Undeclared => false,
            Self::Declared(cookie) => !is_exempt(policy, cookie as usize),
            Self::Ambiguous { gated, .. } => gated,
        }
    }

    /// Whether the name falls under a necessary declaration, and under no other in any reading.
    fn is_necessary(self, policy: &Policy) -> bool {
        match self {
            Self::Undeclared => false,
            Self::Declared(cookie) => is_exempt(policy, cookie as usize),
            Self::Ambiguous { gated, necessary } => necessary && !gated,
        }
    }

    /// Whether a cookie set under the name passes whatever the visitor said.
    pub(crate) fn always_passes(self, policy: &Policy, name: &[u8]) -> bool {
        self.is_necessary(policy) && self.stands_for_declared(policy, name)
    }

    /// What the policy says about a cookie set under the name. Another reading can deny it. One
    /// makes a name a declared one only where that is how the declared name is sent: browsers keep
    /// `%69d` beside `id`.
    pub(crate) fn standing_when_set(
        self,
        policy: &Policy,
        decision: &Decision,
        name: &[u8],
    ) -> Standing {
        match self.standing(policy, decision, || name) {
            standing if standing.is_denied() => standing,
            standing if self.stands_for_declared(policy, name) => standing,
            _ => Standing::Undeclared,
        }
    }

    fn stands_for_declared(self, policy: &Policy, name: &[u8]) -> bool {
        !matches!(self, Self::Ambiguous { .. })
            || policy.cookie(name).is_some()
            || is_as_encoded(name)
    }

    /// What the policy says about the name, once the visitor's answer is known.
    pub(crate) fn standing<'n>(
        self,
        policy: &Policy,
        decision: &Decision,
        name: impl FnOnce() -> &'n [u8],
    ) -> Standing {
        match self {
            Self::Undeclared => Standing::Undeclared,
            Self::Declared(cookie) => declared(policy, decision, cookie as usize),
            Self::Ambiguous { .. } => standing(policy, decision, name()),
        }
    }
}

/// Whether a name is written as actix writes what it encodes. Compared without case, since the
/// digits of an escape have none.
fn is_as_encoded(name: &[u8]) -> bool {
    std::str::from_utf8(&percent_decoded(name)).is_ok_and(|decoded| {
        let pair = Cookie::new(decoded, "").encoded().to_string();
        name_in(pair.as_bytes()).eq_ignore_ascii_case(name)
    })
}

fn is_exempt(policy: &Policy, cookie: usize) -> bool {
    policy.units()[policy.unit_of_cookie(cookie)].necessary
}

/// Whether a name that actix has read, once, falls under a declaration whose unit is off.
pub(crate) fn is_denied_as_read(policy: &Policy, decision: &Decision, name: &[u8]) -> bool {
    look_up(policy, decision, name).is_denied()
}

/// Whether this is a name of our own cookies: they are ours to set and to remove, so that a
/// "delete every cookie" does not lose a rejection.
pub(crate) fn is_own(name: &[u8]) -> bool {
    is_own_cookie(name)
}
