//! Markup that browsers may read in another way than the tokenizer.

use std::{borrow::Cow, rc::Rc};

use lol_html::{
    AsciiCompatibleEncoding, ElementContentHandlers, Selector,
    html_content::{Comment, ContentType, Element, TextChunk, TextType},
};
use url::Url;

use super::{
    Doubt, END, END_OF_DOCUMENT, FOREIGN, Gate, Handled, Kind, READ_AHEAD_TEXT, Seen, TAG, foreign,
    judge::is_foreign,
};
use crate::markup::outline;

/// How deep documents may stand in attributes of documents: each level is read by a gate of its own.
const DEPTH: usize = 8;

/// Gates a piece of HTML that stands inside of something else. Returns the piece, and all that
/// addresses behind it may be relative to if the piece belongs to the same document.
///
/// Nothing follows a `complete` piece, so that a tag, comment or text may be cut off at its end.
pub(super) fn gated_piece(
    around: &Seen,
    html: &str,
    complete: bool,
) -> Result<(String, Vec<Url>), Doubt> {
    let page = &around.page;
    let depth = page.depth.get();
    if depth >= DEPTH {
        return Err(Doubt::new(
            "documents in attributes stand too deep in each other",
        ));
    }
    page.depth.set(depth + 1);
    let gated = read_piece(around, html, complete);
    page.depth.set(depth);
    gated
}

fn read_piece(around: &Seen, html: &str, complete: bool) -> Result<(String, Vec<Url>), Doubt> {
    let utf_8 = AsciiCompatibleEncoding::utf_8();
    let mut gate = Gate::new(around.page.clone(), Kind::Piece, utf_8);
    // A `srcdoc` starts from the base of the document around it, too.
    gate.seen.bases.replace(around.bases.borrow().clone());
    gate.seen.moved.set(around.moves());
    gate.write(html.as_bytes())?;
    if !complete {
        gate.write(END.as_bytes())?;
    }
    gate.end()?;
    if !complete && !gate.seen.ended.get() {
        // A comment or a tag that is open at its end would go on behind it for whoever reads the
        // piece as markup, and what is read as text here would be elements there.
        return Err(Doubt::new(
            "a <noscript> ends inside of a comment, a tag or a text element",
        ));
    }
    let piece = String::from_utf8(gate.take()).map_err(|_| Doubt::new("a piece is not text"))?;
    Ok((piece, gate.seen.bases.take()))
}

impl Seen {
    /// Looks for what the tokenizer passes over: a link to the settings, and CDATA.
    pub(super) fn look_at(&self, bytes: &[u8]) -> Result<(), Doubt> {
        self.unfinished(bytes)?;
        const CDATA: &[u8] = b"<![CDATA[";
        let mut tail = self.tail.borrow_mut();
        let wants_link = !self.closed.get();
        if self.cdata.get() && !wants_link {
            return Ok(());
        }
        let overlap = CDATA.len().max(self.page.settings_path().len() + 2);
        // What is cut in two stands at the end of what came before and at the start of this.
        tail.extend_from_slice(&bytes[..bytes.len().min(overlap)]);
        for piece in [&tail[..], bytes] {
            if memchr::memmem::find(piece, CDATA).is_some() {
                self.cdata.set(true);
            }
            if wants_link && outline::links_to(piece, self.page.settings_path()) {
                self.closed.set(true);
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

    /// A tag that does not end within the limit.
    fn unfinished(&self, bytes: &[u8]) -> Result<(), Doubt> {
        let open = match memchr::memrchr2(b'<', b'>', bytes) {
            Some(at) if bytes[at] == b'<' => bytes.len() - at,
            Some(_) => 0,
            None if self.unfinished.get() > 0 => self.unfinished.get() + bytes.len(),
            None => 0,
        };
        self.unfinished.set(open);
        match open > TAG {
            true => Err(Doubt::new("a tag does not end within 256 KiB")),
            false => Ok(()),
        }
    }

    /// In foreign content inside of foreign content `lol_html` may take for CDATA what browsers
    /// take for elements.
    pub(super) fn ambiguous(&self) -> Result<(), Doubt> {
        match self.nested.get() && self.cdata.get() {
            true => Err(Doubt::new(
                "SVG or MathML inside of either, and CDATA, cannot be told apart for certain",
            )),
            false => Ok(()),
        }
    }

    pub(super) fn foreign(self: &Rc<Self>, element: &mut Element<'_, '_>) -> Handled {
        let tag = element.tag_name();
        if self.is_last_mark(&tag) {
            return Ok(());
        }
        let foreign = is_foreign(element);
        if foreign::enter(&self.foreign, element, &tag)? != foreign {
            return Err(uncertain(&tag));
        }
        // The tokenizer does not see that `<svg/>` has ended.
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

    /// CDATA is read where the tokenizer believes to be in SVG or MathML.
    pub(super) fn cdata(
        self: &Rc<Self>,
    ) -> (Cow<'static, Selector>, ElementContentHandlers<'static>) {
        let (texts, comments) = (self.clone(), self.clone());
        let handlers = ElementContentHandlers::default()
            .text(move |text: &mut TextChunk<'_>| {
                let cdata = text.text_type() == TextType::CDataSection;
                match cdata {
                    true if !texts.foreign.borrow().is_foreign() => {
                        Err(Doubt::new("CDATA where SVG or MathML may have ended").into())
                    }
                    // To a browser that reads ahead it is a comment that ends at the first `>`.
                    true if text.as_str().contains('<') => {
                        Err(Doubt::new("markup in CDATA").into())
                    }
                    _ => Ok(()),
                }
            })
            .comments(move |comment: &mut Comment<'_>| {
                let cdata = comment.text().starts_with("[CDATA[");
                match cdata && comments.foreign.borrow().is_foreign() {
                    true => Err(Doubt::new("CDATA where SVG or MathML may go on").into()),
                    false => Ok(()),
                }
            });
        (Cow::Borrowed(&*FOREIGN), handlers)
    }

    /// A comment where a browser that reads ahead sees text, so that it goes on in it behind an
    /// end tag.
    pub(super) fn read_ahead_text() -> (Cow<'static, Selector>, ElementContentHandlers<'static>) {
        let handlers = ElementContentHandlers::default().comments(|comment: &mut Comment<'_>| {
            match comment.text().contains('<') {
                true => Err(Doubt::new("markup in a comment in a text element of SVG").into()),
                false => Ok(()),
            }
        });
        (Cow::Borrowed(&*READ_AHEAD_TEXT), handlers)
    }

    /// An element where a browser that reads ahead sees text, and the other way round.
    pub(super) fn read_ahead(self: &Rc<Self>, element: &mut Element<'_, '_>) -> Handled {
        if self.is_last_mark(&element.tag_name()) {
            return Ok(());
        }
        Err(Doubt::new(format_args!(
            "<{}> in a text element of SVG or MathML",
            element.tag_name()
        ))
        .into())
    }

    /// Where the tokenizer takes what follows for text, or does not, it has to be certain.
    pub(super) fn textual(self: &Rc<Self>, element: &mut Element<'_, '_>) -> Handled {
        let tag = element.tag_name();
        let foreign = is_foreign(element);
        let model = self.foreign.borrow();
        let title = self.unended.get() && (model.is_open() || tag == "title");
        match (foreign && !model.is_open()) || model.is_nested() || title {
            true => Err(uncertain(&tag)),
            false => Ok(()),
        }
    }

    /// In a `<select>` or a `<frameset>` browsers leave out what the tokenizer goes by.
    pub(super) fn in_select(self: &Rc<Self>, element: &mut Element<'_, '_>) -> Handled {
        match &*element.tag_name() {
            tag @ ("input" | "textarea" | "keygen" | "select" | "svg" | "math" | "script") => {
                Err(uncertain(tag))
            }
            _ => Ok(()),
        }
    }

    /// What stands in `<noscript>` is text to the tokenizer, and markup to a browser without
    /// scripts.
    pub(super) fn noscript(self: &Rc<Self>, text: &mut TextChunk<'_>) -> Handled {
        let mut held = self.noscript.borrow_mut();
        held.push_str(text.as_str());
        if held.len() > TAG {
            return Err(Doubt::new("a <noscript> is too long").into());
        }
        if !text.last_in_text_node() {
            text.remove();
            return Ok(());
        }
        let mut html = std::mem::take(&mut *held);
        drop(held);
        // The document ends in it, and the mark with it.
        let cut_off = self.ending.get();
        let is_marked = cut_off && html.ends_with(END_OF_DOCUMENT);
        if is_marked {
            html.truncate(html.len() - END_OF_DOCUMENT.len());
        }
        let (mut gated, bases) = gated_piece(self, &html, cut_off)?;
        self.bases.replace(bases);
        if is_marked {
            gated.push_str(END_OF_DOCUMENT);
        }
        text.replace(&gated, ContentType::Html);
        Ok(())
    }
}

fn uncertain(tag: &str) -> Box<dyn std::error::Error + Send + Sync> {
    Doubt::new(format_args!(
        "<{tag}> where it is not certain whether SVG or MathML has ended"
    ))
    .into()
}

/// Start tags that end SVG and MathML in a browser.
pub(super) fn ends_foreign_content(tag: &str) -> bool {
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
