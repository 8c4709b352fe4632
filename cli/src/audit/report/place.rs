//! Where a finding was: a page, and who came to it.

use url::Url;

use super::super::record::Record;

/// A place of a finding, such as `/report (rejected)`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place<'p> {
    /// The page as the place names it; empty where it names none.
    pub(crate) page: &'p str,
    /// Its address; that of the site, where no page is named.
    pub(crate) address: String,
    /// Who came, such as `rejected`, or what else the place says of itself.
    pub(crate) circumstances: Option<&'p str>,
}

impl<'p> Place<'p> {
    pub(crate) fn new(text: &'p str, record: &Record) -> Self {
        // In addresses a space is `%20`, so that the first one ends the address.
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

/// The address of a page that is named by its path, or in full.
fn absolute(page: &str, record: &Record) -> Option<String> {
    let site = Url::parse(&record.address).ok()?;
    if page.contains(char::is_whitespace) {
        return None;
    }
    // Not joined: a path that begins with two slashes would be read as a host.
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
