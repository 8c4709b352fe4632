//! Consent decision computed from a choice: pure, without clock, request or I/O.

pub(crate) mod cache;
pub(crate) mod grants;

use std::{fmt, str::FromStr};

use crate::{
    choice::{Answer, Choice},
    http::signals::Signals,
    policy::{Policy, Unit},
};

/// Interpretation of silence before a visitor answers.
///
/// | model | before an answer | lawful for |
/// | --- | --- | --- |
/// | [`OptIn`](Self::OptIn) | everything optional is off | everywhere; required in the EU, the EEA and the UK |
/// | [`Implied`](Self::Implied) | off on the first page, then on as *implied* | nowhere in the EU, the EEA, the UK and Switzerland unless nothing is optional |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConsentModel {
    /// Silence is a rejection (Art. 4(11) GDPR; Art. 5(3) of Directive 2002/58/EC).
    #[default]
    OptIn,
    /// A visitor who has seen the notice and continues to use the site counts as consenting.
    ///
    /// Continuing means a navigation from a page of the site, from the address bar, or by the
    /// visitor's own click or key press (`Sec-Fetch-Site: same-origin` or `none`, or
    /// `Sec-Fetch-User: ?1`). If the browser does not send these headers, as over plain http,
    /// `Referer` has to name the site. A site that removes `Referer` with its `Referrer-Policy`
    /// gets no implied consent there.
    ///
    /// Notices of this kind contain only text. The button that closes the notice, its link to the
    /// policy and the settings that turn everything off are additions of this library.
    Implied,
}

impl fmt::Display for ConsentModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OptIn => "opt-in",
            Self::Implied => "implied",
        })
    }
}

impl FromStr for ConsentModel {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "opt-in" => Ok(Self::OptIn),
            "implied" => Ok(Self::Implied),
            _ => Err(format!(
                "`{text}` is not a model: use `opt-in` or `implied`"
            )),
        }
    }
}

/// Legal context of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placement {
    /// Consent model that applies.
    pub model: ConsentModel,
    /// `EU`, `EEA`, `UK`, `CH` or an ISO 3166 code; `None` if unknown.
    pub jurisdiction: Option<String>,
}

impl Placement {
    /// Creates a placement without a known jurisdiction.
    pub fn new(model: ConsentModel) -> Self {
        Self {
            model,
            jurisdiction: None,
        }
    }

    /// Sets the jurisdiction.
    pub fn in_jurisdiction(self, jurisdiction: impl Into<String>) -> Self {
        Self {
            jurisdiction: Some(jurisdiction.into()),
            ..self
        }
    }
}

/// Reason why a unit is allowed or denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Basis {
    /// Allowed: the unit needs no consent.
    Necessary,
    /// Allowed: the visitor accepted it.
    Given,
    /// Allowed: the visitor saw the notice and continued ([`ConsentModel::Implied`] only).
    Implied,
    /// Denied: the visitor rejected it.
    Rejected,
    /// Denied: by a signal of the browser or the application.
    Signal,
    /// Denied: the visitor has not been asked, or not about this unit.
    Unanswered,
}

impl Basis {
    /// Returns whether the basis allows the unit.
    pub fn allows(self) -> bool {
        matches!(self, Self::Necessary | Self::Given | Self::Implied)
    }

    /// Name in `state.json` and in headers.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Necessary => "necessary",
            Self::Given => "given",
            Self::Implied => "implied",
            Self::Rejected => "rejected",
            Self::Signal => "signal",
            Self::Unanswered => "unanswered",
        }
    }
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Progress of the visitor's answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// At least one optional unit is unanswered.
    Undecided,
    /// Every optional unit has an answer.
    Decided,
    /// At least one optional unit is unanswered and consent to it is implied.
    Implied,
}

impl Status {
    /// Name in `state.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Undecided => "undecided",
            Self::Decided => "decided",
            Self::Implied => "implied",
        }
    }
}

/// Consent decision for every unit of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    bases: Box<[Basis]>,
    status: Status,
    allows_all: bool,
}

impl Decision {
    /// Basis of the unit at this index in the policy.
    pub(crate) fn basis(&self, unit: usize) -> Basis {
        self.bases[unit]
    }

    /// Basis of a category or service; `None` if the policy does not have it. `policy` must be the
    /// one that the decision was made under.
    pub fn basis_of(&self, policy: &Policy, unit: &str) -> Option<Basis> {
        self.bases.get(policy.unit(unit)?).copied()
    }

    /// Returns whether every unit is allowed, so that nothing has to be hidden or removed.
    pub(crate) fn allows_all(&self) -> bool {
        self.allows_all
    }

    pub(crate) fn bases(&self) -> &[Basis] {
        &self.bases
    }

    /// Progress of the visitor's answers.
    pub fn status(&self) -> Status {
        self.status
    }
}

/// Decides for each unit whether today's policy and the visitor's answer allow it.
///
/// `choice` must be valid today. `implied` is true if the visitor has seen the notice of today's
/// policy and has continued to use the site.
///
/// | the unit | | basis |
/// | --- | --- | --- |
/// | is necessary | on | [`Necessary`](Basis::Necessary) |
/// | any, for a minor | off | [`Signal`](Basis::Signal) |
/// | was rejected | off | [`Rejected`](Basis::Rejected) |
/// | was granted, meaning what it means today | on, unless `Sec-GPC` denies it and the grant was not told of it | [`Given`](Basis::Given) or `Signal` |
/// | was not answered, or granted when it meant something else | off; under [`ConsentModel::Implied`] on once implied, unless `Sec-GPC` denies it | [`Unanswered`](Basis::Unanswered), [`Implied`](Basis::Implied) or `Signal` |
///
/// ```
/// use actix_consent::{Basis, Placement, Policy, Signals, decision::decide};
///
/// let policy = Policy::parse(include_str!("../../tests/integration/consent.toml"))?;
/// let silent = decide(None, false, &Placement::default(), &policy, Signals::default());
/// assert_eq!(silent.basis_of(&policy, "analytics"), Some(Basis::Unanswered));
/// # Ok::<(), actix_consent::policy::PolicyError>(())
/// ```
pub fn decide(
    choice: Option<&Choice>,
    implied: bool,
    placement: &Placement,
    policy: &Policy,
    signals: Signals,
) -> Decision {
    let units = policy.units();
    let implied = implied && placement.model == ConsentModel::Implied;
    let mut open = false;
    let bases: Box<[Basis]> = units
        .iter()
        .map(|unit| {
            if unit.necessary {
                return Basis::Necessary;
            }
            let answer = choice.and_then(|choice| answer(choice, unit, units));
            open |= answer.is_none();
            let signalled = unit.sale_or_share && signals.gpc;
            match answer {
                _ if signals.minor => Basis::Signal,
                Some(false) => Basis::Rejected,
                Some(true) if signalled && !choice.is_some_and(Choice::gpc_ack) => Basis::Signal,
                Some(true) => Basis::Given,
                None if !implied => Basis::Unanswered,
                None if signalled => Basis::Signal,
                None => Basis::Implied,
            }
        })
        .collect();
    Decision {
        allows_all: bases.iter().all(|basis| basis.allows()),
        bases,
        status: match (open, implied) {
            (false, _) if choice.is_some() => Status::Decided,
            (true, true) => Status::Implied,
            _ => Status::Undecided,
        },
    }
}

/// Answer of the choice for a unit; `None` if the visitor has to be asked.
///
/// A rejected category rejects its services. An accepted category does not accept them: a service
/// on the form has an answer of its own, and a service added later has not been asked about.
pub(crate) fn answer(choice: &Choice, unit: &Unit, units: &[Unit]) -> Option<bool> {
    match choice.answer(unit.tag) {
        Some(Answer::Granted(meant)) if meant == unit.fingerprint => Some(true),
        Some(Answer::Rejected) => Some(false),
        Some(Answer::Granted(_)) | None => {
            let category = unit.category.map(|place| &units[place])?;
            (choice.answer(category.tag) == Some(Answer::Rejected)).then_some(false)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::day::Day;

    /// A policy with two categories and a service, sold or shared, in the second.
    fn policy() -> Policy {
        Policy::parse(
            r#"
            version = 1
            site.name = "Example"
            controller = { name = "Example Ltd", email = "privacy@example.org" }
            category = [
                { id = "analytics", title = "A", summary = "a", purposes = ["usage-analytics"] },
                { id = "marketing", title = "M", summary = "m", purposes = ["advertising"] },
            ]
            service = [{ id = "video", category = "marketing", provider = "Example Video" }]
            "#,
        )
        .expect("the policy is valid")
    }

    /// A choice from pairs of unit and answer: `yes`, `no`, or `once` for a grant of an older
    /// meaning.
    fn choice(policy: &Policy, gpc_ack: bool, said: &[(&str, &str)]) -> Choice {
        let mut choice = Choice::new(Day::today());
        choice.set_gpc_ack(gpc_ack);
        for (unit, answer) in said {
            let unit = &policy.units()[policy.unit(unit).expect("the unit exists")];
            let other = policy.units()[0].fingerprint;
            choice.set(
                unit.tag,
                match *answer {
                    "yes" => Answer::Granted(unit.fingerprint),
                    "once" => Answer::Granted(other),
                    _ => Answer::Rejected,
                },
            );
        }
        choice
    }

    #[test]
    fn each_answer_and_signal_leads_to_one_basis() {
        use Basis::{Given, Implied, Rejected, Signal, Unanswered};
        use ConsentModel::{Implied as Notice, OptIn};
        let policy = policy();
        let all = [("analytics", "yes"), ("marketing", "yes"), ("video", "yes")];
        let none = [("analytics", "no"), ("marketing", "no")];
        type Said = [(&'static str, &'static str)];
        type Row<'a> = (
            ConsentModel,
            bool,
            bool,
            bool,
            bool,
            Option<&'a Said>,
            [Basis; 3],
            Status,
        );
        // model, implied, GPC, minor, acknowledged, said → analytics, marketing, video, status
        #[rustfmt::skip]
        let table: &[Row<'_>] = &[
            (OptIn, false, false, false, false, None, [Unanswered; 3], Status::Undecided),
            (OptIn, true, false, false, false, None, [Unanswered; 3], Status::Undecided),
            (OptIn, false, true, false, false, None, [Unanswered; 3], Status::Undecided),
            (OptIn, false, false, false, false, Some(&all), [Given; 3], Status::Decided),
            (OptIn, false, true, false, false, Some(&all), [Given, Signal, Signal], Status::Decided),
            (OptIn, false, true, false, true, Some(&all), [Given; 3], Status::Decided),
            (OptIn, false, false, true, true, Some(&all), [Signal; 3], Status::Decided),
            (OptIn, false, false, false, false, Some(&none), [Rejected; 3], Status::Decided),
            (OptIn, false, true, false, false, Some(&none), [Rejected; 3], Status::Decided),
            (OptIn, false, false, false, false, Some(&[("analytics", "once"), ("marketing", "no")]), [Unanswered, Rejected, Rejected], Status::Undecided),
            (OptIn, false, false, false, false, Some(&[("analytics", "no"), ("marketing", "yes")]), [Rejected, Given, Unanswered], Status::Undecided),
            (OptIn, false, false, false, false, Some(&[("marketing", "no"), ("video", "yes")]), [Unanswered, Rejected, Given], Status::Undecided),
            (OptIn, false, false, false, false, Some(&[("marketing", "yes"), ("video", "no")]), [Unanswered, Given, Rejected], Status::Undecided),
            (Notice, false, false, false, false, None, [Unanswered; 3], Status::Undecided),
            (Notice, true, false, false, false, None, [Implied; 3], Status::Implied),
            (Notice, true, true, false, false, None, [Implied, Signal, Signal], Status::Implied),
            (Notice, true, false, true, false, None, [Signal; 3], Status::Implied),
            (Notice, true, false, false, false, Some(&none), [Rejected; 3], Status::Decided),
            (Notice, true, false, false, false, Some(&[("marketing", "no")]), [Implied, Rejected, Rejected], Status::Implied),
        ];
        for (model, implied, gpc, minor, ack, said, bases, status) in table {
            let signals = Signals {
                gpc: *gpc,
                minor: *minor,
            };
            let choice = said.map(|said| choice(&policy, *ack, said));
            let placement = Placement::new(*model);
            let decision = decide(choice.as_ref(), *implied, &placement, &policy, signals);
            let row = format!("{model} implied {implied} {signals:?} ack {ack} {said:?}");
            assert_eq!(decision.basis(0), Basis::Necessary, "{row}");
            assert_eq!(&decision.bases()[1..], bases, "{row}");
            assert_eq!(decision.status(), *status, "{row}");
        }
    }
}
