//! Mount point of the middleware: the whole application, or a scope of it.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    fmt,
    sync::Arc,
};

use actix_web::{
    dev::{RequestHead, ServiceRequest},
    http::{Uri, header},
};

use crate::{
    config::{Config, Mistake},
    endpoints::Endpoint,
    http::forwarded_prefix,
};

/// Maximum number of prefixes for which one worker caches pages; beyond it, the cache is cleared.
const MAX_PREFIXES: usize = 64;
/// Number of first requests with cookies per worker that are all checked.
const CHECKED_FIRST: u8 = 64;
/// Of the other requests, one in this number is checked.
const CHECKED_LATER: u32 = 64;

/// One mounted middleware in one worker.
pub(crate) struct Mount {
    /// Configuration with paths as the application sees them.
    config: Arc<Config>,
    /// Configuration with paths as browsers see them, without a scope.
    outward: Arc<Config>,
    prefixed: RefCell<HashMap<(String, String), Arc<Config>>>,
    order_checks: OrderChecks,
}

/// Selects the requests that are checked for an outer middleware that has read the cookies.
struct OrderChecks {
    /// Remaining requests with cookies that are all checked.
    first: Cell<u8>,
    /// Number of the other requests, modulo 2^32.
    others: Cell<u32>,
}

impl OrderChecks {
    fn new() -> Self {
        Self {
            first: Cell::new(CHECKED_FIRST),
            others: Cell::new(0),
        }
    }

    /// Returns whether the next request is selected.
    fn next(&self, has_cookies: impl FnOnce() -> bool) -> bool {
        let first = self.first.get();
        if first > 0 && has_cookies() {
            self.first.set(first - 1);
            return true;
        }
        let others = self.others.get();
        self.others.set(others.wrapping_add(1));
        others.is_multiple_of(CHECKED_LATER)
    }
}

/// The requested path, and the prefix of its links.
pub(crate) struct Target {
    pub(crate) own: Option<Endpoint>,
    /// True if the path is below the policy page, although the page may not exist.
    pub(crate) about: bool,
    pub(crate) config: Arc<Config>,
}

impl Mount {
    pub(crate) fn new(config: Arc<Config>, outward: Arc<Config>) -> Self {
        Self {
            config,
            outward,
            prefixed: RefCell::default(),
            order_checks: OrderChecks::new(),
        }
    }

    /// The configuration as the application sees its paths.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Returns whether this request is checked for an outer middleware that has read the cookies:
    /// in debug builds, each request. In others, the first 64 requests with cookies per worker,
    /// then one in 64, since the check changes the `Cookie` header twice.
    pub(crate) fn checks_order(&self, request: &ServiceRequest) -> bool {
        cfg!(debug_assertions)
            || self
                .order_checks
                .next(|| request.headers().contains_key(header::COOKIE))
    }

    /// The endpoint and the configuration of a request.
    pub(crate) fn target(&self, request: &mut ServiceRequest) -> Target {
        let rest = request.match_info().unprocessed().len();
        let whole = request.match_info().as_str();
        if rest >= whole.len() {
            let path = request.path();
            return Target {
                own: Endpoint::of(&self.config, path),
                about: path.starts_with(&self.config.paths.versions),
                config: self.under(request.head(), ""),
            };
        }
        let (scope, path) = whole.split_at(whole.len() - rest);
        let (scope, path) = (scope.to_owned(), path.to_owned());
        self.target_in_scope(request, &scope, &path)
    }

    /// The target of a middleware in a scope. Its pages are below the path of the scope, since it
    /// receives no other requests.
    fn target_in_scope(&self, request: &mut ServiceRequest, scope: &str, path: &str) -> Target {
        let config = &self.config;
        if scope.ends_with('/') {
            report_slash(config, scope);
        }
        let base = &config.paths.policy;
        let mut own = Endpoint::of(config, request.path());
        let names_scope = base
            .strip_prefix(scope)
            .is_some_and(|rest| rest.starts_with('/'));
        let link = match own.is_some() || names_scope {
            true => None,
            false => forwarded_prefix::of_scope(scope),
        };
        let link = link.filter(|link| !path.is_empty() || !is_resource(request, link, config));
        if link.is_some() {
            own = Endpoint::of(config, path);
        }
        let versions = &config.paths.versions;
        Target {
            own,
            about: request.path().starts_with(versions) || path.starts_with(versions),
            config: self.under(request.head(), link.as_deref().unwrap_or_default()),
        }
    }

    /// The prefix that a proxy strips from the paths of this request.
    fn external_prefix<'a>(&'a self, head: &'a RequestHead) -> &'a str {
        let configured = &self.config.external_prefix;
        let Some(proxies) = &self.config.proxies else {
            return configured;
        };
        forwarded_prefix::of(head, proxies, configured).unwrap_or_else(|value| {
            let message = || forwarded_prefix::ignored(value);
            self.config.warn(Mistake::Prefix, message);
            configured
        })
    }

    /// The configuration for the prefixes of a request, from the cache if possible.
    fn under(&self, head: &RequestHead, scope: &str) -> Arc<Config> {
        if scope.is_empty() && self.config.proxies.is_none() {
            return self.outward.clone();
        }
        let external = self.external_prefix(head);
        if scope.is_empty() && external == self.config.external_prefix {
            return self.outward.clone();
        }
        let mut prefixed = self.prefixed.borrow_mut();
        let key = (external.to_owned(), scope.to_owned());
        if let Some(config) = prefixed.get(&key) {
            return config.clone();
        }
        if prefixed.len() >= MAX_PREFIXES {
            prefixed.clear();
        }
        let config = Arc::new(self.config.under(external, scope));
        prefixed.insert(key, config.clone());
        config
    }
}

/// Logs once that the path of a scope ends with a slash: Actix then routes no request for the
/// built-in pages to it.
fn report_slash(config: &Config, scope: &str) {
    config.report(Mistake::Scope, || {
        let written = scope.trim_end_matches('/');
        format!(
            "the consent middleware is mounted in the scope {scope:?}, whose path ends with a \
             slash, so the built-in pages cannot be reached through it and no choice can be made; \
             write `web::scope({written:?})`"
        )
    });
}

/// Returns whether the middleware is mounted round a single resource, which cannot serve the
/// built-in pages, and logs it once.
fn is_resource(request: &mut ServiceRequest, path: &str, config: &Config) -> bool {
    // For a resource, Actix returns the pattern that it has matched, even if the address has
    // changed since. For a scope, it matches the address again.
    let nowhere = Uri::from_static("/-axc-/-axc-/-axc-/-axc-/-axc-/-axc-/-axc-/-axc-/-axc-");
    let pattern = request.match_pattern();
    let address = std::mem::replace(&mut request.head_mut().uri, nowhere);
    let is_resource = pattern.is_some() && request.match_pattern() == pattern;
    request.head_mut().uri = address;
    // A resource such as `/{tail:.*}` gets the requests for the pages as well.
    let settings = &config.paths.settings;
    let reaches = || request.request().resource_map().match_pattern(settings) == pattern;
    if is_resource && !reaches() {
        config.report(Mistake::Resource, || {
            let base = &config.paths.policy;
            format!(
                "the consent middleware is mounted round the resource {path} alone, so {base} and \
                 the other built-in pages cannot be reached through it and no choice can be made; \
                 mount it round the App, `App::new().service(..).wrap(consent.clone())`, or round \
                 a scope"
            )
        });
    }
    is_resource
}

impl fmt::Debug for Mount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mount")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_the_first_requests_with_cookies_then_some() {
        let checks = OrderChecks::new();
        // Requests without cookies use up nothing of the first.
        let without = (0..1_000).filter(|_| checks.next(|| false)).count();
        assert_eq!(without, 16);
        assert!((0..CHECKED_FIRST).all(|_| checks.next(|| true)));
        let later = (0..6_400).filter(|_| checks.next(|| true)).count();
        assert_eq!(later, 100);
    }
}
