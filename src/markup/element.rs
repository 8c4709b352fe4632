//! Attributes that make a browser fetch something, by element.

use url::Url;

use super::address;

/// Syntax of the addresses in an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// One address.
    Address,
    /// Comma-separated addresses with descriptors (`srcset`).
    Candidates,
    /// A document as text (`srcdoc`).
    Document,
    /// Semicolon-separated addresses (`values`).
    List,
    /// Seconds and an address (`content` of `<meta http-equiv=refresh>`).
    Refresh,
}

/// Effect of a blocked attribute on its element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// The element is removed, since it has no use without the attribute.
    Whole,
    /// Only the attribute is removed.
    Side,
}

/// Attribute whose address a browser fetches.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fetched {
    pub(crate) attribute: &'static str,
    pub(crate) names: Names,
    pub(crate) part: Part,
}

const fn fetched(attribute: &'static str, names: Names, part: Part) -> Fetched {
    Fetched {
        attribute,
        names,
        part,
    }
}

const SRC: Fetched = fetched("src", Names::Address, Part::Whole);
const SRCSET: Fetched = fetched("srcset", Names::Candidates, Part::Side);
const HREF: Fetched = fetched("href", Names::Address, Part::Whole);
const XLINK: Fetched = fetched("xlink:href", Names::Address, Part::Whole);
const BACKGROUND: Fetched = fetched("background", Names::Address, Part::Side);
/// Space-separated addresses that browsers notify of a click or a sale.
const NOTIFIED: Fetched = fetched("attributionsrc", Names::Candidates, Part::Side);
const PING: Fetched = fetched("ping", Names::Candidates, Part::Side);

/// Returns the attributes that a browser fetches for an element of this name (in lower case).
pub(crate) fn fetched_attributes(tag: &str) -> &'static [Fetched] {
    match tag {
        "script" => &[SRC, HREF, XLINK, NOTIFIED],
        "iframe" | "frame" => {
            const SRCDOC: Fetched = fetched("srcdoc", Names::Document, Part::Side);
            &[SRC, SRCDOC]
        }
        "img" | "image" => &[SRC, SRCSET, HREF, XLINK, NOTIFIED],
        "source" => {
            const ONLY: Fetched = fetched("srcset", Names::Candidates, Part::Whole);
            &[SRC, ONLY]
        }
        "video" => {
            const POSTER: Fetched = fetched("poster", Names::Address, Part::Side);
            &[SRC, POSTER]
        }
        "audio" | "track" | "bgsound" => &[SRC],
        "embed" => {
            // Chromium fetches it instead of `src`; no standard defines it.
            const CODE: Fetched = fetched("code", Names::Address, Part::Whole);
            &[SRC, CODE]
        }
        "input" => {
            const BUTTON: Fetched = fetched("src", Names::Address, Part::Side);
            &[BUTTON]
        }
        "object" => {
            const DATA: Fetched = fetched("data", Names::Address, Part::Whole);
            &[DATA]
        }
        "link" => {
            const IMAGES: Fetched = fetched("imagesrcset", Names::Candidates, Part::Whole);
            &[HREF, IMAGES]
        }
        "base" => &[HREF],
        "use" | "feimage" => &[HREF, XLINK],
        "a" | "area" => &[PING, NOTIFIED],
        "body" | "table" | "thead" | "tbody" | "tfoot" | "tr" | "th" | "td" | "col"
        | "colgroup" => &[BACKGROUND],
        "model" | "portal" => &[SRC],
        "set" | "animate" => {
            const TO: Fetched = fetched("to", Names::Address, Part::Whole);
            const FROM: Fetched = fetched("from", Names::Address, Part::Whole);
            const BY: Fetched = fetched("by", Names::Address, Part::Whole);
            const VALUES: Fetched = fetched("values", Names::List, Part::Whole);
            &[TO, FROM, BY, VALUES]
        }
        "meta" => {
            const REFRESH: Fetched = fetched("content", Names::Refresh, Part::Whole);
            &[REFRESH]
        }
        _ => &[],
    }
}

/// Returns the attributes under which the dialect stores fetched ones until consent, as `(kept,
/// live)`.
pub(crate) fn inert_attributes(tag: &str) -> &'static [(&'static str, &'static str)] {
    match tag {
        "object" => &[("data-src", "data")],
        "link" => &[("data-href", "href")],
        _ => &[
            ("data-src", "src"),
            ("data-srcset", "srcset"),
            ("data-poster", "poster"),
        ],
    }
}

/// Returns whether an element of this name occupies space on the page, so that a placeholder
/// replaces it.
pub(crate) fn occupies_space(tag: &str) -> bool {
    matches!(
        tag,
        "iframe" | "img" | "video" | "audio" | "embed" | "object"
    )
}

/// Calls `visit` with each reading of each address in the value of an attribute, or with `None` for
/// an address that cannot be parsed.
///
/// Character references are already resolved. `bases` are all addresses that the browser may
/// resolve relative ones against.
pub(crate) fn addresses(
    names: Names,
    value: &str,
    bases: &[Url],
    mut visit: impl FnMut(Option<&Url>),
) {
    match names {
        Names::Address => address::read(value, bases, &mut visit),
        Names::Document => {}
        Names::List => {
            for piece in value.split(';') {
                address::read(piece, bases, &mut visit);
            }
        }
        Names::Refresh => {
            for target in address::refreshed(value) {
                address::read(target, bases, &mut visit);
            }
        }
        Names::Candidates => {
            for candidate in value.split([' ', '\t', '\n', '\r', '\x0c']) {
                // A comma may end a candidate or be part of an address: both are read.
                address::read(candidate.trim_matches(','), bases, &mut visit);
                for (at, _) in candidate.match_indices(',') {
                    address::read(&candidate[at + 1..], bases, &mut visit);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(names: Names, value: &str, base: &str) -> Vec<String> {
        let bases = [Url::parse(base).expect("it is an address")];
        let mut hosts = Vec::new();
        addresses(names, value, &bases, |url| {
            let host = url.and_then(Url::host_str).unwrap_or("unreadable");
            hosts.push(host.to_owned());
        });
        hosts.dedup();
        hosts
    }

    #[test]
    fn an_address_is_read_as_browsers_read_it() {
        for value in [
            "https://video.example/1",
            "  //video.example/1\n",
            "\\\\video.example/1",
            "/\\video.example",
            "ht\ntps://vid\teo.example",
            "HTTPS:\\\\VIDEO.EXAMPLE",
            "https://user@video.example",
            "https://%76ideo.example",
            "https://ｖideo.example",
            "https://vid\u{ad}eo.example",
        ] {
            let found = hosts(Names::Address, value, "https://news.example/report");
            assert_eq!(found, ["video.example"], "{value:?}");
        }
        let own = hosts(
            Names::Address,
            "https:/video.example",
            "https://news.example/",
        );
        assert_eq!(
            own,
            ["video.example", "news.example"],
            "a path where the page has the same scheme, else a host"
        );
    }

    #[test]
    fn every_candidate_is_found() {
        let value =
            "/small.png 1x,https://a.example/p.png 2x, //b.example/p.png,https://c.example/,x 3x";
        let found = hosts(Names::Candidates, value, "https://news.example/");
        for host in ["news.example", "a.example", "b.example", "c.example"] {
            assert!(found.iter().any(|other| other == host), "{host}: {found:?}");
        }
        let found = hosts(
            Names::Candidates,
            "/a 1x,http://b,c@d.example/x",
            "https://news.example/",
        );
        assert!(found.iter().any(|host| host == "d.example"), "{found:?}");
    }
}
