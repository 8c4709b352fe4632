//! Rewriter for gated markup, on top of `lol_html`.

mod activation;
mod ambiguity;
mod doubtful_marks;
mod foreign_content;
mod handlers;
mod insert;
pub(crate) mod verdict;

use std::{
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
};

use lol_html::{AsciiCompatibleEncoding, HtmlRewriter};
use url::Url;

use super::{MarkupError, context::PageContext, inspected_tags::InspectedTags};

use self::foreign_content::Foreign;
use self::handlers::DOCUMENT_END;

/// Maximum length of a tag in bytes. A longer tag ends the response with an error.
const MAX_TAG: usize = 256 * 1024;
/// Memory limit of the rewriter per response, in bytes. Elements without end tags, such as
/// paragraphs and cells, count as open, so it exceeds the limit of one tag.
const MAX_MEMORY: usize = 4 * 1024 * 1024;

/// Kind of HTML that is rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A whole document.
    Document(InspectedTags),
    /// A document whose content is not known in advance.
    Stream,
    /// A fragment of a document, without insertions.
    Piece,
}

/// Rewriter of one response.
pub(crate) struct PageRewriter {
    rewriter: Option<HtmlRewriter<'static, Sink>>,
    out: Rc<RefCell<Vec<u8>>>,
    state: Rc<RewriteState>,
}

/// State of the rewriter, shared by its handlers.
struct RewriteState {
    page: Rc<PageContext>,
    kind: Kind,
    /// Addresses that relative ones may start from: that of the page, and each `<base>`.
    bases: RefCell<Vec<Url>>,
    /// Number of `<base>` elements with an address so far.
    base_count: Cell<usize>,
    /// True if the `<base>` that browsers use has been found and stays in the page.
    base_found: Cell<bool>,
    /// True if browsers may ignore the current `<base>`.
    base_ignorable: Cell<bool>,
    /// True if the document around this piece may have a `<base>` with another origin.
    outer_base: Cell<bool>,
    /// True if the insertion at the start of the head is done.
    head_done: Cell<bool>,
    /// True if the insertion at the start of the body is done.
    body_start_done: Cell<bool>,
    /// True if the insertion at the end of the body is done, or the page has a link to the
    /// settings.
    body_end_done: Cell<bool>,
    /// Number of open forms.
    forms: Rc<Cell<usize>>,
    noscript: RefCell<String>,
    /// Open SVG and MathML elements, as browsers see them.
    foreign: Rc<RefCell<Foreign>>,
    /// True if SVG or MathML occurred inside SVG or MathML.
    nested: Cell<bool>,
    /// True if `<svg/>` occurred, which the tokenizer considers open.
    unended: Cell<bool>,
    /// True if the current element may end SVG or MathML.
    ends_foreign: Cell<bool>,
    /// True if `<![CDATA[` occurred.
    cdata: Cell<bool>,
    /// Length of an unfinished tag so far, in bytes.
    unfinished: Cell<usize>,
    /// Last bytes of the previous chunk, for matches that are split between chunks.
    tail: RefCell<Vec<u8>>,
    /// True if the end mark was parsed as an element.
    end_mark_seen: Cell<bool>,
    /// True while the end mark of the document is parsed.
    at_end: Cell<bool>,
}

struct Sink(Rc<RefCell<Vec<u8>>>);

impl lol_html::OutputSink for Sink {
    fn handle_chunk(&mut self, chunk: &[u8]) {
        self.0.borrow_mut().extend_from_slice(chunk);
    }
}

type HandlerResult = Result<(), Box<dyn std::error::Error + Send + Sync>>;

impl PageRewriter {
    pub(crate) fn new(
        page: Rc<PageContext>,
        kind: Kind,
        encoding: AsciiCompatibleEncoding,
    ) -> Self {
        let out = Rc::new(RefCell::new(Vec::new()));
        let state = Rc::new(RewriteState {
            bases: RefCell::new(vec![page.address()]),
            base_count: Cell::new(0),
            base_found: Cell::new(false),
            base_ignorable: Cell::new(false),
            outer_base: Cell::new(false),
            head_done: Cell::new(kind == Kind::Piece || page.insertions.head_start.is_empty()),
            body_start_done: Cell::new(
                kind == Kind::Piece || page.insertions.body_start.is_empty(),
            ),
            body_end_done: Cell::new(kind == Kind::Piece || page.insertions.body_end.is_empty()),
            kind,
            page,
            forms: Rc::default(),
            noscript: RefCell::default(),
            foreign: Rc::default(),
            nested: Cell::new(false),
            unended: Cell::new(false),
            ends_foreign: Cell::new(false),
            cdata: Cell::new(false),
            unfinished: Cell::new(0),
            tail: RefCell::default(),
            end_mark_seen: Cell::new(false),
            at_end: Cell::new(false),
        });
        let rewriter = HtmlRewriter::new(state.settings(encoding), Sink(out.clone()));
        Self {
            rewriter: Some(rewriter),
            out,
            state,
        }
    }

    /// Reads more of the page. [`take`](Self::take) returns the output.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), MarkupError> {
        let Some(rewriter) = &mut self.rewriter else {
            return Err(MarkupError::new("the page has already ended"));
        };
        // Small slices bound the bytes that are buffered beside an unfinished tag.
        for slice in bytes.chunks(MAX_TAG / 8) {
            if let Err(error) = self.state.scan(slice) {
                self.rewriter = None;
                return Err(error);
            }
            if let Err(error) = rewriter.write(slice) {
                // Another call would panic.
                self.rewriter = None;
                return Err(MarkupError::new(error));
            }
        }
        Ok(())
    }

    /// Reads the end of the page.
    pub(crate) fn end(&mut self) -> Result<(), MarkupError> {
        let Some(mut rewriter) = self.rewriter.take() else {
            return Err(MarkupError::new("the page has already ended"));
        };
        self.state.at_end.set(true);
        if !self.state.needs_end_mark() {
            return rewriter.end().map_err(MarkupError::new);
        }
        let kept = self.out.borrow().len();
        let mark = DOCUMENT_END.as_bytes();
        let read = rewriter.write(mark).and_then(|()| rewriter.end());
        if read.is_err() || !self.state.end_mark_seen.get() {
            self.drop_mark(kept, read.is_ok());
        }
        Ok(())
    }

    /// Removes the end mark if it became part of a construct that the page leaves open. If it
    /// completed a tag that was decided on, removes that as well: browsers drop such a tag.
    fn drop_mark(&self, kept: usize, whole: bool) {
        let mut out = self.out.borrow_mut();
        let end = out.len().saturating_sub(DOCUMENT_END.len());
        let is_last = whole && out.ends_with(DOCUMENT_END.as_bytes());
        out.truncate(if is_last { end.max(kept) } else { kept });
    }

    /// Takes the output so far.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out.borrow_mut())
    }
}

impl fmt::Debug for PageRewriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageRewriter")
    }
}
