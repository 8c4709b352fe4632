//! The visitor's choice: the value of the consent cookie.
//!
//! ```text
//! 1.20780.g.<unit><fingerprint>….<unit>….<id>
//! │ │     │ │                    │       └ who, where a ledger proves a grant; else missing
//! │ │     │ │                    └ rejected: the unit alone, five characters each
//! │ │     │ └ granted: the unit and what it meant, eleven characters each
//! │ │     └ `g` when the form that granted stated the signal `Sec-GPC`; `p` when some units of the
//! │ │       policy stayed without an answer; both as `gp`, or nothing
//! │ └ the day, counted from 1 January 1970 (UTC)
//! └ the version of this format
//! ```
//!
//! Two visitors with the same answers on the same day hold the same value, unless they accepted
//! something and a ledger has to prove it.

pub(crate) mod consent_id;
pub(crate) mod form_token;
pub(crate) mod keys;
pub(crate) mod note;
pub(crate) mod rejections;
pub(crate) mod seal;

use std::{collections::BTreeMap, fmt, str::FromStr};

pub use crate::day::{Day, ParseError};
use crate::{
    choice::consent_id::ConsentId,
    policy::{Fingerprint, UnitTag},
};

/// A visitor's answer for one unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Accepted with the meaning that the unit had then.
    Granted(Fingerprint),
    /// Rejected, whatever meaning the unit gets later.
    Rejected,
}

/// A visitor's answers for each unit, and the day on which they were given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    day: Day,
    gpc_ack: bool,
    partial: bool,
    answers: BTreeMap<UnitTag, Answer>,
    subject: Option<ConsentId>,
}

/// Maximum number of answers, more than any policy asks for. A longer value was not written by the
/// library.
const MAX_ANSWERS: usize = 256;

impl Choice {
    /// Creates a choice of `day` without answers.
    pub fn new(day: Day) -> Self {
        Self {
            day,
            gpc_ack: false,
            partial: false,
            answers: BTreeMap::new(),
            subject: None,
        }
    }

    /// Day on which the visitor answered.
    pub fn day(&self) -> Day {
        self.day
    }

    /// Returns whether the grants were given on a form that stated the active signal `Sec-GPC`.
    pub fn gpc_ack(&self) -> bool {
        self.gpc_ack
    }

    /// Returns whether the visitor's last choice left some units of the policy unanswered, as
    /// *Always show* for one provider does. If not, every unanswered unit was added to the policy
    /// later.
    pub fn is_partial(&self) -> bool {
        self.partial
    }

    /// Answer for a unit.
    pub fn answer(&self, unit: UnitTag) -> Option<Answer> {
        self.answers.get(&unit).copied()
    }

    /// All answers, including those for units of other policies.
    pub fn answers(&self) -> impl Iterator<Item = (UnitTag, Answer)> + '_ {
        self.answers.iter().map(|(unit, answer)| (*unit, *answer))
    }

    /// Returns whether anything is accepted.
    pub fn grants(&self) -> bool {
        self.answers
            .values()
            .any(|answer| matches!(answer, Answer::Granted(_)))
    }

    /// Id of the visitor in the ledger; `None` if nothing is accepted.
    pub fn subject(&self) -> Option<ConsentId> {
        self.subject.filter(|_| self.grants())
    }

    pub(crate) fn set_subject(&mut self, subject: ConsentId) {
        self.subject = Some(subject);
    }

    pub(crate) fn set(&mut self, unit: UnitTag, answer: Answer) {
        self.answers.insert(unit, answer);
    }

    pub(crate) fn forget_grants(&mut self) {
        self.answers.retain(|_, answer| *answer == Answer::Rejected);
    }

    pub(crate) fn set_gpc_ack(&mut self, ack: bool) {
        self.gpc_ack = ack;
    }

    pub(crate) fn set_partial(&mut self, partial: bool) {
        self.partial = partial;
    }

    /// Returns whether the choice is valid on `today`. A day one ahead is valid too, since the
    /// clocks of two servers may be on either side of midnight.
    pub fn is_valid(&self, today: Day, validity_days: u32) -> bool {
        match today.since(self.day) {
            Some(age) => age < validity_days,
            None => self.day == today.plus(1),
        }
    }

    /// Merges two choices of one visitor: a rejection beats a grant, the later grant beats the
    /// earlier one, and the result has the older day.
    pub(crate) fn combined(self, other: Self) -> Self {
        let (mut older, newer) = if self.day <= other.day {
            (self, other)
        } else {
            (other, self)
        };
        older.gpc_ack &= newer.gpc_ack;
        older.partial |= newer.partial;
        older.subject = newer.subject().or(older.subject);
        for (unit, answer) in newer.answers {
            let kept = older.answers.entry(unit).or_insert(answer);
            if *kept != Answer::Rejected {
                *kept = answer;
            }
        }
        older
    }
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let flags = match (self.gpc_ack, self.partial) {
            (false, false) => "",
            (true, false) => "g",
            (false, true) => "p",
            (true, true) => "gp",
        };
        write!(f, "1.{}.{flags}.", self.day)?;
        for (unit, answer) in &self.answers {
            if let Answer::Granted(fingerprint) = answer {
                write!(f, "{unit}{fingerprint}")?;
            }
        }
        f.write_str(".")?;
        for (unit, answer) in &self.answers {
            if *answer == Answer::Rejected {
                write!(f, "{unit}")?;
            }
        }
        match self.subject() {
            Some(subject) => write!(f, ".{subject}"),
            None => Ok(()),
        }
    }
}

impl FromStr for Choice {
    type Err = ParseError;

    /// Parses exactly the output of [`Display`](fmt::Display), so that each choice has one form.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let mut parts = text.split('.');
        let mut next = || parts.next().ok_or(ParseError);
        if next()? != "1" {
            return Err(ParseError);
        }
        let mut choice = Self::new(next()?.parse()?);
        (choice.gpc_ack, choice.partial) = match next()? {
            "" => (false, false),
            "g" => (true, false),
            "p" => (false, true),
            "gp" => (true, true),
            _ => return Err(ParseError),
        };
        let (granted, rejected) = (next()?, next()?);
        choice.subject = match parts.next() {
            // A choice without grants has no id.
            Some(_) if granted.is_empty() => return Err(ParseError),
            Some(subject) => Some(subject.parse()?),
            None => None,
        };
        if parts.next().is_some() {
            return Err(ParseError);
        }
        let both = UnitTag::CHARS + Fingerprint::CHARS;
        let grants = chunks(granted, both)?.map(|chunk| {
            let (unit, fingerprint) = chunk.split_at(UnitTag::CHARS);
            let fingerprint = fingerprint.parse()?;
            Ok((unit, Answer::Granted(fingerprint)))
        });
        let rejections = chunks(rejected, UnitTag::CHARS)?.map(|unit| Ok((unit, Answer::Rejected)));
        let mut last = None;
        for entry in grants.chain(rejections) {
            let (unit, answer) = entry?;
            let unit: UnitTag = unit.parse()?;
            // Both lists are sorted, and no unit occurs twice.
            let order = (answer == Answer::Rejected, unit);
            if last >= Some(order) || choice.answers.insert(unit, answer).is_some() {
                return Err(ParseError);
            }
            last = Some(order);
        }
        Ok(choice)
    }
}

fn chunks(text: &str, size: usize) -> Result<impl Iterator<Item = &str>, ParseError> {
    if !text.is_ascii() || !text.len().is_multiple_of(size) || text.len() > MAX_ANSWERS * size {
        return Err(ParseError);
    }
    Ok((0..text.len())
        .step_by(size)
        .map(move |at| &text[at..at + size]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn unit(id: &str) -> UnitTag {
        UnitTag::of(id)
    }

    fn meant(text: &str) -> Fingerprint {
        text.parse().expect("a fingerprint")
    }

    #[test]
    fn a_choice_is_written_in_one_form_only() {
        let mut choice = Choice::new(day("20780"));
        choice.set(unit("analytics"), Answer::Granted(meant("abcdef")));
        choice.set(unit("marketing"), Answer::Rejected);
        let text = choice.to_string();
        assert_eq!(text.parse(), Ok(choice));
        let parts: Vec<&str> = text.split('.').collect();
        let [_, _, _, granted, rejected] = parts[..] else {
            panic!("five parts in {text}");
        };
        for other in [
            format!("2.20780..{granted}.{rejected}"),
            format!("1.020780..{granted}.{rejected}"),
            format!("1.+20780..{granted}.{rejected}"),
            format!("1.20780.x.{granted}.{rejected}"),
            format!("1.20780.pg.{granted}.{rejected}"),
            format!("1.20780..{granted}.{rejected}."),
            format!("1.20780..{granted}{granted}.{rejected}"),
            format!("1.20780..{granted}.{rejected}{rejected}"),
            format!("1.20780..{granted}.{}", &granted[..5]),
            format!("1.20780..{}.{rejected}", &granted[1..]),
            format!("1.20780..{granted}.{rejected} "),
            String::new(),
        ] {
            assert_eq!(other.parse::<Choice>(), Err(ParseError), "{other}");
        }
    }

    #[test]
    fn a_choice_counts_for_its_days_and_one_day_ahead_of_the_clock() {
        let choice = Choice::new(day("1000"));
        for (today, valid) in [
            ("998", false),
            ("999", true),
            ("1000", true),
            ("1179", true),
            ("1180", false),
        ] {
            assert_eq!(choice.is_valid(day(today), 180), valid, "{today}");
        }
    }

    #[test]
    fn of_two_choices_the_rejections_and_the_later_grants_count_from_the_older_day() {
        let (a, b, c) = (unit("a"), unit("b"), unit("c"));
        let mut older = Choice::new(day("1000"));
        older.set(a, Answer::Rejected);
        older.set(b, Answer::Granted(meant("abcdef")));
        let mut newer = Choice::new(day("1001"));
        newer.set(a, Answer::Granted(meant("abcdef")));
        newer.set(b, Answer::Granted(meant("ghijkl")));
        newer.set(c, Answer::Rejected);
        for combined in [older.clone().combined(newer.clone()), newer.combined(older)] {
            assert_eq!(combined.day(), day("1000"));
            assert_eq!(combined.answer(a), Some(Answer::Rejected));
            assert_eq!(combined.answer(b), Some(Answer::Granted(meant("ghijkl"))));
            assert_eq!(combined.answer(c), Some(Answer::Rejected));
        }
    }
}
