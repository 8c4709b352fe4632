//! A `Set-Cookie` header as browsers read it, without the value.
//!
//! Written from RFC 6265bis and independent of the gate, so that the audit does not share its
//! mistakes. Only the algorithm for dates is the same.

use std::time::SystemTime;

use time::{
    OffsetDateTime, PrimitiveDateTime, format_description::BorrowedFormatItem,
    macros::format_description,
};

use crate::http::cookie_expiry;

/// Maximum size of name and value in bytes. Browsers drop larger cookies.
pub const MAX_BYTES: usize = 4096;

/// Maximum size of an attribute value in bytes. Browsers ignore longer ones.
const MAX_ATTRIBUTE: usize = 1024;

/// A parsed `Set-Cookie` header without the value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SetCookie {
    /// The name; bytes that are not UTF-8 are replaced.
    pub name: String,
    /// Size of name and value in bytes.
    pub size: usize,
    /// Lifetime of the cookie.
    pub life: Life,
    /// `Secure`
    pub secure: bool,
    /// `HttpOnly`
    pub http_only: bool,
    /// `SameSite`, if it has one of the three known values.
    pub same_site: Option<SameSite>,
    /// `Partitioned`
    pub partitioned: bool,
    /// `Path`, if it is valid.
    pub path: Option<String>,
    /// `Domain`, in lower case and without a leading dot.
    pub domain: Option<String>,
}

/// Lifetime of a cookie from the moment it is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Life {
    /// None: the header removes the cookie.
    Removed,
    /// Until the browser is closed.
    #[default]
    Session,
    /// Number of seconds.
    Seconds(u64),
}

/// The value of `SameSite`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SameSite {
    /// Sent with requests of this site only.
    Strict,
    /// Also sent when a visitor follows a link from another site.
    Lax,
    /// Sent with all requests.
    None,
}

impl SetCookie {
    /// Parses a header that a browser receives at the time `now`.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use actix_consent::audit::rules::{Life, SetCookie};
    ///
    /// let cookie = SetCookie::parse(b"visits=1; Max-Age=60; Secure", SystemTime::now());
    /// assert_eq!(cookie.name, "visits");
    /// assert_eq!(cookie.life, Life::Seconds(60));
    /// assert!(cookie.secure && !cookie.http_only);
    /// ```
    pub fn parse(header: &[u8], now: SystemTime) -> Self {
        Self::parse_dated(header, now, &[])
    }

    /// Parses a header that a browser receives at the time `now`, in a response with these values
    /// of `Date`.
    ///
    /// Chromium and Firefox compare `Expires` with `Date`, Safari compares it with its own clock,
    /// and each parses a malformed `Date` in its own way. The result is the longest lifetime in any
    /// of them. With a malformed `Date`, an `Expires` in the past is therefore no removal.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use actix_consent::audit::rules::SetCookie;
    ///
    /// let header = b"visits=1; Expires=Mon, 30 Nov 2015 00:00:00 GMT";
    /// let dates: [&[u8]; 1] = [b"Sun, 01 Nov 2015 00:00:00 GMT"];
    /// assert!(SetCookie::parse(header, SystemTime::now()).is_removal());
    /// assert!(!SetCookie::parse_dated(header, SystemTime::now(), &dates).is_removal());
    /// ```
    pub fn parse_dated(header: &[u8], now: SystemTime, dates: &[&[u8]]) -> Self {
        let (name, value) = pair(header);
        let mut cookie = Self {
            name: String::from_utf8_lossy(name).into_owned(),
            size: name.len() + value.len(),
            ..Self::default()
        };
        let (mut max_age, mut expires) = (None, None);
        for attribute in header.split(|byte| *byte == b';').skip(1) {
            let (name, value) = halves(attribute);
            let value = String::from_utf8_lossy(value);
            if value.len() > MAX_ATTRIBUTE {
                continue;
            }
            match name.to_ascii_lowercase().as_slice() {
                b"max-age" => max_age = seconds(&value).or(max_age),
                b"expires" => expires = until(&value, now, dates).or(expires),
                b"secure" => cookie.secure = true,
                b"httponly" => cookie.http_only = true,
                b"partitioned" => cookie.partitioned = true,
                b"samesite" => cookie.same_site = same_site(&value),
                b"path" => cookie.path = value.starts_with('/').then(|| value.into_owned()),
                b"domain" => {
                    let domain = value
                        .strip_prefix('.')
                        .unwrap_or(&value)
                        .to_ascii_lowercase();
                    cookie.domain = (!domain.is_empty()).then_some(domain);
                }
                _ => {}
            }
        }
        cookie.life = max_age.or(expires).unwrap_or_default();
        cookie
    }

    /// Returns whether the header removes the cookie.
    pub fn is_removal(&self) -> bool {
        self.life == Life::Removed
    }

    /// The requirement of the name's prefix that the attributes violate, so that browsers drop the
    /// cookie.
    pub fn broken_prefix(&self) -> Option<&'static str> {
        let starts = |prefix: &str| {
            let start = self.name.as_bytes().get(..prefix.len());
            start.is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
        };
        let host = starts("__Host-");
        let http = starts("__Http-") || starts("__Host-Http-");
        if !(host || http || starts("__Secure-")) {
            None
        } else if !self.secure {
            Some("its prefix asks for Secure")
        } else if host && self.domain.is_some() {
            Some("its prefix forbids Domain")
        } else if host && self.path.as_deref() != Some("/") {
            Some("its prefix asks for Path=/")
        } else if http && !self.http_only {
            Some("its prefix asks for HttpOnly")
        } else {
            None
        }
    }
}

/// Name and value. A header without `=` has no name.
pub(crate) fn pair(header: &[u8]) -> (&[u8], &[u8]) {
    let pair = header.split(|byte| *byte == b';').next().unwrap_or(header);
    match pair.contains(&b'=') {
        true => halves(pair),
        false => (&[], pair.trim_ascii()),
    }
}

fn halves(text: &[u8]) -> (&[u8], &[u8]) {
    let (name, value) = match text.iter().position(|byte| *byte == b'=') {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (text, &[][..]),
    };
    (name.trim_ascii(), value.trim_ascii())
}

/// Browsers ignore a `Max-Age` that is not a number; Chromium takes a `+` before one.
fn seconds(value: &str) -> Option<Life> {
    let value = value.strip_prefix('+').unwrap_or(value);
    let (negative, digits) = match value.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, value),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    // A number that overflows is a long lifetime too.
    match digits.parse().unwrap_or(u64::MAX) {
        _ if negative => Some(Life::Removed),
        0 => Some(Life::Removed),
        seconds => Some(Life::Seconds(seconds)),
    }
}

/// Browsers ignore an `Expires` that is not a date.
fn until(value: &str, now: SystemTime, dates: &[&[u8]]) -> Option<Life> {
    let expires = cookie_expiry::parse(value.as_bytes())?;
    let left = |from: OffsetDateTime| match u64::try_from((expires - from).whole_seconds()) {
        Ok(seconds) if seconds > 0 => Life::Seconds(seconds),
        _ => Life::Removed,
    };
    let stated = dates.iter().map(|date| match sent_at(date) {
        Some(sent) => left(sent),
        None => Life::Session,
    });
    stated.chain([left(OffsetDateTime::from(now))]).max()
}

/// A `Date` in the form that servers have to write (RFC 9110, 5.6.7), which all browsers read
/// alike.
fn sent_at(date: &[u8]) -> Option<OffsetDateTime> {
    const FORM: &[BorrowedFormatItem<'_>] = format_description!(
        "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
    );
    let date = std::str::from_utf8(date).ok()?.trim_ascii();
    Some(PrimitiveDateTime::parse(date, FORM).ok()?.assume_utc())
}

fn same_site(value: &str) -> Option<SameSite> {
    [
        ("strict", SameSite::Strict),
        ("lax", SameSite::Lax),
        ("none", SameSite::None),
    ]
    .into_iter()
    .find_map(|(word, same_site)| value.eq_ignore_ascii_case(word).then_some(same_site))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use actix_web::http::header::{self, HeaderMap, HeaderValue};

    use super::*;

    fn read(header: &str) -> SetCookie {
        SetCookie::parse(
            header.as_bytes(),
            SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000),
        )
    }

    #[test]
    fn a_header_is_read_as_browsers_read_it() {
        let cookie =
            read(" a = b=c ; path=/x; DOMAIN=.News.Example; secure ;HTTPOnly=x; SameSite=lax");
        assert_eq!((cookie.name.as_str(), cookie.size), ("a", 4));
        assert_eq!(cookie.path.as_deref(), Some("/x"));
        assert_eq!(cookie.domain.as_deref(), Some("news.example"));
        assert!(cookie.secure && cookie.http_only);
        assert_eq!(cookie.same_site, Some(SameSite::Lax));
        assert_eq!(read("nameless").name, "");
    }

    #[test]
    fn max_age_wins_over_expires_and_the_last_one_counts() {
        for (header, life) in [
            ("a=1", Life::Session),
            (
                "a=1; Max-Age=5; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
                Life::Seconds(5),
            ),
            (
                "a=1; Max-Age=0; Expires=Fri, 15 Jan 2027 09:00:00 GMT",
                Life::Removed,
            ),
            (
                "a=1; Expires=Fri, 15 Jan 2027 09:00:00 GMT",
                Life::Seconds(3600),
            ),
            ("a=1; Expires=Thu, 01-Jan-1970 00:00:00 GMT", Life::Removed),
            ("a=1; Max-Age=5; Max-Age=7", Life::Seconds(7)),
            ("a=1; Max-Age=-1", Life::Removed),
            ("a=1; Max-Age=1 day", Life::Session),
            ("a=1; Expires=never", Life::Session),
            ("a=1; Expires=1 jan 71 0:0:0", Life::Removed),
            (
                "a=1; Max-Age=99999999999999999999999",
                Life::Seconds(u64::MAX),
            ),
        ] {
            assert_eq!(read(header).life, life, "{header}");
        }
    }

    #[test]
    fn what_the_gate_passes_as_a_removal_is_one_to_this_reader_too() {
        let mut removals = 0;
        for header in [
            "a=1",
            "a=1; Max-Age=0",
            "a=1; max-age=-5; Expires=Fri, 15 Jan 2100 09:00:00 GMT",
            "a=1; Max-Age=31536000; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            "a=1; Expires=Thu, 01-Jan-1970 00:00:00 GMT",
            "a=1; Max-Age=5; Max-Age=0",
            "a=1; Max-Age=x; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
            // The gate is stricter here: browsers differ, so it treats the header as no removal.
            "a=1; Max-Age=0; Max-Age=x",
        ] {
            if crate::http::cookie_expiry::is_removal(header.as_bytes(), &HeaderMap::new()) {
                removals += 1;
                let cookie = SetCookie::parse(header.as_bytes(), SystemTime::now());
                assert!(cookie.is_removal(), "{header}");
            }
        }
        assert_eq!(removals, 5);
    }

    #[test]
    fn judges_expires_by_the_clock_and_by_every_date() {
        const NOVEMBER: &[u8] = b"Sun, 01 Nov 2015 00:00:00 GMT";
        const DECEMBER: &[u8] = b"Tue, 01 Dec 2015 00:00:00 GMT";
        const DAYS_29: Life = Life::Seconds(29 * 86_400);
        let now = SystemTime::now();
        let later = "a=1; Expires=Mon, 30 Nov 2015 00:00:00 GMT";
        let cases: [(&str, &[&[u8]], Life); 10] = [
            (later, &[], Life::Removed),
            (later, &[DECEMBER], Life::Removed),
            (later, &[NOVEMBER], DAYS_29),
            (later, &[NOVEMBER, DECEMBER], DAYS_29),
            (later, &[DECEMBER, NOVEMBER], DAYS_29),
            (later, &[b"Sunday, 01-Nov-15 00:00:00 GMT"], Life::Session),
            (later, &[b"Tue, 01 Dec 2015 00:00:00 +1400"], Life::Session),
            (later, &[b""], Life::Session),
            ("a=1; Max-Age=0", &[NOVEMBER, b""], Life::Removed),
            ("a=1; Max-Age=5", &[NOVEMBER], Life::Seconds(5)),
        ];
        for (header, dates, life) in cases {
            let read = SetCookie::parse_dated(header.as_bytes(), now, dates);
            assert_eq!(read.life, life, "{header} {dates:?}");
            // Every header that the gate passes as a removal is a removal here.
            let mut headers = HeaderMap::new();
            for date in dates {
                let value = HeaderValue::from_bytes(date).expect("it is a value");
                headers.append(header::DATE, value);
            }
            let removes = crate::http::cookie_expiry::is_removal(header.as_bytes(), &headers);
            assert_eq!(removes, life == Life::Removed, "{header}");
        }
    }

    #[test]
    fn a_prefix_holds_only_with_its_attributes() {
        for (header, broken) in [
            ("__Host-a=1; Secure; Path=/", false),
            ("__Host-a=1; Path=/", true),
            ("__Host-a=1; Secure", true),
            ("__host-a=1; Secure; Path=/x", true),
            ("__Host-a=1; Secure; Path=/; Domain=news.example", true),
            ("__Secure-a=1; Secure", false),
            ("__Secure-a=1", true),
            ("__Http-a=1; Secure", true),
            ("__Host-Http-a=1; Secure; HttpOnly; Path=/", false),
            ("plain=1", false),
        ] {
            assert_eq!(read(header).broken_prefix().is_some(), broken, "{header}");
        }
    }
}
