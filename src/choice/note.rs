//! State remembered across GET requests: the value of the note cookie, beside the choice.
//!
//! ```text
//! 1.<text>.<until>.<flags>.<saved>.<once>
//! ```
//!
//! `text` is a hash of the notice that the visitor saw, covering its text and units, so that a
//! changed notice is shown again. `until` is the day on which the effect of the notice ends; the
//! flags are `i` (implied: the visitor continued) and `d` (dismissed). `saved` is a confirmation
//! for the next page, with its expiry in Unix seconds. `once` lists units that the next page shows
//! once, with an expiry and the number of the latest rejection before; it is absent if there are
//! none. The note grants nothing outside the model `Implied`. It distinguishes visitors only during
//! the confirmation, which holds the consent id of a visitor who has withdrawn everything.

use std::{fmt, str::FromStr};

use crate::{choice::consent_id::ConsentId, day::Day, policy::UnitTag};

/// Lifetime of a confirmation in seconds.
pub(crate) const SAVED_SECONDS: i64 = 60;
/// Number of days for which a dismissed notice is not shown again.
pub(crate) const NOTICE_DAYS: u32 = 365;

/// Content of the note cookie; see the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) text: String,
    /// End of the effect of the notice; `None` if no notice has been shown.
    pub(crate) until: Option<Day>,
    pub(crate) implied: bool,
    pub(crate) dismissed: bool,
    pub(crate) saved: Option<Saved>,
    pub(crate) once: Option<Once>,
}

/// Units that the visitor asked to see once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Once {
    pub(crate) units: Vec<UnitTag>,
    pub(crate) until: i64,
    /// Number of the visitor's latest rejection at that time; 0 if there was none.
    pub(crate) known: u16,
}

/// State of the optional units in a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All are off.
    Off,
    /// All are on.
    On,
    /// Some are on.
    Some,
}

/// A confirmation that is shown once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Saved {
    pub(crate) outcome: Outcome,
    pub(crate) until: i64,
    /// Consent id after a full withdrawal: the choice does not contain it any more.
    pub(crate) subject: Option<ConsentId>,
}

impl Note {
    /// Drops the notice part if it belongs to another notice than `notice` or has expired. A
    /// confirmation is independent of the notice.
    pub(crate) fn about(mut self, notice: &str, today: Day) -> Self {
        if self.text != notice || self.until.is_none_or(|until| until <= today) {
            self.forget_notice();
        }
        self
    }

    /// Drops the notice part, for example once the visitor has answered. Returns whether there was
    /// one.
    pub(crate) fn forget_notice(&mut self) -> bool {
        let before = std::mem::take(self);
        self.saved = before.saved;
        self.once = before.once;
        before.until.is_some()
    }

    /// Returns whether there is nothing to remember, so that the cookie can be removed.
    pub(crate) fn is_empty(&self) -> bool {
        self.until.is_none() && self.saved.is_none() && self.once.is_none()
    }

    /// Lifetime of the cookie in seconds.
    pub(crate) fn max_age(&self, today: Day) -> i64 {
        match self.until.and_then(|until| until.since(today)) {
            Some(days) => i64::from(days) * 86_400,
            None => SAVED_SECONDS,
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}.", self.text)?;
        if let Some(day) = self.until {
            write!(f, "{day}")?;
        }
        let implied = if self.implied { "i" } else { "" };
        let dismissed = if self.dismissed { "d" } else { "" };
        write!(f, ".{implied}{dismissed}.")?;
        if let Some(saved) = self.saved {
            let letter = match saved.outcome {
                Outcome::Off => 'n',
                Outcome::On => 'a',
                Outcome::Some => 'p',
            };
            write!(f, "{letter}{}", saved.until)?;
            if let Some(subject) = saved.subject {
                write!(f, "~{subject}")?;
            }
        }
        if let Some(once) = &self.once {
            write!(f, ".{}~", once.until)?;
            for unit in &once.units {
                write!(f, "{unit}")?;
            }
            if once.known > 0 {
                write!(f, "~{}", once.known)?;
            }
        }
        Ok(())
    }
}

impl FromStr for Note {
    type Err = ();

    fn from_str(value: &str) -> Result<Self, ()> {
        let parts: Vec<&str> = value.split('.').collect();
        let (text, until, flags, saved, once) = match parts[..] {
            ["1", text, until, flags, saved] => (text, until, flags, saved, None),
            ["1", text, until, flags, saved, once] => {
                (text, until, flags, saved, Some(once.parse()?))
            }
            _ => return Err(()),
        };
        let until = match until {
            "" => None,
            day => Some(day.parse().map_err(|_| ())?),
        };
        let (implied, dismissed) = match flags {
            "" => (false, false),
            "i" => (true, false),
            "d" => (false, true),
            "id" => (true, true),
            _ => return Err(()),
        };
        let saved = match saved.split_at_checked(1) {
            None => None,
            Some((letter, rest)) => Some(Saved {
                outcome: match letter {
                    "n" => Outcome::Off,
                    "a" => Outcome::On,
                    "p" => Outcome::Some,
                    _ => return Err(()),
                },
                until: rest
                    .split('~')
                    .next()
                    .unwrap_or(rest)
                    .parse()
                    .map_err(|_| ())?,
                subject: match rest.split_once('~') {
                    Some((_, subject)) => Some(subject.parse().map_err(|_| ())?),
                    None => None,
                },
            }),
        };
        Ok(Self {
            text: text.to_owned(),
            until,
            implied,
            dismissed,
            saved,
            once,
        })
    }
}

impl FromStr for Once {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (until, units) = text.split_once('~').ok_or(())?;
        let (units, known) = match units.split_once('~') {
            Some((units, known)) => (units, known.parse().map_err(|_| ())?),
            None => (units, 0),
        };
        if !units.is_ascii() || !units.len().is_multiple_of(UnitTag::CHARS) {
            return Err(());
        }
        let unit = |at| units[at..at + UnitTag::CHARS].parse().map_err(|_| ());
        let units = (0..units.len()).step_by(UnitTag::CHARS).map(unit);
        Ok(Self {
            units: units.collect::<Result<_, ()>>()?,
            until: until.parse().map_err(|_| ())?,
            known,
        })
    }
}
