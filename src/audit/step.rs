//! One request of an audit.

use std::fmt;

use actix_web::{
    http::{
        Method,
        header::{HeaderName, HeaderValue},
    },
    test::TestRequest,
    web::Bytes,
};
use serde::Serialize;

/// One request that an audit sends in every state.
///
/// ```
/// use actix_consent::audit::Step;
///
/// let step = Step::post("/list").form(&[("report", "wps")]).header("Accept-Language", "pl");
/// assert_eq!(step.to_string(), "POST /list");
/// ```
#[derive(Clone)]
#[must_use]
pub struct Step {
    method: Method,
    path: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    body: Bytes,
}

impl Step {
    /// Creates a request with any method.
    ///
    /// # Panics
    ///
    /// If the path does not begin with a slash.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        let path = path.into();
        assert!(
            path.starts_with('/'),
            "`{path}` is not a path such as /report"
        );
        Self {
            method,
            path,
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }

    /// Creates a request for a page that visitors open.
    ///
    /// # Panics
    ///
    /// If the path does not begin with a slash.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new(Method::GET, path)
    }

    /// Creates a request that submits a form from a page of the site.
    ///
    /// # Panics
    ///
    /// If the path does not begin with a slash.
    pub fn post(path: impl Into<String>) -> Self {
        Self::new(Method::POST, path)
    }

    /// Adds a header, in place of the one that the audit would send.
    ///
    /// # Panics
    ///
    /// When it is not one. `Cookie`, `Host` and `Sec-GPC` are the audit's own.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push(header(name, value));
        self
    }

    /// Gives it a body.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Gives it a form as its body.
    pub fn form<K: AsRef<str>, V: AsRef<str>>(self, fields: &[(K, V)]) -> Self {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        self.header("Content-Type", "application/x-www-form-urlencoded")
            .body(form.finish())
    }

    /// Gives it JSON as its body.
    ///
    /// # Panics
    ///
    /// When the value cannot be written as JSON.
    pub fn json(self, value: &impl Serialize) -> Self {
        let Ok(json) = serde_json::to_vec(value) else {
            panic!("the body of `{self}` cannot be written as JSON");
        };
        self.header("Content-Type", "application/json").body(json)
    }

    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The request as a browser sends it, without the visitor's cookies and signals. `site` is the
    /// origin.
    pub(crate) fn request(&self, site: &str, common: &[(HeaderName, HeaderValue)]) -> TestRequest {
        let safe = self.method.is_safe();
        let mut request = TestRequest::with_uri(&self.path)
            .method(self.method.clone())
            .insert_header(("Accept", "text/html,*/*;q=0.8"))
            .insert_header(("Accept-Encoding", "gzip, deflate, br, zstd"))
            .insert_header(("Sec-Fetch-Dest", "document"))
            .insert_header(("Sec-Fetch-Site", if safe { "none" } else { "same-origin" }));
        if !safe {
            request = request.insert_header(("Origin", site));
        }
        for (name, value) in common.iter().chain(&self.headers) {
            request = request.insert_header((name.clone(), value.clone()));
        }
        match self.body.is_empty() {
            true => request,
            false => request.set_payload(self.body.clone()),
        }
    }
}

/// Parses a header that the audit does not set itself.
pub(crate) fn header(name: &str, value: &str) -> (HeaderName, HeaderValue) {
    let header = (HeaderName::try_from(name), HeaderValue::try_from(value));
    let (Ok(name), Ok(value)) = header else {
        panic!("`{name}` and its value are not a header");
    };
    assert!(
        !["cookie", "host", "sec-gpc"].contains(&name.as_str()),
        "the audit sends `{name}` itself: it is what differs from state to state"
    );
    (name, value)
}

/// Method and path, as reports name it.
impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

/// Prints method and path only, since headers and bodies may be secret.
impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Step({self})")
    }
}
