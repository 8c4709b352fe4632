//! A start tag and the byte ranges of its attributes.

use std::ops::Range;

use super::{edit::Edit, template_code};

/// A start tag. All ranges refer to the whole page.
#[derive(Debug)]
pub(crate) struct Tag<'a> {
    source: &'a str,
    page: &'a str,
    /// The bytes from `<` to `>`.
    pub(crate) range: Range<usize>,
    /// Name in lower case.
    pub(crate) name: String,
    /// Attributes in order.
    pub(crate) attributes: Vec<Attribute>,
}

/// An attribute of a start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// Name in lower case.
    pub(crate) name: String,
    /// Range of the name.
    name_at: Range<usize>,
    /// Range of the value without its quotes; `None` if there is no `=`.
    value_at: Option<Range<usize>>,
    /// Quote character around the value.
    quote: Option<char>,
    /// Range of the whole attribute, quotes included.
    pub(crate) range: Range<usize>,
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

/// A position in the bytes of a tag.
struct Cursor<'a> {
    page: &'a [u8],
    at: usize,
    end: usize,
}

impl Cursor<'_> {
    fn peek(&self) -> Option<u8> {
        (self.at < self.end).then(|| self.page[self.at])
    }

    fn skip(&mut self, while_: impl Fn(u8) -> bool) -> Range<usize> {
        let start = self.at;
        while self.peek().is_some_and(&while_) {
            self.at += 1;
        }
        start..self.at
    }
}

impl<'a> Tag<'a> {
    /// Parses the start tag at `range` as a browser does. `page` is `source` with its template code
    /// blanked.
    pub(crate) fn read(source: &'a str, page: &'a str, range: Range<usize>) -> Self {
        let mut cursor = Cursor {
            page: page.as_bytes(),
            at: range.start + 1,
            end: range.end.saturating_sub(1),
        };
        let name = cursor.skip(|byte| !is_space(byte) && byte != b'/');
        let mut attributes = Vec::new();
        loop {
            cursor.skip(|byte| is_space(byte) || byte == b'/');
            if cursor.peek().is_none() {
                break;
            }
            attributes.push(attribute(&mut cursor, source));
        }
        Self {
            name: source[name].to_ascii_lowercase(),
            source,
            page,
            range,
            attributes,
        }
    }

    /// Returns the first attribute of a name, which is the one that browsers use.
    pub(crate) fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|one| one.name == name)
    }

    /// Returns whether the tag has the attribute.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.attribute(name).is_some()
    }

    /// Returns the number of attributes of a name.
    pub(crate) fn count(&self, name: &str) -> usize {
        let same = self.attributes.iter().filter(|one| one.name == name);
        same.count()
    }

    /// Returns the text of a value, empty if there is none.
    pub(crate) fn text(&self, attribute: &Attribute) -> &'a str {
        let range = attribute.value_at.clone();
        range.map_or("", |range| &self.source[range])
    }

    /// Returns the value of the first attribute of a name.
    pub(crate) fn value(&self, name: &str) -> Option<&'a str> {
        self.attribute(name).map(|one| self.text(one))
    }

    /// Returns whether a value contains template code.
    pub(crate) fn holds_code(&self, attribute: &Attribute) -> bool {
        let Some(range) = attribute.value_at.clone() else {
            return false;
        };
        self.source[range.clone()] != self.page[range] || template_code::is_in(self.text(attribute))
    }

    /// Renames an attribute.
    pub(crate) fn rename(&self, attribute: &Attribute, name: &str) -> Option<Edit> {
        let same = attribute.name == name;
        (!same).then(|| Edit::new(attribute.name_at.clone(), name))
    }

    /// Sets the value of an attribute and keeps its quotes.
    pub(crate) fn set(&self, attribute: &Attribute, value: &str) -> Option<Edit> {
        if self.text(attribute) == value && attribute.value_at.is_some() {
            return None;
        }
        Some(match (attribute.value_at.clone(), attribute.quote) {
            (Some(range), Some(_)) => Edit::new(range, value),
            (Some(range), None) if is_bare(value) => Edit::new(range, value),
            (Some(range), None) => Edit::new(range, format!("\"{value}\"")),
            (None, _) => Edit::insert(attribute.name_at.end, format!("=\"{value}\"")),
        })
    }

    /// Takes an attribute away, with the space before it.
    pub(crate) fn remove(&self, attribute: &Attribute) -> Edit {
        let before = &self.page.as_bytes()[self.range.start..attribute.range.start];
        let space = before.iter().rev().take_while(|byte| is_space(**byte));
        // Code that is blank in the page is no space.
        let space = space.count().min(
            self.source[self.range.start..attribute.range.start]
                .bytes()
                .rev()
                .take_while(|byte| is_space(*byte))
                .count(),
        );
        Edit::new(attribute.range.start - space..attribute.range.end, "")
    }

    /// Adds an attribute before another one, with the quotes of that one.
    pub(crate) fn add_before(&self, next: &Attribute, name: &str, value: &str) -> Edit {
        let quote = next.quote.unwrap_or('"');
        Edit::insert(next.range.start, format!("{name}={quote}{value}{quote} "))
    }

    /// Adds an attribute after another one, with the quotes of that one.
    pub(crate) fn add_after(&self, last: &Attribute, name: &str, value: &str) -> Edit {
        let quote = last.quote.unwrap_or('"');
        Edit::insert(last.range.end, format!(" {name}={quote}{value}{quote}"))
    }
}

/// Returns whether a value needs no quotes.
fn is_bare(value: &str) -> bool {
    !value.is_empty()
        && value
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn attribute(cursor: &mut Cursor<'_>, source: &str) -> Attribute {
    let start = cursor.at;
    // A `=` at the start of a name is part of the name.
    cursor.at += 1;
    cursor.skip(|byte| !is_space(byte) && byte != b'/' && byte != b'=');
    let name_at = start..cursor.at;
    let mut end = cursor.at;
    cursor.skip(is_space);
    let (mut value_at, mut quote) = (None, None);
    if cursor.peek() == Some(b'=') {
        cursor.at += 1;
        cursor.skip(is_space);
        match cursor.peek() {
            Some(mark @ (b'"' | b'\'')) => {
                cursor.at += 1;
                value_at = Some(cursor.skip(|byte| byte != mark));
                quote = Some(char::from(mark));
                cursor.at = (cursor.at + 1).min(cursor.end);
            }
            _ => value_at = Some(cursor.skip(|byte| !is_space(byte))),
        }
        end = cursor.at;
    } else {
        cursor.at = end;
    }
    Attribute {
        name: source[name_at.clone()].to_ascii_lowercase(),
        name_at,
        value_at,
        quote,
        range: start..end,
    }
}

#[cfg(test)]
mod tests {
    use super::super::edit::apply;
    use super::*;

    fn tag(source: &str) -> Tag<'_> {
        Tag::read(source, source, 0..source.len())
    }

    fn read(source: &str) -> Vec<(String, Option<String>)> {
        let tag = tag(source);
        let pair = |one: &Attribute| {
            let value = one.value_at.clone().map(|at| source[at].to_owned());
            (one.name.clone(), value)
        };
        tag.attributes.iter().map(pair).collect()
    }

    #[test]
    fn attributes_are_read_as_a_browser_reads_them() {
        let found = read("<A B='1'C=2/ d\n=\r\n\"3 >\" e =f = g h/i a=/b>");
        let pairs: Vec<(&str, Option<&str>)> = found
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_deref()))
            .collect();
        assert_eq!(
            pairs,
            [
                ("b", Some("1")),
                ("c", Some("2/")),
                ("d", Some("3 >")),
                ("e", Some("f")),
                ("=", None),
                ("g", None),
                ("h", None),
                ("i", None),
                ("a", Some("/b")),
            ]
        );
        assert_eq!(read("<br/>"), []);
        assert_eq!(read("<a =b>"), [("=b".to_owned(), None)]);
        assert_eq!(read("<a b=>"), [("b".to_owned(), Some(String::new()))]);
        assert_eq!(read("<a é=ü>"), [("é".to_owned(), Some("ü".to_owned()))]);
    }

    #[test]
    fn edits_keep_quotes_and_spaces() {
        let source = "<a  b = 'c'\n d=e f g=\"h\">";
        let tag = tag(source);
        let [b, d, f, g] = &tag.attributes[..] else {
            panic!("there are four attributes");
        };
        let edits: Vec<Edit> = [
            tag.rename(b, "data-b"),
            tag.set(b, "x y"),
            tag.set(d, "x y"),
            tag.set(f, "1"),
            Some(tag.remove(g)),
        ]
        .into_iter()
        .flatten()
        .collect();
        assert_eq!(
            apply(source, &edits),
            "<a  data-b = 'x y'\n d=\"x y\" f=\"1\">"
        );
        assert_eq!(tag.set(d, "e"), None);
        assert_eq!(tag.rename(d, "d"), None);
        let added = vec![tag.add_before(b, "n", "1"), tag.add_after(g, "m", "2")];
        assert_eq!(
            apply(source, &added),
            "<a  n='1' b = 'c'\n d=e f g=\"h\" m=\"2\">"
        );
    }
}
