//! Days of the UTC calendar.

use std::{fmt, str::FromStr, time::SystemTime};

use time::Date;

/// A day of the UTC calendar, counted from 1 January 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Day(u32);

impl Day {
    /// Returns the current day.
    pub fn today() -> Self {
        let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Self(since_1970.map_or(0, |time| (time.as_secs() / 86_400) as u32))
    }

    /// Returns the day `days` later.
    pub fn plus(self, days: u32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// Number of days from `earlier` to this day; `None` if this day is before it.
    pub fn since(self, earlier: Self) -> Option<u32> {
        self.0.checked_sub(earlier.0)
    }

    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// Returns the date.
    pub fn date(self) -> Date {
        let julian = i32::try_from(self.0)
            .ok()
            .and_then(|day| day.checked_add(2_440_588));
        julian
            .and_then(|day| Date::from_julian_day(day).ok())
            .unwrap_or(Date::MAX)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Day {
    type Err = ParseError;

    /// Parses a number without leading zeros, so that each day has one form.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || text.len() > 6 || (text.len() > 1 && text.starts_with('0')) {
            return Err(ParseError);
        }
        text.parse().map(Self).map_err(|_| ParseError)
    }
}

impl From<Date> for Day {
    /// Converts a date; those before 1970 become 1 January 1970.
    fn from(date: Date) -> Self {
        Self((date.to_julian_day() - 2_440_588).max(0) as u32)
    }
}

/// Error: a value of a cookie or form does not have the expected format.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ParseError;

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a value that this library writes")
    }
}

debug_as_display!(ParseError);

impl std::error::Error for ParseError {}
