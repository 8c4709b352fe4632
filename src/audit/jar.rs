//! Cookie jar of the simulated browser.

use std::time::SystemTime;

use super::rules::{Life, MAX_BYTES, SameSite, SetCookie, pair};

/// The path for which a planted cookie is sent.
const EVERYWHERE: &str = "/";

/// Stores, sends and drops cookies like a browser that talks to one host: by name, path and domain.
/// Cookies do not expire.
///
/// It has no `Debug`, so that no value gets into a message by accident.
#[derive(Clone, Default)]
pub(crate) struct Jar {
    cookies: Vec<Stored>,
    /// Number of stored cookies so far, which serves as the time.
    clock: u64,
}

#[derive(Clone)]
struct Stored {
    name: Vec<u8>,
    value: Vec<u8>,
    path: String,
    domain: Option<String>,
    /// Time at which a response set it; `None` if the audit planted it.
    set: Option<u64>,
}

impl Jar {
    /// Processes a `Set-Cookie` header in a response from `host` to a request for `path`.
    pub(crate) fn keep(&mut self, header: &[u8], cookie: &SetCookie, host: &str, path: &str) {
        let domain_fits = |domain: &str| {
            host == domain
                || host
                    .strip_suffix(domain)
                    .is_some_and(|sub| sub.ends_with('.'))
        };
        let needs_secure = cookie.partitioned || cookie.same_site == Some(SameSite::None);
        if cookie.size > MAX_BYTES
            || cookie.broken_prefix().is_some()
            || (needs_secure && !cookie.secure)
            || !cookie.domain.as_deref().is_none_or(domain_fits)
        {
            return;
        }
        self.clock += 1;
        let (name, value) = pair(header);
        let path = cookie.path.clone().unwrap_or_else(|| default_path(path));
        self.cookies
            .retain(|old| old.name != name || old.path != path || old.domain != cookie.domain);
        if cookie.life != Life::Removed {
            self.cookies.push(Stored {
                name: name.to_vec(),
                value: value.to_vec(),
                path,
                domain: cookie.domain.clone(),
                set: Some(self.clock),
            });
        }
    }

    /// Processes all `Set-Cookie` headers of a response with these values of `Date`, and returns
    /// them parsed.
    pub(crate) fn keep_all<'h>(
        &mut self,
        headers: impl Iterator<Item = &'h [u8]>,
        dates: &[&[u8]],
        host: &str,
        path: &str,
    ) -> Vec<SetCookie> {
        let now = SystemTime::now();
        let mut read = Vec::new();
        for header in headers {
            let cookie = SetCookie::parse_dated(header, now, dates);
            self.keep(header, &cookie, host, path);
            read.push(cookie);
        }
        read
    }

    /// Plants a cookie as an earlier visit could have left it, unless there is one of that name.
    pub(crate) fn plant(&mut self, name: &[u8], value: &[u8]) {
        if !self.cookies.iter().any(|old| old.name == name) {
            self.cookies.push(Stored {
                name: name.to_vec(),
                value: value.to_vec(),
                path: EVERYWHERE.to_owned(),
                domain: None,
                set: None,
            });
        }
    }

    /// Value of the `Cookie` header of a request; `None` without cookies.
    pub(crate) fn header(&self, path: &str) -> Option<Vec<u8>> {
        let path = path.split(['?', '#']).next().unwrap_or(path);
        let mut sent: Vec<&Stored> = self
            .cookies
            .iter()
            .filter(|cookie| path_matches(path, &cookie.path))
            .collect();
        sent.sort_by_key(|cookie| std::cmp::Reverse(cookie.path.len()));
        let pairs: Vec<Vec<u8>> = sent
            .into_iter()
            .map(|cookie| match cookie.name.is_empty() {
                true => cookie.value.clone(),
                false => [&cookie.name[..], b"=", &cookie.value].concat(),
            })
            .collect();
        (!pairs.is_empty()).then(|| pairs.join(&b"; "[..]))
    }

    /// Name and value of the stored cookies that responses have set.
    pub(crate) fn set_cookies(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let set = self.cookies.iter().filter(|cookie| cookie.set.is_some());
        set.map(|cookie| (&cookie.name[..], &cookie.value[..]))
    }

    /// The current time, for [`Self::older_than`].
    pub(crate) fn now(&self) -> u64 {
        self.clock
    }

    /// Names of cookies that were last set at or before `moment`.
    pub(crate) fn older_than(&self, moment: u64) -> impl Iterator<Item = &[u8]> {
        let older = move |cookie: &&Stored| cookie.set.is_some_and(|set| set <= moment);
        self.cookies
            .iter()
            .filter(older)
            .map(|cookie| &cookie.name[..])
    }
}

/// RFC 6265bis, 5.1.4.
pub(crate) fn default_path(path: &str) -> String {
    let path = path.split(['?', '#']).next().unwrap_or(path);
    match path.rfind('/') {
        None | Some(0) => "/".to_owned(),
        Some(at) => path[..at].to_owned(),
    }
}

/// RFC 6265bis, 5.1.4.
fn path_matches(path: &str, cookie: &str) -> bool {
    path.strip_prefix(cookie)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || cookie.ends_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jar(headers: &[&str]) -> Jar {
        let mut jar = Jar::default();
        let headers = headers.iter().map(|header| header.as_bytes());
        jar.keep_all(headers, &[], "www.news.example", "/shop/list");
        jar
    }

    fn sent(jar: &Jar, path: &str) -> String {
        String::from_utf8(jar.header(path).unwrap_or_default()).expect("the tests write text")
    }

    #[test]
    fn cookies_go_where_their_path_leads_the_longest_first() {
        let jar = jar(&["a=1; Path=/", "b=2", "c=3; Path=/shop/list"]);
        assert_eq!(sent(&jar, "/shop/list?x"), "c=3; b=2; a=1");
        assert_eq!(sent(&jar, "/shopping"), "a=1");
    }

    #[test]
    fn a_removal_takes_away_the_cookie_of_its_own_path_and_domain_only() {
        let mut jar = jar(&["a=1; Path=/", "a=2; Path=/shop"]);
        let removal = [&b"a=; Path=/; Max-Age=0"[..]];
        jar.keep_all(removal.into_iter(), &[], "www.news.example", "/");
        assert_eq!(sent(&jar, "/shop"), "a=2");
    }

    #[test]
    fn what_browsers_refuse_is_not_kept() {
        let large = format!("large={}", "x".repeat(4096));
        let jar = jar(&[
            "__Host-a=1; Path=/",
            "b=1; SameSite=None",
            "c=1; Partitioned",
            "d=1; Domain=other.example",
            &large,
            "live=1; Domain=news.example; Path=/",
        ]);
        assert_eq!(sent(&jar, "/"), "live=1");
    }

    #[test]
    fn a_planted_cookie_gives_way_to_what_the_site_sets() {
        let mut jar = jar(&["a=real; Path=/"]);
        jar.plant(b"a", b"planted");
        jar.plant(b"b", b"planted");
        assert_eq!(sent(&jar, "/"), "a=real; b=planted");
        assert_eq!(jar.set_cookies().count(), 1);
        let moment = jar.now();
        assert_eq!(jar.older_than(moment).count(), 1);
    }
}
