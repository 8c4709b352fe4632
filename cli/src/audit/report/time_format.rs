//! Formats of times.

use std::time::{Duration, SystemTime};

use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::super::record::{Visit, What};

/// Formats a time in UTC with milliseconds, such as `2026-11-25T09:02:01.123Z`.
pub(crate) fn rfc3339(at: SystemTime) -> String {
    let seconds = match at.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => i128::try_from(since.as_millis()).unwrap_or(i128::MAX),
        Err(before) => -i128::try_from(before.duration().as_millis()).unwrap_or(i128::MAX),
    };
    moment(seconds.saturating_mul(1_000_000))
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// Formats seconds since 1970 as a time in UTC; empty beyond the year 9999.
pub(crate) fn rfc3339_seconds(since_1970: i64) -> String {
    moment(i128::from(since_1970) * 1_000_000_000)
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}

/// Formats a date and time for people, such as `25 November 2026, 09:02 UTC`.
pub(crate) fn in_words(at: SystemTime) -> String {
    let at = OffsetDateTime::from(at);
    let (day, month, year) = (at.day(), at.month(), at.year());
    format!(
        "{day} {month} {year}, {:02}:{:02} UTC",
        at.hour(),
        at.minute()
    )
}

/// Formats a duration for people, such as `3 minutes`.
pub(crate) fn length(of: Duration) -> String {
    let (count, unit) = match of.as_secs() {
        seconds @ 0..120 => (seconds, "second"),
        seconds => (seconds / 60, "minute"),
    };
    super::tally::many(usize::try_from(count).unwrap_or(usize::MAX), unit)
}

/// Formats milliseconds as seconds, such as `1.25 s`.
pub(crate) fn seconds(milliseconds: u64) -> String {
    format!("{}.{:02} s", milliseconds / 1000, milliseconds % 1000 / 10)
}

/// Adds milliseconds to a time.
pub(crate) fn later(at: SystemTime, milliseconds: u64) -> SystemTime {
    let step = Duration::from_millis(milliseconds);
    at.checked_add(step).unwrap_or(at)
}

/// Returns the duration of a visit in milliseconds, up to its last event.
pub(crate) fn length_of(visit: &Visit) -> u64 {
    let ends = visit.events.iter().map(|event| match &event.what {
        What::Requested(request) => event.at.saturating_add(request.took.unwrap_or(0)),
        _ => event.at,
    });
    ends.max().unwrap_or(0)
}

fn moment(nanoseconds: i128) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_utc() {
        let at = SystemTime::UNIX_EPOCH + Duration::from_nanos(1_795_597_321_123_999_999);
        assert_eq!(rfc3339(at), "2026-11-25T09:02:01.123Z");
        assert_eq!(in_words(at), "25 November 2026, 09:02 UTC");
        assert_eq!(rfc3339_seconds(0), "1970-01-01T00:00:00Z");
        assert_eq!(rfc3339_seconds(i64::MAX), "");
        assert_eq!(seconds(1_259), "1.25 s");
        assert_eq!(length(Duration::from_secs(1)), "1 second");
        assert_eq!(length(Duration::from_secs(190)), "3 minutes");
    }
}
