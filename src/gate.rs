//! The gate: which cookies pass.
//!
//! Header functions only. Headers that pass are kept byte for byte, and where there is nothing to
//! do nothing is touched.

use std::{borrow::Cow, fmt};

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use smallvec::SmallVec;
use time::OffsetDateTime;

use crate::{
    cookie_date,
    decision::{Basis, Decision},
    policy::{OWN_COOKIES, Policy},
};

/// What becomes of a cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// It leaves.
    Sent,
    /// It stays: its unit is off.
    HeldBack {
        /// The category that it belongs to.
        category: String,
        /// Why the unit is off.
        basis: Basis,
    },
    /// The policy does not name it. It stays, unless undeclared cookies are only reported.
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
pub(crate) fn standing(policy: &Policy, decision: &Decision, name: &[u8]) -> Standing {
    let mut strictest = look_up(policy, decision, name);
    for reading in other_readings(name).into_iter().flatten() {
        let other = look_up(policy, decision, &reading);
        if !strictest.is_denied() && (strictest == Standing::Undeclared || other.is_denied()) {
            strictest = other;
        }
    }
    strictest
}

/// Whether a name is written as `Cookie::encoded` writes one: what it escapes are characters that
/// a name cannot hold or that mean something in a cookie, and never a letter.
fn is_as_encoded(name: &[u8]) -> bool {
    let hex = |byte: &u8| (*byte as char).to_digit(16);
    let mut rest = name;
    while let Some(at) = rest
        .iter()
        .position(|byte| !is_token(*byte) || *byte == b'%')
    {
        let [b'%', high, low, after @ ..] = &rest[at..] else {
            return false;
        };
        let (Some(high), Some(low)) = (hex(high), hex(low)) else {
            return false;
        };
        let byte = (high * 16 + low) as u8;
        if byte.is_ascii_alphanumeric() || b"!$&'*+-.^_`~".contains(&byte) {
            return false;
        }
        rest = after;
    }
    true
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

    /// Whether the name falls under a gated declaration in any reading.
    pub(crate) fn is_gated(self, policy: &Policy) -> bool {
        match self {
            Self::Undeclared => false,
            Self::Declared(cookie) => !is_exempt(policy, cookie as usize),
            Self::Ambiguous { gated, .. } => gated,
        }
    }

    /// Whether the name falls under a necessary declaration, and under no other in any reading.
    pub(crate) fn is_necessary(self, policy: &Policy) -> bool {
        match self {
            Self::Undeclared => false,
            Self::Declared(cookie) => is_exempt(policy, cookie as usize),
            Self::Ambiguous { gated, necessary } => necessary && !gated,
        }
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

fn is_exempt(policy: &Policy, cookie: usize) -> bool {
    policy.units()[policy.unit_of_cookie(cookie)].necessary
}

fn percent_decoded(bytes: &[u8]) -> Cow<'_, [u8]> {
    if !bytes.contains(&b'%') {
        return Cow::Borrowed(bytes);
    }
    let hex = |byte: Option<&u8>| byte.and_then(|byte| (*byte as char).to_digit(16));
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], hex(bytes.get(at + 1)), hex(bytes.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                decoded.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                decoded.push(byte);
                at += 1;
            }
        }
    }
    Cow::Owned(decoded)
}

/// The value of a pair `name=value`, without blanks around it; empty where there is no `=`.
pub(crate) fn value_in(pair: &[u8]) -> &[u8] {
    memchr::memchr(b'=', pair).map_or(&[][..], |at| pair[at + 1..].trim_ascii())
}

/// Whether a name that can be read in several ways is declared as it stands, or is how a declared
/// name is sent.
fn stands_for_declared(policy: &Policy, name: &[u8]) -> bool {
    policy.cookie(name).is_some() || is_as_encoded(name)
}

/// What the gate did to one response.
#[derive(Debug, Default)]
pub(crate) struct Outgoing {
    /// A gated cookie was passed, held back or removed, so the response depends on consent.
    pub(crate) gated: bool,
    /// Names that the policy does not have, with the header that tried to set them.
    pub(crate) undeclared: Vec<Box<[u8]>>,
    /// What became of each cookie, in order, where someone wants to know.
    pub(crate) account: Vec<(String, Verdict)>,
}

/// The `Set-Cookie` headers of a response, each looked up.
pub(crate) struct SetCookies(SmallVec<[SetCookie; 4]>);

struct SetCookie {
    reading: Reading,
    /// Whether it passes whatever the visitor said; nothing else is asked about it then.
    necessary: bool,
    removes: bool,
}

impl SetCookies {
    pub(crate) fn of(headers: &HeaderMap, policy: &Policy) -> Self {
        let read = |value: &HeaderValue| {
            let name = name_in(value.as_bytes());
            let reading = match Reading::of(policy, name) {
                // Another reading can deny a name. It makes a name a declared one only where that
                // is how the declared name is sent: browsers keep `%69d` beside `id`.
                Reading::Ambiguous { gated: false, .. } if !stands_for_declared(policy, name) => {
                    Reading::Undeclared
                }
                reading => reading,
            };
            let necessary = reading.is_necessary(policy);
            SetCookie {
                reading,
                necessary,
                removes: !necessary && is_removal(value.as_bytes()),
            }
        };
        Self(headers.get_all(header::SET_COOKIE).map(read).collect())
    }

    /// Whether each of them passes whatever the visitor said.
    pub(crate) fn are_necessary(&self) -> bool {
        self.0.iter().all(|cookie| cookie.necessary)
    }

    /// Lets them pass, or holds them back.
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
        // A gated name that the application itself removes is only removed, whatever the order of
        // its headers. Necessary ones stay as they are: moving a session cookie to another path is
        // a removal and a set.
        let removes_any = self.0.iter().any(|cookie| cookie.removes);
        let is_removed = |name: &[u8]| {
            let removes =
                |(value, cookie): (&[u8], &SetCookie)| cookie.removes && name_in(value) == name;
            removes_any && all().zip(&self.0).any(removes)
        };
        for (value, cookie) in all().zip(&self.0) {
            let name = name_in(value);
            let mut standing = cookie.reading.standing(policy, decision, || name);
            if !cookie.necessary
                && matches!(cookie.reading, Reading::Ambiguous { .. })
                && !standing.is_denied()
                && !stands_for_declared(policy, name)
            {
                standing = Standing::Undeclared;
            }
            let passes = match standing {
                Standing::Declared {
                    basis: Basis::Necessary,
                    ..
                } => true,
                Standing::Declared { basis, .. } => {
                    outgoing.gated = true;
                    (basis.allows() && !is_removed(name)) || cookie.removes
                }
                Standing::Undeclared if is_own(name) => {
                    outgoing.undeclared.push(name.into());
                    false
                }
                Standing::Undeclared if cookie.removes => true,
                // A nameless cookie comes back as whatever its value says: `=visits=1` as `visits`.
                Standing::Undeclared => {
                    outgoing.undeclared.push(name.into());
                    pass_undeclared && !name.is_empty()
                }
            };
            if explain {
                let verdict = verdict(policy, standing, passes);
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

/// Whether this is a name of our own cookies: they are ours to set and to remove, so that a
/// "delete every cookie" does not lose a rejection.
pub(crate) fn is_own(name: &[u8]) -> bool {
    OWN_COOKIES.iter().any(|own| own.as_bytes() == name)
}

fn verdict(policy: &Policy, standing: Standing, passes: bool) -> Verdict {
    match standing {
        Standing::Undeclared => Verdict::Undeclared,
        Standing::Declared { .. } if passes => Verdict::Sent,
        Standing::Declared { cookie, basis } => Verdict::HeldBack {
            category: policy.category_of(&policy.cookies()[cookie]).to_owned(),
            basis,
        },
    }
}

/// Whether a name that actix has read, once, falls under a declaration whose unit is off.
pub(crate) fn is_denied_as_read(policy: &Policy, decision: &Decision, name: &[u8]) -> bool {
    look_up(policy, decision, name).is_denied()
}

/// What becomes of a cookie of this name.
pub(crate) fn verdict_of(policy: &Policy, decision: &Decision, name: &[u8]) -> Verdict {
    let standing = standing(policy, decision, name);
    verdict(policy, standing, !standing.is_denied())
}

/// The name in a `Set-Cookie` header or in a pair `name=value`, as browsers read it: without blanks
/// around it, and empty where there is no `=`.
pub(crate) fn name_in(value: &[u8]) -> &[u8] {
    // Names are short, so that looking at each byte is faster than starting a search by many.
    match value.iter().position(|byte| matches!(byte, b'=' | b';')) {
        Some(at) if value[at] == b'=' => value[..at].trim_ascii(),
        _ => &[],
    }
}

/// Whether a browser takes a `Set-Cookie` header as a removal: the last `Max-Age` decides, and only
/// without one the last `Expires` (RFC 6265, 5.2 and 5.3).
///
/// What cannot be read as a removal is a set: the doubt goes against the cookie.
pub(crate) fn is_removal(value: &[u8]) -> bool {
    let mut max_age = None;
    let mut passed_over = false;
    let mut expires = None;
    for attribute in value.split(|byte| *byte == b';').skip(1) {
        let (name, value) = match memchr::memchr(b'=', attribute) {
            Some(at) => (&attribute[..at], attribute[at + 1..].trim_ascii()),
            None => (attribute, &[][..]),
        };
        let name = name.trim_ascii();
        // Browsers ignore an attribute whose value is longer than this (RFC 6265bis, 5.5).
        if value.len() > 1024 {
            continue;
        }
        if name.eq_ignore_ascii_case(b"max-age") {
            let ends = max_age_ends(value);
            passed_over = ends.is_none();
            max_age = ends.or(max_age);
        } else if name.eq_ignore_ascii_case(b"expires") {
            expires = Some(is_past(value));
        }
    }
    // A last `Max-Age` that is no number leaves the one before in force, or none: browsers differ,
    // so both readings have to end the cookie.
    match (max_age, expires) {
        (Some(ends), expires) if passed_over => ends && expires == Some(true),
        (Some(ends), _) => ends,
        (None, expires) => expires == Some(true),
    }
}

/// Whether a `Max-Age` ends the cookie; `None` where browsers pass over it. They differ on `0abc`,
/// and on `+9`, which Chromium reads as 9: those are no end.
fn max_age_ends(value: &[u8]) -> Option<bool> {
    if value.first() == Some(&b'+') {
        return Some(false);
    }
    let (negative, digits) = match value.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, value),
    };
    if !negative && !digits.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    Some(number && (negative || digits.iter().all(|digit| *digit == b'0')))
}

/// Whether this is a date, and past.
fn is_past(value: &[u8]) -> bool {
    cookie_date::parse(value).is_some_and(|date| date <= OffsetDateTime::now_utc())
}

/// The name, where it is one that can be echoed in a header.
pub(crate) fn as_token(name: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(name).ok()?;
    text.bytes().all(is_token).then_some(text)
}

/// RFC 9110, 5.6.2.
pub(crate) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// A name fit for logs and headers: only token characters, the others as `?`.
pub(crate) fn printable(name: &[u8]) -> String {
    name.iter()
        .take(100)
        .map(|byte| if is_token(*byte) { *byte as char } else { '?' })
        .collect()
}
