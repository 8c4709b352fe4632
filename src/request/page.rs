//! What a page of this request shows, and what it uses up by that.

use super::{RequestConsent, now};
use crate::{
    choice::{consent_id::ConsentId, note::Saved},
    decision::{ConsentModel, Status},
    pages::{Banner, BannerKind, rendered::Due},
};

impl RequestConsent {
    /// The banner, the notice or the confirmation that is due; empty if none is.
    pub(crate) fn banner(&self) -> Banner {
        self.asked.set(true);
        if self.released.get() {
            log::error!(
                "a banner was asked for after the head of the response had left: none is drawn"
            );
            return Banner::default();
        }
        let kind = self.drawn.get().or_else(|| match self.take_saved() {
            Some(saved) => Some(BannerKind::Saved(saved.outcome)),
            None => self.banner_due(),
        });
        let Some(kind) = kind else {
            return Banner::default();
        };
        self.banner_drawn.set(true);
        self.drawn.set(Some(kind));
        if kind == BannerKind::Notice {
            self.note_shown();
        }
        let choice = self.state().choice.clone();
        let due = Due {
            kind,
            choice: choice.as_deref(),
            left: self.left_before(),
            led: self.leads_to_element(),
        };
        let site = self.config.page_site();
        let banner = &self.config.drawn;
        banner.banner(site, due, self.signals.gpc, &self.way_back())
    }

    /// Whether a banner or a notice is due.
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

    /// Remembers that the notice was shown, where a person has seen it: a page that was fetched in
    /// advance has been shown to nobody.
    pub(crate) fn note_shown(&self) {
        let mut state = self.state_mut();
        if self.navigation && state.note.until.is_none() {
            state.note.until = Some(self.notice_ends(state.choice.as_deref()));
            state.note_changed = true;
            state.first_shown = true;
        }
    }

    /// A confirmation that is due, and no longer after this call. It waits for a page that a
    /// person sees: not one that was fetched in advance, nor a part of one.
    pub(crate) fn take_saved(&self) -> Option<Saved> {
        if !self.navigation {
            return None;
        }
        let mut state = self.state_mut();
        let saved = state.note.saved.take()?;
        state.taken = Some(saved);
        state.note_changed = true;
        let overruled = state.overruled.is_some();
        drop(state);
        let saved = match overruled {
            // The confirmation is of an answer that does not hold.
            true => Saved {
                outcome: self.outcome(),
                ..saved
            },
            false => saved,
        };
        (saved.until >= now()).then_some(saved)
    }

    /// The consent id that the visitor gave up with the choice which this page confirms.
    pub(crate) fn left_before(&self) -> Option<ConsentId> {
        self.state().taken.and_then(|saved| saved.subject)
    }

    /// Whether the visitor is led to an element of this page that a placeholder stood for.
    pub(crate) fn leads_to_element(&self) -> bool {
        let state = self.state();
        state.note.once.is_some() || state.taken_once.is_some()
    }

    /// What the visitor asked to see once, and no longer after this call: it waits for a page
    /// that a person sees.
    pub(crate) fn take_once(&self) {
        if !self.navigation {
            return;
        }
        let mut state = self.state_mut();
        let Some(once) = state.note.once.take() else {
            return;
        };
        state.note_changed = true;
        state.taken_once = Some(once.clone());
        self.unrepeatable.set(true);
        if once.until >= now() && !self.signals.minor {
            let units = self.policy().units().iter().enumerate();
            let wanted = units.filter(|(_, unit)| once.units.contains(&unit.tag));
            *self.once.borrow_mut() = wanted.map(|(at, _)| at).collect();
        }
    }

    /// Units that are on in the markup of this page besides those that are granted.
    pub(crate) fn besides(&self) -> Vec<usize> {
        let once = self.once.borrow();
        let units = once.iter().copied();
        let units = {
            let gating = self.config.gating.as_ref();
            let advanced = gating.map_or(&[][..], |gating| gating.advanced());
            units.chain(advanced.iter().copied())
        };
        units.collect()
    }

    /// The nonce of this response, where somebody has asked for it.
    pub(crate) fn nonce(&self) -> Option<&str> {
        self.nonce.get().map(String::as_str)
    }

    /// The nonce of this response, made when it is first asked for.
    pub(crate) fn make_nonce(&self) -> &str {
        use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
        self.unrepeatable.set(true);
        self.asked.set(true);
        self.nonce
            .get_or_init(|| STANDARD_NO_PAD.encode(rand::random::<[u8; 16]>()))
    }
}
