//! A visitor's browser: one cookie jar per host name, and no script.

use std::collections::BTreeMap;

use crate::support::http::{Answer, Request};

/// Stores the cookies of each host, and sends them back to that host alone.
#[derive(Debug)]
pub(crate) struct Visitor {
    port: u16,
    host: String,
    gpc: bool,
    jars: BTreeMap<String, BTreeMap<String, String>>,
}

/// A `Set-Cookie` field as a browser understands it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Set {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Attributes in lower case, in order.
    pub(crate) attributes: Vec<String>,
}

impl Visitor {
    /// Opens the plain address.
    pub(crate) fn of(port: u16) -> Self {
        Self {
            port,
            host: format!("127.0.0.1:{port}"),
            gpc: false,
            jars: BTreeMap::new(),
        }
    }

    /// Opens the plain address after a choice.
    pub(crate) fn after(port: u16, action: &str) -> Self {
        let mut visitor = Self::of(port);
        visitor.choose(action);
        visitor
    }

    /// Opens the copy under the implied model.
    pub(crate) fn of_implied(port: u16) -> Self {
        let mut visitor = Self::of(port);
        visitor.go_to(&format!("implied.localhost:{port}"));
        visitor
    }

    /// Goes to another host with the same browser.
    pub(crate) fn go_to(&mut self, host: &str) {
        host.clone_into(&mut self.host);
    }

    /// Turns Global Privacy Control on.
    pub(crate) fn with_gpc(mut self) -> Self {
        self.gpc = true;
        self
    }

    /// Builds a request for a page with the headers of this browser.
    pub(crate) fn request(&self, method: &str, path: &str) -> Request {
        let mut request = Request::new(method, &self.host, path)
            .header("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
            .header("Sec-Fetch-Dest", "document")
            .header("Sec-Fetch-Mode", "navigate");
        if self.gpc {
            request = request.header("Sec-GPC", "1");
        }
        match self.jars.get(&self.host) {
            Some(jar) if !jar.is_empty() => {
                let pairs: Vec<_> = jar.iter().map(|(n, v)| format!("{n}={v}")).collect();
                request.header("Cookie", &pairs.join("; "))
            }
            _ => request,
        }
    }

    /// Sends a request and stores the cookies of the response.
    pub(crate) fn send(&mut self, request: &Request) -> Answer {
        let answer = request.send(self.port);
        let jar = self.jars.entry(self.host.clone()).or_default();
        for set in sets(&answer) {
            if set.removes() {
                jar.remove(&set.name);
            } else {
                jar.insert(set.name, set.value);
            }
        }
        answer
    }

    /// Opens a page.
    pub(crate) fn open(&mut self, path: &str) -> Answer {
        let request = self.request("GET", path);
        self.send(&request.header("Sec-Fetch-Site", "same-origin"))
    }

    /// Posts a form of this site.
    pub(crate) fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.send(&self.request("POST", path).form(fields))
    }

    /// Presses a button of the banner.
    ///
    /// # Panics
    ///
    /// If the site does not accept the choice.
    pub(crate) fn choose(&mut self, action: &str) -> Answer {
        let answer = self.post(
            "/privacy/choices",
            &[("action", action), ("return_to", "/about")],
        );
        assert_eq!((answer.status, answer.header("location")), (303, "/about"));
        answer
    }

    /// Returns true if the browser has a cookie for the current host.
    pub(crate) fn holds(&self, name: &str) -> bool {
        self.cookie(name).is_some()
    }

    /// Value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let value = self.jars.get(&self.host)?.get(name)?;
        Some(value)
    }

    /// Adds a cookie as an earlier visit may have left it.
    pub(crate) fn keep(&mut self, name: &str, value: &str) {
        let jar = self.jars.entry(self.host.clone()).or_default();
        jar.insert(name.to_owned(), value.to_owned());
    }
}

impl Set {
    /// Returns true if the field removes the cookie.
    pub(crate) fn removes(&self) -> bool {
        self.max_age().is_some_and(|seconds| seconds <= 0)
    }

    /// Lifetime in seconds.
    pub(crate) fn max_age(&self) -> Option<i64> {
        self.attributes
            .iter()
            .find_map(|attribute| attribute.strip_prefix("max-age="))
            .map(|seconds| seconds.parse().expect("Max-Age is a number"))
    }

    /// Returns true if the field has an attribute, in lower case.
    pub(crate) fn is(&self, attribute: &str) -> bool {
        self.attributes.iter().any(|known| known == attribute)
    }
}

/// All cookies that a response sets or removes.
pub(crate) fn sets(answer: &Answer) -> Vec<Set> {
    answer
        .all("set-cookie")
        .map(|field| {
            let mut parts = field.split(';').map(str::trim);
            let (name, value) = parts
                .next()
                .and_then(|pair| pair.split_once('='))
                .unwrap_or_else(|| panic!("no cookie: {field}"));
            Set {
                name: name.to_owned(),
                value: value.to_owned(),
                attributes: parts.map(str::to_ascii_lowercase).collect(),
            }
        })
        .collect()
}

/// Text of a page without markup and with single spaces.
pub(crate) fn words(html: &str) -> String {
    let mut text = String::new();
    // A `<wbr>` is no space.
    let html = html.replace("<wbr>", "");
    let mut rest = &*html;
    while let Some((before, after)) = rest.split_once('<') {
        text += before;
        text.push(' ');
        let end = if after.starts_with("style") {
            "</style>"
        } else {
            ">"
        };
        rest = after.split_once(end).map_or("", |(_, rest)| rest);
    }
    text += rest;
    for (entity, sign) in [
        // A no-break space is a space.
        ("&nbsp;", " "),
        ("&#39;", "'"),
        ("&#34;", "\""),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#38;", "&"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, sign);
    }
    let words: Vec<_> = text.split_whitespace().collect();
    // A tag before a full stop is no space.
    let text = words.join(" ");
    [" .", " ,", " ;", " )"]
        .iter()
        .fold(text, |text, sign| text.replace(sign, &sign[1..]))
}
