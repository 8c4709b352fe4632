//! `Link:` headers (RFC 8288) that make a browser load, or get ready to load, what is gated.

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use url::Url;

use super::embeds::Embeds;
use crate::grants::Grants;

/// Takes out what leads to origins of services that are off. Says whether anything was gated.
pub(crate) fn hold_links(
    headers: &mut HeaderMap,
    embeds: &Embeds,
    grants: &Grants,
    base: &Url,
) -> bool {
    if embeds.is_empty() || !headers.contains_key(header::LINK) {
        return false;
    }
    let mut gated = false;
    let values: Vec<HeaderValue> = headers.get_all(header::LINK).cloned().collect();
    let mut kept = Vec::with_capacity(values.len());
    for value in values {
        let links = split(value.as_bytes());
        let passes = |link: &&[u8]| {
            let units = target(link, base).map(|url| embeds.units_of(&url));
            let units = units.unwrap_or_default();
            gated |= !units.is_empty();
            units.iter().all(|unit| grants.allow(*unit))
        };
        let passing: Vec<&[u8]> = links.iter().copied().filter(passes).collect();
        match passing.len() {
            all if all == links.len() => kept.push(value.clone()),
            0 => {}
            _ => kept.extend(HeaderValue::from_bytes(&passing.join(&b", "[..]))),
        }
    }
    if gated {
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

fn target(link: &[u8], base: &Url) -> Option<Url> {
    let link = String::from_utf8_lossy(link);
    let (target, _) = link.strip_prefix('<')?.split_once('>')?;
    Url::options().base_url(Some(base)).parse(target).ok()
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
