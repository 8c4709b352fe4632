//! Removal of cookies whose unit is denied.
//!
//! Browsers identify a cookie by name, domain, path and partition, so each declared combination
//! gets a removal, and so does the host without `Domain` (RFC 6265, 5.3; CHIPS).

use actix_web::http::header::HeaderValue;
use smallvec::SmallVec;

use crate::{
    cookies::request::Cookies,
    decision::Decision,
    http::{
        cookie_name::{as_token, is_token, printable},
        domain::{domain_matches, domains_of},
        head_size::set_cookie_size,
    },
    policy::{
        self, CookieSpec, Pattern, Policy, SetBy,
        removal::{MAX_BYTES, Removal, removals, text},
    },
};

/// Number of carried names whose removals nearly always fit into one response. With more names,
/// each response starts at a random one, so that unremovable cookies do not block the others.
const MANY: usize = 12;

/// Maximum number of names that one response removes. No browser sends more in practice: all of
/// them are hidden, and removed over several responses.
const MAX_NAMES: usize = 100;

/// Prepared removals of each declared cookie, built once per policy.
#[derive(Debug)]
pub(crate) struct Removals(Vec<Box<[Removal]>>);

impl Removals {
    pub(crate) fn of(policy: &Policy) -> Self {
        Self(policy.cookies().iter().map(removals).collect())
    }
}

/// Inputs of a removal other than the choice: the policy and the host of the request.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) removals: &'a Removals,
    /// Host without a port.
    pub(crate) host: &'a str,
}

/// Removals for one response.
#[derive(Debug, Default)]
pub(crate) struct Expired<'a> {
    pub(crate) headers: Vec<HeaderValue>,
    /// A carried cookie that no removal from this host can reach: index of its declaration, and its
    /// name.
    pub(crate) out_of_reach: Option<(usize, &'a [u8])>,
}

/// Returns the headers that remove the cookies that the visitor no longer allows.
///
/// A withdrawal removes every exact name of the withdrawn units, whether or not the request carries
/// it. Other denied cookies are removed when the browser sends them, and only if `sweeps` is set,
/// as it is for pages: images and scripts do not all repeat the same removals.
pub(crate) fn expired<'a>(
    site: Site<'a>,
    decision: &Decision,
    withdrawn: &[usize],
    cookies: &'a Cookies,
    sweeps: bool,
) -> Expired<'a> {
    if (!cookies.carry_gated() && withdrawn.is_empty()) || decision.allows_all() {
        return Expired::default();
    }
    let policy = site.policy;
    let denied = |cookie: usize| !decision.basis(policy.unit_of_cookie(cookie)).allows();
    let withdrawn = |cookie: usize| withdrawn.contains(&policy.unit_of_cookie(cookie));
    let carried = cookies.gated().filter_map(|(name, class)| {
        let found = class.declared(policy, decision, || name)?;
        let removed = found.is_denied() && (sweeps || withdrawn(found.cookie));
        removed.then_some((found.cookie, name))
    });
    let mut carried: SmallVec<[(usize, &[u8]); MANY]> = carried.collect();
    if carried.len() > MANY {
        let start = rand::random::<usize>() % carried.len();
        carried.rotate_left(start);
    }
    let unreachable = |(cookie, _): &&(usize, &[u8])| site.is_out_of_reach(*cookie);
    let out_of_reach = carried.iter().find(unreachable).copied();
    let declared = policy
        .cookies()
        .iter()
        .enumerate()
        .filter(|(cookie, _)| withdrawn(*cookie) && denied(*cookie))
        // A carried cookie is stored for this host, whoever set it. A third-party one that is not
        // carried may be stored for another site.
        .filter(|(_, spec)| !site.is_foreign(spec))
        .filter_map(|(cookie, _)| Some((cookie, policy.exact_name(cookie)?)));
    let mut headers = Vec::with_capacity(8);
    let mut names: SmallVec<[&[u8]; 8]> = SmallVec::new();
    let mut bytes = 0;
    // Exact names come first: the browser may hold them for another path, which only the withdrawal
    // reaches. The next response sweeps carried ones.
    for (cookie, name) in declared.chain(carried) {
        if names.len() == MAX_NAMES {
            break;
        }
        if names.contains(&name) {
            continue;
        }
        let mut any = false;
        for header in site.removals_of(cookie, name) {
            any = true;
            let size = set_cookie_size(&header);
            if bytes + size <= MAX_BYTES {
                bytes += size;
                headers.push(header);
            }
        }
        // Names that cannot be echoed in a header cannot be removed and do not count.
        if any {
            names.push(name);
        }
    }
    Expired {
        headers,
        out_of_reach,
    }
}

impl Site<'_> {
    /// Removals of a name that falls under a declaration, for each domain and path that fits the
    /// host.
    pub(crate) fn removals_of<'n>(
        &self,
        cookie: usize,
        name: &'n [u8],
    ) -> impl Iterator<Item = HeaderValue> + use<'_, 'n> {
        let declared = self.policy.exact_name(cookie) == Some(name);
        let removable = declared || can_be_echoed(&self.policy.cookies()[cookie], name);
        let host = self.host;
        let all = self.removals.0[cookie].iter();
        let fitting = all.filter(move |removal| removable && removal.fits(host));
        fitting.filter_map(move |removal| {
            if declared {
                removal.declared.clone()
            } else {
                removal.naming(name)
            }
        })
    }

    /// Removals of an undeclared name: for the host, and for each domain above it.
    pub(crate) fn removals_of_undeclared(&self, name: &[u8]) -> SmallVec<[HeaderValue; 2]> {
        let Some(token) = as_token(name) else {
            return SmallVec::new();
        };
        let mut made = SmallVec::new();
        let whole = text(name, "=; Path=/", false);
        made.extend(HeaderValue::from_bytes(&whole));
        if !token.to_ascii_lowercase().starts_with("__host-") {
            for domain in domains_of(self.host) {
                let whole = text(name, &format!("=; Path=/; Domain={domain}"), false);
                made.extend(HeaderValue::from_bytes(&whole));
            }
        }
        made
    }

    /// Returns whether the cookie is stored for another site, which alone can remove it.
    pub(crate) fn is_foreign(&self, cookie: &CookieSpec) -> bool {
        cookie.set_by == SetBy::ThirdParty
            && cookie
                .host
                .as_deref()
                .is_some_and(|own| !domain_matches(self.host, own))
    }

    /// Returns whether browsers ignore every removal of the cookie from this host because all its
    /// declared domains are others.
    fn is_out_of_reach(&self, cookie: usize) -> bool {
        let domains = &self.policy.cookies()[cookie].domains;
        let fits = |domain: &String| domain_matches(self.host, domain.trim_start_matches('.'));
        !domains.is_empty() && !domains.iter().any(fits)
    }

    /// Log message for a cookie that is out of reach, with the remedy.
    pub(crate) fn out_of_reach(&self, cookie: usize, name: &[u8]) -> String {
        let domains = &self.policy.cookies()[cookie].domains;
        format!(
            "the cookie `{}` cannot be removed from {}: the request names the host {:?} (Host), \
             which is in none of these domains, so browsers ignore such a removal. Set \
             `origin(\"https://{}\")` in the builder, or let the proxy pass the host on, in nginx \
             `proxy_set_header Host $http_host;`",
            printable(name),
            domains.join(", "),
            self.host.chars().take(100).collect::<String>(),
            domains[0].trim_start_matches('.'),
        )
    }
}

/// Returns whether a name sent by the browser may be echoed in a header: it consists of token
/// characters, or falls under a pattern with other characters in its stem, such as `prefs[*`.
fn can_be_echoed(cookie: &CookieSpec, name: &[u8]) -> bool {
    let is_token = |name: &[u8]| name.iter().all(|byte| is_token(*byte));
    let stem_is_token = || is_token(Pattern::of(&cookie.name).stem.as_bytes());
    is_token(name) || (policy::is_kept(name) && !stem_is_token())
}
