//! The `Cookie` headers of a request, kept as they came, and where in them something stands that
//! concerns consent. They are read once; all that follows works from the places found here.

use std::ops::Range;

use actix_web::{
    dev::RequestHead,
    http::header::{self, HeaderMap, HeaderValue},
    web::Bytes,
};
use smallvec::SmallVec;

use crate::{
    config::Config,
    decision::Decision,
    name::{self, Reading},
    policy::{OFF, Policy},
};

/// The `Cookie` headers of a request: none or one in HTTP/1, any number in HTTP/2.
#[derive(Debug, Default)]
pub(crate) struct Cookies {
    headers: SmallVec<[HeaderValue; 1]>,
    pairs: SmallVec<[Pair; 6]>,
    found: Found,
}

/// Which kinds of pairs there are. Most requests carry a choice and nothing else.
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

/// Places in the list of pairs, in order.
type Denied = SmallVec<[usize; 8]>;

/// A pair `name=value` that is one of our own cookies or falls under a gated declaration.
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
    Gated(Reading),
}

impl Cookies {
    pub(super) fn of(head: &RequestHead, config: &Config) -> Self {
        let mut cookies = Self::default();
        for (at, header) in head.headers.get_all(header::COOKIE).enumerate() {
            let bytes = header.as_bytes();
            for range in pair_ranges(bytes) {
                let name = name::name_in(&bytes[range.clone()]);
                let kind = if name == config.choice_seal.name().as_bytes() {
                    Kind::Choice
                } else if name == config.note_seal.name().as_bytes() {
                    Kind::Note
                } else if is_rejections(name, config) {
                    Kind::Rejections
                } else {
                    match Reading::of(&config.policy, name) {
                        reading if reading.is_gated(&config.policy) => Kind::Gated(reading),
                        _ => continue,
                    }
                };
                cookies.found.count(kind);
                // actix takes no head of more than 128 KB.
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

    /// Whether there is more than one value of the choice.
    pub(super) fn have_several_choices(&self) -> bool {
        self.found.choices > 1
    }

    /// Whether there is a note.
    pub(super) fn have_notes(&self) -> bool {
        self.found.notes
    }

    /// Whether something was rejected lately.
    pub(super) fn have_rejections(&self) -> bool {
        self.found.rejections
    }

    /// The values of the choice, in order.
    pub(super) fn choices(&self) -> impl Iterator<Item = &[u8]> {
        self.values(Kind::Choice)
    }

    /// The values of the note, in order.
    pub(super) fn notes(&self) -> impl Iterator<Item = &[u8]> {
        self.values(Kind::Note)
    }

    /// All names, in order.
    pub(crate) fn names(&self) -> impl Iterator<Item = &[u8]> {
        let all = self.headers.iter().map(HeaderValue::as_bytes);
        let pairs = all.flat_map(|header| pair_ranges(header).map(|range| &header[range]));
        pairs.map(name::name_in).filter(|name| !name.is_empty())
    }

    /// Names and values of what was rejected lately, in order.
    pub(super) fn rejections(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let own = self.pairs.iter();
        let own = own.filter(|pair| pair.kind == Kind::Rejections);
        own.map(|pair| {
            let pair = self.bytes(pair);
            (name::name_in(pair), name::value_in(pair))
        })
    }

    /// The value of the cookie that caches read; empty where there is none.
    #[cfg(feature = "markup")]
    pub(crate) fn key(&self) -> &str {
        let all = self.headers.iter().map(HeaderValue::as_bytes);
        let mut pairs = all.flat_map(|header| pair_ranges(header).map(|range| &header[range]));
        let wanted = crate::policy::KEY_COOKIE.as_bytes();
        let found = pairs.find(|pair| name::name_in(pair) == wanted);
        let value = found.map_or(&b""[..], name::value_in);
        std::str::from_utf8(value).unwrap_or_default()
    }

    fn values(&self, kind: Kind) -> impl Iterator<Item = &[u8]> {
        let own = self.pairs.iter().filter(move |pair| pair.kind == kind);
        own.map(|pair| name::value_in(self.bytes(pair)))
    }

    /// Whether there is a pair that falls under a gated declaration.
    pub(crate) fn carry_gated(&self) -> bool {
        self.found.gated
    }

    /// The names that fall under a gated declaration, as they stand on the wire, in order.
    pub(crate) fn gated(&self) -> impl Iterator<Item = (&[u8], Reading)> {
        self.pairs.iter().filter_map(|pair| match pair.kind {
            Kind::Gated(reading) => Some((name::name_in(self.bytes(pair)), reading)),
            _ => None,
        })
    }

    /// The places of the pairs that are denied.
    pub(crate) fn denied(&self, policy: &Policy, decision: &Decision) -> Denied {
        let is_denied = |pair: &Pair| match pair.kind {
            Kind::Gated(reading) => {
                let name = || name::name_in(self.bytes(pair));
                reading.standing(policy, decision, name).is_denied()
            }
            _ => false,
        };
        let places = self.pairs.iter().enumerate();
        let denied = places.filter(|(_, pair)| is_denied(pair));
        denied.map(|(place, _)| place).collect()
    }

    /// Puts the headers that came in place of those that are there, without the denied pairs.
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

fn is_rejections(name: &[u8], config: &Config) -> bool {
    let end = name.strip_prefix(config.choice_seal.name().as_bytes());
    end.is_some_and(|end| end.starts_with(OFF.as_bytes()))
}

/// The places of the pairs between semicolons.
fn pair_ranges(header: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let mut start = 0;
    let ends = memchr::memchr_iter(b';', header).chain([header.len()]);
    ends.map(move |end| std::mem::replace(&mut start, end + 1)..end)
}

/// A header without some of its pairs, everything else byte for byte; `None` when nothing is left.
fn without<'p>(header: &[u8], cuts: impl Iterator<Item = &'p Pair>) -> Option<HeaderValue> {
    let mut kept: Vec<u8> = Vec::with_capacity(header.len());
    let mut at = 0;
    let mut keep = |part: &[u8]| match kept.is_empty() {
        true => kept.extend_from_slice(part.trim_ascii_start()),
        false => {
            kept.push(b';');
            kept.extend_from_slice(part);
        }
    };
    for cut in cuts {
        // The semicolon before the cut goes with it.
        if at < cut.start as usize {
            keep(&header[at..cut.start as usize - 1]);
        }
        at = cut.end as usize + 1;
    }
    if at < header.len() {
        keep(&header[at..]);
    }
    match kept.is_empty() {
        true => None,
        false => HeaderValue::from_maybe_shared(Bytes::from(kept)).ok(),
    }
}
