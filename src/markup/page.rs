//! One page as the gate for markup knows it.

use std::{cell::Cell, rc::Rc, sync::Arc};

use lol_html::html_content::Element;
use url::Url;

use super::{
    Gating,
    charset::Reading,
    dialect::Dialect,
    embeds::Embeds,
    gate::judge::value,
    needs::Needs,
    placed::Placed,
    sniff::{self, PRESCANNED},
    visit::{Finding, UNNAMED, Visit},
};
use crate::{
    choice::form_token::FormToken,
    decision::{Basis, ConsentModel, grants::Grants},
    pages::{HeldKind, PlaceholderView, ShownView, rendered},
};

/// What one response is gated by.
pub(crate) struct Page {
    pub(crate) gating: Arc<Gating>,
    pub(crate) visit: Rc<dyn Visit>,
    grants: Grants,
    pub(crate) placed: Placed,
    /// The encoding that the browser reads the page in.
    pub(crate) reading: Reading,
    /// The first bytes of a page whose header names no encoding.
    start: Vec<u8>,
    /// The visitor's browser sends `Sec-GPC: 1`, and pages tell visitors apart.
    gpc: bool,
    model: ConsentModel,
    /// Gated markup stays in the page and waits, instead of being left out.
    pub(crate) inert: bool,
    /// The page is the same for everyone.
    shell: bool,
    /// Something in the page was gated, whichever way it was decided.
    pub(crate) gated: Cell<bool>,
    /// How deep the document that is read stands in attributes of others.
    pub(crate) depth: Cell<usize>,
    /// A placeholder has brought its style.
    styled: Cell<bool>,
    /// Number of gated elements so far that take room, allowed or blocked.
    places: Cell<u32>,
}

impl Page {
    pub(crate) fn new(
        visit: Rc<dyn Visit>,
        gating: Arc<Gating>,
        grants: Grants,
        placed: Placed,
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
            placed,
            reading: Reading::Unknown,
            start: Vec::new(),
            shell,
            gated: Cell::new(false),
            depth: Cell::new(0),
            styled: Cell::new(false),
            places: Cell::new(0),
        }
    }

    /// Sets the encoding that the browser reads the page in.
    pub(crate) fn read_as(mut self, reading: Reading) -> Rc<Self> {
        self.placed = self.placed.fit_for(reading);
        self.reading = reading;
        Rc::new(self)
    }

    /// Remembers the first bytes of a page, which may declare its encoding.
    pub(crate) fn starts_with(mut self, start: &[u8]) -> Self {
        self.start = start[..start.len().min(PRESCANNED)].to_vec();
        self
    }

    /// Returns whether an insertion at this byte would keep browsers from finding the declaration
    /// of the encoding, since they scan the first bytes only.
    pub(crate) fn hides_declaration(&self, at: usize) -> bool {
        sniff::hides(&self.start, &self.start[..self.start.len().min(at)])
    }

    pub(crate) fn settings_path(&self) -> &str {
        &self.gating.paths.settings
    }

    /// The declared origins, and the services they belong to.
    pub(crate) fn embeds(&self) -> &Embeds {
        &self.gating.embeds
    }

    /// Names of the attributes that mark gated markup.
    pub(crate) fn dialect(&self) -> &Dialect {
        self.gating.dialect()
    }

    /// The address of the page, which relative addresses start from.
    pub(crate) fn address(&self) -> Url {
        self.visit.address()
    }

    /// The origin that visitors reach the site at: the configured one, else that of the request.
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

    /// Returns whether [`origin`](Self::origin) is configured, or nothing speaks against `Host`.
    pub(crate) fn is_origin_certain(&self) -> bool {
        !self.visit.host_in_doubt()
    }

    /// Reports that a `<base>` came behind what was put into the page.
    pub(crate) fn report_late_base(&self) {
        self.visit.report(Finding::LateBase);
    }

    /// Whether everything that is needed is on.
    pub(crate) fn granted(&self, needs: &Needs) -> bool {
        let units = needs.units(&self.gating.policy);
        needs.unknown.is_none() && units.iter().all(|unit| self.grants.allow(*unit))
    }

    /// Returns whether every service is on that declares an origin: only then an address may pass
    /// that cannot be parsed.
    pub(crate) fn grants_all(&self) -> bool {
        self.embeds().units().all(|unit| self.grants.allow(unit))
    }

    /// Reports that an attribute was removed because its address cannot be parsed.
    pub(crate) fn report_unreadable(&self, tag: &str, attribute: &str) {
        self.visit
            .report(Finding::UnreadableAddress { tag, attribute });
    }

    /// Says once per name that the page names what the policy does not have.
    pub(crate) fn report(&self, needs: &Needs) {
        if let Some(name) = &needs.unknown {
            self.visit.report(Finding::UnknownUnit(name));
        }
    }

    /// Reports once per value that an element was left as it is: its mark is about something
    /// else.
    pub(crate) fn report_left(&self, value: &str, names: (&str, &str), declared: bool) {
        let (name, strict) = names;
        self.visit.report(Finding::LeftAlone {
            value,
            name,
            strict,
            declared,
        });
    }

    /// Id of the next gated element that takes room: the same on each visit of the page, whatever
    /// is granted, so that a visitor is led back to it.
    pub(crate) fn next_place(&self) -> String {
        let place = self.places.get() + 1;
        self.places.set(place);
        format!("axc-held-{place}")
    }

    /// The line before an element that the visitor has just asked to see; `None` for any other.
    pub(crate) fn shown(&self, needs: &Needs, place: &str) -> Option<String> {
        let policy = &self.gating.policy;
        let needed = needs.units(policy);
        if !needed.iter().any(|unit| self.visit.shows_once(*unit)) {
            return None;
        }
        let decision = self.visit.decision();
        let units = policy.units();
        Some(self.gating.pages.shown(&ShownView {
            frame: rendered::frame(policy, &self.gating.paths, self.model, self.gpc, "", ""),
            id: place,
            units: needed.iter().map(|unit| units[*unit].id.as_str()).collect(),
            always: needed.iter().all(|unit| decision.basis(*unit).allows()),
        }))
    }

    /// Returns whether the element is for advertising alone: it needs only services, and their only
    /// purpose is advertising.
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

    /// The placeholder of a blocked element; `None` if no form could allow it, and for an
    /// advertisement that the visitor has refused.
    pub(crate) fn placeholder(
        &self,
        element: &Element<'_, '_>,
        tag: &str,
        needs: &Needs,
        inside_form: bool,
        place: &str,
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
            id: place,
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

/// Width and height in CSS pixels, where both are given and sane.
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
