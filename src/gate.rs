//! The gate: which cookies pass.
//!
//! Header functions only. Headers that pass are kept byte for byte, and where there is nothing to
//! do nothing is touched.

use std::fmt;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use smallvec::SmallVec;
use time::OffsetDateTime;

use crate::{
    cookie_date,
    decision::{Basis, Decision},
    name::{Reading, Standing, is_own, name_in, printable},
    policy::Policy,
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

/// The `Set-Cookie` headers of a response, each looked up. Empty by default.
#[derive(Default)]
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
            let reading = Reading::of(policy, name);
            let necessary = reading.always_passes(policy, name);
            SetCookie {
                reading,
                necessary,
                removes: !necessary && is_removal(value.as_bytes(), headers),
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
            let standing = cookie.reading.standing_when_set(policy, decision, name);
            outgoing.gated |= cookie.reading.is_gated(policy);
            let passes = match standing {
                Standing::Declared {
                    basis: Basis::Necessary,
                    ..
                } => true,
                Standing::Declared { basis, .. } => {
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

/// What becomes of a cookie of this name.
pub(crate) fn verdict_of(policy: &Policy, decision: &Decision, name: &[u8]) -> Verdict {
    let standing = Reading::of(policy, name).standing_when_set(policy, decision, name);
    verdict(policy, standing, !standing.is_denied())
}

/// Whether a browser takes a `Set-Cookie` header as a removal: the last `Max-Age` decides, and only
/// without one the last `Expires` (RFC 6265, 5.2 and 5.3). `headers` are those of the response.
///
/// What cannot be read as a removal is a set: the doubt goes against the cookie.
pub(crate) fn is_removal(value: &[u8], headers: &HeaderMap) -> bool {
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
            expires = Some(is_past(value, headers));
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

/// Returns whether a value of `Expires` is a date that has passed for every browser.
///
/// Chromium and Firefox add the difference between their own clock and the response's `Date` to
/// `Expires`, so that a cookie has expired if `Expires` is not after `Date`. Safari compares with
/// its own clock, and a proxy may replace `Date`. A cookie is removed only if both agree, and if
/// each `Date` is in the form of RFC 9110, 5.6.7: browsers read others in different ways.
fn is_past(expires: &[u8], headers: &HeaderMap) -> bool {
    let agrees = |expires: OffsetDateTime| {
        let mut dates = headers.get_all(header::DATE).map(imf_fixdate);
        dates.all(|date| date.is_some_and(|date| expires <= date))
    };
    cookie_date::parse(expires)
        .is_some_and(|expires| expires <= OffsetDateTime::now_utc() && agrees(expires))
}

/// A date in the one form that servers must write.
fn imf_fixdate(value: &HeaderValue) -> Option<OffsetDateTime> {
    let text = value.to_str().ok()?;
    let date: header::HttpDate = text.parse().ok()?;
    let date = OffsetDateTime::from(std::time::SystemTime::from(date));
    let written = header::HttpDate::from(std::time::SystemTime::from(date)).to_string();
    (written == text).then_some(date)
}
