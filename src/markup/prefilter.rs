//! Prefilter: detects pages that certainly contain nothing gated, without parsing them.
//!
//! A page passes if no reading of its bytes can yield an attribute of the dialect or the host of an
//! embed. Any doubtful page is parsed by the rewriter.

use std::sync::LazyLock;

use memchr::{memchr_iter, memmem::Finder};

/// Search terms of the prefilter, computed once per policy.
#[derive(Clone, Debug)]
pub(crate) struct Prefilter {
    /// Hosts of embeds.
    hosts: Vec<String>,
    /// Attributes of the dialect, without their prefix `data-`.
    marks: Vec<String>,
    /// True if a host has many spellings: an IP address, or a name without a dot. No page passes
    /// then.
    never: bool,
}

impl Prefilter {
    pub(crate) fn new<'a>(
        hosts: impl Iterator<Item = &'a str>,
        marks: impl Iterator<Item = &'a str>,
    ) -> Self {
        let marks = marks.filter_map(|mark| mark.strip_prefix("data-"));
        let mut prefilter = Self {
            hosts: Vec::new(),
            marks: marks.map(str::to_owned).collect(),
            never: false,
        };
        for host in hosts {
            let is_address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
            match !is_address && host.contains('.') {
                true => prefilter.hosts.push(host.to_owned()),
                false => prefilter.never = true,
            }
        }
        prefilter
    }

    /// Returns whether the page certainly contains nothing gated.
    pub(crate) fn passes(&self, page: &[u8]) -> bool {
        if self.never || starts_wide(page) || self.names_the_dialect(page) || names_a_srcdoc(page) {
            return false;
        }
        self.hosts.is_empty() || !(self.leads_to_a_host(page) || hides_a_host(page))
    }

    /// Returns whether the page contains an attribute of the dialect, in upper or lower case.
    fn names_the_dialect(&self, page: &[u8]) -> bool {
        // Searching for a pair of letters is much faster than for a single frequent one.
        DIALECT.iter().any(|pair| {
            pair.find_iter(page).any(|at| {
                let behind = &page[at + 2..];
                let before = at.checked_sub(3).map(|from| &page[from..at]);
                before.is_some_and(|before| before.eq_ignore_ascii_case(b"dat"))
                    && self
                        .marks
                        .iter()
                        .any(|mark| starts(behind, mark.as_bytes()))
            })
        })
    }

    /// Returns whether two slashes precede one of the hosts or an unusual spelling. Other spellings
    /// of a host are doubtful by themselves ([`hides_a_host`]).
    fn leads_to_a_host(&self, page: &[u8]) -> bool {
        SLASHES
            .find_iter(page)
            .any(|at| match authority(&page[at + 2..]) {
                None => true,
                Some(host) => self.hosts.iter().any(|known| {
                    let known = known.as_bytes();
                    let start = host.len().checked_sub(known.len());
                    start.is_some_and(|start| host[start..].eq_ignore_ascii_case(known))
                }),
            })
    }
}

static SLASHES: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("//"));
static DIALECT: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new("a-"), Finder::new("A-")]);
static BASES: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new("<b"), Finder::new("<B")]);
static FRAMES: LazyLock<[Finder<'static>; 2]> =
    LazyLock::new(|| [Finder::new("<i"), Finder::new("<I")]);

/// Returns whether the text starts with `name`, in upper or lower case.
pub(crate) fn starts(text: &[u8], name: &[u8]) -> bool {
    let start = text.get(..name.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(name))
}

/// Returns whether the page may contain a `<base>`.
pub(crate) fn has_base(page: &[u8]) -> bool {
    BASES.iter().any(|pair| {
        pair.find_iter(page)
            .any(|at| starts(&page[at + 2..], b"ase"))
    })
}

/// Returns whether a page with character references contains a `srcdoc`, in which they are resolved
/// twice.
fn names_a_srcdoc(page: &[u8]) -> bool {
    let frame = || {
        let mut pairs = FRAMES.iter();
        pairs.any(|pair| {
            pair.find_iter(page)
                .any(|at| starts(&page[at + 2..], b"frame"))
        })
    };
    let named = || {
        memchr::memchr2_iter(b'd', b'D', page)
            .any(|at| at >= 3 && starts(&page[at - 3..], b"srcdoc"))
    };
    frame() && memchr::memchr(b'&', page).is_some() && named()
}

/// Returns whether the page starts with a byte order mark of UTF-16, which overrides its headers.
pub(crate) fn starts_wide(page: &[u8]) -> bool {
    page.starts_with(b"\xff\xfe") || page.starts_with(b"\xfe\xff")
}

/// Returns whether the page may spell a host in another way.
fn hides_a_host(page: &[u8]) -> bool {
    memchr_iter(b'&', page).any(|at| !is_harmless(&page[at + 1..]))
        || memchr::memchr3_iter(b'\t', b'\n', b'\r', page).any(|at| odd_break(page, at))
        || memchr::memchr(b'\\', page).is_some_and(|_| odd_backslash(page))
        || memchr_iter(b':', page).any(|at| odd_scheme(page, at))
}

/// Returns whether a character reference yields nothing that can be part of a host.
fn is_harmless(reference: &[u8]) -> bool {
    const NAMES: [&str; 12] = [
        "amp;", "lt;", "gt;", "quot;", "apos;", "nbsp;", "mdash;", "ndash;", "hellip;", "#34;",
        "#38;", "#39;",
    ];
    const MORE: [&str; 5] = ["#60;", "#62;", "#x27;", "copy;", "middot;"];
    if reference.starts_with(b"amp;") {
        return true;
    }
    match reference.first() {
        // A blank or the end follows: not a reference.
        None => true,
        Some(byte) if !byte.is_ascii_alphanumeric() && *byte != b'#' => true,
        Some(_) => NAMES
            .iter()
            .chain(&MORE)
            .any(|name| reference.starts_with(name.as_bytes())),
    }
}

const fn is_break(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | b'\r')
}

/// Returns whether a line break or tab stands between slashes. Browsers remove it from an address
/// before parsing.
fn odd_break(page: &[u8], at: usize) -> bool {
    let slash = |byte: Option<&u8>| matches!(byte, Some(b'/' | b'\\'));
    let mut behind = page[at + 1..].iter().skip_while(|byte| is_break(**byte));
    at > 0 && slash(page.get(at - 1)) && slash(behind.next())
}

/// Returns the host after two slashes, with any user name before it; `None` for unusual spellings.
fn authority(rest: &[u8]) -> Option<&[u8]> {
    // More than two slashes mean the same as two.
    let slashes = rest.iter().take_while(|byte| **byte == b'/').count();
    let rest = &rest[slashes..];
    // Nearly every host ends at the first other byte; the loop handles the rest. A page that ends
    // in a host is too rare to be decided here.
    let end = rest.iter().position(|byte| !IN_HOSTS[usize::from(*byte)])?;
    if rest[end] == b'/' {
        let host = &rest[..end];
        return Some(host.strip_suffix(b".").unwrap_or(host));
    }
    let mut port = None;
    for (at, byte) in rest.iter().enumerate() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => {}
            b'@' => port = None,
            b':' => port = Some(at),
            b'&' | b'%' | b'\\' | b'[' | 0x80.. => return None,
            byte if is_break(*byte) => return None,
            b'/' | b'?' | b'#' | b'"' | b'\'' | b'>' | b' ' | b'<' | b'=' | b'`' | b'(' | b')'
            | b',' | b';' => {
                let plain = matches!(byte, b'/' | b'?' | b'#') || !names_a_user(&rest[at..]);
                let end = port.unwrap_or(at);
                // A trailing dot does not change the host.
                let host = &rest[..end];
                return plain.then(|| host.strip_suffix(b".").unwrap_or(host));
            }
            _ if names_a_user(&rest[at..]) => return None,
            _ => return Some(&rest[..port.unwrap_or(at)]),
        }
    }
    Some(&rest[..port.unwrap_or(rest.len())])
}

/// Bytes that can be part of a host. A table lookup is faster than comparisons for each byte of an
/// address.
static IN_HOSTS: [bool; 256] = {
    let mut bytes = [false; 256];
    let mut byte = 0;
    while byte < 128_u8 {
        bytes[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        byte += 1;
    }
    bytes
};

/// Returns whether a user name may stand before the last `@` of the authority.
fn names_a_user(rest: &[u8]) -> bool {
    let end = memchr::memchr3(b'/', b'?', b'#', rest).unwrap_or(rest.len());
    memchr::memchr2(b'@', b'\\', &rest[..end]).is_some()
}

/// Returns whether the page contains a `\` that browsers read as `/`.
fn odd_backslash(page: &[u8]) -> bool {
    memchr_iter(b'\\', page).any(|at| {
        let near = |byte: Option<&u8>| matches!(byte, Some(b'/' | b'\\'));
        let mut before = page[..at].iter().rev().skip_while(|byte| is_break(**byte));
        let mut behind = page[at + 1..].iter().skip_while(|byte| is_break(**byte));
        near(before.next()) || near(behind.next())
    })
}

/// Returns whether `https:host` or `https:/host` occurs, which leads to a host if the page has
/// another scheme.
fn odd_scheme(page: &[u8], at: usize) -> bool {
    let mut before = page[..at].iter().rev().filter(|byte| !is_break(**byte));
    let mut next = || before.next().map(u8::to_ascii_lowercase);
    let mut last = next();
    if last == Some(b's') {
        last = next();
    }
    let http =
        last == Some(b'p') && next() == Some(b't') && next() == Some(b't') && next() == Some(b'h');
    // A blank after the colon is prose: no host starts with one.
    let behind = &page[at + 1..];
    http && !behind.starts_with(b"//") && !behind.starts_with(b" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prefilter(hosts: &[&str]) -> Prefilter {
        let marks = ["data-consent-category", "data-category", "data-service"];
        Prefilter::new(hosts.iter().copied(), marks.into_iter())
    }

    fn plain(page: &str) -> bool {
        prefilter(&["video.example", "pixels.example"]).passes(page.as_bytes())
    }

    #[test]
    fn an_ordinary_page_is_plain() {
        assert!(plain(
            "<!doctype html><title>A &amp; B</title><link href='https://fonts.example/a.css'>\
             <style>a:hover{color:red}</style><script>// a comment\nlet url = \"https://x.example/\";\
             </script><body><p data-kind=x>Is https: safer? Schließlich – ja. 1 / 2. C:\\dir\
             <a href=\"//other.example/ä\">x</a>"
        ));
    }

    #[test]
    fn the_dialect_is_seen_in_any_case() {
        assert!(!plain("<script data-category=analytics>"));
        assert!(!plain("<script DATA-CATEGORY=analytics>"));
        assert!(!plain("<script daTa-sErvice=analytics>"));
        assert!(!plain("<script data-CONSENT-category=analytics>"));
        assert!(plain(
            "<script data-cat=analytics dat-category data-consent>"
        ));
    }

    #[test]
    fn a_host_of_an_embed_is_seen_in_any_spelling() {
        for page in [
            "<img src=https://video.example/1>",
            "<img src=//VIDEO.EXAMPLE/1>",
            "<img src='https://www.pixels.example'>",
            "<img src='&#104;ttps://x'>",
            "<img src='//vid&shy;eo.example'>",
            "<img src='//video&period;example'>",
            "<img src='//%76ideo.example'>",
            "<img src='//vid\neo.example'>",
            "<img src='/\n/%76ideo.example'>",
            "<img src='//ｖideo.example'>",
            "<img src='//video。example'>",
            "<img src='\\\\%76ideo.example'>",
            "<img src='/\\%76ideo.example'>",
            "<img src='///%76ideo.example'>",
            "<img src='////\n/%76ideo.example'>",
            "<img src='https:%76ideo.example'>",
            "<img src='ht\ntps:/%76ideo.example'>",
        ] {
            assert!(!plain(page), "{page}");
        }
    }

    #[test]
    fn a_page_in_wide_letters_is_not_plain() {
        assert!(!prefilter(&[]).passes(b"\xff\xfe<\0"));
    }

    #[test]
    fn hosts_that_are_addresses_are_always_looked_for() {
        assert!(!prefilter(&["127.0.0.1"]).passes(b"<p>x"));
        assert!(!prefilter(&["localhost"]).passes(b"<p>x"));
    }
}
