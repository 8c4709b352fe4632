//! One page as the gate for markup knows it.

use std::{cell::Cell, rc::Rc, sync::Arc};

use lol_html::html_content::Element;
use url::Url;

use super::{Gating, embeds::Embeds, gate::value, needs::Needs, placed::Placed};
use crate::{
    asked::Asked,
    config::Config,
    decision::ConsentModel,
    grants::Grants,
    handle::Handle,
    pages::{HeldKind, PlaceholderView, drawn},
};

/// What one response is gated by.
pub(crate) struct Page {
    pub(crate) config: Arc<Config>,
    handle: Rc<Handle>,
    grants: Grants,
    pub(crate) placed: Placed,
    /// The visitor's browser sends `Sec-GPC: 1`, and pages tell visitors apart.
    gpc: bool,
    model: ConsentModel,
    /// Gated markup stays in the page and waits, instead of being left out.
    pub(crate) inert: bool,
    /// Something in the page was gated, whichever way it was decided.
    pub(crate) gated: Cell<bool>,
    /// How deep the document that is read stands in attributes of others.
    pub(crate) depth: Cell<usize>,
    /// A placeholder has brought its style.
    styled: Cell<bool>,
}

impl Page {
    pub(crate) fn new(
        handle: &Rc<Handle>,
        gating: &Gating,
        grants: Grants,
        placed: Placed,
    ) -> Self {
        let shell = gating.is_shell();
        Self {
            config: handle.config.clone(),
            handle: handle.clone(),
            grants,
            placed,
            gpc: handle.signals.gpc && !shell,
            model: match shell {
                true => ConsentModel::OptIn,
                false => handle.placement.model,
            },
            inert: gating.is_inert(),
            gated: Cell::new(false),
            depth: Cell::new(0),
            styled: Cell::new(false),
        }
    }

    pub(crate) fn settings_path(&self) -> &str {
        &self.config.paths.settings
    }

    /// Which origins are whose. Without a gate for markup there is no page.
    pub(crate) fn embeds(&self) -> &Embeds {
        static NONE: Embeds = Embeds::none();
        self.config
            .gating
            .as_ref()
            .map_or(&NONE, |gating| &gating.embeds)
    }

    /// The address of the page, which relative addresses start from.
    pub(crate) fn address(&self) -> Url {
        address(&self.handle)
    }

    /// Whether everything that is needed is on.
    pub(crate) fn granted(&self, needs: &Needs) -> bool {
        let units = needs.units(&self.config.policy);
        needs.unknown.is_none() && units.iter().all(|unit| self.grants.allow(*unit))
    }

    /// Says once per name that the page names what the policy does not have.
    pub(crate) fn report(&self, needs: &Needs) {
        if let Some(name) = &needs.unknown {
            self.config.report_unknown(name);
        }
    }

    /// What stands where the element is held back; nothing where no form could let it in.
    pub(crate) fn placeholder(
        &self,
        element: &Element<'_, '_>,
        tag: &str,
        needs: &Needs,
        inside_form: bool,
    ) -> Option<String> {
        if needs.unknown.is_some() {
            return None;
        }
        let policy = &self.config.policy;
        let units = policy.units();
        let needed = needs.units(policy);
        let gpc = self.gpc;
        let label = value(element, "title").or_else(|| value(element, "alt"));
        let label = label
            .as_deref()
            .map(str::trim)
            .filter(|label| !label.is_empty());
        let states = gpc && needed.iter().any(|unit| units[*unit].sale_or_share);
        let asked = Asked {
            text: self.config.drawn.placeholder_text(gpc).to_owned(),
            gpc_stated: states,
            units: needed
                .iter()
                .map(|unit| (units[*unit].tag, units[*unit].fingerprint))
                .collect(),
        };
        let asked = asked.to_string();
        let return_to = self.handle.way_back();
        let return_to = crate::pages::return_to::attribute(&return_to);
        Some(self.config.pages.placeholder(&PlaceholderView {
            frame: drawn::frame(
                policy,
                &self.config.paths,
                self.model,
                gpc,
                &asked,
                &return_to,
            ),
            kind: kind(element, tag),
            label,
            units: needed.iter().map(|unit| units[*unit].id.as_str()).collect(),
            size: size(element),
            styled: !self.styled.replace(true),
            inside_form,
        }))
    }
}

/// The address of the page, as far as it matters for what its addresses lead to.
pub(super) fn address(handle: &Handle) -> Url {
    let scheme = if handle.config.secure {
        "https"
    } else {
        "http"
    };
    let path = handle
        .uri
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let host = handle.authority();
    Url::parse(&format!("{scheme}://{host}"))
        .and_then(|origin| origin.join(path))
        .unwrap_or_else(|_| unnamed(scheme))
}

fn unnamed(scheme: &str) -> Url {
    // A request without a readable host: no origin of an embed can be it.
    Url::parse(&format!("{scheme}://site.invalid/")).expect("it is an address")
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
