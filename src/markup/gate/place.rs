//! Where banner, scripts and the link to the settings are put in.

use std::{borrow::Cow, rc::Rc};

use lol_html::html_content::{ContentType, Element};

use super::{Handled, Kind, Seen, judge::is_foreign};

impl Seen {
    pub(super) fn head(self: &Rc<Self>, head: &mut Element<'_, '_>) -> Handled {
        if !self.is_early(head) && !self.headed.replace(true) {
            let heading = self.rooted(&self.page.placed.heading);
            head.prepend(&heading, ContentType::Html);
        }
        Ok(())
    }

    pub(super) fn body(self: &Rc<Self>, body: &mut Element<'_, '_>) -> Handled {
        let early = self.is_early(body);
        if !early && !self.skips() && !self.opened.replace(true) {
            let opening = self.rooted(&self.page.placed.opening);
            body.prepend(&opening, ContentType::Html);
        }
        if !early && !self.headed.replace(true) {
            body.prepend(&self.rooted(&self.page.placed.heading), ContentType::Html);
        }
        if !self.closed.get() && body.can_have_content() {
            let seen = self.clone();
            body.on_end_tag(lol_html::end_tag!(move |end| {
                if seen.closes() {
                    end.before(&seen.rooted(&seen.page.placed.closing), ContentType::Html);
                }
                Ok(())
            }))?;
        }
        Ok(())
    }

    /// Returns whether a skip link comes first, so that the opening piece goes behind it.
    pub(super) fn skips(&self) -> bool {
        matches!(self.kind, Kind::Document(present) if present.skips())
    }

    pub(super) fn skip_link(self: &Rc<Self>, link: &mut Element<'_, '_>) -> Handled {
        if !self.opened.replace(true) {
            let seen = self.clone();
            link.on_end_tag(lol_html::end_tag!(move |end| {
                end.after(&seen.rooted(&seen.page.placed.opening), ContentType::Html);
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
        if self.is_last_mark(&tag) || self.is_early(element) {
            return Ok(());
        }
        if !matches!(&*tag, "html" | "head") && !self.headed.replace(true) {
            let heading = self.rooted(&self.page.placed.heading);
            element.before(&heading, ContentType::Html);
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
            let opening = self.rooted(&self.page.placed.opening);
            element.before(&opening, ContentType::Html);
        }
        Ok(())
    }

    /// Makes the addresses of a banner absolute that the handler has drawn.
    pub(super) fn own(self: &Rc<Self>, element: &mut Element<'_, '_>) -> Handled {
        for name in ["action", "href"] {
            let value = element.get_attribute(name);
            let own = value.filter(|value| value.starts_with('/') && !value.starts_with("//"));
            if let Some(value) = own
                && self.moves()
                && let Some(origin) = self.page.origin()
            {
                element.set_attribute(name, &format!("{origin}{value}"))?;
            }
        }
        Ok(())
    }

    /// A piece of ours as it is put in: with absolute addresses if a `<base>` may lead relative
    /// ones to another host.
    pub(super) fn rooted<'a>(&self, html: &'a str) -> Cow<'a, str> {
        match self.moves().then(|| self.page.origin()).flatten() {
            Some(origin) => rooted(html, &origin).into(),
            None => html.into(),
        }
    }

    /// Returns whether a `<base>` leads to another origin than the page's, or may still come.
    pub(super) fn moves(&self) -> bool {
        let coming = !self.decided.get()
            && match self.kind {
                Kind::Document(present) => present.has("base"),
                // Nobody knows what follows: paths only if the origin is in doubt.
                Kind::Stream => self.page.is_origin_certain(),
                Kind::Piece => self.moved.get(),
            };
        let bases = self.bases.borrow();
        let mut others = bases[1..].iter();
        coming || others.any(|base| base.origin() != bases[0].origin())
    }

    /// Notes that browsers go by this `<base>`, unless it stands where they may pass over it.
    pub(super) fn decide_base(&self, base: &Element<'_, '_>) {
        let aside = self.aside.take() || is_foreign(base);
        if !aside && base.has_attribute("href") {
            self.decided.set(true);
        }
    }

    /// Reports a `<base>` that may move what was put into a stream before it.
    pub(super) fn report_late_base(&self) {
        let late = self.kind == Kind::Stream && self.opened.get() && !self.decided.get();
        if late && !self.page.placed.opening.is_empty() && !self.page.is_origin_certain() {
            self.page.report_late_base();
        }
    }

    /// Returns whether it is too early to put anything in before this element.
    fn is_early(&self, element: &Element<'_, '_>) -> bool {
        let at = element.source_location().bytes().start;
        self.page.hides_declaration(at)
    }

    /// Returns whether anything remains to be put in at the end of the document.
    pub(super) fn appends(&self) -> bool {
        !(self.headed.get() && self.opened.get() && self.closed.get())
    }

    /// Whether the closing piece is put in here, once.
    pub(super) fn closes(&self) -> bool {
        !self.closed.replace(true)
    }
}

/// HTML of ours whose addresses, which are paths of the site, start with the site's origin.
fn rooted(html: &str, origin: &str) -> String {
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
