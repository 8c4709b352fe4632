//! The place of a finding: a page and the circumstances.

use url::Url;

use super::super::record::Record;

/// Parsed place of a finding, such as `/report (rejected)`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place<'p> {
    /// Page as named by the place; empty if there is none.
    pub(crate) page: &'p str,
    /// Address of the page, or of the site if no page is named.
    pub(crate) address: String,
    /// Circumstances, such as `rejected`, or another description of the place.
    pub(crate) circumstances: Option<&'p str>,
}

impl<'p> Place<'p> {
    pub(crate) fn new(text: &'p str, record: &Record) -> Self {
        // Addresses contain no space, so the first one ends the address.
        let (page, rest) = match text.split_once(" (") {
            Some((page, rest)) => (page, Some(rest.strip_suffix(')').unwrap_or(rest))),
            None => (text, None),
        };
        match absolute(page, record) {
            Some(address) => Self {
                page,
                address,
                circumstances: rest,
            },
            None => Self {
                page: "",
                address: record.address.clone(),
                circumstances: (!text.is_empty()).then_some(text),
            },
        }
    }
}

/// Returns the address of a page given by its path or in full.
fn absolute(page: &str, record: &Record) -> Option<String> {
    let site = Url::parse(&record.address).ok()?;
    if page.contains(char::is_whitespace) {
        return None;
    }
    // `Url::join` would read a path that starts with two slashes as a host.
    let full = match page.starts_with('/') {
        true => format!("{}{page}", site.origin().ascii_serialization()),
        false => page.to_owned(),
    };
    let full = Url::parse(&full).ok()?;
    full.has_host().then(|| full.to_string())
}

#[cfg(test)]
mod tests {
    use super::{super::fixture, *};

    #[test]
    fn a_place_is_a_page_and_its_circumstances() {
        let record = fixture::record();
        for (text, address, circumstances) in [
            (
                "/report?a=1 (only b (c), GPC)",
                "https://news.example/report?a=1",
                Some("only b (c), GPC"),
            ),
            ("/", "https://news.example/", None),
            ("//x.example/", "https://news.example//x.example/", None),
            (
                "https://other.example/ (rejected)",
                "https://other.example/",
                Some("rejected"),
            ),
            (
                "[[cookie]] _ga",
                "https://news.example/",
                Some("[[cookie]] _ga"),
            ),
            ("", "https://news.example/", None),
        ] {
            let place = Place::new(text, &record);
            assert_eq!(place.address, address, "{text}");
            assert_eq!(place.circumstances, circumstances, "{text}");
        }
    }
}
