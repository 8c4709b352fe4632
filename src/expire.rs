//! Removing cookies: what a browser needs to be told so that it lets go of one.
//!
//! A browser knows a cookie by name, domain, path and partition, so a removal is sent for each
//! that is declared, and one for the host alone (RFC 6265, 5.3; CHIPS).

use actix_web::{http::header::HeaderValue, web::Bytes};
use smallvec::SmallVec;

use crate::{
    config::Mistake,
    handle::{Handle, State},
    head::set_cookie_size,
    name::{self, Standing},
    policy::{self, CookieSpec, Pattern, Policy, SetBy},
};

/// Most bytes of removals that one response carries, as headers; the rest follows with later
/// pages. A response carries fewer if its head is large: see [`head`](crate::head).
pub(crate) const MAX_BYTES: usize = 3_000;

/// So many carried names fit into one response nearly always. Of more, another part is removed by
/// each response, so that those which cannot be removed do not keep the others.
const MANY: usize = 12;

/// How many different names one response removes. More of them than any site has are somebody's
/// game: they are hidden like all, and removed a part at a time.
const MAX_NAMES: usize = 100;

/// The removals of each declared cookie, made once per policy.
#[derive(Debug)]
pub(crate) struct Removals(Vec<Box<[Removal]>>);

/// What removes a cookie from one place.
#[derive(Debug)]
struct Removal {
    /// The domain that it names, which has to match the host.
    domain: Option<Box<str>>,
    /// What follows the name.
    attributes: Box<str>,
    partitioned: bool,
    /// The whole, for the name as it is declared; a pattern stands for many.
    declared: Option<HeaderValue>,
}

impl Removals {
    pub(crate) fn of(policy: &Policy) -> Self {
        Self(policy.cookies().iter().map(removals).collect())
    }
}

impl Removal {
    fn fits(&self, handle: &Handle) -> bool {
        let domain = self.domain.as_deref();
        domain.is_none_or(|domain| domain_matches(handle.host(), domain))
    }

    /// The header for another name than the declared one, such as one that a pattern stands for.
    fn naming(&self, name: &[u8]) -> Option<HeaderValue> {
        let text = text(name, &self.attributes, self.partitioned);
        HeaderValue::from_maybe_shared(Bytes::from(text)).ok()
    }
}

/// The headers that remove what the visitor no longer allows.
///
/// A withdrawal removes every exact name of its units, sent or not. What a denied unit left
/// behind in other ways is removed when the browser carries it, from page to page alone, so that
/// the pictures and scripts of one page do not all carry the same removals.
pub(crate) fn expired(handle: &Handle, state: &State) -> Vec<HeaderValue> {
    if (!handle.carries_gated && state.withdrawn.is_empty()) || state.decision.allows_all() {
        return Vec::new();
    }
    let policy = handle.policy();
    let denied = |cookie: usize| {
        let unit = policy.unit_of_cookie(cookie);
        !state.decision.basis(unit).allows()
    };
    let withdrawn = |cookie: usize| state.withdrawn.contains(&policy.unit_of_cookie(cookie));
    let sweeps = handle.sweeps(state);
    let carried = handle.cookies.gated().filter_map(|(name, reading)| {
        match reading.standing(policy, &state.decision, || name) {
            Standing::Declared { cookie, basis } if !basis.allows() => {
                (sweeps || withdrawn(cookie)).then_some((cookie, name))
            }
            _ => None,
        }
    });
    let mut carried: SmallVec<[(usize, &[u8]); MANY]> = carried.collect();
    if carried.len() > MANY {
        let start = rand::random::<usize>() % carried.len();
        carried.rotate_left(start);
    }
    for (cookie, name) in &carried {
        report_other_host(handle, *cookie, name);
    }
    let declared = policy
        .cookies()
        .iter()
        .enumerate()
        .filter(|(cookie, _)| withdrawn(*cookie) && denied(*cookie))
        // What came with the request is ours to remove, whoever set it; what did not may be on
        // another site.
        .filter(|(_, spec)| !is_foreign(spec, handle))
        .filter_map(|(cookie, _)| Some((cookie, policy.exact_name(cookie)?)));
    let mut headers = Vec::with_capacity(8);
    let mut names: SmallVec<[&[u8]; 8]> = SmallVec::new();
    let mut bytes = 0;
    // Exact names come first: a browser may hold them for another path, where only a withdrawal
    // reaches them, while carried ones are swept by the next response.
    for (cookie, name) in declared.chain(carried) {
        if names.len() == MAX_NAMES {
            break;
        }
        if names.contains(&name) {
            continue;
        }
        let mut any = false;
        for header in removals_of(handle, cookie, name) {
            any = true;
            let size = set_cookie_size(&header);
            if bytes + size <= MAX_BYTES {
                bytes += size;
                headers.push(header);
            }
        }
        // A name that cannot be echoed cannot be removed, so it is not counted.
        if any {
            names.push(name);
        }
    }
    headers
}

/// The removals of a name that falls under a declaration, from each place that fits the host.
pub(crate) fn removals_of<'a>(
    handle: &'a Handle,
    cookie: usize,
    name: &'a [u8],
) -> impl Iterator<Item = HeaderValue> + 'a {
    let policy = handle.policy();
    let declared = policy.exact_name(cookie) == Some(name);
    let removable = declared || can_be_echoed(&policy.cookies()[cookie], name);
    let all = handle.config.removals.0[cookie].iter();
    let fitting = all.filter(move |removal| removable && removal.fits(handle));
    fitting.filter_map(move |removal| match declared {
        true => removal.declared.clone(),
        false => removal.naming(name),
    })
}

/// The removals of a name without a declaration: from the host, and from each domain that it is in.
pub(crate) fn removals_of_undeclared(handle: &Handle, name: &[u8]) -> SmallVec<[HeaderValue; 2]> {
    let Some(token) = name::as_token(name) else {
        return SmallVec::new();
    };
    let mut made = SmallVec::new();
    let whole = text(name, "=; Path=/", false);
    made.extend(HeaderValue::from_bytes(&whole));
    if !token.to_ascii_lowercase().starts_with("__host-") {
        for domain in domains_of(handle.host()) {
            let whole = text(name, &format!("=; Path=/; Domain={domain}"), false);
            made.extend(HeaderValue::from_bytes(&whole));
        }
    }
    made
}

/// The host and the domains above it, those of one label left out. An address is in none, and a
/// host that no name server would know is none.
pub(crate) fn domains_of(host: &str) -> impl Iterator<Item = &str> {
    // The host is whatever the request says.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let fits = host.len() <= 253
        && host.matches('.').count() <= 8
        && host.bytes().all(plain)
        && host.parse::<std::net::IpAddr>().is_err();
    let parents = host.match_indices('.').map(|(at, _)| &host[at + 1..]);
    let all = std::iter::once(host).chain(parents);
    all.filter(move |domain| fits && domain.contains('.'))
}

/// Logs once that no removal of a cookie matches the host that the request names.
fn report_other_host(handle: &Handle, cookie: usize, name: &[u8]) {
    let config = &handle.config;
    let domains = &handle.policy().cookies()[cookie].domains;
    let fits = |domain: &String| domain_matches(handle.host(), domain.trim_start_matches('.'));
    if config.origin.is_some() || domains.is_empty() || domains.iter().any(fits) {
        return;
    }
    config.warn(Mistake::OtherHost, || {
        format!(
            "the cookie `{}` cannot be removed from {}: the request names the host {:?} (Host), \
             which is in none of these domains, so browsers ignore such a removal. Set \
             `origin(\"https://{}\")` in the builder, or let the proxy pass the host on, in nginx \
             `proxy_set_header Host $http_host;`",
            name::printable(name),
            domains.join(", "),
            handle.host().chars().take(100).collect::<String>(),
            domains[0].trim_start_matches('.'),
        )
    });
}

/// Whether a name that the browser sent goes back in a header: one of token characters, or one that
/// falls under a pattern which has others itself, such as `prefs[*`.
fn can_be_echoed(cookie: &CookieSpec, name: &[u8]) -> bool {
    let is_token = |name: &[u8]| name.iter().all(|byte| name::is_token(*byte));
    let stem_is_token = || is_token(Pattern::of(&cookie.name).stem.as_bytes());
    is_token(name) || (policy::is_kept(name) && !stem_is_token())
}

/// Whether the cookie is kept for another site, which alone can remove it.
pub(crate) fn is_foreign(cookie: &CookieSpec, handle: &Handle) -> bool {
    cookie.set_by == SetBy::ThirdParty
        && cookie
            .host
            .as_deref()
            .is_some_and(|own| !domain_matches(handle.host(), own))
}

/// How many bytes it takes to remove a cookie from every place that its declaration names; a
/// pattern counts as the name that it is.
pub(crate) fn bytes_to_remove(cookie: &CookieSpec) -> usize {
    let declared = |removal: &Removal| removal.declared.as_ref().map_or(0, set_cookie_size);
    removals(cookie).iter().map(declared).sum()
}

fn removals(cookie: &CookieSpec) -> Box<[Removal]> {
    let default_path = [String::from("/")];
    let paths = cookie
        .path
        .as_ref()
        .map_or(&default_path[..], |path| path.as_slice());
    let domains = cookie
        .domains
        .iter()
        .map(|domain| domain.trim_start_matches('.'));
    let stem = Pattern::of(&cookie.name).stem;
    let mut made = Vec::new();
    for domain in std::iter::once(None).chain(domains.map(Some)) {
        for path in paths {
            for partitioned in [false, true] {
                if partitioned && !cookie.partitioned {
                    continue;
                }
                let attributes = match domain {
                    Some(domain) => format!("=; Path={path}; Domain={domain}"),
                    None => format!("=; Path={path}"),
                };
                let whole = text(stem.as_bytes(), &attributes, partitioned);
                made.push(Removal {
                    domain: domain.map(Box::from),
                    attributes: attributes.into(),
                    partitioned,
                    declared: HeaderValue::from_bytes(&whole).ok(),
                });
            }
        }
    }
    made.into()
}

fn text(name: &[u8], attributes: &str, partitioned: bool) -> Vec<u8> {
    const PAST: &str = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    // Browsers drop a removal whose prefix does not get its attributes.
    let starts = |prefix: &str| {
        name.get(..prefix.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let http = starts("__Http-") || starts("__Host-Http-");
    let secure = match partitioned {
        true => "; Secure; SameSite=None; Partitioned",
        false if http || starts("__Host-") || starts("__Secure-") => "; Secure",
        false => "",
    };
    let http_only = if http { "; HttpOnly" } else { "" };
    let rest = [attributes, PAST, secure, http_only].concat();
    [name, rest.as_bytes()].concat()
}

/// Whether a browser at `host` accepts `Domain=domain` (RFC 6265, 5.1.3).
fn domain_matches(host: &str, domain: &str) -> bool {
    let host = host.as_bytes();
    let domain = domain.as_bytes();
    match host.len().checked_sub(domain.len()) {
        Some(at) => host[at..].eq_ignore_ascii_case(domain) && (at == 0 || host[at - 1] == b'.'),
        None => false,
    }
}
