//! What a response says once everybody else has written it: cookies through the gate, our own
//! cookies, what caches and browsers are told.

use actix_web::{
    body::BodySize,
    dev::ResponseHead,
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
};
use cookie::{Cookie, SameSite, time::Duration};

use crate::{
    cache_headers,
    choice::{
        Choice,
        rejections::{LIFETIME, Rejections},
        seal::Seal,
    },
    config::Config,
    config::Mistake,
    cookies::clear_site_data::TooManyCookies,
    cookies::{clear_site_data, removal::expired, set_cookie::SetCookies},
    decision::grants::Grants,
    http::domain::domains_of,
    http::{
        content_type::{ContentType, is_html},
        head_size,
    },
    policy::OFF,
    request::{RequestConsent, State},
};

/// `Consent-Explain`: what became of each cookie, where [`ConsentBuilder::explain`] asks for it.
const EXPLAIN: HeaderName = HeaderName::from_static("consent-explain");

/// Adds `nosniff` to a response whose type browsers do not go by, if the request may be for a
/// document: otherwise they might show the body as HTML that nobody has gated. A script or a style
/// sheet without a type would not be used any more, so those are left alone.
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

/// Judges the head of a response; our own ones say themselves that nobody stores them.
pub(crate) fn release(consent: &RequestConsent, head: &mut ResponseHead, own: bool) {
    let config = &consent.config;
    let redirects = head.status.is_redirection();
    let headers = head.headers_mut();
    let html = is_html(headers);
    let mut waiting = Vec::new();
    if let Some(policing) = &config.policing
        && !own
    {
        if html {
            if policing.depends(consent.nonce()) {
                consent.asked.set(true);
            }
            let grants = Grants::of(&consent.state().decision, &consent.besides());
            policing.write(headers, &grants, consent.nonce(), config.has_script());
        } else if consent.destination.may_be_shown() && ContentType::of(headers).is_xml() {
            // As for a visitor who has not chosen, so that drawings and feeds stay cacheable.
            let grants = Grants::of(&config.undecided, &[]);
            policing.write(headers, &grants, None, config.has_script());
        }
    }
    // Most responses have few headers: one walk over the names is cheaper than a search for each.
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
    if !set_cookies.are_necessary() || config.explain || consent.asked.get() {
        consent.state();
    }
    if let Some(mut state) = consent.known_state() {
        if redirects || !html {
            state.nothing_was_shown();
        }
        waiting = removals(consent, &state);
        let depends = release_cookies(consent, &mut state, headers, set_cookies);
        let depends = depends || !waiting.is_empty();
        release_markup(consent, &state, headers);
        if depends && !own {
            let once = consent.banner_drawn.get() || consent.unrepeatable.get();
            let keyed = !once && waiting.is_empty() && is_keyed(consent, &state, headers);
            if !keyed {
                cache_headers::mark(headers, &state.decision, once);
            }
        }
    }
    consent.released.set(true);
    if html {
        headers.append(header::LINK, config.policy_link.clone());
        if config.proxies.is_some() {
            cache_headers::vary_by_prefix(headers);
        }
    }
    for removal in cleared {
        headers.append(header::SET_COOKIE, removal);
    }
    append_removals(head, waiting);
}

/// Removals of what the visitor no longer allows.
fn removals(consent: &RequestConsent, state: &State) -> Vec<HeaderValue> {
    let site = consent.site();
    let (withdrawn, sweeps) = (&state.withdrawn, consent.sweeps(state));
    let expired = expired(site, &state.decision, withdrawn, &consent.cookies, sweeps);
    if let Some((cookie, name)) = expired.out_of_reach
        && consent.config.origin.is_none()
    {
        let message = || site.out_of_reach(cookie, name);
        consent.config.warn(Mistake::OtherHost, message);
    }
    expired.headers
}

/// Replaces `Clear-Site-Data: "cookies"` by removals, which it returns.
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

/// Appends removals as far as the head has room for them. The others follow with later pages,
/// since their cookies come back.
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

/// The cookie that caches read, and the storage that a withdrawal empties.
fn release_markup(consent: &RequestConsent, state: &State, headers: &mut HeaderMap) {
    let config = &consent.config;
    let Some(gating) = &config.gating else { return };
    if gating.clears_storage() && !state.withdrawn.is_empty() {
        // Browsers read several of these headers as one list.
        headers.append(
            clear_site_data::CLEAR_SITE_DATA.clone(),
            HeaderValue::from_static("\"storage\""),
        );
    }
    if !gating.is_keyed() {
        return;
    }
    // What waits for the next page has to be asked of the server, and no copy is kept under this.
    let key = match state.note.saved.is_some() || state.note.once.is_some() {
        true => "new".to_owned(),
        false => consent.key_of(state),
    };
    // FormToken for by whom it concerns: others would get it with every picture.
    if consent.cookies.key() == key || !consent.sweeps(state) {
        return;
    }
    let max_age = match key.is_empty() {
        true => 0,
        false => i64::from(config.validity_days) * 86_400,
    };
    append_cookie(config, headers, crate::policy::KEY_COOKIE, key, max_age);
}

/// Whether the response is one for a cache that has asked for this visitor's state by its key, and
/// is marked as such.
fn is_keyed(consent: &RequestConsent, state: &State, headers: &mut HeaderMap) -> bool {
    let Some(gating) = &consent.config.gating else {
        return false;
    };
    let gpc = if consent.signals.gpc { "1" } else { "" };
    gating.is_keyed()
        && consent.placement.model == crate::decision::ConsentModel::OptIn
        && !consent.signals.minor
        && !headers.contains_key(header::SET_COOKIE)
        && consent.cache_key.as_deref() == Some(&*(consent.key_of(state) + gpc))
        && cache_headers::mark_keyed(headers, &state.decision)
}

/// Says whether the response depends on consent.
fn release_cookies(
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
        consent.asked.get() || outgoing.gated || state.choice_changed || state.note_changed;
    if state.choice_changed
        && let Some(choice) = &state.choice
    {
        // First, since where a browser takes the domain for the host alone, as on `localhost`, they
        // reach the choice itself.
        if state.duplicates {
            clear_duplicates(consent, headers);
        }
        let days = i64::from(config.validity_days);
        set_cookie(
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
            true => set_cookie(config, &config.note_seal, headers, "", 0),
            false => {
                state.note.text = config.drawn.notice().to_owned();
                let value = state.note.to_string();
                set_cookie(
                    config,
                    &config.note_seal,
                    headers,
                    &value,
                    state.note.max_age(consent.today()),
                );
            }
        }
    }
    depends
}

/// Number of cookies with rejections that stay beside a new one they agree with.
const MOST_BESIDE: usize = 3;

/// Sets what the visitor has just rejected, and removes what came with the answer and says
/// otherwise.
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

fn set_cookie(config: &Config, seal: &Seal, headers: &mut HeaderMap, value: &str, max_age: i64) {
    let signed = match value {
        "" => String::new(),
        value => seal.sign(value),
    };
    append_cookie(config, headers, seal.name(), signed, max_age);
}

/// `HttpOnly; SameSite=Lax; Path=/; Max-Age`, and `Secure` unless plain http was asked for.
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

/// Most bytes of headers that remove duplicates of the choice: enough for hosts in use.
const MAX_DUPLICATES: usize = 1_500;

/// A prefixed cookie has one place in a browser. One without a prefix may also have been set for
/// a domain, and would come back with each request.
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
