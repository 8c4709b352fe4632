//! What becomes of one element.

use std::rc::Rc;

use lol_html::html_content::{ContentType, Element};
use url::Url;

use super::{
    Doubt, Handled, Seen,
    doubt::gated_piece,
    rewrite::{activate, make_inert, marks},
};
use crate::markup::{
    element::{self, Names, Part},
    needs::Needs,
};

impl Seen {
    /// Looks at one element, and at what its attributes say.
    pub(super) fn judge(self: &Rc<Self>, element: &mut Element<'_, '_>) -> Handled {
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
        let embeds = self.page.embeds();
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
            let Some(text) = value(element, fetched.attribute) else {
                continue;
            };
            let refreshes = || {
                let kind = value(element, "http-equiv");
                kind.is_some_and(|kind| kind.eq_ignore_ascii_case("refresh"))
            };
            if fetched.names == Names::Refresh && !refreshes() {
                continue;
            }
            let mut part = needs.clone();
            for url in element::addresses(fetched.names, &text, &bases) {
                part.load(embeds, &url);
            }
            match fetched.part {
                Part::Whole => part.loaded.iter().for_each(|unit| whole.add(*unit)),
                // A marked element stands or falls as one.
                Part::Side if fetched.names == Names::Document => {
                    let gated = gated_piece(&self.page, &text)?;
                    if gated != text {
                        element.set_attribute(fetched.attribute, &escaped(&gated))?;
                    }
                }
                Part::Side if marked || self.waits(&tag, fetched.attribute) => {
                    part.loaded.iter().for_each(|unit| whole.add(*unit))
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
            self.base(element)?;
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

    fn base(&self, base: &Element<'_, '_>) -> Handled {
        let mut bases = self.bases.borrow_mut();
        // The first one counts; more of them are kept for doubt's sake, within reason.
        if let Some(href) = value(base, "href")
            && let Ok(url) = Url::options().base_url(bases.first()).parse(&href)
        {
            if bases.len() >= 8 {
                return Err(Doubt::new("more than seven <base>").into());
            }
            bases.push(url);
        }
        Ok(())
    }

    /// `<template data-category>` round any markup.
    fn wrapper(self: &Rc<Self>, template: &mut Element<'_, '_>, needs: &Needs) -> Handled {
        self.page.gated.set(true);
        let granted = self.page.granted(needs);
        if !granted && self.page.inert {
            // It would be no template, but there.
            template.remove_attribute("shadowrootmode");
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
        } else if template.has_attribute("data-placeholder") && !is_foreign(template) {
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
        let foreign = is_foreign(element);
        if element::takes_room(tag) && !is_unseen(element) && !foreign {
            return self.hold_in_place(element, tag, needs);
        }
        self.page.report(needs);
        if keeps_its_place(tag, foreign) {
            for fetched in element::fetched_by(tag) {
                element.remove_attribute(fetched.attribute);
            }
        } else {
            keep_foreign_end(element, tag);
            element.remove();
        }
    }

    fn hold_in_place(&self, element: &mut Element<'_, '_>, tag: &str, needs: &Needs) {
        self.page.report(needs);
        keep_foreign_end(element, tag);
        match self
            .page
            .placeholder(element, tag, needs, self.forms.get() > 0)
        {
            Some(html) => element.replace(&html, ContentType::Html),
            None => element.remove(),
        }
    }
}

/// Whether the element stays, without what it would fetch.
fn keeps_its_place(tag: &str, foreign: bool) -> bool {
    match tag {
        // In HTML browsers read it as `img`, which has no content, and the tokenizer does not.
        "image" => !foreign,
        "input" | "a" | "area" | "col" | "colgroup" | "body" | "table" | "thead" | "tbody"
        | "tfoot" | "tr" | "th" | "td" => true,
        _ => false,
    }
}

/// Whether the element is one of SVG or MathML, to the tokenizer.
pub(super) fn is_foreign(element: &Element<'_, '_>) -> bool {
    !element.namespace_uri().ends_with("/xhtml")
}

/// What ends an element may be the end tag of another one, which stays.
fn keep_foreign_end(element: &mut Element<'_, '_>, tag: &str) {
    if let Some(handlers) = element.end_tag_handlers() {
        let own = tag.to_owned();
        handlers.push(lol_html::end_tag!(move |end| {
            let name = end.name();
            if name != own {
                end.before(&format!("</{name}>"), ContentType::Html);
            }
            Ok(())
        }));
    }
}

/// The value of an attribute, its character references resolved.
pub(in crate::markup) fn value(element: &Element<'_, '_>, name: &str) -> Option<String> {
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
