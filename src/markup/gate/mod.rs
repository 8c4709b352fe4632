//! Rewriter for gated markup, on top of `lol_html`.

mod doubt;
mod foreign;
pub(crate) mod judge;
mod meant;
mod place;
mod rewrite;

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    fmt,
    rc::Rc,
    sync::LazyLock,
};

use lol_html::{
    AsciiCompatibleEncoding, ElementContentHandlers, HtmlRewriter, MemorySettings, Selector,
    Settings,
    html_content::{ContentType, Element, TextChunk},
};
use url::Url;

use super::{page::Page, watched::Present};

use self::foreign::Foreign;
use self::judge::is_foreign;

/// Maximum length of a tag in bytes. A longer tag ends the response with an error.
const TAG: usize = 256 * 1024;
/// Memory limit of the rewriter per response, in bytes. Elements without end tags, such as
/// paragraphs and cells, count as open, so it exceeds the limit of one tag.
const MEMORY: usize = 4 * 1024 * 1024;

/// Reason for which the markup of a response cannot be gated.
#[derive(Debug)]
pub(crate) struct Doubt(String);

impl Doubt {
    pub(crate) fn new(why: impl fmt::Display) -> Self {
        Self(why.to_string())
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the markup cannot be gated: {}", self.0)
    }
}

impl std::error::Error for Doubt {}

/// Kind of HTML that is rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A whole document.
    Document(Present),
    /// A document whose content is not known in advance.
    Stream,
    /// A fragment of a document, without insertions.
    Piece,
}

/// Rewriter of one response.
pub(crate) struct Gate {
    rewriter: Option<HtmlRewriter<'static, Sink>>,
    out: Rc<RefCell<Vec<u8>>>,
    seen: Rc<Seen>,
}

/// State of the rewriter, shared by its handlers.
struct Seen {
    page: Rc<Page>,
    kind: Kind,
    /// Addresses that relative ones may start from: that of the page, and each `<base>`.
    bases: RefCell<Vec<Url>>,
    /// Number of `<base>` elements with an address so far.
    based: Cell<usize>,
    /// True if the `<base>` that browsers use has been found and stays in the page.
    decided: Cell<bool>,
    /// True if browsers may ignore the current `<base>`.
    aside: Cell<bool>,
    /// True if the document around this piece may have a `<base>` with another origin.
    moved: Cell<bool>,
    /// True if the insertion at the start of the head is done.
    headed: Cell<bool>,
    /// True if the insertion at the start of the body is done.
    opened: Cell<bool>,
    /// True if the insertion at the end of the body is done, or the page has a link to the
    /// settings.
    closed: Cell<bool>,
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
    ended: Cell<bool>,
    /// True while the end mark of the document is parsed.
    ending: Cell<bool>,
}

struct Sink(Rc<RefCell<Vec<u8>>>);

impl lol_html::OutputSink for Sink {
    fn handle_chunk(&mut self, chunk: &[u8]) {
        self.0.borrow_mut().extend_from_slice(chunk);
    }
}

/// Mark after a piece. It is parsed as an element only if the piece ends in markup, not inside a
/// tag, a comment or text.
const END: &str = "<axc-end>";
/// The same mark at the end of a document. Its name differs, so that no piece in the document
/// removes it.
const END_OF_DOCUMENT: &str = "<axc-eof>";

static NOSCRIPT: LazyLock<Selector> = LazyLock::new(|| selector("noscript"));
static FORM: LazyLock<Selector> = LazyLock::new(|| selector("form"));
static HEAD: LazyLock<Selector> = LazyLock::new(|| selector("head"));
static BODY: LazyLock<Selector> = LazyLock::new(|| selector("body"));
static SKIP_LINK: LazyLock<Selector> = LazyLock::new(|| selector("body > a:first-child"));
static ANY: LazyLock<Selector> = LazyLock::new(|| selector("*"));
/// `<base>` elements that browsers may ignore.
static ASIDE: LazyLock<Selector> = LazyLock::new(|| {
    selector("template base, svg base, math base, select base, frameset base, object base")
});
static FOREIGN: LazyLock<Selector> = LazyLock::new(|| selector("svg, math, svg *, math *"));
/// HTML elements whose content the tokenizer reads as text.
static TEXTUAL: LazyLock<Selector> = LazyLock::new(|| {
    selector("style, script, title, textarea, xmp, iframe, noembed, noframes, noscript, plaintext")
});
static IN_SELECT: LazyLock<Selector> =
    LazyLock::new(|| selector("select svg *, select math *, frameset svg, frameset math"));
/// Elements inside SVG and MathML whose content Chromium's preload scanner reads as text.
static READ_AHEAD: LazyLock<Selector> = LazyLock::new(|| {
    const TEXTS: [&str; 9] = [
        "style", "script", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript",
    ];
    let all = TEXTS.map(|tag| format!("svg {tag} *, math {tag} *"));
    selector(&all.join(", "))
});
static READ_AHEAD_TEXT: LazyLock<Selector> = LazyLock::new(|| {
    selector("svg style, svg script, svg title, math style, math script, math title")
});
static OPEN_MARK: LazyLock<Selector> = LazyLock::new(|| {
    selector("svg axc-end, math axc-end, select axc-end, template axc-end, frameset axc-end")
});
/// Links and forms of a banner that the handler has rendered.
static OWN: LazyLock<Selector> =
    LazyLock::new(|| selector("[data-consent-banner] form, [data-consent-banner] a, .axc a"));
static MARK: LazyLock<Selector> = LazyLock::new(|| selector("axc-end"));
static LAST_MARK: LazyLock<Selector> = LazyLock::new(|| selector("axc-eof"));

fn selector(text: &str) -> Selector {
    text.parse().expect("the selectors are well-formed")
}

type Handled = Result<(), Box<dyn std::error::Error + Send + Sync>>;

impl Gate {
    pub(crate) fn new(page: Rc<Page>, kind: Kind, encoding: AsciiCompatibleEncoding) -> Self {
        let out = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::new(Seen {
            bases: RefCell::new(vec![page.address()]),
            based: Cell::new(0),
            decided: Cell::new(false),
            aside: Cell::new(false),
            moved: Cell::new(false),
            headed: Cell::new(kind == Kind::Piece || page.placed.heading.is_empty()),
            opened: Cell::new(kind == Kind::Piece || page.placed.opening.is_empty()),
            closed: Cell::new(kind == Kind::Piece || page.placed.closing.is_empty()),
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
            ended: Cell::new(false),
            ending: Cell::new(false),
        });
        let rewriter = HtmlRewriter::new(seen.settings(encoding), Sink(out.clone()));
        Self {
            rewriter: Some(rewriter),
            out,
            seen,
        }
    }

    /// Reads more of the page. [`take`](Self::take) returns the output.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Doubt> {
        let Some(rewriter) = &mut self.rewriter else {
            return Err(Doubt::new("it has ended"));
        };
        // Small slices bound the bytes that are buffered beside an unfinished tag.
        for slice in bytes.chunks(TAG / 8) {
            if let Err(doubt) = self.seen.look_at(slice) {
                self.rewriter = None;
                return Err(doubt);
            }
            if let Err(error) = rewriter.write(slice) {
                // Another call would panic.
                self.rewriter = None;
                return Err(Doubt::new(error));
            }
        }
        Ok(())
    }

    /// Reads the end of the page.
    pub(crate) fn end(&mut self) -> Result<(), Doubt> {
        let Some(mut rewriter) = self.rewriter.take() else {
            return Err(Doubt::new("it has ended"));
        };
        self.seen.ending.set(true);
        if !self.seen.appends() {
            return rewriter.end().map_err(Doubt::new);
        }
        let kept = self.out.borrow().len();
        let mark = END_OF_DOCUMENT.as_bytes();
        let read = rewriter.write(mark).and_then(|()| rewriter.end());
        if read.is_err() || !self.seen.ended.get() {
            self.drop_mark(kept, read.is_ok());
        }
        Ok(())
    }

    /// Removes the end mark if it became part of a construct that the page leaves open. If it
    /// completed a tag that was decided on, removes that as well: browsers drop such a tag.
    fn drop_mark(&self, kept: usize, whole: bool) {
        let mut out = self.out.borrow_mut();
        let end = out.len().saturating_sub(END_OF_DOCUMENT.len());
        let is_last = whole && out.ends_with(END_OF_DOCUMENT.as_bytes());
        out.truncate(if is_last { end.max(kept) } else { kept });
    }

    /// Takes the output so far.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out.borrow_mut())
    }
}

impl fmt::Debug for Gate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Gate")
    }
}

impl Seen {
    fn settings(self: &Rc<Self>, encoding: AsciiCompatibleEncoding) -> Settings<'static, 'static> {
        let mut settings = Settings::new()
            .with_encoding(encoding)
            .with_strict(true)
            .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(MEMORY));
        let on = |selector: &'static Selector,
                  handle: fn(&Rc<Self>, &mut Element<'_, '_>) -> Handled| {
            let seen = self.clone();
            let handlers = ElementContentHandlers::default()
                .element(move |element: &mut Element<'_, '_>| handle(&seen, element));
            (Cow::Borrowed(selector), handlers)
        };
        let present = match self.kind {
            Kind::Document(present) => present,
            Kind::Stream | Kind::Piece => Present::ANY,
        };
        if present.has("svg") || present.has("math") {
            settings = settings
                .append_element_content_handler(on(&FOREIGN, Self::foreign))
                .append_element_content_handler(self.cdata())
                .append_element_content_handler(on(&READ_AHEAD, Self::read_ahead))
                .append_element_content_handler(Self::read_ahead_text())
                .append_element_content_handler(on(&TEXTUAL, Self::textual))
                .append_element_content_handler(on(&IN_SELECT, Self::in_select));
        }
        if present.has("base") {
            settings = settings.append_element_content_handler(on(&ASIDE, |seen, _| {
                seen.aside.set(true);
                Ok(())
            }));
        }
        for judged in present.judged() {
            settings = settings.append_element_content_handler(on(judged, Self::judge));
        }
        if present.has("form") {
            settings = settings.append_element_content_handler(on(&FORM, Self::form));
        }
        if present.has("noscript") {
            let seen = self.clone();
            let noscript = ElementContentHandlers::default()
                .text(move |text: &mut TextChunk<'_>| seen.noscript(text));
            settings =
                settings.append_element_content_handler((Cow::Borrowed(&*NOSCRIPT), noscript));
        }
        match self.kind {
            Kind::Piece => settings
                .append_element_content_handler(on(&MARK, |seen, mark| {
                    seen.ended.set(!seen.foreign.borrow().is_open());
                    mark.remove();
                    Ok(())
                }))
                .append_element_content_handler(on(&OPEN_MARK, |seen, _| {
                    seen.ended.set(false);
                    Ok(())
                })),
            Kind::Document(_) | Kind::Stream => {
                let has = |tag| self.kind != Kind::Stream && present.has(tag);
                if present.has("base") {
                    settings = settings.append_element_content_handler(on(&OWN, Self::own));
                }
                if !self.headed.get() {
                    settings = settings.append_element_content_handler(on(&HEAD, Self::head));
                }
                if !self.headed.get() || !self.opened.get() || !self.closed.get() {
                    settings = settings.append_element_content_handler(on(&BODY, Self::body));
                }
                if !self.opened.get() && self.skips() {
                    settings =
                        settings.append_element_content_handler(on(&SKIP_LINK, Self::skip_link));
                }
                if (!self.headed.get() && !has("head")) || (!self.opened.get() && !has("body")) {
                    settings = settings.append_element_content_handler(on(&ANY, Self::any));
                }
                if self.appends() {
                    settings =
                        settings.append_element_content_handler(on(&LAST_MARK, Self::last_mark));
                }
                let seen = self.clone();
                settings.append_document_content_handler(lol_html::end!(move |end| {
                    // An appended piece would complete a tag that is cut off.
                    if !seen.ended.get() {
                        return Ok(());
                    }
                    if !seen.headed.replace(true) {
                        end.append(&seen.rooted(&seen.page.placed.heading), ContentType::Html);
                    }
                    if !seen.opened.replace(true) {
                        end.append(&seen.rooted(&seen.page.placed.opening), ContentType::Html);
                    }
                    if seen.closes() {
                        end.append(&seen.rooted(&seen.page.placed.closing), ContentType::Html);
                    }
                    Ok(())
                }))
            }
        }
    }

    fn last_mark(self: &Rc<Self>, mark: &mut Element<'_, '_>) -> Handled {
        if self.ending.get() {
            let foreign = self.foreign.borrow().is_open() || is_foreign(mark);
            self.ended.set(!foreign);
            mark.remove();
        }
        Ok(())
    }

    /// Returns whether it is the end mark of the document, which is not part of the page.
    fn is_last_mark(&self, tag: &str) -> bool {
        self.ending.get() && tag == "axc-eof"
    }

    fn form(self: &Rc<Self>, form: &mut Element<'_, '_>) -> Handled {
        if form.can_have_content() {
            self.forms.set(self.forms.get() + 1);
            let forms = self.forms.clone();
            form.on_end_tag(lol_html::end_tag!(move |end| {
                // The end tag of another element leaves the form open in browsers.
                if end.name() == "form" {
                    forms.set(forms.get().saturating_sub(1));
                }
                Ok(())
            }))?;
        }
        Ok(())
    }
}
