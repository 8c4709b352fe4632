//! Rules about the banner: its form, and the effect of answers.

use std::collections::BTreeSet;

use actix_consent::audit::rules::State;

use super::{Findings, Judge, rule::BrowserRule};
use crate::audit::record::{Banner, Choosing, Control, Event, Visit, What};

/// Maximum covered share of a phone's window.
const MOST_COVERED: f64 = 0.5;
/// Minimum contrast of text (WCAG 2.2, 1.4.3).
const LEAST_CONTRAST: f64 = 4.5;

impl Judge<'_> {
    pub(super) fn banner(&self, findings: &mut Findings) {
        let plain = |visit: &&Visit| !visit.circumstances.gpc && visit.circumstances.scripts;
        let of = |state: &State| {
            let mut visits = self.record.visits.iter().filter(plain);
            visits.find(|visit| visit.circumstances.state == *state)
        };
        let Some(first) = of(&State::NoChoice) else {
            return;
        };
        let place = self.at(first, &self.record.address, &State::NoChoice);
        match &first.banner {
            Some(banner) => form(banner, &place, findings),
            None if self.uses_gated_things(first) => {
                let evidence = "no banner was found on the first page";
                findings.add(BrowserRule::NoBanner, "banner", evidence, &*place);
            }
            None => {}
        }
        self.silence(first, &place, findings);
        self.closing(first, of(&State::WentOn), findings);
        if first.banner.is_some() {
            self.operating(
                of(&State::Accepted),
                of(&State::Rejected),
                of(&State::Withdrawn),
                findings,
            );
        }
        self.again(findings);
        self.scripts(first, findings);
    }

    /// Checks whether browsing on counts as consent.
    fn silence(&self, first: &Visit, place: &str, findings: &mut Findings) {
        let Some(banner) = &first.banner else { return };
        if banner.says_silence_is_consent {
            let evidence = "its text treats browsing, scrolling or closing as consent";
            findings.add(BrowserRule::SilenceIsConsent, "banner", evidence, place);
        }
        // The first page is opened again. Anything new on it is the effect of browsing alone.
        let used = |page: usize| {
            // Skip items without a cause: they were found at the end and may be older.
            let seen = |event: &&Event| event.page == page && event.by.is_some();
            let events = first.events.iter().filter(seen);
            let gated = events.filter_map(|event| self.gated(event));
            gated.collect::<BTreeSet<_>>()
        };
        let at_first = used(0);
        let pages = first.pages.iter().enumerate().skip(1);
        let by_going_on = pages
            .filter(|(_, page)| page.address == self.record.address)
            .any(|(at, _)| !used(at).is_subset(&at_first));
        if by_going_on {
            let evidence = "cookies, storage or requests that need consent were used from the second page on, without an answer";
            findings.add(BrowserRule::SilenceIsConsent, "banner", evidence, place);
        }
        let mut again = first.pages.iter().skip(1);
        let gone = again.any(|page| page.address == self.record.address && !page.asks);
        if gone && !by_going_on && self.uses_gated_things(first) {
            let evidence = "the banner was gone when the first page was opened again without an \
                            answer, and cookies, storage or requests that need consent were used";
            findings.add(BrowserRule::SilenceIsConsent, "banner", evidence, place);
        }
        if banner.vanishes && !at_first.is_empty() {
            let evidence = "the banner disappeared when the page was scrolled, and cookies, storage \
                            or requests that need consent were used";
            findings.add(BrowserRule::SilenceIsConsent, "banner", evidence, place);
        }
    }

    /// Returns the name of what an event uses, if that needs consent.
    pub(super) fn gated(&self, event: &Event) -> Option<String> {
        match &event.what {
            What::Set(set) if !set.refused && !set.cookie.is_removal() => {
                let class = self.classifier.set(set);
                // All cookies of a third party count as one.
                let name = match set.third_party {
                    true => &set.host,
                    false => &set.cookie.name,
                };
                class.needs_consent().then(|| name.clone())
            }
            What::Stored(stored) => {
                let class = self.classifier.stored(stored);
                class.needs_consent().then(|| stored.key.clone())
            }
            What::Requested(request) if request.third_party => {
                let class = self.classifier.request(request);
                class.needs_consent().then(|| request.host.clone())
            }
            _ => None,
        }
    }

    /// Checks whether closing the banner counts as consent.
    fn closing(&self, first: &Visit, closed: Option<&Visit>, findings: &mut Findings) {
        let Some(closed) = closed else { return };
        let before = first.events.iter().any(|event| self.gated(event).is_some());
        let after = closed
            .events
            .iter()
            .find(|event| event.said == State::WentOn && self.gated(event).is_some());
        if let (false, Some(event)) = (before, after) {
            let evidence =
                "cookies, storage or requests that need consent were used after it was closed";
            findings.add(
                BrowserRule::CloseIsConsent,
                "banner",
                evidence,
                self.place(closed, event),
            );
        }
    }

    fn operating(
        &self,
        accepted: Option<&Visit>,
        rejected: Option<&Visit>,
        withdrawn: Option<&Visit>,
        findings: &mut Findings,
    ) {
        let place =
            |visit: &Visit| self.at(visit, &self.record.address, &visit.circumstances.state);
        let clicks = |visit: Option<&Visit>| match visit.map(|visit| &visit.choice) {
            Some(Choosing::Said { clicks }) => Some(*clicks),
            _ => None,
        };
        if let (Some(accept), Some(reject), Some(visit)) =
            (clicks(accepted), clicks(rejected), rejected)
            && reject > accept
        {
            let evidence = format!("{reject} clicks to reject, {accept} to accept");
            findings.add(
                BrowserRule::RejectTakesMore,
                "banner",
                evidence,
                place(visit),
            );
        }
        if let Some(visit) = accepted
            && let Choosing::Failed { why } = &visit.choice
        {
            findings.add(BrowserRule::NotOperated, "accept", &**why, place(visit));
        }
        if let Some(visit) = rejected
            && let Choosing::Failed { why } = &visit.choice
            && !findings.has(BrowserRule::NoReject, "banner")
        {
            findings.add(BrowserRule::NotOperated, "reject", &**why, place(visit));
        }
        // Without an acceptance there is nothing to withdraw.
        if let (Some(visit), Some(_)) = (withdrawn, clicks(accepted))
            && let Choosing::Failed { why } = &visit.choice
            && visit
                .events
                .iter()
                .any(|event| matches!(event.what, What::Answered(_)))
        {
            findings.add(BrowserRule::NoWithdrawal, "banner", &**why, place(visit));
        }
    }

    /// Checks whether the banner returns after an answer.
    fn again(&self, findings: &mut Findings) {
        for visit in &self.record.visits {
            let answered = matches!(visit.choice, Choosing::Said { .. });
            if !answered || matches!(visit.circumstances.state, State::WentOn | State::NoChoice) {
                continue;
            }
            let pages = visit.pages.iter().enumerate().skip(1);
            let again = pages.filter(|(at, page)| page.asks && visit.without_cookies != Some(*at));
            for (_, page) in again {
                let place = self.at(visit, &page.address, &visit.circumstances.state);
                let evidence = "the banner was visible on a page opened after the answer";
                findings.add(BrowserRule::AskedAgain, "banner", evidence, place);
            }
        }
    }

    /// Checks the banner for visitors without JavaScript.
    fn scripts(&self, first: &Visit, findings: &mut Findings) {
        let without = self
            .record
            .visits
            .iter()
            .filter(|visit| !visit.circumstances.scripts);
        for visit in without {
            if first.banner.is_none() || visit.circumstances.state != State::NoChoice {
                continue;
            }
            if visit.banner.is_none() && self.uses_gated_things(visit) {
                let place = self.at(visit, &self.record.address, &State::NoChoice);
                let evidence = "no banner was found with JavaScript disabled";
                findings.add(BrowserRule::NeedsScripts, "banner", evidence, place);
            }
        }
        let failed = self.record.visits.iter().find(|visit| {
            !visit.circumstances.scripts
                && visit.circumstances.state == State::Rejected
                && visit.banner.is_some()
                && matches!(visit.choice, Choosing::Failed { .. })
        });
        if let Some(visit) = failed
            && self.uses_gated_things(visit)
        {
            let place = self.at(visit, &self.record.address, &State::Rejected);
            let evidence = "the banner could not be answered with JavaScript disabled";
            findings.add(BrowserRule::NeedsScripts, "banner", evidence, place);
        }
    }
}

/// Checks the appearance of the banner.
fn form(banner: &Banner, place: &str, findings: &mut Findings) {
    let mut found = |rule, subject: &str, evidence: String| {
        findings.add(rule, subject, evidence, place);
    };
    match (&banner.accept, &banner.reject, &banner.settings) {
        (None, None, None) if banner.close.is_none() => {
            let evidence = "none of its controls was recognised".to_owned();
            found(BrowserRule::NotOperated, "banner", evidence);
        }
        (Some(accept), None, None) => {
            let evidence = format!("`{}`, and no control to reject", accept.text);
            found(BrowserRule::NoReject, "banner", evidence);
        }
        (Some(accept), None, Some(settings)) => {
            let evidence = format!("`{}` beside `{}`", accept.text, settings.text);
            found(BrowserRule::RejectInSecondLayer, "banner", evidence);
        }
        (Some(accept), Some(reject), _) => {
            if accept.kind == "button" && reject.kind == "link" {
                let evidence = format!("`{}` is a link, `{}` a button", reject.text, accept.text);
                found(BrowserRule::RejectIsLink, "banner", evidence);
            } else if let Some(evidence) = less_visible(accept, reject) {
                found(BrowserRule::RejectLessVisible, "banner", evidence);
            }
        }
        _ => {}
    }
    for control in [&banner.accept, &banner.reject, &banner.settings]
        .into_iter()
        .flatten()
    {
        if control.contrast > 0.0 && control.contrast < LEAST_CONTRAST {
            let evidence = format!("a contrast of {} to 1", control.contrast);
            found(BrowserRule::LowContrast, &control.text, evidence);
        }
    }
    for tick in banner
        .boxes
        .iter()
        .filter(|tick| tick.ticked && !is_necessary(&tick.label))
    {
        found(
            BrowserRule::PreTicked,
            &tick.label,
            "on before any action of the visitor".to_owned(),
        );
    }
    if banner.wall {
        let evidence = "the page behind it cannot be used".to_owned();
        found(BrowserRule::Wall, "banner", evidence);
    } else if banner.covers > MOST_COVERED {
        let evidence = format!("{:.0} % of a window of 360 by 740", banner.covers * 100.0);
        found(BrowserRule::CoversContent, "banner", evidence);
    }
    // A wall already blocks the controls behind it.
    if let Some(hidden) = banner.covers_focus.as_ref().filter(|_| !banner.wall) {
        let evidence = format!("`{hidden}`, on a window of 360 by 740");
        found(BrowserRule::CoversFocus, "banner", evidence);
    }
    if banner.traps_focus {
        let evidence = "the Tab key stays inside the banner".to_owned();
        found(BrowserRule::TrapsFocus, "banner", evidence);
    }
    if banner.legitimate_interest {
        let evidence = "its text names it".to_owned();
        found(BrowserRule::LegitimateInterest, "banner", evidence);
    }
}

/// Describes in which way rejecting is less visible than accepting, if it is.
fn less_visible(accept: &Control, reject: &Control) -> Option<String> {
    if accept.in_sight && !reject.in_sight {
        return Some("visible only after scrolling, unlike accepting".to_owned());
    }
    let area = |control: &Control| control.width * control.height;
    if reject.order > accept.order + 2 {
        let between = reject.order - accept.order - 1;
        return Some(format!(
            "{between} other controls are between it and accepting"
        ));
    }
    // Widths depend on the words; heights and font sizes are a choice.
    if reject.height < accept.height * 0.8 || area(reject) < area(accept) * 0.5 {
        return Some(format!(
            "{:.0} × {:.0} against {:.0} × {:.0} pixels",
            reject.width, reject.height, accept.width, accept.height
        ));
    }
    if reject.font_size < accept.font_size * 0.9 {
        return Some(format!(
            "font size of {} against {} pixels",
            reject.font_size, accept.font_size
        ));
    }
    if accept.font_weight - reject.font_weight >= 200.0 {
        return Some(format!(
            "font weight of {} against {}",
            reject.font_weight, accept.font_weight
        ));
    }
    // A filled button beside a bare one.
    if accept.stands_out >= 2.0
        && reject.stands_out < 1.3
        && accept.stands_out > reject.stands_out * 2.0
    {
        return Some(format!(
            "contrast with the banner of {} to 1, accepting {} to 1",
            reject.stands_out, accept.stands_out
        ));
    }
    if reject.contrast < accept.contrast / 1.5 && reject.contrast < 7.0 {
        return Some(format!(
            "a contrast of {} against {}",
            reject.contrast, accept.contrast
        ));
    }
    None
}

fn is_necessary(label: &str) -> bool {
    const WORDS: [&str; 17] = [
        "necess",
        "essential",
        "required",
        "functional only",
        "notwendig",
        "erforderlich",
        "essenziell",
        "nécessaire",
        "essentiel",
        "necessari",
        "necesari",
        "niezbędn",
        "wymagan",
        "noodzakelijk",
        "απαραίτητ",
        "nezbytn",
        "nödvändig",
    ];
    let label = label.to_lowercase();
    WORDS.iter().any(|word| label.contains(word))
}
