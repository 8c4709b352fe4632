//! The `Cookie` headers of a request, unchanged, with the positions of the pairs that concern
//! consent. Parsed once; everything else works on these positions.

use std::ops::Range;

use actix_web::{
    http::header::{self, HeaderMap, HeaderValue},
    web::Bytes,
};
use smallvec::SmallVec;

use crate::{
    cookies::classification::{Classification, is_denied},
    decision::Decision,
    http::cookie_name::{name_in, value_in},
    policy::{OFF, Policy},
};

/// The `Cookie` headers of a request: at most one in HTTP/1, any number in HTTP/2.
#[derive(Debug, Default)]
pub(crate) struct Cookies {
    headers: SmallVec<[HeaderValue; 1]>,
    pairs: SmallVec<[Pair; 6]>,
    found: Found,
}

/// Kinds of pairs that the headers hold. Most requests carry only a choice.
#[derive(Clone, Copy, Debug, Default)]
struct Found {
    choices: u32,
    notes: bool,
    rejections: bool,
    gated: bool,
}

impl Found {
    fn count(&mut self, kind: Kind) {
        match kind {
            Kind::Choice => self.choices += 1,
            Kind::Note => self.notes = true,
            Kind::Rejections => self.rejections = true,
            Kind::Gated(_) => self.gated = true,
        }
    }
}

/// Indices in the list of pairs, ascending.
type Denied = SmallVec<[usize; 8]>;

/// A pair `name=value` of one of the library's own cookies or under a gated declaration.
#[derive(Clone, Copy, Debug)]
struct Pair {
    kind: Kind,
    header: u32,
    start: u32,
    end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Choice,
    Note,
    Rejections,
    Gated(Classification),
}

impl Cookies {
    /// Parses the headers. `choice` and `note` are the names of the library's own cookies.
    pub(crate) fn of(headers: &HeaderMap, policy: &Policy, choice: &str, note: &str) -> Self {
        let mut cookies = Self::default();
        for (at, header) in headers.get_all(header::COOKIE).enumerate() {
            let bytes = header.as_bytes();
            for range in pair_ranges(bytes) {
                let name = name_in(&bytes[range.clone()]);
                let kind = if name == choice.as_bytes() {
                    Kind::Choice
                } else if name == note.as_bytes() {
                    Kind::Note
                } else if is_rejections(name, choice) {
                    Kind::Rejections
                } else {
                    match Classification::of(policy, name) {
                        class if class.is_gated(policy) => Kind::Gated(class),
                        _ => continue,
                    }
                };
                cookies.found.count(kind);
                // Cannot truncate: Actix accepts no request head over 128 KiB.
                cookies.pairs.push(Pair {
                    kind,
                    header: at as u32,
                    start: range.start as u32,
                    end: range.end as u32,
                });
            }
            cookies.headers.push(header.clone());
        }
        cookies
    }

    /// Returns whether the request carries more than one choice cookie.
    pub(crate) fn have_several_choices(&self) -> bool {
        self.found.choices > 1
    }

    /// Returns whether the request carries a note cookie.
    pub(crate) fn have_notes(&self) -> bool {
        self.found.notes
    }

    /// Returns whether the request carries a cookie of recent rejections.
    pub(crate) fn have_rejections(&self) -> bool {
        self.found.rejections
    }

    /// Values of the choice cookie, in order.
    pub(crate) fn choices(&self) -> impl Iterator<Item = &[u8]> {
        self.values(Kind::Choice)
    }

    /// Values of the note cookie, in order.
    pub(crate) fn notes(&self) -> impl Iterator<Item = &[u8]> {
        self.values(Kind::Note)
    }

    /// Names of all cookies, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &[u8]> {
        let all = self.headers.iter().map(HeaderValue::as_bytes);
        let pairs = all.flat_map(|header| pair_ranges(header).map(|range| &header[range]));
        pairs.map(name_in).filter(|name| !name.is_empty())
    }

    /// Names and values of the cookies of recent rejections, in order.
    pub(crate) fn rejections(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let own = self.pairs.iter();
        let own = own.filter(|pair| pair.kind == Kind::Rejections);
        own.map(|pair| {
            let pair = self.bytes(pair);
            (name_in(pair), value_in(pair))
        })
    }

    /// Value of the cookie that keyed caches read; empty if there is none.
    pub(crate) fn key(&self) -> &str {
        let all = self.headers.iter().map(HeaderValue::as_bytes);
        let mut pairs = all.flat_map(|header| pair_ranges(header).map(|range| &header[range]));
        let wanted = crate::policy::KEY_COOKIE.as_bytes();
        let found = pairs.find(|pair| name_in(pair) == wanted);
        let value = found.map_or(&b""[..], value_in);
        std::str::from_utf8(value).unwrap_or_default()
    }

    fn values(&self, kind: Kind) -> impl Iterator<Item = &[u8]> {
        let own = self.pairs.iter().filter(move |pair| pair.kind == kind);
        own.map(|pair| value_in(self.bytes(pair)))
    }

    /// Returns whether any pair falls under a gated declaration.
    pub(crate) fn carry_gated(&self) -> bool {
        self.found.gated
    }

    /// Names under a gated declaration as they are on the wire, in order.
    pub(crate) fn gated(&self) -> impl Iterator<Item = (&[u8], Classification)> {
        self.pairs.iter().filter_map(|pair| match pair.kind {
            Kind::Gated(class) => Some((name_in(self.bytes(pair)), class)),
            _ => None,
        })
    }

    /// Indices of the denied pairs.
    pub(crate) fn denied(&self, policy: &Policy, decision: &Decision) -> Denied {
        let is_denied = |pair: &Pair| match pair.kind {
            Kind::Gated(class) => {
                let name = || name_in(self.bytes(pair));
                is_denied(class.declared(policy, decision, name))
            }
            _ => false,
        };
        let places = self.pairs.iter().enumerate();
        let denied = places.filter(|(_, pair)| is_denied(pair));
        denied.map(|(place, _)| place).collect()
    }

    /// Replaces the `Cookie` headers with the original ones without the denied pairs.
    pub(crate) fn put_without(&self, denied: &Denied, headers: &mut HeaderMap) {
        headers.remove(header::COOKIE);
        let mut denied = denied.as_slice();
        for (at, header) in self.headers.iter().enumerate() {
            let is_here = |place: &&usize| self.pairs[**place].header as usize == at;
            let (here, others) = denied.split_at(denied.iter().take_while(is_here).count());
            denied = others;
            let kept = match here {
                [] => Some(header.clone()),
                here => without(
                    header.as_bytes(),
                    here.iter().map(|place| &self.pairs[*place]),
                ),
            };
            if let Some(kept) = kept {
                headers.append(header::COOKIE, kept);
            }
        }
    }

    fn bytes(&self, pair: &Pair) -> &[u8] {
        &self.headers[pair.header as usize].as_bytes()[pair.start as usize..pair.end as usize]
    }
}

fn is_rejections(name: &[u8], choice: &str) -> bool {
    let end = name.strip_prefix(choice.as_bytes());
    end.is_some_and(|end| end.starts_with(OFF.as_bytes()))
}

/// Byte ranges of the pairs between semicolons.
fn pair_ranges(header: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b';', header).chain([header.len()]);
    ends.map(move |end| std::mem::replace(&mut start, end + 1)..end)
}

/// Copies a header without some of its pairs and leaves every other byte unchanged; `None` if
/// nothing is left.
fn without<'p>(header: &[u8], cuts: impl Iterator<Item = &'p Pair>) -> Option<HeaderValue> {
    let mut kept: Vec<u8> = Vec::with_capacity(header.len());
    let mut at = 0;
    let mut keep = |part: &[u8]| {
        if kept.is_empty() {
            kept.extend_from_slice(part.trim_ascii_start())
        } else {
            kept.push(b';');
            kept.extend_from_slice(part);
        }
    };
    for cut in cuts {
        // The semicolon before a removed pair is removed with it.
        if at < cut.start as usize {
            keep(&header[at..cut.start as usize - 1]);
        }
        at = cut.end as usize + 1;
    }
    if at < header.len() {
        keep(&header[at..]);
    }
    if kept.is_empty() {
        None
    } else {
        HeaderValue::from_maybe_shared(Bytes::from(kept)).ok()
    }
}
