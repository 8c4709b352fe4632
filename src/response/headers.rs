//! Head of a response after the application has written it: filters cookies, removes cookies,
//! writes Content-Security-Policy, and marks the response for caches.

use actix_web::{
    body::BodySize,
    dev::ResponseHead,
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
};

use super::own_cookies;
use crate::{
    cache_headers,
    config::Mistake,
    cookies::{
        clear_site_data::{self, TooManyCookies},
        removal::expired,
        set_cookie::SetCookies,
    },
    decision::{ConsentModel, grants::Grants},
    http::{
        content_type::{ContentType, is_html},
        head_size,
    },
    request::{RequestConsent, State},
};

/// `Consent-Explain`: the verdict on each cookie, if [`ConsentBuilder::explain`] is set.
const EXPLAIN: HeaderName = HeaderName::from_static("consent-explain");

/// Adds `nosniff` to a response whose type browsers would guess, if the request may be for a
/// document: they might show the body as HTML that has not been gated. Other responses stay as they
/// are, because browsers do not use a script or style sheet without a type under `nosniff`.
pub(crate) fn forbid_sniffing(consent: &RequestConsent, head: &mut ResponseHead, size: BodySize) {
    if consent.destination.may_be_shown()
        && !size.is_eof()
        && ContentType::of(head.headers()).is_sniffed
    {
        let value = HeaderValue::from_static("nosniff");
        head.headers_mut()
            .insert(header::X_CONTENT_TYPE_OPTIONS, value);
    }
}

/// Completes the head of a response. `own` is true for built-in pages, which set their own
/// `Cache-Control` and Content-Security-Policy.
pub(crate) fn finish_head(consent: &RequestConsent, head: &mut ResponseHead, own: bool) {
    let config = &consent.config;
    let redirects = head.status.is_redirection();
    let headers = head.headers_mut();
    let html = is_html(headers);
    let mut pending_removals = Vec::new();
    if let Some(policing) = &config.policing
        && !own
    {
        if html {
            if policing.depends(consent.nonce()) {
                consent.uses_consent.set(true);
            }
            let grants = Grants::of(&consent.state().decision, &consent.extra_units());
            policing.write(headers, &grants, consent.nonce(), config.has_script());
        } else if consent.destination.may_be_shown() && ContentType::of(headers).is_xml() {
            // The same for every visitor, so that SVG images and feeds stay cacheable.
            let grants = Grants::of(&config.undecided, &[]);
            policing.write(headers, &grants, None, config.has_script());
        }
    }
    // Most responses have few headers: one loop is faster than a lookup for each name.
    let (mut sets, mut clears) = (false, false);
    for name in headers.keys() {
        sets |= *name == header::SET_COOKIE;
        clears |= *name == clear_site_data::CLEAR_SITE_DATA;
    }
    let cleared = match clears {
        true => clear_site_data(consent, headers),
        false => Vec::new(),
    };
    let set_cookies = match sets {
        true => SetCookies::of(headers, &config.policy),
        false => SetCookies::default(),
    };
    if !set_cookies.are_necessary() || config.explain || consent.uses_consent.get() {
        consent.state();
    }
    if let Some(mut state) = consent.known_state() {
        if redirects || !html {
            state.restore_unshown();
        }
        pending_removals = removals(consent, &state);
        let depends = filter_cookies(consent, &mut state, headers, set_cookies);
        let depends = depends || !pending_removals.is_empty();
        clear_storage(consent, &state, headers);
        own_cookies::write_key(consent, &state, headers);
        if depends && !own {
            let once = consent.banner_rendered.get() || consent.single_use.get();
            let keyed = !once && pending_removals.is_empty() && is_keyed(consent, &state, headers);
            if !keyed {
                cache_headers::mark(headers, &state.decision, once);
            }
        }
    }
    consent.head_sent.set(true);
    if html {
        headers.append(header::LINK, config.policy_link.clone());
        if config.proxies.is_some() {
            cache_headers::vary_by_prefix(headers);
        }
    }
    for removal in cleared {
        headers.append(header::SET_COOKIE, removal);
    }
    append_removals(head, pending_removals);
}

/// Removals of cookies that the visitor does not allow.
fn removals(consent: &RequestConsent, state: &State) -> Vec<HeaderValue> {
    let site = consent.site();
    let (withdrawn, sweeps) = (&state.withdrawn, consent.removes_leftovers(state));
    let expired = expired(site, &state.decision, withdrawn, &consent.cookies, sweeps);
    if let Some((cookie, name)) = expired.out_of_reach
        && consent.config.origin.is_none()
    {
        let message = || site.out_of_reach(cookie, name);
        consent.config.warn(Mistake::OtherHost, message);
    }
    expired.headers
}

/// Removes the value `"cookies"` from `Clear-Site-Data`, and returns the removals that replace it.
fn clear_site_data(consent: &RequestConsent, headers: &mut HeaderMap) -> Vec<HeaderValue> {
    let (config, site) = (&consent.config, consent.site());
    clear_site_data::without_cookies(headers, site, &consent.cookies, config.secure).unwrap_or_else(
        |TooManyCookies| {
            config.report(Mistake::ClearCookies, || {
                format!(
                    "{} {} sends `Clear-Site-Data: \"cookies\"`, and the removals of all its \
                     cookies do not fit into one response, so the visitor's choice is deleted as \
                     well; expire the cookies by name instead",
                    consent.method,
                    consent.uri.path()
                )
            });
            Vec::new()
        },
    )
}

/// Appends removals as far as the head has room. The others follow with later responses, since the
/// browser sends their cookies again.
fn append_removals(head: &mut ResponseHead, removals: Vec<HeaderValue>) {
    if removals.is_empty() {
        return;
    }
    let mut room = head_size::room(head);
    for removal in removals {
        let size = head_size::set_cookie_size(&removal);
        if size <= room {
            room -= size;
            head.headers_mut().append(header::SET_COOKIE, removal);
        }
    }
}

/// Clears the browser's storage after a withdrawal, if the markup gate is set to.
fn clear_storage(consent: &RequestConsent, state: &State, headers: &mut HeaderMap) {
    let Some(gating) = &consent.config.gating else {
        return;
    };
    if gating.clears_storage() && !state.withdrawn.is_empty() {
        // Browsers combine several of these headers into one list.
        headers.append(
            clear_site_data::CLEAR_SITE_DATA.clone(),
            HeaderValue::from_static("\"storage\""),
        );
    }
}

/// Marks the response for a cache that requested it for this state by `X-Consent-Key`, and returns
/// whether it did.
fn is_keyed(consent: &RequestConsent, state: &State, headers: &mut HeaderMap) -> bool {
    let Some(gating) = &consent.config.gating else {
        return false;
    };
    let gpc = if consent.signals.gpc { "1" } else { "" };
    gating.is_keyed()
        && consent.placement.model == ConsentModel::OptIn
        && !consent.signals.minor
        && !headers.contains_key(header::SET_COOKIE)
        && consent.cache_key.as_deref() == Some(&*(consent.key_of(state) + gpc))
        && cache_headers::mark_keyed(headers, &state.decision)
}

/// Filters the application's cookies and sets the library's own. Returns whether the response
/// depends on consent.
fn filter_cookies(
    consent: &RequestConsent,
    state: &mut State,
    headers: &mut HeaderMap,
    set_cookies: SetCookies,
) -> bool {
    let config = &consent.config;
    let outgoing = set_cookies.filter(
        headers,
        &config.policy,
        &state.decision,
        config.pass_undeclared,
        config.explain,
    );
    for name in &outgoing.undeclared {
        config.report_undeclared(name);
    }
    if !outgoing.account.is_empty() {
        let account: Vec<String> = outgoing
            .account
            .iter()
            .map(|(name, verdict)| format!("{name}: {verdict}"))
            .collect();
        if let Ok(value) = HeaderValue::from_str(&account.join("; ")) {
            headers.append(EXPLAIN, value);
        }
    }
    let depends =
        consent.uses_consent.get() || outgoing.gated || state.choice_changed || state.note_changed;
    own_cookies::write(consent, state, headers);
    depends
}
