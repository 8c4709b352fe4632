//! Detection of markup that browsers may read differently from the tokenizer.

use std::{borrow::Cow, rc::Rc};

use lol_html::{
    AsciiCompatibleEncoding, ElementContentHandlers, Selector,
    html_content::{Comment, ContentType, Element, TextChunk, TextType},
};
use url::Url;

use super::{
    HandlerResult, Kind, MAX_TAG, PageRewriter, RewriteState, foreign_content,
    handlers::{DOCUMENT_END, FOREIGN, PIECE_END, PRELOAD_TEXT},
    verdict::is_foreign,
};
use crate::markup::{MarkupError, insertion_points};

/// Maximum nesting of documents in attributes. Each level is read by its own gate.
const MAX_DEPTH: usize = 8;

/// Gates HTML inside an attribute or `<noscript>`. Returns the HTML and, if it belongs to the same
/// document, all base addresses for the markup after it.
///
/// Nothing follows a `complete` piece, so a tag, comment or text may be cut off at its end.
pub(crate) fn gated_piece(
    around: &RewriteState,
    html: &str,
    complete: bool,
) -> Result<(String, Vec<Url>), MarkupError> {
    let page = &around.page;
    let depth = page.depth.get();
    if depth >= MAX_DEPTH {
        return Err(MarkupError::new(
            "documents in `srcdoc` are nested too deep; nest at most eight levels",
        ));
    }
    page.depth.set(depth + 1);
    let gated = read_piece(around, html, complete);
    page.depth.set(depth);
    gated
}

fn read_piece(
    around: &RewriteState,
    html: &str,
    complete: bool,
) -> Result<(String, Vec<Url>), MarkupError> {
    let utf_8 = AsciiCompatibleEncoding::utf_8();
    let mut rewriter = PageRewriter::new(around.page.clone(), Kind::Piece, utf_8);
    // A `srcdoc` inherits the base of the document around it.
    rewriter.state.bases.replace(around.bases.borrow().clone());
    rewriter.state.outer_base.set(around.base_may_move());
    rewriter.write(html.as_bytes())?;
    if !complete {
        rewriter.write(PIECE_END.as_bytes())?;
    }
    rewriter.end()?;
    if !complete && !rewriter.state.end_mark_seen.get() {
        // If a comment or tag is still open at the end, a reader that parses the piece as markup
        // would continue it after the piece, and find elements in text.
        return Err(MarkupError::new(
            "a <noscript> ends inside of a comment, a tag or a text element; close it",
        ));
    }
    let piece = String::from_utf8(rewriter.take())
        .map_err(|_| MarkupError::new("a <noscript> or `srcdoc` is not valid UTF-8"))?;
    Ok((piece, rewriter.state.bases.take()))
}

impl RewriteState {
    /// Searches bytes for a link to the settings and for CDATA, which the tokenizer skips.
    pub(crate) fn scan(&self, bytes: &[u8]) -> Result<(), MarkupError> {
        self.unfinished(bytes)?;
        const CDATA: &[u8] = b"<![CDATA[";
        let mut tail = self.tail.borrow_mut();
        let wants_link = !self.body_end_done.get();
        if self.cdata.get() && !wants_link {
            return Ok(());
        }
        let overlap = CDATA.len().max(self.page.settings_path().len() + 2);
        // A match that is split between chunks lies at the end of the last chunk and the start of
        // this one.
        tail.extend_from_slice(&bytes[..bytes.len().min(overlap)]);
        for piece in [&tail[..], bytes] {
            if memchr::memmem::find(piece, CDATA).is_some() {
                self.cdata.set(true);
            }
            if wants_link && insertion_points::links_to(piece, self.page.settings_path()) {
                self.body_end_done.set(true);
            }
        }
        if bytes.len() >= overlap {
            tail.clear();
            tail.extend_from_slice(&bytes[bytes.len() - overlap..]);
        } else {
            let surplus = tail.len().saturating_sub(overlap);
            tail.drain(..surplus);
        }
        self.ambiguous()
    }

    /// Rejects a tag that does not end within the limit.
    fn unfinished(&self, bytes: &[u8]) -> Result<(), MarkupError> {
        let open = match memchr::memrchr2(b'<', b'>', bytes) {
            Some(at) if bytes[at] == b'<' => bytes.len() - at,
            Some(_) => 0,
            None if self.unfinished.get() > 0 => self.unfinished.get() + bytes.len(),
            None => 0,
        };
        self.unfinished.set(open);
        match open > MAX_TAG {
            true => Err(MarkupError::new(
                "a tag does not end within 256 KiB; close or shorten it",
            )),
            false => Ok(()),
        }
    }

    /// Rejects CDATA together with nested foreign content: `lol_html` may read elements as CDATA
    /// there.
    pub(crate) fn ambiguous(&self) -> Result<(), MarkupError> {
        match self.nested.get() && self.cdata.get() {
            true => Err(MarkupError::new(
                "nested SVG or MathML and CDATA in one page are ambiguous; remove the CDATA",
            )),
            false => Ok(()),
        }
    }

    pub(crate) fn foreign(self: &Rc<Self>, element: &mut Element<'_, '_>) -> HandlerResult {
        let tag = element.tag_name();
        if self.is_document_end_mark(&tag) {
            return Ok(());
        }
        let foreign = is_foreign(element);
        if foreign_content::enter(&self.foreign, element, &tag)? != foreign {
            return Err(uncertain(&tag));
        }
        // The tokenizer does not recognise that `<svg/>` has ended.
        let unended = element.is_self_closing() && matches!(&*tag, "svg" | "math");
        if unended {
            self.unended.set(true);
        }
        if unended || self.foreign.borrow().is_nested() {
            self.nested.set(true);
            self.ambiguous()?;
        }
        self.ends_foreign
            .set(!foreign && ends_foreign_content(&tag));
        match self.nested.get() && foreign && ends_foreign_content(&tag) {
            true => Err(uncertain(&tag)),
            false => Ok(()),
        }
    }

    /// Rejects CDATA where browsers and the tokenizer may disagree on foreign content.
    pub(crate) fn cdata(
        self: &Rc<Self>,
    ) -> (Cow<'static, Selector>, ElementContentHandlers<'static>) {
        let (texts, comments) = (self.clone(), self.clone());
        let handlers = ElementContentHandlers::default()
            .text(move |text: &mut TextChunk<'_>| {
                let cdata = text.text_type() == TextType::CDataSection;
                match cdata {
                    true if !texts.foreign.borrow().is_foreign() => Err(MarkupError::new(
                        "CDATA where SVG or MathML may have ended; remove the CDATA",
                    )
                    .into()),
                    // A preload scanner reads it as a comment that ends at the first `>`.
                    true if text.as_str().contains('<') => {
                        Err(MarkupError::new("markup in CDATA; escape it as text").into())
                    }
                    _ => Ok(()),
                }
            })
            .comments(move |comment: &mut Comment<'_>| {
                let cdata = comment.text().starts_with("[CDATA[");
                match cdata && comments.foreign.borrow().is_foreign() {
                    true => Err(MarkupError::new(
                        "CDATA where SVG or MathML may continue; remove the CDATA",
                    )
                    .into()),
                    false => Ok(()),
                }
            });
        (Cow::Borrowed(&*FOREIGN), handlers)
    }

    /// Rejects comments that a preload scanner reads as text, in which it continues after an end
    /// tag.
    pub(crate) fn preload_text() -> (Cow<'static, Selector>, ElementContentHandlers<'static>) {
        let handlers = ElementContentHandlers::default().comments(|comment: &mut Comment<'_>| {
            match comment.text().contains('<') {
                true => Err(MarkupError::new(
                    "markup in a comment in a text element of SVG; remove the comment",
                )
                .into()),
                false => Ok(()),
            }
        });
        (Cow::Borrowed(&*PRELOAD_TEXT), handlers)
    }

    /// Rejects elements that a preload scanner reads as text.
    pub(crate) fn in_preload_text(self: &Rc<Self>, element: &mut Element<'_, '_>) -> HandlerResult {
        if self.is_document_end_mark(&element.tag_name()) {
            return Ok(());
        }
        Err(MarkupError::new(format_args!(
            "<{}> in a text element of SVG or MathML; move it out of there",
            element.tag_name()
        ))
        .into())
    }

    /// Rejects text elements if it is not certain that browsers read their content as text.
    pub(crate) fn textual(self: &Rc<Self>, element: &mut Element<'_, '_>) -> HandlerResult {
        let tag = element.tag_name();
        let foreign = is_foreign(element);
        let model = self.foreign.borrow();
        let title = self.unended.get() && (model.is_open() || tag == "title");
        match (foreign && !model.is_open()) || model.is_nested() || title {
            true => Err(uncertain(&tag)),
            false => Ok(()),
        }
    }

    /// Rejects elements in `<select>` and `<frameset>` that browsers drop and the tokenizer relies
    /// on.
    pub(crate) fn in_select(self: &Rc<Self>, element: &mut Element<'_, '_>) -> HandlerResult {
        match &*element.tag_name() {
            tag @ ("input" | "textarea" | "keygen" | "select" | "svg" | "math" | "script") => {
                Err(uncertain(tag))
            }
            _ => Ok(()),
        }
    }

    /// Gates the content of `<noscript>`: text to the tokenizer, markup to a browser without
    /// scripts.
    pub(crate) fn noscript(self: &Rc<Self>, text: &mut TextChunk<'_>) -> HandlerResult {
        let mut held = self.noscript.borrow_mut();
        held.push_str(text.as_str());
        if held.len() > MAX_TAG {
            return Err(MarkupError::new("a <noscript> is longer than 256 KiB; shorten it").into());
        }
        if !text.last_in_text_node() {
            text.remove();
            return Ok(());
        }
        let mut html = std::mem::take(&mut *held);
        drop(held);
        // The document ends inside the element, and the end mark is part of its text.
        let cut_off = self.at_end.get();
        let is_marked = cut_off && html.ends_with(DOCUMENT_END);
        if is_marked {
            html.truncate(html.len() - DOCUMENT_END.len());
        }
        let (mut gated, bases) = gated_piece(self, &html, cut_off)?;
        self.bases.replace(bases);
        if is_marked {
            gated.push_str(DOCUMENT_END);
        }
        text.replace(&gated, ContentType::Html);
        Ok(())
    }
}

fn uncertain(tag: &str) -> Box<dyn std::error::Error + Send + Sync> {
    MarkupError::new(format_args!(
        "<{tag}> where SVG or MathML may have ended; close each SVG and MathML element"
    ))
    .into()
}

/// Returns whether the start tag ends SVG and MathML in a browser.
pub(crate) fn ends_foreign_content(tag: &str) -> bool {
    const NAMES: [&str; 45] = [
        "b",
        "big",
        "blockquote",
        "body",
        "br",
        "center",
        "code",
        "dd",
        "div",
        "dl",
        "dt",
        "em",
        "embed",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "head",
        "hr",
        "i",
        "img",
        "li",
        "listing",
        "menu",
        "meta",
        "nobr",
        "ol",
        "p",
        "pre",
        "ruby",
        "s",
        "small",
        "span",
        "strong",
        "strike",
        "sub",
        "sup",
        "table",
        "tt",
        "u",
        "ul",
        "var",
    ];
    NAMES.contains(&tag)
}
