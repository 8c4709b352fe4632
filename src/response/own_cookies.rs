//! The library's own cookies in a response: the choice, rejections, the note and the cache key.

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use cookie::{Cookie, SameSite, time::Duration};

use crate::{
    choice::{
        Choice,
        rejections::{LIFETIME, Rejections},
        seal::Seal,
    },
    config::Config,
    http::{domain::domains_of, head_size},
    policy::{KEY_COOKIE, OFF},
    request::{RequestConsent, State},
};

/// Sets the cookies that the request has changed.
pub(super) fn write(consent: &RequestConsent, state: &mut State, headers: &mut HeaderMap) {
    let config = &consent.config;
    if state.choice_changed
        && let Some(choice) = &state.choice
    {
        // These come first: where browsers treat the domain as the host alone, as for `localhost`,
        // they remove the choice itself, which is then set again.
        if state.duplicates {
            clear_duplicates(consent, headers);
        }
        let days = i64::from(config.validity_days);
        set_signed(
            config,
            &config.choice_seal,
            headers,
            &choice.to_string(),
            days * 86_400,
        );
    }
    if state.answered
        && let Some(choice) = &state.choice
    {
        replace_rejections(consent, choice, headers);
    }
    if state.note_changed {
        match state.note.is_empty() {
            true => set_signed(config, &config.note_seal, headers, "", 0),
            false => {
                state.note.text = config.rendered.notice().to_owned();
                let value = state.note.to_string();
                set_signed(
                    config,
                    &config.note_seal,
                    headers,
                    &value,
                    state.note.max_age(consent.today()),
                );
            }
        }
    }
}

/// Sets the cookie by which shared caches know the visitor's state, if it has changed.
pub(super) fn write_key(consent: &RequestConsent, state: &State, headers: &mut HeaderMap) {
    let config = &consent.config;
    let Some(gating) = &config.gating else { return };
    if !gating.is_keyed() {
        return;
    }
    // The next page shows a confirmation or units once, so it must come from the server: no cache
    // stores a copy under this key.
    let key = match state.note.saved.is_some() || state.note.once.is_some() {
        true => "new".to_owned(),
        false => consent.key_of(state),
    };
    // Set on navigations only, so that image requests do not carry it.
    if consent.cookies.key() == key || !consent.removes_leftovers(state) {
        return;
    }
    let max_age = match key.is_empty() {
        true => 0,
        false => i64::from(config.validity_days) * 86_400,
    };
    append_cookie(config, headers, KEY_COOKIE, key, max_age);
}

/// Number of older cookies with rejections that are kept beside a new one if they agree with it.
const MOST_BESIDE: usize = 3;

/// Sets a cookie with the visitor's new rejections, and removes older ones that contradict the
/// choice.
fn replace_rejections(consent: &RequestConsent, choice: &Choice, headers: &mut HeaderMap) {
    let config = &consent.config;
    let (names, known): (Vec<_>, Vec<_>) = consent.rejections().into_iter().unzip();
    let rejections = Rejections::of(choice, &known);
    let own = rejections.map(|rejections| {
        let name = format!("{}{OFF}{}", config.choice_seal.name(), rejections.name());
        (name, rejections.to_string())
    });
    let many = known.len() > MOST_BESIDE;
    for (name, known) in names.into_iter().zip(&known) {
        let is_own = own.as_ref().is_some_and(|(own, _)| *own == name);
        if !is_own && (many || known.contradicts(choice)) {
            append_cookie(config, headers, &name, String::new(), 0);
        }
    }
    if let Some((name, value)) = own {
        append_cookie(config, headers, &name, value, LIFETIME);
    }
}

/// Signs and sets a cookie; an empty value removes it.
fn set_signed(config: &Config, seal: &Seal, headers: &mut HeaderMap, value: &str, max_age: i64) {
    let signed = match value {
        "" => String::new(),
        value => seal.sign(value),
    };
    append_cookie(config, headers, seal.name(), signed, max_age);
}

/// Sets a cookie with `HttpOnly; SameSite=Lax; Path=/; Max-Age`, and `Secure` unless the site uses
/// plain http.
fn append_cookie(
    config: &Config,
    headers: &mut HeaderMap,
    name: &str,
    value: String,
    max_age: i64,
) {
    let mut cookie = Cookie::build((name, value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.secure)
        .max_age(Duration::seconds(max_age))
        .build();
    if max_age == 0 {
        cookie.set_expires(cookie::time::OffsetDateTime::UNIX_EPOCH);
    }
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// Maximum size in bytes of the headers that remove duplicates of the choice.
const MAX_DUPLICATES: usize = 1_500;

/// Removes choices that were set for a parent domain. Only cookies without a prefix can have such
/// duplicates.
fn clear_duplicates(consent: &RequestConsent, headers: &mut HeaderMap) {
    if consent.config.secure {
        return;
    }
    let name = consent.config.choice_seal.name();
    let mut room = MAX_DUPLICATES;
    for domain in domains_of(consent.host()) {
        let text = format!(
            "{name}=; Path=/; Domain={domain}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        );
        if let Ok(value) = HeaderValue::from_str(&text)
            && head_size::set_cookie_size(&value) <= room
        {
            room -= head_size::set_cookie_size(&value);
            headers.append(header::SET_COOKIE, value);
        }
    }
}
