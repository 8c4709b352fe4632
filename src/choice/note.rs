//! What a GET has to remember: the value of the note cookie, beside the choice.
//!
//! ```text
//! 1.<text>.<until>.<flags>.<saved>.<once>
//! ```
//!
//! `text` names the notice that the visitor was shown, its words and its units, so that a notice
//! about something new is shown again. `until` is the day on which what it leads to ends; flags
//! are `i` (went on) and `d` (closed it). `saved` is a confirmation that the next page shows, with
//! the second at which it lapses. `once` are units that the next page shows, likewise, with the
//! number of the last rejection before; it is missing where there are none. None of it grants anything outside the model `Implied`, and
//! nothing in it tells two visitors apart for longer than that confirmation, which holds the consent
//! id of whoever has taken everything back.

use std::{fmt, str::FromStr};

use crate::{choice::consent_id::ConsentId, day::Day, policy::UnitTag};

/// How long a confirmation waits for the page that shows it.
pub(crate) const SAVED_SECONDS: i64 = 60;
/// How long the notice stays away once it is closed.
pub(crate) const NOTICE_DAYS: u32 = 365;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Note {
    pub(crate) text: String,
    /// Set while the notice counts as shown.
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
    /// Number of the latest rejection that the visitor had made by then; 0 if there was none.
    pub(crate) known: u16,
}

/// State of the optional units, as a confirmation states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All are off.
    Off,
    /// All are on.
    On,
    /// Some are on.
    Some,
}

/// A confirmation that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Saved {
    pub(crate) outcome: Outcome,
    pub(crate) until: i64,
    /// Whose record it was, where everything was taken back: the choice does not tell it any more.
    pub(crate) subject: Option<ConsentId>,
}

impl Note {
    /// The note, as far as it counts today: what was said about another notice than `notice`, or
    /// too long ago, does not. A confirmation is about no notice.
    pub(crate) fn about(mut self, notice: &str, today: Day) -> Self {
        if self.text != notice || self.until.is_none_or(|until| until <= today) {
            self.forget_notice();
        }
        self
    }

    /// Forgets what silence would be read from: whoever has answered is not silent. Says whether
    /// there was anything.
    pub(crate) fn forget_notice(&mut self) -> bool {
        let before = std::mem::take(self);
        self.saved = before.saved;
        self.once = before.once;
        before.until.is_some()
    }

    /// Whether there is nothing to remember, so that the cookie can go.
    pub(crate) fn is_empty(&self) -> bool {
        self.until.is_none() && self.saved.is_none() && self.once.is_none()
    }

    /// How long the cookie lives, in seconds.
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
