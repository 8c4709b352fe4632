//! What the server concludes from what the visitor said: pure, without clock, request or I/O.

use std::{fmt, str::FromStr};

use crate::{
    choice::{Answer, Choice},
    policy::{Policy, Unit},
    signals::Signals,
};

/// How silence is read.
///
/// | model | before an answer | lawful for |
/// | --- | --- | --- |
/// | [`OptIn`](Self::OptIn) | everything optional is off | everywhere; required in the EU, the EEA and the UK |
/// | [`Implied`](Self::Implied) | off on the first page, then on as *implied* | nowhere in the EU, the EEA, the UK and Switzerland unless nothing is optional |
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ConsentModel {
    /// Silence is a no (Art. 4(11) GDPR; Art. 5(3) of Directive 2002/58/EC).
    #[default]
    OptIn,
    /// Whoever has been shown the notice and goes on using the site is taken to agree.
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
            _ => Err(format!("`{text}` is not a model: use `opt-in` or `implied`")),
        }
    }
}

/// Where a request comes from in law.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Placement {
    /// How silence is read there.
    pub model: ConsentModel,
    /// `EU`, `EEA`, `UK`, `CH` or an ISO 3166 code, where it is known.
    pub jurisdiction: Option<String>,
}

impl Placement {
    /// A placement without a known jurisdiction.
    pub fn new(model: ConsentModel) -> Self {
        Self {
            model,
            jurisdiction: None,
        }
    }

    /// The same model in a jurisdiction.
    pub fn in_jurisdiction(self, jurisdiction: impl Into<String>) -> Self {
        Self {
            jurisdiction: Some(jurisdiction.into()),
            ..self
        }
    }
}

/// Why a unit is on or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Basis {
    /// On: it needs no consent.
    Necessary,
    /// On: the visitor said yes.
    Given,
    /// On: the visitor was shown the notice and went on ([`ConsentModel::Implied`] alone).
    Implied,
    /// Off: the visitor said no.
    Rejected,
    /// Off: the browser or the application says no.
    Signal,
    /// Off: the visitor has not been asked, or not about this.
    Unanswered,
}

impl Basis {
    /// Whether a unit with this basis is on.
    pub fn allows(self) -> bool {
        matches!(self, Self::Necessary | Self::Given | Self::Implied)
    }

    /// The word for it in `state.json` and in headers.
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

/// Whether the visitor has answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// Something is still unanswered.
    Undecided,
    /// Every optional unit has an answer.
    Decided,
    /// Something is unanswered, and read as implied.
    Implied,
}

impl Status {
    /// The word for it in `state.json`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Undecided => "undecided",
            Self::Decided => "decided",
            Self::Implied => "implied",
        }
    }
}

/// What the server concludes, unit by unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    bases: Box<[Basis]>,
    status: Status,
}

impl Decision {
    /// Why a unit (by its place in the policy's list) is on or off.
    pub(crate) fn basis(&self, unit: usize) -> Basis {
        self.bases[unit]
    }

    pub(crate) fn bases(&self) -> &[Basis] {
        &self.bases
    }

    /// Whether the visitor has answered.
    pub fn status(&self) -> Status {
        self.status
    }
}

/// Concludes.
///
/// `choice` is a valid one or none; `implied` says whether the visitor has been shown the notice
/// of today's policy and has gone on using the site.
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
    let bases = units
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
        bases,
        status: match (open, implied) {
            (false, _) if choice.is_some() => Status::Decided,
            (true, true) => Status::Implied,
            _ => Status::Undecided,
        },
    }
}

/// What the choice says about a unit; `None` when it has to be asked.
///
/// A service follows its category's no. It does not follow its category's yes: a service that was
/// on the form has an answer of its own, and one that was not has not been asked.
pub(crate) fn answer(choice: &Choice, unit: &Unit, units: &[Unit]) -> Option<bool> {
    match choice.answer(unit.tag) {
        Some(Answer::Granted(meant)) if meant == unit.fingerprint => Some(true),
        Some(Answer::Granted(_)) => None,
        Some(Answer::Rejected) => Some(false),
        None => {
            let category = unit.category.map(|place| &units[place])?;
            (choice.answer(category.tag) == Some(Answer::Rejected)).then_some(false)
        }
    }
}
