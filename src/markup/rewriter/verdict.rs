//! Decision on one element: keep, remove, replace by a placeholder, or leave inert.

use std::rc::Rc;

use lol_html::html_content::{ContentType, Element};
use smallvec::SmallVec;
use url::Url;

use super::{
    HandlerResult, RewriteState,
    activation::{activate, make_inert, marks},
    ambiguity::gated_piece,
};
use crate::markup::MarkupError;
use crate::markup::{
    charset::Values,
    dialect::Mark,
    element::{self, Names, Part},
    needs::Needs,
};

/// Names of attributes of one element.
type Attributes = SmallVec<[&'static str; 2]>;

impl RewriteState {
    /// Decides on one element by its mark and its addresses.
    pub(crate) fn judge(self: &Rc<Self>, element: &mut Element<'_, '_>) -> HandlerResult {
        let ends_foreign = self.ends_foreign.take();
        let tag = element.tag_name();
        let policy = &self.page.gating.policy;
        let mark = self.page.dialect().mark(element);
        let read = |mark: &Mark<'_>| {
            Needs::read(policy, mark.category.as_deref(), mark.service.as_deref())
        };
        let needs = mark.as_ref().map(read).unwrap_or_default();
        let mark =
            mark.filter(|mark| !mark.doubtful || self.is_consent_mark(element, &tag, mark, &needs));
        let marked = mark.is_some();
        let needs = if marked { needs } else { Needs::default() };
        if tag == "template" {
            return match marked {
                true => self.template(element, &needs),
                false => Ok(()),
            };
        }
        let (whole, unreadable) = self.collect_needs(element, &tag, &needs, marked)?;
        if !unreadable.is_empty() && self.drop_unreadable(element, &tag, &unreadable) {
            return Ok(());
        }
        if tag == "base" {
            self.base(element)?;
        }
        if !marked && whole.loaded.is_empty() {
            if tag == "base" {
                self.decide_base(element);
            }
            return Ok(());
        }
        self.page.gated.set(true);
        let room = element::occupies_space(&tag) && !is_invisible(element) && !is_foreign(element);
        let id = if room {
            self.page.next_id()
        } else {
            String::new()
        };
        match self.page.is_granted(&whole) {
            true => {
                if let Some(mark) = &mark {
                    activate(element, &tag, mark.names)?;
                }
                if room {
                    self.insert_status_line(element, &whole, &id);
                }
            }
            false if self.page.inert => {
                self.leave_inert(element, &tag, &whole, mark.as_ref(), &id)?
            }
            false => self.block(element, &tag, &whole, &id),
        }
        if ends_foreign && element.removed() {
            // Without it browsers would read the following markup as SVG or MathML.
            element.after("<span></span>", ContentType::Html);
        }
        Ok(())
    }

    /// Collects the requirements of the element, and its attributes with addresses that cannot be
    /// parsed. Removes blocked attributes that the element can do without.
    fn collect_needs(
        &self,
        element: &mut Element<'_, '_>,
        tag: &str,
        needs: &Needs,
        marked: bool,
    ) -> Result<(Needs, Attributes), Box<dyn std::error::Error + Send + Sync>> {
        let mut whole = needs.clone();
        let bases = self.bases.borrow();
        let embeds = self.page.embeds();
        let mut unreadable: Attributes = SmallVec::new();
        for (kept, _) in element::inert_attributes(tag) {
            let names = match *kept {
                "data-srcset" => Names::Candidates,
                _ => Names::Address,
            };
            for value in self.values(element, kept) {
                element::addresses(names, &value, &bases, |url| whole.load(embeds, url));
            }
            if std::mem::take(&mut whole.unreadable) {
                unreadable.push(kept);
            }
        }
        for fetched in element::fetched_attributes(tag) {
            let values = self.values(element, fetched.attribute);
            let Some(text) = values.last() else {
                continue;
            };
            let refreshes = || {
                let kind = value(element, "http-equiv");
                kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("refresh"))
            };
            if fetched.names == Names::Refresh && !refreshes() {
                continue;
            }
            let mut part = needs.clone();
            for value in &values {
                element::addresses(fetched.names, value, &bases, |url| part.load(embeds, url));
            }
            if part.unreadable {
                unreadable.push(fetched.attribute);
            }
            match fetched.part {
                Part::Whole => part.loaded.iter().for_each(|unit| whole.add(*unit)),
                // All attributes of a marked element share one decision.
                Part::Side if fetched.names == Names::Document => {
                    let gated = gated_piece(self, text, true)?.0;
                    if gated != *text {
                        element.set_attribute(fetched.attribute, &escaped(&gated))?;
                    }
                }
                Part::Side if marked || self.can_be_inert(tag, fetched.attribute) => {
                    part.loaded.iter().for_each(|unit| whole.add(*unit))
                }
                Part::Side => {
                    if !part.loaded.is_empty() {
                        self.page.gated.set(true);
                        if !self.page.is_granted(&part) {
                            element.remove_attribute(fetched.attribute);
                        }
                    }
                }
            }
        }
        Ok((whole, unreadable))
    }

    /// Returns the value of an attribute in each encoding that the browser may use for the page,
    /// with character references resolved.
    fn values(&self, element: &Element<'_, '_>, name: &str) -> Values {
        let raw = element.get_attribute(name);
        let mut values = raw.map_or_else(Values::new, |raw| self.page.reading.values(raw));
        for value in &mut values {
            *value = unescaped(std::mem::take(value));
        }
        values
    }

    /// Returns whether the dialect can store the attribute in the page until consent.
    fn can_be_inert(&self, tag: &str, attribute: &str) -> bool {
        let kept = element::inert_attributes(tag);
        self.page.inert && kept.iter().any(|(_, live)| *live == attribute)
    }

    fn base(&self, base: &Element<'_, '_>) -> HandlerResult {
        let values = self.values(base, "href");
        if values.is_empty() {
            return Ok(());
        }
        // Browsers use the first one. Which one that is may be uncertain, so up to seven are
        // considered.
        if self.base_count.get() >= 7 {
            return Err(MarkupError::new("more than seven <base> elements; use one").into());
        }
        self.base_count.set(self.base_count.get() + 1);
        self.report_late_base();
        let mut bases = self.bases.borrow_mut();
        let page = [bases[0].clone()];
        let embeds = self.page.embeds();
        let mut add = |url: Option<&Url>| {
            // If an address has several readings, only those with a host of a service count.
            if let Some(url) = url
                && !bases.contains(url)
                && (values.len() == 1 || !embeds.units_of(url).is_empty())
            {
                bases.push(url.clone());
            }
        };
        for href in &values {
            element::addresses(Names::Address, href, &page, &mut add);
        }
        Ok(())
    }

    /// Inserts the status line before an element that the visitor has just chosen to show.
    fn insert_status_line(&self, element: &mut Element<'_, '_>, needs: &Needs, id: &str) {
        if let Some(line) = self.page.status_line(needs, id) {
            element.before(&self.with_origin(&line), ContentType::Html);
        }
    }

    /// Decides on `<template data-consent-category>` and its content.
    fn template(self: &Rc<Self>, template: &mut Element<'_, '_>, needs: &Needs) -> HandlerResult {
        self.page.gated.set(true);
        let granted = self.page.is_granted(needs);
        let room = template.has_attribute("data-placeholder") && !is_foreign(template);
        let id = if room {
            self.page.next_id()
        } else {
            String::new()
        };
        if !granted && self.page.inert {
            // With this attribute it would be a shadow root instead of an inert template.
            template.remove_attribute("shadowrootmode");
            return Ok(());
        }
        if template.can_have_content() {
            // If another end tag closes it, browsers end it elsewhere.
            template.on_end_tag(lol_html::end_tag!(|end| {
                match &*end.name() {
                    "template" => Ok(()),
                    other => Err(MarkupError::new(format_args!(
                        "</{other}> stands where </template> of a gated template is expected; close the template"
                    ))
                    .into()),
                }
            }))?;
        }
        if granted {
            if room {
                self.insert_status_line(template, needs, &id);
            }
            template.remove_and_keep_content();
        } else if room {
            self.replace_with_placeholder(template, "template", needs, &id);
        } else {
            self.page.report(needs);
            template.remove();
        }
        Ok(())
    }

    /// Leaves the element in the page for the script to activate: behind a placeholder if it
    /// occupies space, else in the form of the dialect.
    fn leave_inert(
        &self,
        element: &mut Element<'_, '_>,
        tag: &str,
        needs: &Needs,
        mark: Option<&Mark<'_>>,
        id: &str,
    ) -> HandlerResult {
        let policy = &self.page.gating.policy;
        let names = self.page.dialect().names();
        let unmarked = mark.is_none().then_some(names);
        if !element::occupies_space(tag) || is_invisible(element) {
            return make_inert(element, tag, policy, needs, unmarked);
        }
        let placeholder = self
            .page
            .placeholder(element, tag, needs, self.forms.get() > 0, id);
        let Some(placeholder) = placeholder else {
            return make_inert(element, tag, policy, needs, unmarked);
        };
        let marks = marks(policy, needs, names);
        if let Some(mark) = mark {
            activate(element, tag, mark.names)?;
        }
        let placeholder = self.with_origin(&placeholder);
        let before = format!("<div data-consent-placeholder>{placeholder}<template{marks}>");
        element.before(&before, ContentType::Html);
        element.after("</template></div>", ContentType::Html);
        Ok(())
    }

    fn block(&self, element: &mut Element<'_, '_>, tag: &str, needs: &Needs, id: &str) {
        let foreign = is_foreign(element);
        if element::occupies_space(tag) && !is_invisible(element) && !foreign {
            return self.replace_with_placeholder(element, tag, needs, id);
        }
        self.page.report(needs);
        if stays_without_attributes(tag, foreign) {
            for fetched in element::fetched_attributes(tag) {
                element.remove_attribute(fetched.attribute);
            }
        } else {
            keep_foreign_end(element, tag);
            element.remove();
        }
    }

    fn replace_with_placeholder(
        &self,
        element: &mut Element<'_, '_>,
        tag: &str,
        needs: &Needs,
        id: &str,
    ) {
        self.page.report(needs);
        keep_foreign_end(element, tag);
        match self
            .page
            .placeholder(element, tag, needs, self.forms.get() > 0, id)
        {
            Some(html) => element.replace(&self.with_origin(&html), ContentType::Html),
            None => element.remove(),
        }
    }
}

/// Returns whether a blocked element stays without the attributes that it would fetch.
fn stays_without_attributes(tag: &str, foreign: bool) -> bool {
    match tag {
        // In HTML browsers read it as `img`, which has no content; the tokenizer does not.
        "image" => !foreign,
        "input" | "a" | "area" | "col" | "colgroup" | "body" | "table" | "thead" | "tbody"
        | "tfoot" | "tr" | "th" | "td" => true,
        _ => false,
    }
}

/// Returns whether the tokenizer takes the element for SVG or MathML.
pub(crate) fn is_foreign(element: &Element<'_, '_>) -> bool {
    !element.namespace_uri().ends_with("/xhtml")
}

/// Keeps an end tag that ends this element but belongs to another one.
pub(crate) fn keep_foreign_end(element: &mut Element<'_, '_>, tag: &str) {
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

/// Returns the value of an attribute with character references resolved.
pub(in crate::markup) fn value(element: &Element<'_, '_>, name: &str) -> Option<String> {
    element.get_attribute(name).map(unescaped)
}

fn unescaped(raw: String) -> String {
    match raw.contains('&') {
        true => htmlize::unescape_attribute(raw.as_str()).into_owned(),
        false => raw,
    }
}

/// Escapes text for an attribute value.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
}

/// Returns whether the element is a pixel or hidden, so that no placeholder replaces it.
fn is_invisible(element: &Element<'_, '_>) -> bool {
    let tiny = |name| {
        let value = element.get_attribute(name);
        value.is_some_and(|value| value.trim().parse::<u32>().is_ok_and(|size| size <= 2))
    };
    element.has_attribute("hidden") || tiny("width") || tiny("height")
}
