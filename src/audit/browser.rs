//! Simulated browser, and the address at which it reaches the application.

use actix_web::{
    http::header::{self, HeaderName, HeaderValue},
    test::TestRequest,
};

use super::{
    jar::Jar,
    rules::{State, Visit},
    step::Step,
};
use crate::{config::Config, decision::ConsentModel};

/// A browser with its cookies, and the state of its visitor.
pub(crate) struct Browser {
    pub(crate) jar: Jar,
    pub(crate) state: State,
    pub(crate) gpc: bool,
}

impl Browser {
    pub(crate) fn new(state: State, gpc: bool) -> Self {
        Self {
            jar: Jar::default(),
            state,
            gpc,
        }
    }

    pub(crate) fn visit(&self, source: String, model: ConsentModel) -> Visit {
        Visit::new(source, self.state.clone())
            .gpc(self.gpc)
            .model(model)
    }

    /// A request as this browser sends it.
    pub(crate) fn request(&self, step: &Step, site: &Site) -> TestRequest {
        let mut request = step
            .request(&site.origin, &site.headers)
            .insert_header((header::HOST, site.authority()));
        if let Some(cookies) = self.jar.header(step.path())
            && let Ok(cookies) = HeaderValue::from_bytes(&cookies)
        {
            request = request.insert_header((header::COOKIE, cookies));
        }
        if self.gpc {
            request = request.insert_header(("Sec-GPC", "1"));
        }
        request
    }
}

/// Origin and headers with which the simulated browser reaches the application.
pub(crate) struct Site {
    /// `https://news.example:8443`
    origin: String,
    /// Headers of every request.
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Site {
    pub(crate) fn new(
        config: &Config,
        host: Option<&str>,
        headers: Vec<(HeaderName, HeaderValue)>,
    ) -> Self {
        let scheme = if config.secure { "https" } else { "http" };
        Self {
            headers,
            origin: match (host, &config.origin) {
                (Some(host), _) => format!("{scheme}://{host}"),
                (None, Some(origin)) => origin.to_string(),
                (None, None) => format!("{scheme}://localhost"),
            },
        }
    }

    fn authority(&self) -> &str {
        self.origin
            .split_once("://")
            .map_or("", |(_, authority)| authority)
    }

    /// The host without the port, which cookies ignore.
    pub(crate) fn host(&self) -> &str {
        let authority = self.authority();
        match authority.rfind(':') {
            Some(at) if !authority.ends_with(']') => &authority[..at],
            _ => authority,
        }
    }
}
