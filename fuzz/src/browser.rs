//! Model of how browsers parse `Set-Cookie`, by RFC 6265bis and as Chromium does.

use std::{ops::RangeInclusive, time::UNIX_EPOCH};

use actix_web::http::header::HeaderValue;

/// The name under which a browser stores a cookie (RFC 6265bis, 5.6).
pub fn name(cookie: &HeaderValue) -> &[u8] {
    let pair = cookie.as_bytes().split(|byte| *byte == b';').next();
    split(pair.unwrap_or_default()).map_or(b"", |(name, _)| name)
}

/// The texts before and after the first `=`.
fn split(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = text.iter().position(|byte| *byte == b'=')?;
    Some((text[..at].trim_ascii(), text[at + 1..].trim_ascii()))
}

/// Returns whether browsers remove the cookie. By RFC 6265bis the last valid attribute decides, in
/// Chromium the last of each name; `Max-Age` takes precedence over `Expires`.
pub fn removes(cookie: &HeaderValue) -> bool {
    let ends = |attribute: &[u8], read: fn(&[u8]) -> Option<bool>| {
        let parts = cookie.as_bytes().split(|byte| *byte == b';').skip(1);
        let values = parts.map(|part| split(part).unwrap_or((part.trim_ascii(), b"")));
        let values = values
            .filter(|(name, value)| name.eq_ignore_ascii_case(attribute) && value.len() <= 1024);
        let read: Vec<_> = values.map(|(_, value)| read(value)).collect();
        [
            read.iter().rev().find_map(|end| *end),
            read.last().copied().flatten(),
        ]
    };
    let (ages, dates) = (ends(b"max-age", is_over), ends(b"expires", is_past));
    ages.iter()
        .zip(dates)
        .all(|(age, date)| age.or(date) == Some(true))
}

/// Returns whether a `Max-Age` is at most 0; `None` if it is not a number.
fn is_over(value: &[u8]) -> Option<bool> {
    if value.first() == Some(&b'+') {
        // Chromium reads `+9` as 9.
        return Some(false);
    }
    let digits = value.strip_prefix(b"-").unwrap_or(value);
    let number = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    number.then(|| value[0] == b'-' || digits.iter().all(|digit| *digit == b'0'))
}

/// Returns whether a date is in the past or in this year; `None` if it is invalid (RFC 6265bis,
/// 5.1.1).
fn is_past(value: &[u8]) -> Option<bool> {
    let delimits =
        |byte: &u8| matches!(byte, 9 | 0x20..=0x2f | 0x3b..=0x40 | 0x5b..=0x60 | 0x7b..=0x7e);
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    // Each part is the first token that can be it and is not another part already.
    for token in value.split(delimits).filter(|token| !token.is_empty()) {
        let _ = take(&mut time, clock(token))
            || take(&mut day, number(token, 1..=2))
            || take(&mut month, month_of(token))
            || take(&mut year, number(token, 2..=4));
    }
    let ([hour, minute, second], day, month) = (time?, day?, month?);
    let year = match year? {
        short @ 70..=99 => 1900 + short,
        short @ 0..=69 => 2000 + short,
        year => year,
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 => 28 + u32::from(leap),
        3 | 5 | 8 | 10 => 30,
        _ => 31,
    };
    let real = (1..=days).contains(&day) && hour < 24 && minute < 60 && second < 60;
    (real && year >= 1601).then(|| u64::from(year) <= this_year())
}

fn take<T>(part: &mut Option<T>, found: Option<T>) -> bool {
    part.is_none() && {
        *part = found;
        part.is_some()
    }
}

fn this_year() -> u64 {
    let since_1970 = UNIX_EPOCH.elapsed().expect("the clock is set").as_secs();
    1970 + since_1970 / 31_556_952
}

/// Parses `12:34:56`, followed by anything.
fn clock(token: &[u8]) -> Option<[u32; 3]> {
    let mut fields = token.splitn(3, |byte| *byte == b':');
    let fields = [fields.next()?, fields.next()?, fields.next()?];
    let whole = fields[..2]
        .iter()
        .all(|field| field.iter().all(u8::is_ascii_digit));
    let [hour, minute, second] = fields.map(|field| number(field, 1..=2));
    whole.then_some([hour?, minute?, second?])
}

/// Parses a number of digits within these bounds, followed by anything but a digit.
fn number(token: &[u8], length: RangeInclusive<usize>) -> Option<u32> {
    let digits = token.iter().take_while(|byte| byte.is_ascii_digit());
    let digits = &token[..digits.count()];
    let text = std::str::from_utf8(digits).ok()?;
    length.contains(&digits.len()).then(|| text.parse().ok())?
}

fn month_of(token: &[u8]) -> Option<usize> {
    let start = token.get(..3)?.to_ascii_lowercase();
    let mut months = b"janfebmaraprmayjunjulaugsepoctnovdec".chunks(3);
    months.position(|month| month == start)
}
