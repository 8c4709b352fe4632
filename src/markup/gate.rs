//! The gate for markup: `lol_html`, told what to look at and what becomes of it.

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

use super::{
    element::{self, Names, Part},
    needs::Needs,
    page::Page,
};

/// What the rewriter may hold of one response, in bytes: a tag that does not end within it ends
/// the response.
pub(crate) const MEMORY: usize = 256 * 1024;

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
    /// A whole document, whose `<head>` and `<body>` tags may be missing where it is not said that
    /// they are there.
    Document { head: bool, body: bool },
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
    /// The heading piece has been put in.
    headed: Cell<bool>,
    /// The opening piece has been put in.
    opened: Cell<bool>,
    /// The closing piece has been put in.
    closed: Cell<bool>,
    /// How many forms are open.
    forms: Rc<Cell<usize>>,
    noscript: RefCell<String>,
    /// SVG or MathML stood inside of either.
    nested: Cell<bool>,
    /// The element that is looked at may be what ends SVG or MathML.
    ends_foreign: Cell<bool>,
    /// `<![CDATA[` stood somewhere.
    cdata: Cell<bool>,
    /// The last bytes that came, for what is cut in two.
    tail: RefCell<Vec<u8>>,
    /// The mark at the end of a piece was seen as an element.
    ended: Cell<bool>,
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

static LOOKED_AT: LazyLock<Selector> = LazyLock::new(|| selector(element::SELECTORS));
static NOSCRIPT: LazyLock<Selector> = LazyLock::new(|| selector("noscript"));
static FORM: LazyLock<Selector> = LazyLock::new(|| selector("form"));
static HEAD: LazyLock<Selector> = LazyLock::new(|| selector("head"));
static BODY: LazyLock<Selector> = LazyLock::new(|| selector("body"));
static ANY: LazyLock<Selector> = LazyLock::new(|| selector("*"));
static FOREIGN: LazyLock<Selector> = LazyLock::new(|| selector("svg *, math *"));
static MARK: LazyLock<Selector> = LazyLock::new(|| selector("axc-end"));

fn selector(text: &str) -> Selector {
    text.parse().expect("the selectors are well-formed")
}

type Handled = Result<(), Box<dyn std::error::Error + Send + Sync>>;

impl Gate {
    pub(crate) fn new(page: Rc<Page>, kind: Kind, encoding: AsciiCompatibleEncoding) -> Self {
        let out = Rc::new(RefCell::new(Vec::new()));
        let seen = Rc::new(Seen {
            bases: RefCell::new(vec![page.address.clone()]),
            headed: Cell::new(kind == Kind::Piece || page.heading.is_empty()),
            opened: Cell::new(kind == Kind::Piece || page.opening.is_empty()),
            closed: Cell::new(kind == Kind::Piece || page.closing.is_empty()),
            kind,
            page,
            forms: Rc::default(),
            noscript: RefCell::default(),
            nested: Cell::new(false),
            ends_foreign: Cell::new(false),
            cdata: Cell::new(false),
            tail: RefCell::default(),
            ended: Cell::new(false),
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
        self.seen.look_at(bytes)?;
        let Some(rewriter) = &mut self.rewriter else {
            return Err(Doubt::new("it has ended"));
        };
        // In slices, so that what is kept beside an unfinished tag stays small.
        for slice in bytes.chunks(MEMORY / 8) {
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
        match self.rewriter.take().map(HtmlRewriter::end) {
            Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(Doubt::new(error)),
            None => Err(Doubt::new("it has ended")),
        }
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

/// A piece of HTML that stands inside of something else, gated.
fn gated_piece(page: &Rc<Page>, html: &str) -> Result<String, Doubt> {
    let mut gate = Gate::new(page.clone(), Kind::Piece, AsciiCompatibleEncoding::utf_8());
    gate.write(html.as_bytes())?;
    gate.write(END.as_bytes())?;
    gate.end()?;
    if !gate.seen.ended.get() {
        // A comment or a tag that is open at its end would go on behind it for whoever reads the
        // piece as markup, and what is read as text here would be elements there.
        return Err(Doubt::new(
            "a <noscript> or a srcdoc ends inside of a comment, a tag or a text element",
        ));
    }
    String::from_utf8(gate.take()).map_err(|_| Doubt::new("a piece is not text"))
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
        settings = settings
            .append_element_content_handler(on(&FOREIGN, Self::foreign))
            .append_element_content_handler(on(&LOOKED_AT, Self::judge))
            .append_element_content_handler(on(&FORM, Self::form));
        let seen = self.clone();
        let noscript = ElementContentHandlers::default()
            .text(move |text: &mut TextChunk<'_>| seen.noscript(text));
        settings = settings.append_element_content_handler((Cow::Borrowed(&*NOSCRIPT), noscript));
        match self.kind {
            Kind::Piece => settings.append_element_content_handler(on(&MARK, |seen, mark| {
                seen.ended.set(true);
                mark.remove();
                Ok(())
            })),
            Kind::Document { head, body } => {
                if !self.headed.get() {
                    settings = settings.append_element_content_handler(on(&HEAD, Self::head));
                }
                if !self.headed.get() || !self.opened.get() || !self.closed.get() {
                    settings = settings.append_element_content_handler(on(&BODY, Self::body));
                }
                if (!self.headed.get() && !head) || (!self.opened.get() && !body) {
                    settings = settings.append_element_content_handler(on(&ANY, Self::any));
                }
                let seen = self.clone();
                settings.append_document_content_handler(lol_html::end!(move |end| {
                    if !seen.headed.replace(true) {
                        end.append(&seen.page.heading, ContentType::Html);
                    }
                    if !seen.opened.replace(true) {
                        end.append(&seen.page.opening, ContentType::Html);
                    }
                    if seen.closes() {
                        end.append(&seen.page.closing, ContentType::Html);
                    }
                    Ok(())
                }))
            }
        }
    }

    /// Looks for what the tokenizer passes over: a link to the settings, and CDATA.
    fn look_at(&self, bytes: &[u8]) -> Result<(), Doubt> {
        const CDATA: &[u8] = b"<![CDATA[";
        let mut tail = self.tail.borrow_mut();
        let wants_link = !self.closed.get();
        if self.cdata.get() && !wants_link {
            return Ok(());
        }
        let overlap = CDATA.len().max(self.page.settings_path.len() + 2);
        // What is cut in two stands at the end of what came before and at the start of this.
        tail.extend_from_slice(&bytes[..bytes.len().min(overlap)]);
        for piece in [&tail[..], bytes] {
            if memchr::memmem::find(piece, CDATA).is_some() {
                self.cdata.set(true);
            }
            if wants_link && super::plain::links_to(piece, &self.page.settings_path) {
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

    /// In foreign content inside of foreign content `lol_html` may take for CDATA what browsers
    /// take for elements.
    fn ambiguous(&self) -> Result<(), Doubt> {
        match self.nested.get() && self.cdata.get() {
            true => Err(Doubt::new(
                "SVG or MathML inside of either, and CDATA, cannot be told apart for certain",
            )),
            false => Ok(()),
        }
    }

    fn foreign(self: &Rc<Self>, element: &mut Element<'_, '_>) -> Handled {
        let tag = element.tag_name();
        if matches!(&*tag, "svg" | "math") {
            self.nested.set(true);
            self.ambiguous()?;
        }
        let foreign = !element.namespace_uri().ends_with("/xhtml");
        self.ends_foreign
            .set(!foreign && ends_foreign_content(&tag));
        if self.nested.get() && foreign && ends_foreign_content(&tag) {
            return Err(Doubt::new(format_args!("<{tag}> inside of nested SVG or MathML")).into());
        }
        Ok(())
    }

    fn form(self: &Rc<Self>, form: &mut Element<'_, '_>) -> Handled {
        if form.can_have_content() {
            self.forms.set(self.forms.get() + 1);
            let forms = self.forms.clone();
            form.on_end_tag(lol_html::end_tag!(move |_| {
                forms.set(forms.get().saturating_sub(1));
                Ok(())
            }))?;
        }
        Ok(())
    }

    fn head(self: &Rc<Self>, head: &mut Element<'_, '_>) -> Handled {
        if !self.headed.replace(true) {
            head.prepend(&self.page.heading, ContentType::Html);
        }
        Ok(())
    }

    fn body(self: &Rc<Self>, body: &mut Element<'_, '_>) -> Handled {
        if !self.opened.replace(true) {
            body.prepend(&self.page.opening, ContentType::Html);
        }
        if !self.headed.replace(true) {
            body.prepend(&self.page.heading, ContentType::Html);
        }
        if !self.closed.get() && body.can_have_content() {
            let seen = self.clone();
            body.on_end_tag(lol_html::end_tag!(move |end| {
                if seen.closes() {
                    end.before(&seen.page.closing, ContentType::Html);
                }
                Ok(())
            }))?;
        }
        Ok(())
    }

    /// Where there is no `<body>`: before the first element that could not stand in a head.
    fn any(self: &Rc<Self>, element: &mut Element<'_, '_>) -> Handled {
        if self.headed.get() && self.opened.get() {
            return Ok(());
        }
        let tag = element.tag_name();
        if !matches!(&*tag, "html" | "head") && !self.headed.replace(true) {
            element.before(&self.page.heading, ContentType::Html);
        }
        let in_head = matches!(
            &*tag,
            "html"
                | "head"
                | "title"
                | "meta"
                | "link"
                | "base"
                | "style"
                | "script"
                | "noscript"
                | "template"
                | "body"
                | "frameset"
        );
        if !in_head && !self.opened.replace(true) {
            element.before(&self.page.opening, ContentType::Html);
        }
        Ok(())
    }

    /// Whether the closing piece is put in here, once.
    fn closes(&self) -> bool {
        !self.closed.replace(true)
    }

    /// What stands in `<noscript>` is text to the tokenizer, and markup to a browser without
    /// scripts.
    fn noscript(self: &Rc<Self>, text: &mut TextChunk<'_>) -> Handled {
        let mut held = self.noscript.borrow_mut();
        held.push_str(text.as_str());
        if held.len() > MEMORY {
            return Err(Doubt::new("a <noscript> is too long").into());
        }
        if !text.last_in_text_node() {
            text.remove();
            return Ok(());
        }
        let html = std::mem::take(&mut *held);
        drop(held);
        let gated = gated_piece(&self.page, &html)?;
        text.replace(&gated, ContentType::Html);
        Ok(())
    }

    /// Looks at one element, and at what its attributes say.
    fn judge(self: &Rc<Self>, element: &mut Element<'_, '_>) -> Handled {
        let ends_foreign = self.ends_foreign.take();
        let tag = element.tag_name();
        let policy = &self.page.config.policy;
        let category = value(element, "data-category");
        let service = value(element, "data-service");
        let marked = category.is_some() || service.is_some();
        let needs = Needs::read(policy, category.as_deref(), service.as_deref());
        if tag == "template" {
            return match marked {
                true => self.wrapper(element, &needs),
                false => Ok(()),
            };
        }
        let mut whole = needs.clone();
        let bases = self.bases.borrow();
        let embeds = &self.page.embeds;
        for (kept, _) in element::kept_by(&tag) {
            if let Some(value) = value(element, kept) {
                let names = match *kept {
                    "data-srcset" => Names::Candidates,
                    _ => Names::Address,
                };
                for url in element::addresses(names, &value, &bases) {
                    whole.load(embeds, &url);
                }
            }
        }
        for fetched in element::fetched_by(&tag) {
            let Some(value) = value(element, fetched.attribute) else {
                continue;
            };
            let mut part = needs.clone();
            for url in element::addresses(fetched.names, &value, &bases) {
                part.load(embeds, &url);
            }
            match fetched.part {
                Part::Whole => part.loaded.iter().for_each(|unit| whole.add(*unit)),
                // A marked element stands or falls as one.
                Part::Side if marked || self.waits(&tag, fetched.attribute) => {
                    part.loaded.iter().for_each(|unit| whole.add(*unit))
                }
                Part::Side if fetched.names == Names::Document => {
                    let gated = gated_piece(&self.page, &value)?;
                    if gated != value {
                        element.set_attribute(fetched.attribute, &escaped(&gated))?;
                    }
                }
                Part::Side => {
                    if !part.loaded.is_empty() {
                        self.page.gated.set(true);
                        if !self.page.granted(&part) {
                            element.remove_attribute(fetched.attribute);
                        }
                    }
                }
            }
        }
        drop(bases);
        if tag == "base" {
            self.base(element);
        }
        if !marked && whole.loaded.is_empty() {
            return Ok(());
        }
        self.page.gated.set(true);
        match self.page.granted(&whole) {
            true if marked => activate(element, &tag)?,
            true => {}
            false if self.page.inert => self.leave_inert(element, &tag, &whole)?,
            false => self.hold(element, &tag, &whole),
        }
        if ends_foreign && element.removed() {
            // Without it what follows would be read as SVG or MathML.
            element.after("<span></span>", ContentType::Html);
        }
        Ok(())
    }

    /// Whether the dialect has a place where the attribute can wait in the page.
    fn waits(&self, tag: &str, attribute: &str) -> bool {
        let kept = element::kept_by(tag);
        self.page.inert && kept.iter().any(|(_, live)| *live == attribute)
    }

    fn base(&self, base: &Element<'_, '_>) {
        let mut bases = self.bases.borrow_mut();
        // The first one counts; more of them are kept for doubt's sake, within reason.
        if let Some(href) = value(base, "href")
            && bases.len() < 8
            && let Ok(url) = Url::options().base_url(bases.first()).parse(&href)
        {
            bases.push(url);
        }
    }

    /// `<template data-category>` round any markup.
    fn wrapper(self: &Rc<Self>, template: &mut Element<'_, '_>, needs: &Needs) -> Handled {
        self.page.gated.set(true);
        let granted = self.page.granted(needs);
        if !granted && self.page.inert {
            return Ok(());
        }
        if template.can_have_content() {
            // Closed by anything else than its own end tag, it ends elsewhere in a browser.
            template.on_end_tag(lol_html::end_tag!(|end| {
                match &*end.name() {
                    "template" => Ok(()),
                    other => Err(Doubt::new(format_args!(
                        "</{other}> stands where </template> of a gated template is due"
                    ))
                    .into()),
                }
            }))?;
        }
        if granted {
            template.remove_and_keep_content();
        } else if template.has_attribute("data-placeholder") {
            self.hold_in_place(template, "template", needs);
        } else {
            self.page.report(needs);
            template.remove();
        }
        Ok(())
    }

    /// Leaves the element in the page, for the script to wake: behind a placeholder where it takes
    /// room, else as the dialect writes it.
    fn leave_inert(&self, element: &mut Element<'_, '_>, tag: &str, needs: &Needs) -> Handled {
        let policy = &self.page.config.policy;
        if !element::takes_room(tag) || is_unseen(element) {
            return make_inert(element, tag, policy, needs);
        }
        let placeholder = self
            .page
            .placeholder(element, tag, needs, self.forms.get() > 0);
        let Some(placeholder) = placeholder else {
            return make_inert(element, tag, policy, needs);
        };
        let marks = marks(policy, needs);
        activate(element, tag)?;
        let before = format!("<div data-consent-placeholder>{placeholder}<template{marks}>");
        element.before(&before, ContentType::Html);
        element.after("</template></div>", ContentType::Html);
        Ok(())
    }

    fn hold(&self, element: &mut Element<'_, '_>, tag: &str, needs: &Needs) {
        if element::takes_room(tag) && !is_unseen(element) {
            return self.hold_in_place(element, tag, needs);
        }
        self.page.report(needs);
        match tag {
            "input" | "a" | "area" | "body" | "table" | "thead" | "tbody" | "tfoot" | "tr"
            | "th" | "td" => {
                for fetched in element::fetched_by(tag) {
                    element.remove_attribute(fetched.attribute);
                }
            }
            _ => element.remove(),
        }
    }

    fn hold_in_place(&self, element: &mut Element<'_, '_>, tag: &str, needs: &Needs) {
        self.page.report(needs);
        match self
            .page
            .placeholder(element, tag, needs, self.forms.get() > 0)
        {
            Some(html) => element.replace(&html, ContentType::Html),
            None => element.remove(),
        }
    }
}

/// The value of an attribute, its character references resolved.
pub(super) fn value(element: &Element<'_, '_>, name: &str) -> Option<String> {
    let raw = element.get_attribute(name)?;
    Some(match raw.contains('&') {
        true => htmlize::unescape_attribute(raw.as_str()).into_owned(),
        false => raw,
    })
}

/// Fit for an attribute value.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
}

/// A pixel, or what is not drawn at all: nothing that a reader would miss.
fn is_unseen(element: &Element<'_, '_>) -> bool {
    let tiny = |name| {
        let value = element.get_attribute(name);
        value.is_some_and(|value| value.trim().parse::<u32>().is_ok_and(|size| size <= 2))
    };
    element.has_attribute("hidden") || tiny("width") || tiny("height")
}

/// Turns what the dialect keeps into what browsers read.
fn activate(element: &mut Element<'_, '_>, tag: &str) -> Handled {
    if tag == "script" {
        let inert = element
            .get_attribute("type")
            .is_some_and(|kind| is_inert(&kind));
        match element.get_attribute("data-type") {
            Some(kind) => element.set_attribute("type", &kind)?,
            None if inert => element.remove_attribute("type"),
            None => {}
        }
        element.remove_attribute("data-type");
    }
    for (kept, live) in element::kept_by(tag) {
        if let Some(value) = element.get_attribute(kept) {
            element.set_attribute(live, &value)?;
            element.remove_attribute(kept);
        }
    }
    element.remove_attribute("data-category");
    element.remove_attribute("data-service");
    Ok(())
}

/// The marks that say what is needed.
fn marks(policy: &crate::Policy, needs: &Needs) -> String {
    let units = needs.units(policy);
    let of = |is_service: bool| {
        let ids = units.iter().map(|unit| &policy.units()[*unit]);
        let ids = ids.filter(|unit| unit.category.is_some() == is_service);
        ids.map(|unit| unit.id.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let attribute = |name: &str, ids: String| match ids.is_empty() {
        true => String::new(),
        false => format!(" {name}=\"{ids}\""),
    };
    attribute("data-category", of(false)) + &attribute("data-service", of(true))
}

fn is_inert(kind: &str) -> bool {
    kind.trim().eq_ignore_ascii_case("text/plain")
}

/// Turns what browsers would fetch into what the dialect keeps: for pages that are the same for
/// every visitor.
fn make_inert(
    element: &mut Element<'_, '_>,
    tag: &str,
    policy: &crate::Policy,
    needs: &Needs,
) -> Handled {
    if tag == "script" {
        let kind = element.get_attribute("type");
        if !kind.as_deref().is_some_and(is_inert) {
            if let Some(kind) = kind {
                element.set_attribute("data-type", &kind)?;
            }
            element.set_attribute("type", "text/plain")?;
        }
    }
    for (kept, live) in element::kept_by(tag) {
        if let Some(value) = element.get_attribute(live) {
            if !element.has_attribute(kept) {
                element.set_attribute(kept, &value)?;
            }
            element.remove_attribute(live);
        }
    }
    // What the dialect has no place for cannot wait in the page.
    for fetched in element::fetched_by(tag) {
        if element.has_attribute(fetched.attribute) {
            element.remove_attribute(fetched.attribute);
        }
    }
    let unmarked =
        !element.has_attribute("data-category") && !element.has_attribute("data-service");
    if unmarked {
        let ids: Vec<&str> = needs
            .units(policy)
            .iter()
            .map(|unit| policy.units()[*unit].id.as_str())
            .collect();
        element.set_attribute("data-service", &ids.join(" "))?;
    }
    Ok(())
}

/// Start tags that end SVG and MathML in a browser.
fn ends_foreign_content(tag: &str) -> bool {
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
