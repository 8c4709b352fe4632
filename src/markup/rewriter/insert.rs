//! Insertion of banner, scripts and settings link into the document.

use std::{borrow::Cow, rc::Rc};

use lol_html::html_content::{ContentType, Element};

use super::{HandlerResult, Kind, RewriteState, verdict::is_foreign};

impl RewriteState {
    pub(crate) fn head(self: &Rc<Self>, head: &mut Element<'_, '_>) -> HandlerResult {
        if !self.hides_declaration(head) && !self.head_done.replace(true) {
            let head_start = self.with_origin(&self.page.insertions.head_start);
            head.prepend(&head_start, ContentType::Html);
        }
        Ok(())
    }

    pub(crate) fn body(self: &Rc<Self>, body: &mut Element<'_, '_>) -> HandlerResult {
        let early = self.hides_declaration(body);
        if !early && !self.has_skip_link() && !self.body_start_done.replace(true) {
            let body_start = self.with_origin(&self.page.insertions.body_start);
            body.prepend(&body_start, ContentType::Html);
        }
        if !early && !self.head_done.replace(true) {
            body.prepend(
                &self.with_origin(&self.page.insertions.head_start),
                ContentType::Html,
            );
        }
        if !self.body_end_done.get() && body.can_have_content() {
            let state = self.clone();
            body.on_end_tag(lol_html::end_tag!(move |end| {
                if state.take_body_end() {
                    end.before(
                        &state.with_origin(&state.page.insertions.body_end),
                        ContentType::Html,
                    );
                }
                Ok(())
            }))?;
        }
        Ok(())
    }

    /// Returns whether the body starts with a skip link, after which the banner is inserted.
    pub(crate) fn has_skip_link(&self) -> bool {
        matches!(self.kind, Kind::Document(tags) if tags.has_skip_link())
    }

    pub(crate) fn skip_link(self: &Rc<Self>, link: &mut Element<'_, '_>) -> HandlerResult {
        if !self.body_start_done.replace(true) {
            let state = self.clone();
            link.on_end_tag(lol_html::end_tag!(move |end| {
                end.after(
                    &state.with_origin(&state.page.insertions.body_start),
                    ContentType::Html,
                );
                Ok(())
            }))?;
        }
        Ok(())
    }

    /// Inserts into a document without `<head>` or `<body>`, before the first element that cannot
    /// be in a head.
    pub(crate) fn first_content(self: &Rc<Self>, element: &mut Element<'_, '_>) -> HandlerResult {
        if self.head_done.get() && self.body_start_done.get() {
            return Ok(());
        }
        let tag = element.tag_name();
        if self.is_document_end_mark(&tag) || self.hides_declaration(element) {
            return Ok(());
        }
        if !matches!(&*tag, "html" | "head") && !self.head_done.replace(true) {
            let head_start = self.with_origin(&self.page.insertions.head_start);
            element.before(&head_start, ContentType::Html);
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
        if !in_head && !self.body_start_done.replace(true) {
            let body_start = self.with_origin(&self.page.insertions.body_start);
            element.before(&body_start, ContentType::Html);
        }
        Ok(())
    }

    /// Makes the addresses in a banner of the handler absolute.
    pub(crate) fn banner_link(self: &Rc<Self>, element: &mut Element<'_, '_>) -> HandlerResult {
        for name in ["action", "href"] {
            let value = element.get_attribute(name);
            let own = value.filter(|value| value.starts_with('/') && !value.starts_with("//"));
            if let Some(value) = own
                && self.base_may_move()
                && let Some(origin) = self.page.origin()
            {
                element.set_attribute(name, &format!("{origin}{value}"))?;
            }
        }
        Ok(())
    }

    /// Returns HTML for insertion: with absolute addresses if a `<base>` may lead relative ones to
    /// another host.
    pub(crate) fn with_origin<'a>(&self, html: &'a str) -> Cow<'a, str> {
        match self.base_may_move().then(|| self.page.origin()).flatten() {
            Some(origin) => with_origin(html, &origin).into(),
            None => html.into(),
        }
    }

    /// Returns whether a `<base>` leads to another origin than that of the page, or may still
    /// follow.
    pub(super) fn base_may_move(&self) -> bool {
        let coming = !self.base_found.get()
            && match self.kind {
                Kind::Document(tags) => tags.has("base"),
                // The rest of the stream is unknown: use paths only if the origin is in doubt.
                Kind::Stream => self.page.is_origin_certain(),
                Kind::Piece => self.outer_base.get(),
            };
        let bases = self.bases.borrow();
        let mut others = bases[1..].iter();
        coming || others.any(|base| base.origin() != bases[0].origin())
    }

    /// Records that browsers use this `<base>`, unless they may ignore it.
    pub(super) fn decide_base(&self, base: &Element<'_, '_>) {
        let base_ignorable = self.base_ignorable.take() || is_foreign(base);
        if !base_ignorable && base.has_attribute("href") {
            self.base_found.set(true);
        }
    }

    /// Reports a `<base>` after the insertions of a stream, whose addresses it may change.
    pub(super) fn report_late_base(&self) {
        let late =
            self.kind == Kind::Stream && self.body_start_done.get() && !self.base_found.get();
        if late && !self.page.insertions.body_start.is_empty() && !self.page.is_origin_certain() {
            self.page.report_late_base();
        }
    }

    /// Returns whether an insertion before this element would hide the declaration of the encoding.
    fn hides_declaration(&self, element: &Element<'_, '_>) -> bool {
        let at = element.source_location().bytes().start;
        self.page.hides_declaration(at)
    }

    /// Returns whether the end of the document still needs an insertion.
    pub(crate) fn needs_end_mark(&self) -> bool {
        !(self.head_done.get() && self.body_start_done.get() && self.body_end_done.get())
    }

    /// Returns true once: the caller makes the insertion at the end of the body.
    pub(crate) fn take_body_end(&self) -> bool {
        !self.body_end_done.replace(true)
    }
}

/// Prefixes the paths in HTML of this library with the origin of the site.
fn with_origin(html: &str, origin: &str) -> String {
    const ATTRIBUTES: [&str; 5] = ["href", "action", "src", "data-settings", "data-status"];
    let mut html = html.to_owned();
    for name in ATTRIBUTES {
        let from = format!(" {name}=\"/");
        if html.contains(&from) {
            html = html.replace(&from, &format!(" {name}=\"{origin}/"));
        }
    }
    html
}
