//! Handlers of the rewriter, by selector.

use std::{borrow::Cow, rc::Rc, sync::LazyLock};

use lol_html::{
    AsciiCompatibleEncoding, ElementContentHandlers, MemorySettings, Selector, Settings,
    html_content::{ContentType, DocumentEnd, Element, TextChunk},
};

use super::{HandlerResult, Kind, MAX_MEMORY, RewriteState, verdict::is_foreign};
use crate::markup::inspected_tags::InspectedTags;

/// Mark after a piece. It is parsed as an element only if the piece ends in markup, not inside a
/// tag, a comment or text.
pub(super) const PIECE_END: &str = "<axc-end>";
/// The same mark at the end of a document. Its name differs, so that no piece in the document
/// removes it.
pub(super) const DOCUMENT_END: &str = "<axc-eof>";

static NOSCRIPT: LazyLock<Selector> = LazyLock::new(|| selector("noscript"));
static FORM: LazyLock<Selector> = LazyLock::new(|| selector("form"));
static HEAD: LazyLock<Selector> = LazyLock::new(|| selector("head"));
static BODY: LazyLock<Selector> = LazyLock::new(|| selector("body"));
static SKIP_LINK: LazyLock<Selector> = LazyLock::new(|| selector("body > a:first-child"));
static ANY: LazyLock<Selector> = LazyLock::new(|| selector("*"));
/// `<base>` elements that browsers may ignore.
static IGNORABLE_BASE: LazyLock<Selector> = LazyLock::new(|| {
    selector("template base, svg base, math base, select base, frameset base, object base")
});
pub(super) static FOREIGN: LazyLock<Selector> =
    LazyLock::new(|| selector("svg, math, svg *, math *"));
/// HTML elements whose content the tokenizer reads as text.
static TEXTUAL: LazyLock<Selector> = LazyLock::new(|| {
    selector("style, script, title, textarea, xmp, iframe, noembed, noframes, noscript, plaintext")
});
static IN_SELECT: LazyLock<Selector> =
    LazyLock::new(|| selector("select svg *, select math *, frameset svg, frameset math"));
/// Elements inside SVG and MathML whose content Chromium's preload scanner reads as text.
static IN_PRELOAD_TEXT: LazyLock<Selector> = LazyLock::new(|| {
    const TEXTS: [&str; 9] = [
        "style", "script", "title", "textarea", "xmp", "iframe", "noembed", "noframes", "noscript",
    ];
    let all = TEXTS.map(|tag| format!("svg {tag} *, math {tag} *"));
    selector(&all.join(", "))
});
pub(super) static PRELOAD_TEXT: LazyLock<Selector> = LazyLock::new(|| {
    selector("svg style, svg script, svg title, math style, math script, math title")
});
static OPEN_END_MARK: LazyLock<Selector> = LazyLock::new(|| {
    selector("svg axc-end, math axc-end, select axc-end, template axc-end, frameset axc-end")
});
/// Links and forms of a banner that the handler has rendered.
static BANNER_LINK: LazyLock<Selector> =
    LazyLock::new(|| selector("[data-consent-banner] form, [data-consent-banner] a, .axc a"));
static END_MARK: LazyLock<Selector> = LazyLock::new(|| selector("axc-end"));
static DOCUMENT_END_MARK: LazyLock<Selector> = LazyLock::new(|| selector("axc-eof"));

fn selector(text: &str) -> Selector {
    text.parse().expect("the selectors are well-formed")
}

type Handler = fn(&Rc<RewriteState>, &mut Element<'_, '_>) -> HandlerResult;
type RewriteSettings = Settings<'static, 'static>;

impl RewriteState {
    /// Returns the settings of `lol_html` with all handlers that the page needs.
    pub(super) fn settings(self: &Rc<Self>, encoding: AsciiCompatibleEncoding) -> RewriteSettings {
        let tags = match self.kind {
            Kind::Document(tags) => tags,
            Kind::Stream | Kind::Piece => InspectedTags::ANY,
        };
        let settings = Settings::new()
            .with_encoding(encoding)
            .with_strict(true)
            .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(MAX_MEMORY));
        let settings = self.with_element_handlers(settings, tags);
        match self.kind {
            Kind::Piece => self.with_piece_handlers(settings),
            Kind::Document(_) | Kind::Stream => self.with_insertion_handlers(settings, tags),
        }
    }

    /// Calls `handle` for each element that matches the selector.
    fn on(
        self: &Rc<Self>,
        selector: &'static Selector,
        handle: Handler,
    ) -> (Cow<'static, Selector>, ElementContentHandlers<'static>) {
        let state = self.clone();
        let handlers = ElementContentHandlers::default()
            .element(move |element: &mut Element<'_, '_>| handle(&state, element));
        (Cow::Borrowed(selector), handlers)
    }

    /// Adds the handlers that decide on elements and detect ambiguous markup.
    fn with_element_handlers(
        self: &Rc<Self>,
        mut settings: RewriteSettings,
        tags: InspectedTags,
    ) -> RewriteSettings {
        if tags.has("svg") || tags.has("math") {
            settings = settings
                .append_element_content_handler(self.on(&FOREIGN, Self::foreign))
                .append_element_content_handler(self.cdata())
                .append_element_content_handler(self.on(&IN_PRELOAD_TEXT, Self::in_preload_text))
                .append_element_content_handler(Self::preload_text())
                .append_element_content_handler(self.on(&TEXTUAL, Self::textual))
                .append_element_content_handler(self.on(&IN_SELECT, Self::in_select));
        }
        if tags.has("base") {
            settings =
                settings.append_element_content_handler(self.on(&IGNORABLE_BASE, |state, _| {
                    state.base_ignorable.set(true);
                    Ok(())
                }));
        }
        for judged in tags.judged() {
            settings = settings.append_element_content_handler(self.on(judged, Self::judge));
        }
        if tags.has("form") {
            settings = settings.append_element_content_handler(self.on(&FORM, Self::form));
        }
        if tags.has("noscript") {
            let state = self.clone();
            let noscript = ElementContentHandlers::default()
                .text(move |text: &mut TextChunk<'_>| state.noscript(text));
            settings =
                settings.append_element_content_handler((Cow::Borrowed(&*NOSCRIPT), noscript));
        }
        settings
    }

    /// Adds the handlers for the end mark of a piece.
    fn with_piece_handlers(self: &Rc<Self>, settings: RewriteSettings) -> RewriteSettings {
        settings
            .append_element_content_handler(self.on(&END_MARK, |state, mark| {
                state.end_mark_seen.set(!state.foreign.borrow().is_open());
                mark.remove();
                Ok(())
            }))
            .append_element_content_handler(self.on(&OPEN_END_MARK, |state, _| {
                state.end_mark_seen.set(false);
                Ok(())
            }))
    }

    /// Adds the handlers that insert into a document.
    fn with_insertion_handlers(
        self: &Rc<Self>,
        mut settings: RewriteSettings,
        tags: InspectedTags,
    ) -> RewriteSettings {
        let has = |tag| self.kind != Kind::Stream && tags.has(tag);
        let (head_done, body_start_done) = (self.head_done.get(), self.body_start_done.get());
        if tags.has("base") {
            settings =
                settings.append_element_content_handler(self.on(&BANNER_LINK, Self::banner_link));
        }
        if !head_done {
            settings = settings.append_element_content_handler(self.on(&HEAD, Self::head));
        }
        if self.needs_end_mark() {
            settings = settings.append_element_content_handler(self.on(&BODY, Self::body));
        }
        if !body_start_done && self.has_skip_link() {
            settings =
                settings.append_element_content_handler(self.on(&SKIP_LINK, Self::skip_link));
        }
        if (!head_done && !has("head")) || (!body_start_done && !has("body")) {
            settings = settings.append_element_content_handler(self.on(&ANY, Self::first_content));
        }
        if self.needs_end_mark() {
            settings = settings.append_element_content_handler(
                self.on(&DOCUMENT_END_MARK, Self::document_end_mark),
            );
        }
        let state = self.clone();
        settings.append_document_content_handler(lol_html::end!(move |end| {
            state.append(end);
            Ok(())
        }))
    }

    /// Appends the remaining insertions to the document.
    fn append(&self, end: &mut DocumentEnd<'_>) {
        // An appended piece would complete a tag that is cut off.
        if !self.end_mark_seen.get() {
            return;
        }
        let insertions = &self.page.insertions;
        if !self.head_done.replace(true) {
            end.append(&self.with_origin(&insertions.head_start), ContentType::Html);
        }
        if !self.body_start_done.replace(true) {
            end.append(&self.with_origin(&insertions.body_start), ContentType::Html);
        }
        if self.take_body_end() {
            end.append(&self.with_origin(&insertions.body_end), ContentType::Html);
        }
    }

    fn document_end_mark(self: &Rc<Self>, mark: &mut Element<'_, '_>) -> HandlerResult {
        if self.at_end.get() {
            let foreign = self.foreign.borrow().is_open() || is_foreign(mark);
            self.end_mark_seen.set(!foreign);
            mark.remove();
        }
        Ok(())
    }

    /// Returns whether it is the end mark of the document, which is not part of the page.
    pub(super) fn is_document_end_mark(&self, tag: &str) -> bool {
        self.at_end.get() && tag == "axc-eof"
    }

    fn form(self: &Rc<Self>, form: &mut Element<'_, '_>) -> HandlerResult {
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
