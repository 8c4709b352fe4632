//! Template code in a page, which must not be parsed as markup.
//!
//! The HTML parser gets a copy of the page of the same length in which the code is blanked, so that
//! a `>` or a quote in it ends no tag.

use std::ops::Range;

/// Kind of template code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Prints a value: `{{ … }}`, `<%= … %>`, `<?= … ?>`.
    Value,
    /// Branches or loops: `{% … %}`, `<% … %>`, `<?php … ?>`.
    Statement,
    /// Comment.
    Comment,
}

/// A piece of template code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Code {
    /// Byte range, delimiters included.
    pub(crate) range: Range<usize>,
    /// Kind of the code.
    pub(crate) kind: Kind,
}

/// A pair of delimiters. Of two with the same start, the longer one comes first.
struct Marks {
    open: &'static str,
    close: &'static str,
    kind: Kind,
    /// True if the code may run to the end of the file, as in PHP.
    open_end: bool,
}

const fn marks(open: &'static str, close: &'static str, kind: Kind) -> Marks {
    Marks {
        open,
        close,
        kind,
        open_end: false,
    }
}

const fn php(open: &'static str, kind: Kind) -> Marks {
    Marks {
        open,
        close: "?>",
        kind,
        open_end: true,
    }
}

const MARKS: [Marks; 13] = [
    marks("{{!--", "--}}", Kind::Comment),
    marks("{{{", "}}}", Kind::Value),
    marks("{{", "}}", Kind::Value),
    marks("{%", "%}", Kind::Statement),
    marks("{#", "#}", Kind::Comment),
    marks("<%--", "--%>", Kind::Comment),
    marks("<%#", "%>", Kind::Comment),
    marks("<%=", "%>", Kind::Value),
    marks("<%-", "%>", Kind::Value),
    marks("<%", "%>", Kind::Statement),
    php("<?=", Kind::Value),
    php("<?php", Kind::Statement),
    marks("<?", "?>", Kind::Statement),
];

/// Returns whether a value contains the start of template code.
pub(crate) fn is_in(value: &str) -> bool {
    ["{{", "{%", "<%", "<?"]
        .iter()
        .any(|mark| value.contains(mark))
}

/// Returns the page with its template code blanked, at the same length, and the code in order.
pub(crate) fn blank(source: &str) -> (String, Vec<Code>) {
    let bytes = source.as_bytes();
    let mut page = bytes.to_vec();
    let mut found = Vec::new();
    let mut closes: Vec<Next> = MARKS.iter().map(|marks| Next::new(marks.close)).collect();
    let mut at = 0;
    while let Some(next) = source[at..].find(['{', '<']) {
        at += next;
        let Some((which, marks)) = opened(source, at) else {
            at += 1;
            continue;
        };
        let inner = at + marks.open.len();
        let end = match closes[which].find(source, inner) {
            Some(close) => close + marks.close.len(),
            None if marks.open_end => source.len(),
            None => {
                at += 1;
                continue;
            }
        };
        if !is_code(&source[inner..end], marks.open) {
            at += 1;
            continue;
        }
        let kind = kind(marks, &source[inner..end]);
        let filler = match kind {
            Kind::Value => b'x',
            Kind::Statement | Kind::Comment if in_bare_value(&page[..at]) => b'x',
            Kind::Statement | Kind::Comment => b' ',
        };
        page[at..end].fill(filler);
        found.push(Code {
            range: at..end,
            kind,
        });
        at = end;
    }
    // Blanked ranges start and end with ASCII, so no character is split.
    let page = String::from_utf8(page).unwrap_or_else(|_| source.to_owned());
    (page, found)
}

fn opened(source: &str, at: usize) -> Option<(usize, &'static Marks)> {
    let mut all = MARKS.iter().enumerate();
    all.find(|(_, marks)| source[at..].starts_with(marks.open))
}

/// Returns the kind. Handlebars and Mustache use the delimiters of a value for statements as well.
fn kind(marks: &Marks, inner: &str) -> Kind {
    let inner = inner.trim_start_matches(['~', ' ']);
    let decides = inner.starts_with(['#', '/', '^']) || inner.starts_with("else");
    match marks.open {
        "{{" if decides => Kind::Statement,
        "{{" if inner.starts_with('!') => Kind::Comment,
        _ => marks.kind,
    }
}

/// Returns whether the text after an opening delimiter is code. Styles and scripts may contain the
/// same characters by chance.
fn is_code(inner: &str, open: &str) -> bool {
    match open {
        "{{" | "{{{" | "{%" | "{{!--" => !inner.contains(open) && !ends_script(inner),
        // `{#` may start a rule for an id in a minified style sheet.
        "{#" => inner.starts_with([' ', '\t', '\r', '\n', '-', '+', '~', '#']),
        _ => true,
    }
}

fn ends_script(inner: &str) -> bool {
    let mut tags = inner
        .match_indices("</")
        .map(|(at, _)| &inner.as_bytes()[at..]);
    tags.any(|tag| tag.len() >= 8 && tag[..8].eq_ignore_ascii_case(b"</script"))
}

/// Returns whether the page ends inside an unquoted value, which a space would end.
fn in_bare_value(page: &[u8]) -> bool {
    // Such values are short; the limit keeps pages without spaces fast.
    let word = &page[page.len().saturating_sub(2048)..];
    let start = word
        .iter()
        .rposition(|byte| byte.is_ascii_whitespace() || matches!(byte, b'<' | b'>' | b'"' | b'\''));
    let word = &word[start.map_or(0, |start| start + 1)..];
    word.contains(&b'=')
}

/// Repeated search for a delimiter at increasing positions, in linear time overall.
struct Next {
    mark: &'static str,
    found: Option<(usize, Option<usize>)>,
}

impl Next {
    fn new(mark: &'static str) -> Self {
        Self { mark, found: None }
    }

    fn find(&mut self, source: &str, from: usize) -> Option<usize> {
        match self.found {
            Some((since, None)) if since <= from => None,
            Some((since, Some(at))) if since <= from && from <= at => Some(at),
            _ => {
                let at = source[from..].find(self.mark).map(|at| from + at);
                self.found = Some((from, at));
                at
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blanked(source: &str) -> String {
        let (page, _) = blank(source);
        assert_eq!(page.len(), source.len());
        page
    }

    #[test]
    fn code_is_blank_and_the_rest_as_it_was() {
        for (source, page) in [
            ("a{{ b > c }}d", "axxxxxxxxxxxd"),
            ("a{{{ b }}}d", "axxxxxxxxxd"),
            ("{{#if a}}b{{/if}}", "         b       "),
            ("a{% if b > c %}d", "a              d"),
            ("a {# <script> #} d", "a                d"),
            ("<p <%= x %>>é", "<p xxxxxxxx>é"),
            ("<% if a > b %><p>", "              <p>"),
            ("<?php a > b ?><p>", "              <p>"),
            ("<p><?= $a->b", "<p>xxxxxxxxx"),
        ] {
            assert_eq!(blanked(source), page, "{source}");
        }
        let (page, code) = blank("é<?= \"ü>\" ?>é");
        assert_eq!(
            (page.as_str(), code[0].kind),
            ("éxxxxxxxxxxxxé", Kind::Value)
        );
    }

    #[test]
    fn a_statement_in_a_bare_value_does_not_end_it() {
        assert_eq!(blanked("<i src={% a %} b>"), "<i src=xxxxxxx b>");
        assert_eq!(
            blanked("<i {% a %}src=\"b\"{% c %} d>"),
            "<i        src=\"b\"        d>"
        );
    }

    #[test]
    fn what_only_looks_like_code_stays() {
        for source in [
            "a {{ b",
            "a {% b",
            "<style>@media print{#a{b:c}#d{e:f}}</style>",
            "<script>if(a){{b()</script><p>}}",
            "<? b",
            "{{ a {{",
        ] {
            assert_eq!(blanked(source), source);
        }
        assert_ne!(blanked("{{ a {{ b }}"), "{{ a {{ b }}");
    }

    #[test]
    fn a_page_full_of_marks_is_read_in_time() {
        for mark in ["{{ ", "{% ", "{# ", "<% ", "<? ", "{{{", "<%--"] {
            let source = mark.repeat(200_000);
            assert_eq!(blanked(&source).len(), source.len());
        }
    }
}
