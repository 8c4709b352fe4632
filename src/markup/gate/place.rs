//! Where banner, scripts and the link to the settings are put in.

use std::rc::Rc;

use lol_html::html_content::{ContentType, Element};

use super::{Handled, Kind, Seen};

impl Seen {
    pub(super) fn head(self: &Rc<Self>, head: &mut Element<'_, '_>) -> Handled {
        if !self.headed.replace(true) {
            head.prepend(&self.page.placed.heading, ContentType::Html);
        }
        Ok(())
    }

    pub(super) fn body(self: &Rc<Self>, body: &mut Element<'_, '_>) -> Handled {
        if !self.skips() && !self.opened.replace(true) {
            body.prepend(&self.page.placed.opening, ContentType::Html);
        }
        if !self.headed.replace(true) {
            body.prepend(&self.page.placed.heading, ContentType::Html);
        }
        if !self.closed.get() && body.can_have_content() {
            let seen = self.clone();
            body.on_end_tag(lol_html::end_tag!(move |end| {
                if seen.closes() {
                    end.before(&seen.page.placed.closing, ContentType::Html);
                }
                Ok(())
            }))?;
        }
        Ok(())
    }

    /// Whether a skip link comes first, so that what opens the page stands behind it.
    pub(super) fn skips(&self) -> bool {
        matches!(self.kind, Kind::Document(present) if present.skips())
    }

    pub(super) fn skip_link(self: &Rc<Self>, link: &mut Element<'_, '_>) -> Handled {
        if !self.opened.replace(true) {
            let seen = self.clone();
            link.on_end_tag(lol_html::end_tag!(move |end| {
                end.after(&seen.page.placed.opening, ContentType::Html);
                Ok(())
            }))?;
        }
        Ok(())
    }

    /// Where there is no `<body>`: before the first element that could not stand in a head.
    pub(super) fn any(self: &Rc<Self>, element: &mut Element<'_, '_>) -> Handled {
        if self.headed.get() && self.opened.get() {
            return Ok(());
        }
        let tag = element.tag_name();
        if !matches!(&*tag, "html" | "head") && !self.headed.replace(true) {
            element.before(&self.page.placed.heading, ContentType::Html);
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
            element.before(&self.page.placed.opening, ContentType::Html);
        }
        Ok(())
    }

    /// Whether the closing piece is put in here, once.
    pub(super) fn closes(&self) -> bool {
        !self.closed.replace(true)
    }
}
