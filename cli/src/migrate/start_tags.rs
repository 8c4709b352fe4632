//! Positions of the start tags of a page.

use std::{cell::RefCell, ops::Range, rc::Rc};

use lol_html::{
    HtmlRewriter, Settings, doc_comments, doc_text, element, end_tag,
    errors::RewritingError,
    html_content::{Element, TextType},
};

/// A start tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Start {
    /// Byte range.
    pub(crate) range: Range<usize>,
    /// End of the element, if it was requested and the page has the end tag.
    pub(crate) element_end: Option<usize>,
}

/// Start tags and prose of a page.
#[derive(Debug, Default)]
pub(crate) struct Page {
    /// All start tags, in order.
    pub(crate) starts: Vec<Start>,
    /// Comments and visible text, in order: neither markup nor code.
    pub(crate) prose: Vec<Range<usize>>,
}

/// Position at which the parser cannot continue.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ambiguous {
    /// The tag, or the first possible match for it.
    pub(crate) at: usize,
    /// Reason and remedy.
    pub(crate) why: String,
}

/// Parses a page whose template code is blanked. `wants_end` returns whether the end of an element
/// with this `class` is needed.
pub(crate) fn read(page: &str, wants_end: fn(&str) -> bool) -> Result<Page, Ambiguous> {
    let page = open_noscript(page);
    let found = Rc::new(RefCell::new(Page::default()));
    let seen = |el: &mut Element<'_, '_>| {
        let mut all = found.borrow_mut();
        let place = all.starts.len();
        all.starts.push(Start {
            range: el.source_location().bytes(),
            element_end: None,
        });
        let asked = el
            .get_attribute("class")
            .is_some_and(|class| wants_end(&class));
        let name = el.tag_name();
        if let Some(handlers) = el.end_tag_handlers().filter(|_| asked) {
            let found = Rc::clone(&found);
            handlers.push(end_tag!(move |end| {
                if end.name().eq_ignore_ascii_case(&name) {
                    found.borrow_mut().starts[place].element_end =
                        Some(end.source_location().bytes().end);
                }
                Ok(())
            }));
        }
        Ok(())
    };
    let settings = Settings::new()
        .append_element_content_handler(element!("*", seen))
        .append_document_content_handler(doc_comments!(|comment| {
            found
                .borrow_mut()
                .prose
                .push(comment.source_location().bytes());
            Ok(())
        }))
        .append_document_content_handler(doc_text!(|chunk| {
            if !matches!(chunk.text_type(), TextType::ScriptData | TextType::RawText) {
                found
                    .borrow_mut()
                    .prose
                    .push(chunk.source_location().bytes());
            }
            Ok(())
        }));
    let mut rewriter = HtmlRewriter::new(settings, |_: &[u8]| {});
    let outcome = rewriter.write(page.as_bytes()).map(|()| rewriter.end());
    match outcome {
        Ok(Ok(())) => Ok(found.take()),
        Ok(Err(error)) | Err(error) => Err(ambiguous(&page, &found.borrow(), &error)),
    }
}

/// Renames `noscript` elements to a name of the same length, so that their content is parsed as
/// markup. Browsers with scripts read it as text, those without as markup.
fn open_noscript(page: &str) -> String {
    const NAME: &[u8] = b"noscript";
    let mut bytes = page.as_bytes().to_vec();
    for at in 1..bytes.len().saturating_sub(NAME.len()) {
        let opens = matches!(bytes[at - 1], b'<' | b'/');
        if opens && bytes[at..at + NAME.len()].eq_ignore_ascii_case(NAME) {
            bytes[at + NAME.len() - 1] = b'x';
        }
    }
    // Each edit replaces one ASCII letter with another.
    String::from_utf8(bytes).unwrap_or_else(|_| page.to_owned())
}

fn ambiguous(page: &str, read: &Page, error: &RewritingError) -> Ambiguous {
    let before = read.starts.last().map_or(0, |start| start.range.end);
    let before = read
        .prose
        .last()
        .map_or(before, |prose| before.max(prose.end));
    let RewritingError::ParsingAmbiguity(error) = error else {
        return Ambiguous {
            at: before,
            why: error.to_string(),
        };
    };
    // The parser names the tag only in its message.
    let message = error.to_string();
    let name = message
        .split_once("`<")
        .and_then(|(_, rest)| rest.split_once(">`"))
        .map_or("tag", |(name, _)| name);
    let rest = page[before..].to_ascii_lowercase();
    let at = before + rest.find(&format!("<{name}")).unwrap_or(0);
    Ambiguous {
        at,
        why: format!(
            "a `<{name}>` inside `<select>` or after `<frameset>` is markup in some browsers and text \
             in others: move it elsewhere and run again"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags(page: &str) -> Vec<&str> {
        let read = read(page, |_| false).expect("the page can be read");
        read.starts
            .into_iter()
            .map(|start| &page[start.range])
            .collect()
    }

    #[test]
    fn tags_in_comments_scripts_and_raw_text_are_none() {
        assert_eq!(
            tags(
                "<!-- <a> --><script>'<b>'</script><textarea><c></textarea><title><d></title><e f='<g>'>"
            ),
            ["<script>", "<textarea>", "<title>", "<e f='<g>'>"]
        );
    }

    #[test]
    fn what_is_in_noscript_and_template_is_markup() {
        assert_eq!(
            tags("<noscript><img src=a></NOSCRIPT ><template><b></template><i>"),
            ["<noscript>", "<img src=a>", "<template>", "<b>", "<i>"]
        );
    }

    #[test]
    fn the_end_of_an_element_is_found_where_it_has_one() {
        let page = "<div class=a><div></div></div><p class=a>b<div class=a>";
        let read = read(page, |class| class == "a").expect("the page can be read");
        let ends: Vec<_> = read.starts.iter().map(|start| start.element_end).collect();
        assert_eq!(ends, [Some(30), None, None, None]);
    }

    #[test]
    fn the_tag_that_cannot_be_read_is_found() {
        let page = "<p>\n<select>\n<option><!-- <IFRAME> --> <IFRAME></select>";
        let error = read(page, |_| false).expect_err("the parser gives up");
        assert_eq!(&page[error.at..error.at + 11], "<IFRAME></s");
        assert!(error.why.contains("`<iframe>`"), "{}", error.why);
        assert!(read("<select><option></select><iframe>", |_| false).is_ok());
    }
}
