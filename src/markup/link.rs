//! `Link:` headers (RFC 8288) that make a browser load, or get ready to load, what is gated.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::embeds::Embeds;
use crate::grants::Grants;

/// Rules by which a browser loads pages ahead (Speculation Rules), named by address.
const SPECULATION_RULES: HeaderName = HeaderName::from_static("speculation-rules");

/// Whether there is anything that could lead somewhere.
pub(crate) fn has_links(headers: &HeaderMap) -> bool {
    headers.contains_key(header::LINK) || headers.contains_key(SPECULATION_RULES)
}

/// Takes out what leads to origins of services that are off. Says whether anything was gated.
pub(crate) fn hold_links(
    headers: &mut HeaderMap,
    embeds: &Embeds,
    grants: &Grants,
    base: &Url,
) -> bool {
    let mut gated = false;
    // A list of strings (RFC 9651), so that what stands between quotes is an address.
    let mut rules = headers.get_all(SPECULATION_RULES).flat_map(|value| {
        let text = String::from_utf8_lossy(value.as_bytes()).into_owned();
        let parts: Vec<String> = text.split('"').map(str::to_owned).collect();
        parts
    });
    let denied = rules.any(|address| {
        let url = Url::options().base_url(Some(base)).parse(&address);
        let units = url.map(|url| embeds.units_of(&url)).unwrap_or_default();
        gated |= !units.is_empty();
        units.iter().any(|unit| !grants.allow(*unit))
    });
    if denied {
        headers.remove(SPECULATION_RULES);
    }
    // Browsers read all fields as one (RFC 9110, 5.3): a quote may open in one and close in another.
    let values: Vec<&[u8]> = headers
        .get_all(header::LINK)
        .map(HeaderValue::as_bytes)
        .collect();
    let field = values.join(&b", "[..]);
    let links = split(&field);
    let passes = |link: &&[u8]| {
        let units: Vec<usize> = targets(link, base)
            .iter()
            .flat_map(|url| embeds.units_of(url))
            .collect();
        gated |= !units.is_empty();
        units.iter().all(|unit| grants.allow(*unit))
    };
    let kept: Vec<HeaderValue> = links
        .iter()
        .copied()
        .filter(passes)
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

/// The links of one field: at commas outside of `<…>` and `"…"`.
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

/// Where it leads, and what its `imagesrcset` names (HTML, 4.2.4.4); all that stands in it where it
/// is no link that could be read.
fn targets(link: &[u8], base: &Url) -> Vec<Url> {
    let link = String::from_utf8_lossy(link);
    let (target, rest) = link
        .strip_prefix('<')
        .and_then(|link| link.split_once('>'))
        .map_or((None, &*link), |(target, rest)| (Some(target), rest));
    let rest = match target.is_some() && !rest.to_ascii_lowercase().contains("imagesrcset") {
        true => "",
        false => rest,
    };
    let ends = |c: char| c.is_ascii_whitespace() || "<>\",'".contains(c);
    let parse = |text| Url::options().base_url(Some(base)).parse(text).ok();
    let pieces = rest.split(ends).filter(|piece| !piece.is_empty());
    target.into_iter().chain(pieces).filter_map(parse).collect()
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
