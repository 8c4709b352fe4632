//! The middleware: in front of everything that reads or sets a cookie.

use std::{
    fmt,
    future::{self, Ready},
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, ready},
};

use actix_web::{
    Error, HttpMessage, ResponseError,
    body::MessageBody,
    dev::{ResponseHead, Service, ServiceRequest, ServiceResponse, Transform},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    web::Bytes,
};
use cookie::{Cookie, SameSite, time::Duration};
use futures_util::future::LocalBoxFuture;
use pin_project_lite::pin_project;

use crate::{
    body::ConsentBody,
    caches,
    config::{Config, ConsentBuilder},
    error::{ConfigError, MountError},
    expire::expired,
    gate::SetCookies,
    handle::{Handle, State},
    name,
    own_paths::OwnPath,
    policy::Policy,
    signing::{Seal, SigningKeys},
    verified::Verified,
};

/// `Consent-Explain`: what became of each cookie, where [`ConsentBuilder::explain`] asks for it.
const EXPLAIN: HeaderName = HeaderName::from_static("consent-explain");

/// Cookie consent, enforced by the server. Make one outside the factory of `HttpServer` and mount
/// a clone of it as the outermost middleware that touches cookies.
///
/// ```no_run
/// use actix_consent::{ConsentMiddleware, Policy, SigningKeys};
/// use actix_web::{App, HttpServer};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let policy = Policy::load("consent.toml")?;
/// let consent = ConsentMiddleware::new(policy, SigningKeys::load_or_create("consent.key")?)?;
/// HttpServer::new(move || App::new().wrap(consent.clone()));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct ConsentMiddleware(Arc<Config>);

impl ConsentMiddleware {
    /// The middleware with the defaults that [`ConsentBuilder`] explains.
    ///
    /// # Errors
    ///
    /// When the policy asks for what the defaults cannot give.
    pub fn new(policy: Policy, keys: SigningKeys) -> Result<Self, ConfigError> {
        Self::builder(policy, keys).build()
    }

    /// A builder, for other settings than the defaults.
    pub fn builder(policy: Policy, keys: SigningKeys) -> ConsentBuilder {
        ConsentBuilder::new(policy, keys)
    }

    /// The policy that is enforced.
    pub fn policy(&self) -> &Policy {
        &self.0.policy
    }

    /// What browsers have reported that they stopped, since the start, where
    /// [`Csp::reports`](crate::csp::Csp::reports) asks them to: the most frequent first.
    pub fn violations(&self) -> Vec<crate::csp::Violation> {
        let policing = self.0.policing.as_ref();
        policing.map_or_else(Vec::new, |policing| policing.reports.all())
    }

    pub(crate) fn from_config(config: Arc<Config>) -> Self {
        Self(config)
    }

    pub(crate) fn config(&self) -> &Arc<Config> {
        &self.0
    }
}

impl fmt::Debug for ConsentMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConsentMiddleware")
            .field(&self.0.policy)
            .finish()
    }
}

impl<S, B> Transform<S, ServiceRequest> for ConsentMiddleware
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<ConsentBody<B>>;
    type Error = Error;
    type Transform = ConsentService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        future::ready(Ok(ConsentService {
            service,
            config: self.0.clone(),
            verified: Rc::default(),
        }))
    }
}

/// The service that [`ConsentMiddleware`] makes.
#[doc(hidden)]
pub struct ConsentService<S> {
    service: S,
    config: Arc<Config>,
    verified: Rc<Verified>,
}

impl<S> fmt::Debug for ConsentService<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConsentService")
    }
}

impl<S, B> Service<ServiceRequest> for ConsentService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<ConsentBody<B>>;
    type Error = Error;
    type Future = ConsentFuture<S::Future, B>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.service.poll_ready(context)
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let own = OwnPath::of(&self.config, request.path());
        // Looking for an edition of the policy is no going on either, when there is none.
        let about = own.is_some() || request.path().starts_with(&self.config.paths.versions);
        let handle = match admit(&self.config, &self.verified, &mut request, about) {
            Ok(handle) => handle,
            Err(error) => {
                let response = request.into_response(error.error_response());
                let response = response.map_body(|_, body| ConsentBody::own(body));
                return ConsentFuture::own(Box::pin(future::ready(Ok(response))));
            }
        };
        if let Some(own) = own {
            return ConsentFuture::own(Box::pin(async move {
                let (request, mut payload) = request.into_parts();
                let mut response = own.answer(&handle, &request, &mut payload).await;
                release(&handle, response.head_mut(), true);
                let response = ServiceResponse::new(request, response);
                Ok(response.map_body(|_, body| ConsentBody::own(body)))
            }));
        }
        ConsentFuture::app(self.service.call(request), handle)
    }
}

pin_project! {
    /// The answer that [`ConsentService`] is waiting for.
    #[doc(hidden)]
    pub struct ConsentFuture<F, B> {
        #[pin]
        answer: Answer<F, B>,
    }
}

pin_project! {
    #[project = AnswerProjection]
    enum Answer<F, B> {
        App { #[pin] inner: F, handle: Rc<Handle> },
        Own { inner: LocalBoxFuture<'static, Result<ServiceResponse<ConsentBody<B>>, Error>> },
    }
}

impl<F, B> ConsentFuture<F, B> {
    fn app(inner: F, handle: Rc<Handle>) -> Self {
        let answer = Answer::App { inner, handle };
        Self { answer }
    }

    fn own(inner: LocalBoxFuture<'static, Result<ServiceResponse<ConsentBody<B>>, Error>>) -> Self {
        let answer = Answer::Own { inner };
        Self { answer }
    }
}

impl<F, B> fmt::Debug for ConsentFuture<F, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ConsentFuture")
    }
}

impl<F, B> Future for ConsentFuture<F, B>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<ConsentBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().answer.project() {
            AnswerProjection::Own { inner } => inner.as_mut().poll(context),
            AnswerProjection::App { inner, handle } => {
                Poll::Ready(match ready!(inner.poll(context)) {
                    Ok(response) => Ok(response.map_body(|head, body| respond(handle, head, body))),
                    // The error carries a response that is made later, cookies and all.
                    Err(mut error) => {
                        let handle = handle.clone();
                        error.add_response_mapper(move |response| {
                            response.map_body(|head, body| respond(&handle, head, body).boxed())
                        });
                        Err(error)
                    }
                })
            }
        }
    }
}

/// Judges a response after everyone else has written it.
fn respond<B: MessageBody>(
    handle: &Rc<Handle>,
    head: &mut ResponseHead,
    body: B,
) -> ConsentBody<B> {
    #[cfg(feature = "markup")]
    if let Some(gating) = &handle.config.gating {
        return crate::markup::respond(handle, gating, head, body);
    }
    release(handle, head, false);
    ConsentBody::app(body)
}

/// Judges a request before anyone else reads it.
fn admit(
    config: &Arc<Config>,
    verified: &Rc<Verified>,
    request: &mut ServiceRequest,
    own_path: bool,
) -> Result<Rc<Handle>, MountError> {
    if request.extensions().contains::<Rc<Handle>>() {
        return Err(MountError::Twice);
    }
    let handle = Rc::new(Handle::new(
        config.clone(),
        verified.clone(),
        request.head(),
        own_path,
    ));
    hide_denied(request, &handle)?;
    caches::restore_validators(request.headers_mut(), &handle);
    request.extensions_mut().insert(handle.clone());
    Ok(handle)
}

/// Takes the denied cookies out of the request. An error where an outer layer has read them.
fn hide_denied(request: &mut ServiceRequest, handle: &Handle) -> Result<(), MountError> {
    if !handle.carries_gated {
        return Ok(());
    }
    let policy = handle.policy();
    let decision = &handle.state().decision;
    let denied = handle.cookies.denied(policy, decision);
    if denied.is_empty() {
        return Ok(());
    }
    // Actix keeps what an outer layer has parsed out of reach, and gives it to whoever asks. Asked
    // under a header that is not UTF-8 it gives what it has kept, or fails and keeps nothing.
    let unreadable = HeaderValue::from_maybe_shared(Bytes::from_static(b"\xff"));
    if let Ok(unreadable) = unreadable {
        request.headers_mut().insert(header::COOKIE, unreadable);
    }
    let is_denied = |cookie: &actix_web::cookie::Cookie<'_>| {
        name::is_denied_as_read(policy, decision, cookie.name().as_bytes())
    };
    let inner = request.request();
    let was_read = inner
        .cookies()
        .is_ok_and(|cookies| cookies.iter().any(is_denied))
        || inner
            .cookies_raw()
            .is_ok_and(|cookies| cookies.iter().any(is_denied));
    handle.cookies.put_without(&denied, request.headers_mut());
    match was_read {
        true => Err(MountError::Order),
        false => Ok(()),
    }
}

pub(crate) fn is_html(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|kind| {
        let kind = kind.as_bytes();
        kind.get(..9)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"text/html"))
    })
}

/// Judges the head of a response; our own ones say themselves that nobody stores them.
pub(crate) fn release(handle: &Handle, head: &mut ResponseHead, own: bool) {
    let config = &handle.config;
    let redirects = head.status.is_redirection();
    let headers = head.headers_mut();
    let html = is_html(headers);
    if let Some(policing) = &config.policing
        && html
        && !own
    {
        if policing.depends(handle) {
            handle.asked.set(true);
        }
        policing.write(headers, handle);
    }
    let set_cookies = SetCookies::of(headers, &config.policy);
    if !set_cookies.are_necessary() || config.explain || handle.asked.get() {
        handle.state();
    }
    if let Some(mut state) = handle.known_state() {
        if redirects || !html {
            state.nothing_was_shown();
        }
        let depends = release_cookies(handle, &mut state, headers, set_cookies);
        #[cfg(feature = "markup")]
        release_markup(handle, &state, headers);
        if depends && !own {
            let once = handle.banner_drawn.get() || handle.unrepeatable.get();
            #[cfg(feature = "markup")]
            let keyed = !once && is_keyed(handle, &state, headers);
            #[cfg(not(feature = "markup"))]
            let keyed = false;
            if !keyed {
                caches::mark(headers, &state.decision, once);
            }
        }
    }
    handle.released.set(true);
    if html {
        headers.append(header::LINK, config.policy_link.clone());
    }
}

/// The cookie that caches read, and the storage that a withdrawal empties.
#[cfg(feature = "markup")]
fn release_markup(handle: &Handle, state: &State, headers: &mut HeaderMap) {
    let config = &handle.config;
    let Some(gating) = &config.gating else { return };
    if gating.settings.clear_storage && !state.withdrawn.is_empty() {
        headers.insert(
            HeaderName::from_static("clear-site-data"),
            HeaderValue::from_static("\"storage\""),
        );
    }
    if gating.settings.caches != crate::markup::CacheMode::Key {
        return;
    }
    // What waits for the next page has to be asked of the server, and no copy is kept under this.
    let key = match state.note.saved.is_some() || state.note.once.is_some() {
        true => "new".to_owned(),
        false => handle.key_of(state),
    };
    // Asked for by whom it concerns: others would get it with every picture.
    if handle.cookies.key() == key || !handle.sweeps(state) {
        return;
    }
    let max_age = match key.is_empty() {
        true => 0,
        false => i64::from(config.validity_days) * 86_400,
    };
    let cookie = Cookie::build((crate::policy::KEY_COOKIE, key))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.secure)
        .max_age(Duration::seconds(max_age))
        .build();
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// Whether the response is one for a cache that has asked for this visitor's state by its key, and
/// is marked as such.
#[cfg(feature = "markup")]
fn is_keyed(handle: &Handle, state: &State, headers: &mut HeaderMap) -> bool {
    let Some(gating) = &handle.config.gating else {
        return false;
    };
    let gpc = if handle.signals.gpc { "1" } else { "" };
    gating.settings.caches == crate::markup::CacheMode::Key
        && handle.placement.model == crate::decision::ConsentModel::OptIn
        && !handle.signals.minor
        && !headers.contains_key(header::SET_COOKIE)
        && handle.cache_key.as_deref() == Some(&*(handle.key_of(state) + gpc))
        && caches::mark_keyed(headers, &state.decision)
}

/// Says whether the response depends on consent.
fn release_cookies(
    handle: &Handle,
    state: &mut State,
    headers: &mut HeaderMap,
    set_cookies: SetCookies,
) -> bool {
    let config = &handle.config;
    let expired = expired(handle, state);
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
    let depends = handle.asked.get()
        || outgoing.gated
        || !expired.is_empty()
        || state.choice_changed
        || state.note_changed;
    for removal in expired {
        headers.append(header::SET_COOKIE, removal);
    }
    if state.choice_changed
        && let Some(choice) = &state.choice
    {
        // First, since where a browser takes the domain for the host alone, as on `localhost`, they
        // reach the choice itself.
        if state.duplicates {
            clear_duplicates(handle, headers);
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
                    state.note.max_age(handle.today()),
                );
            }
        }
    }
    depends
}

/// `HttpOnly; SameSite=Lax; Path=/; Max-Age`, and `Secure` unless plain http was asked for.
fn set_cookie(config: &Config, seal: &Seal, headers: &mut HeaderMap, value: &str, max_age: i64) {
    let signed = match value {
        "" => String::new(),
        value => seal.sign(value),
    };
    let cookie = Cookie::build((seal.name(), signed))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(config.secure)
        .max_age(Duration::seconds(max_age))
        .build();
    if let Ok(value) = HeaderValue::from_str(&cookie.to_string()) {
        headers.append(header::SET_COOKIE, value);
    }
}

/// A prefixed cookie has one place in a browser. One without a prefix may also have been set for
/// a domain, and would come back with each request.
fn clear_duplicates(handle: &Handle, headers: &mut HeaderMap) {
    if handle.config.secure {
        return;
    }
    let host = handle.host();
    // The host is whatever the request says. An address or a single label has no parent.
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.';
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    if host.len() > 253
        || !(1..=8).contains(&host.matches('.').count())
        || !host.bytes().all(plain)
        || is_address
    {
        return;
    }
    let name = handle.config.choice_seal.name();
    let parents = host.match_indices('.').map(|(at, _)| &host[at + 1..]);
    for domain in std::iter::once(host).chain(parents.filter(|domain| domain.contains('.'))) {
        let text = format!(
            "{name}=; Path=/; Domain={domain}; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        );
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.append(header::SET_COOKIE, value);
        }
    }
}
