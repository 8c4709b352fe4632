//! The gate for markup: `lol_html`, told what to look at and what becomes of it.

mod doubt;
mod foreign;
mod judge;
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
pub(super) use self::judge::value;

/// How many bytes a tag may have: one that does not end within them ends the response.
const TAG: usize = 256 * 1024;
/// What the rewriter may hold of one response, in bytes. Elements whose end tags are left out, as
/// those of paragraphs and cells may be, count as open, so that it is more than one tag takes.
const MEMORY: usize = 4 * 1024 * 1024;

/// Why a response ends before its last byte.
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

/// How a piece of HTML is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A whole document.
    Document(Present),
    /// A document of which nothing is known yet.
    Stream,
    /// A piece of one, in which nothing is placed.
    Piece,
}

/// The rewriter of one response.
pub(crate) struct Gate {
    rewriter: Option<HtmlRewriter<'static, Sink>>,
    out: Rc<RefCell<Vec<u8>>>,
    seen: Rc<Seen>,
}

/// What it has come by so far.
struct Seen {
    page: Rc<Page>,
    kind: Kind,
    /// What addresses may be relative to: the page's own, and each `<base>`.
    bases: RefCell<Vec<Url>>,
    /// Number of `<base>` elements with an address so far.
    based: Cell<usize>,
    /// The first `<base>` that browsers go by has been seen, and stays in the page.
    decided: Cell<bool>,
    /// The `<base>` that is looked at may be one that browsers pass over.
    aside: Cell<bool>,
    /// The document around this piece may have a `<base>` that leads to another origin.
    moved: Cell<bool>,
    /// The heading piece has been put in.
    headed: Cell<bool>,
    /// The opening piece has been put in.
    opened: Cell<bool>,
    /// The closing piece has been put in.
    closed: Cell<bool>,
    /// How many forms are open.
    forms: Rc<Cell<usize>>,
    noscript: RefCell<String>,
    /// What is open of SVG and MathML, as browsers see it.
    foreign: Rc<RefCell<Foreign>>,
    /// SVG or MathML stood inside of either.
    nested: Cell<bool>,
    /// `<svg/>` stood somewhere, which the tokenizer takes for open.
    unended: Cell<bool>,
    /// The element that is looked at may be what ends SVG or MathML.
    ends_foreign: Cell<bool>,
    /// `<![CDATA[` stood somewhere.
    cdata: Cell<bool>,
    /// How many bytes an unfinished tag has so far.
    unfinished: Cell<usize>,
    /// The last bytes that came, for what is cut in two.
    tail: RefCell<Vec<u8>>,
    /// The mark at the end was seen as an element.
    ended: Cell<bool>,
    /// The mark at the end of the document is being read.
    ending: Cell<bool>,
}

struct Sink(Rc<RefCell<Vec<u8>>>);

impl lol_html::OutputSink for Sink {
    fn handle_chunk(&mut self, chunk: &[u8]) {
        self.0.borrow_mut().extend_from_slice(chunk);
    }
}

/// What is put after a piece to see where it leaves a reader: in markup, or in the middle of
/// something else.
const END: &str = "<axc-end>";
/// The same at the end of a document. Another name, so that no piece in the document removes it.
const END_OF_DOCUMENT: &str = "<axc-eof>";

static NOSCRIPT: LazyLock<Selector> = LazyLock::new(|| selector("noscript"));
static FORM: LazyLock<Selector> = LazyLock::new(|| selector("form"));
static HEAD: LazyLock<Selector> = LazyLock::new(|| selector("head"));
static BODY: LazyLock<Selector> = LazyLock::new(|| selector("body"));
static SKIP_LINK: LazyLock<Selector> = LazyLock::new(|| selector("body > a:first-child"));
static ANY: LazyLock<Selector> = LazyLock::new(|| selector("*"));
/// Elements in which a `<base>` does not count for the document.
static ASIDE: LazyLock<Selector> = LazyLock::new(|| {
    selector("template base, svg base, math base, select base, frameset base, object base")
});
static FOREIGN: LazyLock<Selector> = LazyLock::new(|| selector("svg, math, svg *, math *"));
/// Elements whose content the tokenizer takes for text, in HTML.
static TEXTUAL: LazyLock<Selector> = LazyLock::new(|| {
    selector("style, script, title, textarea, xmp, iframe, noembed, noframes, noscript, plaintext")
});
static IN_SELECT: LazyLock<Selector> =
    LazyLock::new(|| selector("select svg *, select math *, frameset svg, frameset math"));
/// Chromium looks ahead for what to load without knowing of SVG and MathML: to it these hold text.
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

    /// Reads more of the page. What may leave is in [`take`](Self::take).
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<(), Doubt> {
        let Some(rewriter) = &mut self.rewriter else {
            return Err(Doubt::new("it has ended"));
        };
        // In slices, so that what is kept beside an unfinished tag stays small.
        for slice in bytes.chunks(TAG / 8) {
            if let Err(doubt) = self.seen.look_at(slice) {
                self.rewriter = None;
                return Err(doubt);
            }
            if let Err(error) = rewriter.write(slice) {
                // Using it again would panic.
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

    /// Takes the mark out again if it became a part of what is cut off at the end of the page. If
    /// it completed a tag that was judged, that goes with it: to browsers it is no tag.
    fn drop_mark(&self, kept: usize, whole: bool) {
        let mut out = self.out.borrow_mut();
        let end = out.len().saturating_sub(END_OF_DOCUMENT.len());
        let is_last = whole && out.ends_with(END_OF_DOCUMENT.as_bytes());
        out.truncate(if is_last { end.max(kept) } else { kept });
    }

    /// What may leave.
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
                    // Anything appended to a tag that is cut off would complete it.
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

    /// Returns whether it is the mark at the end of the document, which is no element of the page.
    fn is_last_mark(&self, tag: &str) -> bool {
        self.ending.get() && tag == "axc-eof"
    }

    fn form(self: &Rc<Self>, form: &mut Element<'_, '_>) -> Handled {
        if form.can_have_content() {
            self.forms.set(self.forms.get() + 1);
            let forms = self.forms.clone();
            form.on_end_tag(lol_html::end_tag!(move |end| {
                // Another element's end leaves the form open to browsers.
                if end.name() == "form" {
                    forms.set(forms.get().saturating_sub(1));
                }
                Ok(())
            }))?;
        }
        Ok(())
    }
}
