//! Texts of the pages.
//!
//! English is built in. An application changes single sentences, or adds a language, by
//! [`DefaultPages::words`](super::DefaultPages::words). The [labels of
//! buttons](super::labels::Labels) are fixed, so that no button can flatter, scare or mislead.

mod english;

use crate::{
    choice::note::NOTICE_DAYS,
    policy::{Purpose, TimeUnit},
};

pub use self::english::Words;

/// Replaces each `{name}` by its value.
///
/// Values are not searched again: a brace inside a value stays a brace.
pub(super) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len() + 32);
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, from) = rest.split_at(open);
        filled.push_str(before);
        let hit = from.find('}').and_then(|close| {
            let name = &from[1..close];
            let (_, value) = values.iter().find(|(known, _)| *known == name)?;
            Some((value, &from[close + 1..]))
        });
        rest = match hit {
            Some((value, after)) => {
                filled.push_str(value);
                after
            }
            None => {
                filled.push('{');
                &from[1..]
            }
        };
    }
    filled.push_str(rest);
    filled
}

/// Splits a text at `{name}`, where a link is inserted.
pub(super) fn around<'a>(text: &'a str, name: &str) -> (&'a str, &'a str) {
    text.split_once(&format!("{{{name}}}"))
        .unwrap_or((text, ""))
}

impl Words {
    /// Joins items: "a", "a and b", "a, b and c".
    pub(super) fn list<S: AsRef<str>>(&self, items: &[S]) -> String {
        let mut text = String::new();
        for (place, item) in items.iter().enumerate() {
            if place > 0 {
                let last = place + 1 == items.len();
                text.push_str(if last {
                    &self.list_and
                } else {
                    &self.list_comma
                });
            }
            text.push_str(item.as_ref());
        }
        text
    }

    /// Writes a number: "three", or "17".
    pub(super) fn number(&self, n: usize) -> String {
        let word = n
            .checked_sub(1)
            .and_then(|place| self.numbers.split(' ').nth(place));
        word.map_or_else(|| n.to_string(), str::to_owned)
    }

    /// Writes a duration: "13 months".
    pub(crate) fn time(&self, count: u32, unit: TimeUnit) -> String {
        let units = match count {
            1 => &self.units_one,
            _ => &self.units_many,
        };
        let unit = units.split(' ').nth(unit as usize).unwrap_or_default();
        fill(&self.time, &[("n", &count.to_string()), ("unit", unit)])
    }

    /// Returns a purpose in the words of the language.
    pub(super) fn purpose<'a>(&'a self, purpose: &'a Purpose, language: &str) -> &'a str {
        match purpose.id() {
            "service-provision" => &self.purpose_service_provision,
            "technical-service" => &self.purpose_technical_service,
            "security" => &self.purpose_security,
            "interface-preferences" => &self.purpose_interface_preferences,
            "service-personalisation" => &self.purpose_service_personalisation,
            "usage-analytics" => &self.purpose_usage_analytics,
            "advertising" => &self.purpose_advertising,
            "personalised-advertising" => &self.purpose_personalised_advertising,
            "targeted-advertising" => &self.purpose_targeted_advertising,
            "social-media-marketing" => &self.purpose_social_media_marketing,
            _ => purpose.text(language),
        }
    }

    /// Returns the purposes of this library's own cookies: choice, note, recent rejections, cache
    /// key.
    pub(crate) fn own_purposes(&self, notice: bool, recorded: bool) -> [String; 4] {
        let note = match notice {
            true => {
                let time = self.time(NOTICE_DAYS, TimeUnit::Day);
                fill(&self.own_notice, &[("time", &time)])
            }
            false => self.own_note.to_string(),
        };
        let (choice, note) = match recorded {
            true => {
                let left = &self.own_note_recorded;
                (&self.own_choice_recorded, format!("{note} {left}"))
            }
            false => (&self.own_choice, note),
        };
        [
            choice.to_string(),
            note,
            self.own_off.to_string(),
            self.own_key.to_string(),
        ]
    }

    /// Writes a date: "22 November 2026".
    pub(super) fn date(&self, day: time::Date) -> String {
        let month = usize::from(u8::from(day.month())) - 1;
        fill(
            &self.day,
            &[
                ("day", &day.day().to_string()),
                (
                    "month",
                    self.months.split(' ').nth(month).unwrap_or_default(),
                ),
                ("year", &day.year().to_string()),
            ],
        )
    }
}

/// Returns the text with its first letter in upper case.
pub(super) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests;
