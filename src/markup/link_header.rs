//! `Link` headers (RFC 8288) that make a browser load, or prepare to load, from a gated service.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::{address, embeds::Embeds};
use crate::decision::grants::Grants;

/// Addresses of Speculation Rules, by which a browser loads pages ahead.
const SPECULATION_RULES: HeaderName = HeaderName::from_static("speculation-rules");

/// Returns whether the headers may contain links.
pub(crate) fn has_links(headers: &HeaderMap) -> bool {
    headers.contains_key(header::LINK) || headers.contains_key(SPECULATION_RULES)
}

/// Removes links to services that are off. Returns whether any link was gated.
pub(crate) fn filter_links(
    headers: &mut HeaderMap,
    embeds: &Embeds,
    grants: &Grants,
    base: &Url,
) -> bool {
    let mut gated = false;
    let bases = [base.clone()];
    // All services that the text may lead to are on. An address that cannot be parsed may lead
    // anywhere.
    let mut passes = |texts: &mut dyn Iterator<Item = &str>| {
        let mut on = true;
        let mut visit = |url: Option<&Url>| {
            let units = match url {
                Some(url) => embeds.units_of(url),
                None => embeds.units().collect(),
            };
            gated |= !units.is_empty();
            on &= units.iter().all(|unit| grants.allow(*unit));
        };
        texts.for_each(|text| address::read(text, &bases, &mut visit));
        on
    };
    // The header is a list of strings (RFC 9651): each quoted text is an address.
    let rules: Vec<String> = headers
        .get_all(SPECULATION_RULES)
        .flat_map(|value| readings(value.as_bytes()))
        .collect();
    let denied = !passes(
        &mut rules
            .iter()
            .flat_map(|rules| rules.split('"').skip(1).step_by(2)),
    );
    if denied {
        headers.remove(SPECULATION_RULES);
    }
    // Browsers join all fields (RFC 9110, 5.3): a quote may open in one and close in another.
    let values: Vec<&[u8]> = headers
        .get_all(header::LINK)
        .map(HeaderValue::as_bytes)
        .collect();
    let field = values.join(&b", "[..]);
    let links = split(&field);
    let kept: Vec<HeaderValue> = links
        .iter()
        .copied()
        .filter(|link| {
            let readings = readings(link);
            passes(&mut readings.iter().flat_map(|link| targets(link)))
        })
        .filter_map(|link| HeaderValue::from_bytes(link).ok())
        .collect();
    if kept.len() < links.len() {
        headers.remove(header::LINK);
        for value in kept {
            headers.append(header::LINK, value);
        }
    }
    gated
}

/// Splits a field into links, at commas outside of `<…>` and `"…"`.
fn split(field: &[u8]) -> Vec<&[u8]> {
    let (mut links, mut start) = (Vec::new(), 0);
    let (mut target, mut quoted, mut escaped) = (false, false, false);
    for (at, byte) in field.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' if !target => quoted = !quoted,
            b'<' if !quoted => target = true,
            b'>' if target => target = false,
            b',' if !quoted && !target => {
                links.push(field[start..at].trim_ascii());
                start = at + 1;
            }
            _ => {}
        }
    }
    links.push(field[start..].trim_ascii());
    links.retain(|link| !link.is_empty());
    links
}

/// Returns all texts that a browser may read from a field: bytes beyond ASCII as UTF-8 and as
/// ISO-8859-1, with and without the backslashes that escape in quoted strings (RFC 9110, 5.6.4).
fn readings(field: &[u8]) -> Vec<String> {
    let mut readings = vec![String::from_utf8_lossy(field).into_owned()];
    if !field.is_ascii() {
        readings.push(field.iter().copied().map(char::from).collect());
    }
    if field.contains(&b'\\') {
        for at in 0..readings.len() {
            readings.push(readings[at].replace('\\', ""));
        }
    }
    readings
}

/// Returns the target of a link and the addresses in its `imagesrcset` (HTML, 4.2.4.4). If the link
/// is malformed, returns everything in it.
fn targets(link: &str) -> impl Iterator<Item = &str> {
    let (target, rest) = link
        .strip_prefix('<')
        .and_then(|link| link.split_once('>'))
        .map_or((None, link), |(target, rest)| (Some(target), rest));
    let rest = match target.is_some() && !rest.to_ascii_lowercase().contains("imagesrcset") {
        true => "",
        false => rest,
    };
    let ends = |c: char| c.is_ascii_whitespace() || "<>\",'".contains(c);
    let pieces = rest.split(ends).filter(|piece| !piece.is_empty());
    // A comma may be part of an address, and a value needs no quotes.
    let candidates = rest.match_indices([',', '=']).filter_map(move |(at, _)| {
        let ends = |c: char| c.is_ascii_whitespace() || "<>\"".contains(c);
        rest[at + 1..].split(ends).next()
    });
    target
        .into_iter()
        .chain(pieces)
        .chain(candidates.filter(|piece| !piece.is_empty()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_is_split_where_links_end() {
        let field = br#"<https://a.example/?x=1,2>; title="a, \" b", <b>; rel=preload ,, <c>"#;
        let links = split(field);
        assert_eq!(links.len(), 3);
        assert_eq!(links[1], b"<b>; rel=preload");
    }
}
