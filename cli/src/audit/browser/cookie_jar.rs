//! Conversion of the cookies in a profile.

use std::time::{SystemTime, UNIX_EPOCH};

use chromiumoxide::cdp::browser_protocol::network::Cookie;

use crate::audit::record::{
    Kept, KeptCookie,
    site::{Site, host_of},
    value_fingerprint::Tracer,
};

/// Formats a cookie as a `Set-Cookie` header.
pub(crate) fn header(cookie: &Cookie) -> String {
    let mut line = format!("{}={}; Path={}", cookie.name, cookie.value, cookie.path);
    if !cookie.session {
        line.push_str(&format!("; Max-Age={}", left(cookie).max(1)));
    }
    for (is_so, word) in [
        (cookie.secure, "; Secure"),
        (cookie.http_only, "; HttpOnly"),
    ] {
        line.push_str(if is_so { word } else { "" });
    }
    if let Some(policy) = &cookie.same_site {
        line.push_str(&format!("; SameSite={policy:?}"));
    }
    line
}

pub(crate) fn kept(cookie: &Cookie, site: &Site, tracer: &Tracer) -> Kept {
    let host = host_of(&format!("http://{}", cookie.domain.trim_start_matches('.')));
    Kept::Cookie(KeptCookie {
        name: cookie.name.clone(),
        domain: cookie.domain.clone(),
        path: cookie.path.clone(),
        expires: (!cookie.session).then(|| left(cookie)),
        secure: cookie.secure,
        http_only: cookie.http_only,
        same_site: cookie
            .same_site
            .as_ref()
            .map(|policy| format!("{policy:?}")),
        partitioned: cookie.partition_key.is_some(),
        third_party: site.is_third(&host),
        size: usize::try_from(cookie.size).unwrap_or(0),
        trace: tracer.trace(&cookie.value),
    })
}

/// Remaining lifetime in seconds.
fn left(cookie: &Cookie) -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0.0, |now| now.as_secs_f64());
    (cookie.expires - now).max(0.0) as u64
}
