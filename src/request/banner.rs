//! Banner, confirmation and one-time content of the page that answers the request.

use super::{RequestConsent, now};
use crate::{
    choice::{consent_id::ConsentId, note::Saved},
    decision::{ConsentModel, Status},
    pages::{Banner, BannerKind, rendered::BannerRequest},
};

impl RequestConsent {
    /// Renders the banner, the notice or the confirmation that is due; empty if none is.
    pub(crate) fn banner(&self) -> Banner {
        self.uses_consent.set(true);
        if self.head_sent.get() {
            log::error!(
                "Consent::banner was called after the head of the response had been sent, so no banner \
                 is rendered; call it before the first byte of a stream"
            );
            return Banner::default();
        }
        let kind = self.banner_kind.get().or_else(|| match self.take_saved() {
            Some(saved) => Some(BannerKind::Saved(saved.outcome)),
            None => self.banner_due(),
        });
        let Some(kind) = kind else {
            return Banner::default();
        };
        self.banner_rendered.set(true);
        self.banner_kind.set(Some(kind));
        if kind == BannerKind::Notice {
            self.note_shown();
        }
        let choice = self.state().choice.clone();
        let due = BannerRequest {
            kind,
            choice: choice.as_deref(),
            former_consent_id: self.confirmed_former_id(),
            leads_to_element: self.leads_to_element(),
        };
        let site = self.config.page_site();
        let banner = &self.config.rendered;
        banner.banner(site, due, self.signals.gpc, &self.way_back())
    }

    /// Returns the banner or the notice that is due.
    pub(crate) fn banner_due(&self) -> Option<BannerKind> {
        let state = self.state();
        if self.policy().gated_units().next().is_none()
            || state.decision.status() == Status::Decided
            || self.signals.minor
        {
            return None;
        }
        match self.placement.model {
            ConsentModel::OptIn => Some(BannerKind::Ask),
            ConsentModel::Implied => (!state.note.dismissed).then_some(BannerKind::Notice),
        }
    }

    /// Notes that the notice was shown. Prefetched pages do not count, since nobody has seen them.
    pub(crate) fn note_shown(&self) {
        let mut state = self.state_mut();
        if self.navigation && state.note.until.is_none() {
            state.note.until = Some(self.notice_ends(state.choice.as_deref()));
            state.note_changed = true;
            state.first_shown = true;
        }
    }

    /// Takes the confirmation that is due. It is shown by navigations only, not by prefetched or
    /// partial pages.
    pub(crate) fn take_saved(&self) -> Option<Saved> {
        if !self.navigation {
            return None;
        }
        let mut state = self.state_mut();
        let saved = state.note.saved.take()?;
        state.shown_confirmation = Some(saved);
        state.note_changed = true;
        let superseded = state.superseded.is_some();
        drop(state);
        let saved = match superseded {
            // A later rejection has overridden the answer that it confirms.
            true => Saved {
                outcome: self.outcome(),
                ..saved
            },
            false => saved,
        };
        (saved.until >= now()).then_some(saved)
    }

    /// Consent id that the visitor gave up with the choice that this page confirms.
    pub(crate) fn confirmed_former_id(&self) -> Option<ConsentId> {
        self.state()
            .shown_confirmation
            .and_then(|saved| saved.subject)
    }

    /// Returns whether the page leads the visitor to an element that replaces a placeholder.
    pub(crate) fn leads_to_element(&self) -> bool {
        let state = self.state();
        state.note.once.is_some() || state.shown_once.is_some()
    }

    /// Takes the units that the visitor asked to see once, if the request is a navigation.
    pub(crate) fn take_once(&self) {
        if !self.navigation {
            return;
        }
        let mut state = self.state_mut();
        let Some(once) = state.note.once.take() else {
            return;
        };
        state.note_changed = true;
        state.shown_once = Some(once.clone());
        self.single_use.set(true);
        if once.until >= now() && !self.signals.minor {
            let units = self.policy().units().iter().enumerate();
            let wanted = units.filter(|(_, unit)| once.units.contains(&unit.tag));
            *self.once.borrow_mut() = wanted.map(|(at, _)| at).collect();
        }
    }

    /// Units that the markup of this page may load besides those that are granted.
    pub(crate) fn extra_units(&self) -> Vec<usize> {
        let once = self.once.borrow();
        let units = once.iter().copied();
        let units = {
            let gating = self.config.gating.as_ref();
            let advanced = gating.map_or(&[][..], |gating| gating.advanced());
            units.chain(advanced.iter().copied())
        };
        units.collect()
    }

    /// The nonce of this response; `None` if it was not requested.
    pub(crate) fn nonce(&self) -> Option<&str> {
        self.nonce.get().map(String::as_str)
    }

    /// The nonce of this response, generated by the first call.
    pub(crate) fn make_nonce(&self) -> &str {
        use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
        self.single_use.set(true);
        self.uses_consent.set(true);
        self.nonce
            .get_or_init(|| STANDARD_NO_PAD.encode(rand::random::<[u8; 16]>()))
    }
}
