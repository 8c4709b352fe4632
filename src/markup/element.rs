//! What a browser fetches for an element, and which attributes say so.

use url::Url;

/// How an attribute names what is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Names {
    /// One address.
    Address,
    /// Addresses with descriptors, between commas (`srcset`).
    Candidates,
    /// A document, as text (`srcdoc`).
    Document,
    /// Addresses between semicolons (`values`).
    List,
    /// Seconds and an address (`content` of `<meta http-equiv=refresh>`).
    Refresh,
}

/// What becomes of the element when the attribute is held back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// It is nothing without it: the element goes.
    Whole,
    /// It stays, without the attribute.
    Side,
}

/// An attribute that a browser fetches.
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
/// Addresses that are told of a click or a sale, between spaces.
const TOLD: Fetched = fetched("attributionsrc", Names::Candidates, Part::Side);
const PING: Fetched = fetched("ping", Names::Candidates, Part::Side);

/// What a browser fetches for an element of this name (in lower case).
pub(crate) fn fetched_by(tag: &str) -> &'static [Fetched] {
    match tag {
        "script" => &[SRC, HREF, XLINK, TOLD],
        "iframe" | "frame" => {
            const SRCDOC: Fetched = fetched("srcdoc", Names::Document, Part::Side);
            &[SRC, SRCDOC]
        }
        "img" | "image" => &[SRC, SRCSET, HREF, XLINK, TOLD],
        "source" => {
            const ONLY: Fetched = fetched("srcset", Names::Candidates, Part::Whole);
            &[SRC, ONLY]
        }
        "video" => {
            const POSTER: Fetched = fetched("poster", Names::Address, Part::Side);
            &[SRC, POSTER]
        }
        "audio" | "track" | "embed" | "bgsound" => &[SRC],
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
        "a" | "area" => &[PING, TOLD],
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

/// Where the dialect keeps an attribute until it is granted, as `(kept, live)`.
pub(crate) fn kept_by(tag: &str) -> &'static [(&'static str, &'static str)] {
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

/// Whether an element of this name takes room on the page, so that something stands in its place.
pub(crate) fn takes_room(tag: &str) -> bool {
    matches!(
        tag,
        "iframe" | "img" | "video" | "audio" | "embed" | "object"
    )
}

/// The addresses in the value of an attribute, character references already resolved.
///
/// Each of `bases` is one that the browser may resolve them against.
pub(crate) fn addresses<'a>(
    names: Names,
    value: &'a str,
    bases: &'a [Url],
) -> impl Iterator<Item = Url> + 'a {
    // Whatever a candidate is, it stands between spaces, and commas end some of them. A comma may
    // also be part of an address, so that both readings are followed.
    let pieces: Vec<&str> = match names {
        Names::Address => vec![value],
        Names::Document => Vec::new(),
        Names::List => value.split(';').collect(),
        Names::Refresh => refreshed(value).into_iter().collect(),
        Names::Candidates => value
            .split([' ', '\t', '\n', '\r', '\x0c'])
            .flat_map(|piece| {
                let whole = std::iter::once(piece.trim_matches(','));
                whole.chain(piece.split(','))
            })
            .filter(|piece| !piece.is_empty())
            .collect(),
    };
    pieces.into_iter().flat_map(move |piece| {
        bases
            .iter()
            .filter_map(move |base| Url::options().base_url(Some(base)).parse(piece).ok())
    })
}

/// Where a refresh leads (HTML, 4.2.5.3 "refresh"), read generously.
fn refreshed(value: &str) -> Option<&str> {
    let (_, rest) = value.split_once([';', ',', ' ', '\t', '\n', '\r', '\x0c'])?;
    let space = |c: char| c.is_ascii_whitespace() || matches!(c, ';' | ',');
    let rest = rest.trim_start_matches(space);
    let url = match rest.get(..3) {
        Some(name) if name.eq_ignore_ascii_case("url") => {
            let after = rest[3..].trim_start();
            after.strip_prefix('=').map_or(rest, str::trim_start)
        }
        _ => rest,
    };
    let url = match url.chars().next() {
        Some(quote @ ('"' | '\'')) => url[1..].split(quote).next()?,
        _ => url,
    };
    (!url.is_empty()).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(names: Names, value: &str, base: &str) -> Vec<String> {
        let bases = [Url::parse(base).expect("it is an address")];
        let found = addresses(names, value, &bases);
        let mut hosts: Vec<_> = found
            .filter_map(|url| url.host_str().map(str::to_owned))
            .collect();
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
            "http:video.example",
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
            ["news.example"],
            "the same scheme without slashes is a path"
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
    }
}
