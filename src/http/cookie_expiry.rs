//! Expiry of cookies, with dates parsed as browsers parse `Expires` (RFC 6265, 5.1.1): part by
//! part, in any order and with almost any delimiter, because servers write many forms.

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use time::{Date, Month, OffsetDateTime, Time};

/// Parses a date; `None` if browsers would not find one or disagree.
pub(crate) fn parse(text: &[u8]) -> Option<OffsetDateTime> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text
        .split(|byte| is_delimiter(*byte))
        .filter(|token| !token.is_empty())
    {
        if time.is_none()
            && let Some(found) = clock(token)
        {
            time = Some(found);
        } else if day.is_none()
            && let Some(found) = number(token, 1, 2)
        {
            day = Some(found);
        } else if month.is_none()
            && let Some(found) = month_of(token)
        {
            month = Some(found);
        } else if year.is_none()
            && let Some(found) = number(token, 2, 4)
        {
            year = Some(match found {
                70..=99 => found + 1900,
                0..=69 => found + 2000,
                year => year,
            });
        } else if token[0].is_ascii_digit() && (time.is_none() || day.is_none() || year.is_none()) {
            // Some browsers accept `73rd` as a day, or five digits as a year; others skip the part
            // and use a later one. The date is ambiguous, so it is rejected.
            return None;
        }
    }
    let (hour, minute, second) = time?;
    let year = i32::try_from(year?).ok().filter(|year| *year >= 1601)?;
    let date = Date::from_calendar_date(year, month?, u8::try_from(day?).ok()?).ok()?;
    let time = Time::from_hms(hour, minute, second).ok()?;
    Some(date.with_time(time).assume_utc())
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, 0x09 | 0x20..=0x2f | 0x3b..=0x40 | 0x5b..=0x60 | 0x7b..=0x7e)
}

/// Parses a token of `least` to `most` digits. The RFC permits trailing characters, but some
/// browsers do not, so they are rejected: a date must be valid in every browser.
fn number(token: &[u8], least: usize, most: usize) -> Option<u32> {
    if !(least..=most).contains(&token.len()) || !token.iter().all(u8::is_ascii_digit) {
        return None;
    }
    std::str::from_utf8(token).ok()?.parse().ok()
}

/// Parses a time such as `12:34:56`.
fn clock(token: &[u8]) -> Option<(u8, u8, u8)> {
    let mut parts = token.split(|byte| *byte == b':');
    let mut part = || number(parts.next()?, 1, 2).map(|value| value as u8);
    let clock = (part()?, part()?, part()?);
    parts.next().is_none().then_some(clock)
}

fn month_of(token: &[u8]) -> Option<Month> {
    const MONTHS: [&[u8; 3]; 12] = [
        b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov",
        b"dec",
    ];
    let start: [u8; 3] = token.get(..3)?.to_ascii_lowercase().try_into().ok()?;
    let place = MONTHS.iter().position(|month| **month == start)?;
    Month::try_from(place as u8 + 1).ok()
}

/// Returns whether browsers treat a `Set-Cookie` header as a removal: the last `Max-Age` decides,
/// or the last `Expires` if there is none (RFC 6265, 5.2 and 5.3). `headers` are those of the
/// response.
///
/// A header that is not clearly a removal counts as a set, so that it needs consent.
pub(crate) fn is_removal(value: &[u8], headers: &HeaderMap) -> bool {
    let mut max_age = None;
    let mut passed_over = false;
    let mut expires = None;
    for attribute in value.split(|byte| *byte == b';').skip(1) {
        let (name, value) = match memchr::memchr(b'=', attribute) {
            Some(at) => (&attribute[..at], attribute[at + 1..].trim_ascii()),
            None => (attribute, &[][..]),
        };
        let name = name.trim_ascii();
        // Browsers ignore an attribute whose value is longer (RFC 6265bis, 5.5).
        if value.len() > 1024 {
            continue;
        }
        if name.eq_ignore_ascii_case(b"max-age") {
            let ends = max_age_ends(value);
            passed_over = ends.is_none();
            max_age = ends.or(max_age);
        } else if name.eq_ignore_ascii_case(b"expires") {
            expires = Some(is_past(value, headers));
        }
    }
    // After an invalid last `Max-Age`, some browsers apply the one before and others none, so the
    // cookie must end in both cases.
    match (max_age, expires) {
        (Some(ends), expires) if passed_over => ends && expires == Some(true),
        (Some(ends), _) => ends,
        (None, expires) => expires == Some(true),
    }
}

/// Returns whether a `Max-Age` ends the cookie; `None` if browsers ignore the value. They disagree
/// on `0abc` and on `+9`, which Chromium parses as 9; neither counts as an end.
fn max_age_ends(value: &[u8]) -> Option<bool> {
    if value.first() == Some(&b'+') {
        return Some(false);
    }
    let (negative, digits) = match value.strip_prefix(b"-") {
        Some(digits) => (true, digits),
        None => (false, value),
    };
    if !negative && !digits.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    Some(number && (negative || digits.iter().all(|digit| *digit == b'0')))
}

/// Returns whether a value of `Expires` is in the past for every browser.
///
/// Chromium and Firefox correct `Expires` by the difference between their clock and the response's
/// `Date`, so a cookie has expired if `Expires` is not after `Date`. Safari compares with its own
/// clock, and a proxy may replace `Date`. A cookie counts as removed only if both methods agree and
/// every `Date` has the form of RFC 9110, 5.6.7, as browsers parse other forms differently.
fn is_past(expires: &[u8], headers: &HeaderMap) -> bool {
    let agrees = |expires: OffsetDateTime| {
        let mut dates = headers.get_all(header::DATE).map(imf_fixdate);
        dates.all(|date| date.is_some_and(|date| expires <= date))
    };
    parse(expires).is_some_and(|expires| expires <= OffsetDateTime::now_utc() && agrees(expires))
}

/// Parses a date in the only form that servers may generate.
fn imf_fixdate(value: &HeaderValue) -> Option<OffsetDateTime> {
    let text = value.to_str().ok()?;
    let date: header::HttpDate = text.parse().ok()?;
    let date = OffsetDateTime::from(std::time::SystemTime::from(date));
    let written = header::HttpDate::from(std::time::SystemTime::from(date)).to_string();
    (written == text).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_servers_write_are_the_same_date() {
        for text in [
            "Thu, 01 Jan 1970 00:00:00 GMT",
            "Thu, 01-Jan-1970 00:00:00 GMT",
            "Thursday, 01-Jan-70 00:00:00 GMT",
            "Thursday, 01-Jan-1970 00:00:00 GMT",
            "Thu, 01-Jan-70 00:00:00 GMT",
            "Thu Jan  1 00:00:00 1970",
            "1 january 1970 0:0:0",
        ] {
            assert_eq!(
                parse(text.as_bytes()),
                Some(OffsetDateTime::UNIX_EPOCH),
                "{text}"
            );
        }
    }

    #[test]
    fn what_lacks_a_part_is_no_date() {
        for text in [
            "",
            "0",
            "Thu, 01 Jan 1970",
            "01 Jan 00:00:00",
            "Jan 1970 00:00:00",
            "01 1970 00:00:00",
            "31 Feb 1970 00:00:00",
            "01 Jan 1600 00:00:00",
            "01 Jan 1970 24:00:00",
            "01 Jan 1970 00:60:00",
            "never",
        ] {
            assert_eq!(parse(text.as_bytes()), None, "{text}");
        }
    }
}
