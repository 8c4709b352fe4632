//! Context of the page that is gated: its request, grants, insertions and encoding.

use std::{cell::Cell, rc::Rc, sync::Arc};

use lol_html::html_content::Element;
use url::Url;

use super::{
    Gating,
    charset::{
        Reading,
        declaration::{self, PRESCANNED},
    },
    dialect::Dialect,
    embeds::Embeds,
    insertions::Insertions,
    needs::Needs,
    rewriter::verdict::value,
    visit::{Finding, UNNAMED, Visit},
};
use crate::{
    choice::form_token::FormToken,
    decision::{Basis, ConsentModel, grants::Grants},
    pages::{HeldKind, PlaceholderView, ShownView, rendered},
};

/// Context of one gated response.
pub(crate) struct PageContext {
    pub(crate) gating: Arc<Gating>,
    pub(crate) visit: Rc<dyn Visit>,
    grants: Grants,
    pub(crate) insertions: Insertions,
    /// Encoding in which the browser reads the page.
    pub(crate) reading: Reading,
    /// The first bytes of a page whose header names no encoding.
    start: Vec<u8>,
    /// True if the browser sends `Sec-GPC: 1` and pages differ between visitors.
    gpc: bool,
    model: ConsentModel,
    /// True if blocked markup stays in the page, inert, instead of being removed.
    pub(crate) inert: bool,
    /// True if the page is the same for everyone.
    shell: bool,
    /// True if the page contains gated markup, granted or blocked.
    pub(crate) gated: Cell<bool>,
    /// Nesting depth of the current document in attributes of others.
    pub(crate) depth: Cell<usize>,
    /// True if a placeholder has already brought the `<style>`.
    styled: Cell<bool>,
    /// Number of gated elements so far that occupy space, granted or blocked.
    id_count: Cell<u32>,
}

impl PageContext {
    pub(crate) fn new(
        visit: Rc<dyn Visit>,
        gating: Arc<Gating>,
        grants: Grants,
        insertions: Insertions,
    ) -> Self {
        let shell = gating.is_shell();
        Self {
            gpc: visit.gpc() && !shell,
            model: match shell {
                true => ConsentModel::OptIn,
                false => visit.model(),
            },
            inert: gating.is_inert(),
            gating,
            visit,
            grants,
            insertions,
            reading: Reading::Unknown,
            start: Vec::new(),
            shell,
            gated: Cell::new(false),
            depth: Cell::new(0),
            styled: Cell::new(false),
            id_count: Cell::new(0),
        }
    }

    /// Sets the encoding in which the browser reads the page.
    pub(crate) fn with_reading(mut self, reading: Reading) -> Rc<Self> {
        self.insertions = self.insertions.encoded_for(reading);
        self.reading = reading;
        Rc::new(self)
    }

    /// Stores the first bytes of a page, which may declare its encoding.
    pub(crate) fn with_start(mut self, start: &[u8]) -> Self {
        self.start = start[..start.len().min(PRESCANNED)].to_vec();
        self
    }

    /// Returns whether an insertion at this byte would hide the declaration of the encoding from
    /// browsers, which scan only the first bytes.
    pub(crate) fn hides_declaration(&self, at: usize) -> bool {
        declaration::hides(&self.start, &self.start[..self.start.len().min(at)])
    }

    pub(crate) fn settings_path(&self) -> &str {
        &self.gating.paths.settings
    }

    /// Returns the declared origins and their services.
    pub(crate) fn embeds(&self) -> &Embeds {
        &self.gating.embeds
    }

    /// Returns the attribute names that mark gated markup.
    pub(crate) fn dialect(&self) -> &Dialect {
        self.gating.dialect()
    }

    /// Returns the address of the page, from which relative addresses start.
    pub(crate) fn address(&self) -> Url {
        self.visit.address()
    }

    /// Returns the origin of the site: the configured one, else that of the request.
    pub(crate) fn origin(&self) -> Option<String> {
        match self.visit.configured_origin() {
            Some(origin) => Some(origin.to_string()),
            None => {
                let address = self.address();
                let named = address.host_str().is_some_and(|host| host != UNNAMED);
                named.then(|| address.origin().ascii_serialization())
            }
        }
    }

    /// Returns whether [`origin`](Self::origin) is configured, or no header contradicts `Host`.
    pub(crate) fn is_origin_certain(&self) -> bool {
        !self.visit.host_in_doubt()
    }

    /// Reports a `<base>` after the insertions into the page.
    pub(crate) fn report_late_base(&self) {
        self.visit.report(Finding::LateBase);
    }

    /// Returns whether everything that is needed is granted.
    pub(crate) fn is_granted(&self, needs: &Needs) -> bool {
        let units = needs.units(&self.gating.policy);
        needs.unknown.is_none() && units.iter().all(|unit| self.grants.allow(*unit))
    }

    /// Returns whether every service with a declared origin is on. Only then may an address that
    /// cannot be parsed stay.
    pub(crate) fn grants_all(&self) -> bool {
        self.embeds().units().all(|unit| self.grants.allow(unit))
    }

    /// Reports that an attribute was removed because its address cannot be parsed.
    pub(crate) fn report_unreadable(&self, tag: &str, attribute: &str) {
        self.visit
            .report(Finding::UnreadableAddress { tag, attribute });
    }

    /// Reports, once per name, a unit that the policy does not declare.
    pub(crate) fn report(&self, needs: &Needs) {
        if let Some(name) = &needs.unknown {
            self.visit.report(Finding::UnknownUnit(name));
        }
    }

    /// Reports, once per value, an element that stays unchanged because its mark has another
    /// purpose.
    pub(crate) fn report_unchanged(&self, value: &str, names: (&str, &str), declared: bool) {
        let (name, strict) = names;
        self.visit.report(Finding::LeftAlone {
            value,
            name,
            strict,
            declared,
        });
    }

    /// Returns the id of the next gated element that occupies space. It is the same on each request
    /// for the page, whatever is granted, so that a response can lead the visitor back to it.
    pub(crate) fn next_id(&self) -> String {
        let id = self.id_count.get() + 1;
        self.id_count.set(id);
        format!("axc-held-{id}")
    }

    /// Renders the status line before an element that the visitor has just chosen to show; `None`
    /// for any other.
    pub(crate) fn status_line(&self, needs: &Needs, id: &str) -> Option<String> {
        let policy = &self.gating.policy;
        let needed = needs.units(policy);
        if !needed.iter().any(|unit| self.visit.shows_once(*unit)) {
            return None;
        }
        let decision = self.visit.decision();
        let units = policy.units();
        Some(self.gating.pages.shown(&ShownView {
            frame: rendered::frame(policy, &self.gating.paths, self.model, self.gpc, "", ""),
            id,
            units: needed.iter().map(|unit| units[*unit].id.as_str()).collect(),
            always: needed.iter().all(|unit| decision.basis(*unit).allows()),
        }))
    }

    /// Returns whether the element needs only services whose only purpose is advertising.
    fn is_advertisement(&self, needed: &[usize]) -> bool {
        let policy = &self.gating.policy;
        !needed.is_empty()
            && needed
                .iter()
                .all(|unit| policy.advertises(&policy.units()[*unit].id))
    }

    /// Returns whether the visitor or the browser has refused one of the units. Always false if
    /// pages are the same for everyone.
    fn is_refused(&self, needed: &[usize]) -> bool {
        let decision = match self.shell {
            true => self.gating.undecided.clone(),
            false => self.visit.decision(),
        };
        let units = self.gating.policy.units();
        let refused = |unit: &usize| {
            let signalled = self.gpc && units[*unit].sale_or_share;
            signalled || matches!(decision.basis(*unit), Basis::Rejected | Basis::Signal)
        };
        needed.iter().any(refused)
    }

    /// Renders the placeholder of a blocked element. `None` if no form could allow it, and for an
    /// advertisement that the visitor has refused.
    pub(crate) fn placeholder(
        &self,
        element: &Element<'_, '_>,
        tag: &str,
        needs: &Needs,
        inside_form: bool,
        id: &str,
    ) -> Option<String> {
        if needs.unknown.is_some() {
            return None;
        }
        let policy = &self.gating.policy;
        let units = policy.units();
        let needed = needs.units(policy);
        let advertises = self.is_advertisement(&needed);
        if advertises && self.is_refused(&needed) {
            return None;
        }
        let gpc = self.gpc;
        let label = value(element, "title").or_else(|| value(element, "alt"));
        let label = label
            .as_deref()
            .map(str::trim)
            .filter(|label| !label.is_empty());
        let states = gpc && needed.iter().any(|unit| units[*unit].sale_or_share);
        let asked = FormToken {
            text: self.gating.placeholder_texts[usize::from(gpc)].clone(),
            gpc_stated: states,
            units: needed
                .iter()
                .map(|unit| (units[*unit].tag, units[*unit].fingerprint))
                .collect(),
        };
        let asked = asked.to_string();
        let return_to = self.visit.way_back();
        let return_to = crate::http::return_to::attribute(&return_to);
        let html = self.gating.pages.placeholder(&PlaceholderView {
            frame: rendered::frame(
                policy,
                &self.gating.paths,
                self.model,
                gpc,
                &asked,
                &return_to,
            ),
            kind: match advertises {
                true => HeldKind::Advertisement,
                false => kind(element, tag),
            },
            label,
            units: needed.iter().map(|unit| units[*unit].id.as_str()).collect(),
            size: size(element),
            styled: !self.styled.replace(true),
            inside_form,
            id,
            framed: self.visit.is_framed(),
        });
        Some(self.reading.piece(html))
    }
}

fn kind(element: &Element<'_, '_>, tag: &str) -> HeldKind {
    let fills_the_screen = || {
        element.has_attribute("allowfullscreen")
            || element
                .get_attribute("allow")
                .is_some_and(|allow| allow.contains("fullscreen"))
    };
    match tag {
        "video" => HeldKind::Video,
        "audio" => HeldKind::Sound,
        "img" => HeldKind::Picture,
        "iframe" if fills_the_screen() => HeldKind::Video,
        _ => HeldKind::Content,
    }
}

/// Returns width and height in CSS pixels, if both are given and plausible.
fn size(element: &Element<'_, '_>) -> Option<(u32, u32)> {
    let of = |name| {
        let value = element.get_attribute(name)?;
        let value = value.trim().trim_end_matches("px");
        value
            .parse()
            .ok()
            .filter(|size| (1..=10_000).contains(size))
    };
    Some((of("width")?, of("height")?))
}
