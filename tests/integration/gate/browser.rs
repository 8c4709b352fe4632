//! What a browser reads out of `Set-Cookie`, by RFC 6265bis 5.6 and 5.7, written for this test.

pub(super) fn trim(bytes: &[u8]) -> &[u8] {
    let space = |byte: &&u8| **byte == b' ' || **byte == b'\t';
    let start = bytes.iter().take_while(space).count();
    let end = bytes[start..].iter().rev().take_while(space).count();
    &bytes[start..bytes.len() - end]
}

pub(super) fn name(cookie: &[u8]) -> &[u8] {
    let pair = cookie.split(|byte| *byte == b';').next().unwrap();
    match pair.iter().position(|byte| *byte == b'=') {
        Some(at) => trim(&pair[..at]),
        None => b"",
    }
}

/// Whether every browser removes the cookie. RFC 6265bis passes over attributes that it cannot
/// read; Chromium looks at the last of each name alone, and passes over that.
pub(super) fn removes(cookie: &[u8]) -> bool {
    let (mut max_age, mut expires) = (None, None);
    let (mut last_max_age, mut last_expires) = (None, None);
    for part in cookie.split(|byte| *byte == b';').skip(1) {
        let at = part.iter().position(|byte| *byte == b'=');
        let name = trim(&part[..at.unwrap_or(part.len())]);
        let value = at.map_or(&b""[..], |at| trim(&part[at + 1..]));
        if value.len() > 1024 {
            continue;
        }
        if name.eq_ignore_ascii_case(b"max-age") {
            // Chromium reads `+9` as 9.
            if value.first() == Some(&b'+') {
                (max_age, last_max_age) = (Some(false), Some(false));
                continue;
            }
            let digits = value.strip_prefix(b"-").unwrap_or(value);
            let valid = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
            last_max_age =
                valid.then(|| value[0] == b'-' || digits.iter().all(|digit| *digit == b'0'));
            max_age = last_max_age.or(max_age);
        } else if name.eq_ignore_ascii_case(b"expires") {
            last_expires = past(value);
            expires = last_expires.or(expires);
        }
    }
    let by_rfc = max_age.or(expires).unwrap_or(false);
    let by_chromium = last_max_age.or(last_expires).unwrap_or(false);
    by_rfc && by_chromium
}

/// Whether nothing about the removal is unusual, so that no caution can hold it back.
pub(super) fn plainly_removes(cookie: &[u8]) -> bool {
    let text = String::from_utf8_lossy(cookie).to_ascii_lowercase();
    let ages = text.matches("max-age").count();
    let dates = text.matches("expires").count();
    let has = |plain: &str| text.split(';').any(|part| part.replace(' ', "") == plain);
    text.len() < 5000
        && !text.contains(&"0".repeat(1024))
        && removes(cookie)
        && match (ages, dates) {
            (1, _) => has("max-age=0") || has("max-age=-1"),
            (0, 1) => has("expires=thu,01jan197000:00:00gmt"),
            _ => false,
        }
}

/// Whether it has an attribute that may end it.
pub(super) fn mentions_an_end(cookie: &[u8]) -> bool {
    let text = String::from_utf8_lossy(cookie).to_ascii_lowercase();
    text.contains("max-age") || text.contains("expires")
}

/// Whether a cookie-date lies before 2026; `None` where it is none.
fn past(date: &[u8]) -> Option<bool> {
    let delimiter =
        |byte: &u8| matches!(byte, 0x09 | 0x20..=0x2f | 0x3b..=0x40 | 0x5b..=0x60 | 0x7b..=0x7e);
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in date.split(delimiter).filter(|token| !token.is_empty()) {
        let number = |token: &[u8], least: usize, most: usize| -> Option<u32> {
            let digits = token
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            let text = std::str::from_utf8(&token[..digits]).ok()?;
            (least..=most)
                .contains(&digits)
                .then(|| text.parse().ok())?
        };
        let clock = || {
            let mut fields = token.splitn(3, |byte| *byte == b':');
            let (hour, minute, second) = (fields.next()?, fields.next()?, fields.next()?);
            let whole = |field: &[u8]| field.iter().all(u8::is_ascii_digit);
            (whole(hour) && whole(minute)).then_some(())?;
            Some((
                number(hour, 1, 2)?,
                number(minute, 1, 2)?,
                number(second, 1, 2)?,
            ))
        };
        let named = || {
            let start = token.get(..3)?.to_ascii_lowercase();
            let names = b"janfebmaraprmayjunjulaugsepoctnovdec";
            names.chunks(3).position(|name| *name == start)
        };
        if time.is_none() && clock().is_some() {
            time = clock();
        } else if day.is_none() && number(token, 1, 2).is_some() {
            day = number(token, 1, 2);
        } else if month.is_none() && named().is_some() {
            month = named();
        } else if year.is_none() && number(token, 2, 4).is_some() {
            year = number(token, 2, 4);
        }
    }
    let (hour, minute, second) = time?;
    let (day, month, year) = (day?, month?, year?);
    let year = match year {
        0..=69 => year + 2000,
        70..=99 => year + 1900,
        _ => year,
    };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = [
        31,
        28 + u32::from(leap),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ][month];
    let valid =
        (1..=days).contains(&day) && year >= 1601 && hour < 24 && minute < 60 && second < 60;
    valid.then_some(year < 2026)
}

#[test]
fn the_oracle_can_tell_removals_from_sets() {
    assert!(removes(
        b"a=1; Max-Age=0; Expires=Thu, 01 Jan 2099 00:00:00 GMT"
    ));
    assert!(removes(b"a=1; Expires=Thu, 01-Jan-70 00:00:00 GMT"));
    assert!(!removes(
        b"a=1; Max-Age=9; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    ));
    assert!(!removes(b"a=1; Expires=0"));
    assert!(!removes(b"a=1; Max-Age=0; Max-Age=1"));
    assert_eq!(name(b" a\t=1; b=2"), b"a");
    assert_eq!(name(b"a; b=2"), b"");
}
