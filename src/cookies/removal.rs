//! Removes cookies whose unit is off.
//!
//! A browser knows a cookie by name, domain, path and partition, so a removal is sent for each
//! that is declared, and one for the host alone (RFC 6265, 5.3; CHIPS).

use actix_web::http::header::HeaderValue;
use smallvec::SmallVec;

use crate::{
    cookies::{declaration::Standing, request::Cookies},
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

/// So many carried names fit into one response nearly always. Of more, another part is removed by
/// each response, so that those which cannot be removed do not keep the others.
const MANY: usize = 12;

/// Most names that one response removes. A request with more of them was made up: all are hidden,
/// and removed a part at a time.
const MAX_NAMES: usize = 100;

/// The removals of each declared cookie, made once per policy.
#[derive(Debug)]
pub(crate) struct Removals(Vec<Box<[Removal]>>);

impl Removals {
    pub(crate) fn of(policy: &Policy) -> Self {
        Self(policy.cookies().iter().map(removals).collect())
    }
}

/// What removals depend on besides the choice: the policy, and the host that the request names.
#[derive(Clone, Copy)]
pub(crate) struct Site<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) removals: &'a Removals,
    /// Without a port.
    pub(crate) host: &'a str,
}

/// What a response removes.
#[derive(Debug, Default)]
pub(crate) struct Expired<'a> {
    pub(crate) headers: Vec<HeaderValue>,
    /// A carried cookie, and its declaration, that no removal from this host can reach.
    pub(crate) out_of_reach: Option<(usize, &'a [u8])>,
}

/// The headers that remove what the visitor no longer allows.
///
/// A withdrawal removes every exact name of its units, sent or not. What a denied unit left
/// behind in other ways is removed when the browser carries it, from page to page alone, so that
/// the pictures and scripts of one page do not all carry the same removals.
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
    let carried = cookies.gated().filter_map(|(name, reading)| {
        match reading.standing(policy, decision, || name) {
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
    let unreachable = |(cookie, _): &&(usize, &[u8])| site.is_out_of_reach(*cookie);
    let out_of_reach = carried.iter().find(unreachable).copied();
    let declared = policy
        .cookies()
        .iter()
        .enumerate()
        .filter(|(cookie, _)| withdrawn(*cookie) && denied(*cookie))
        // What came with the request is ours to remove, whoever set it; what did not may be on
        // another site.
        .filter(|(_, spec)| !site.is_foreign(spec))
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
        for header in site.removals_of(cookie, name) {
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
    Expired {
        headers,
        out_of_reach,
    }
}

impl Site<'_> {
    /// The removals of a name that falls under a declaration, from each place that fits the host.
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
        fitting.filter_map(move |removal| match declared {
            true => removal.declared.clone(),
            false => removal.naming(name),
        })
    }

    /// The removals of a name without a declaration: from the host, and from each domain that it is in.
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

    /// Whether the cookie is kept for another site, which alone can remove it.
    pub(crate) fn is_foreign(&self, cookie: &CookieSpec) -> bool {
        cookie.set_by == SetBy::ThirdParty
            && cookie
                .host
                .as_deref()
                .is_some_and(|own| !domain_matches(self.host, own))
    }

    /// Returns whether browsers ignore every removal of a cookie from this host: its domains are
    /// others.
    fn is_out_of_reach(&self, cookie: usize) -> bool {
        let domains = &self.policy.cookies()[cookie].domains;
        let fits = |domain: &String| domain_matches(self.host, domain.trim_start_matches('.'));
        !domains.is_empty() && !domains.iter().any(fits)
    }

    /// The warning about a cookie that is out of reach: what is wrong, and the remedy.
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

/// Whether a name that the browser sent goes back in a header: one of token characters, or one that
/// falls under a pattern which has others itself, such as `prefs[*`.
fn can_be_echoed(cookie: &CookieSpec, name: &[u8]) -> bool {
    let is_token = |name: &[u8]| name.iter().all(|byte| is_token(*byte));
    let stem_is_token = || is_token(Pattern::of(&cookie.name).stem.as_bytes());
    is_token(name) || (policy::is_kept(name) && !stem_is_token())
}
