//! The middleware: in front of everything that reads or sets a cookie.

use std::{
    fmt,
    future::{Ready, ready},
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll},
};

use actix_web::{
    Error, HttpMessage, ResponseError,
    body::{BodySize, BoxBody, MessageBody},
    dev::{ResponseHead, Service, ServiceRequest, ServiceResponse, Transform},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    web::Bytes,
};
use cookie::{Cookie, SameSite, time::Duration};
use futures_util::future::LocalBoxFuture;
use pin_project_lite::pin_project;

use crate::{
    caches,
    choice::Choice,
    config::{Config, ConsentBuilder},
    consent::{Handle, Said},
    error::{ConfigError, MountError},
    gate::{self, Carried},
    own_paths::OwnPath,
    policy::Policy,
    signing::{Seal, SigningKeys},
};

/// `Consent-Explain`: what became of each cookie, where [`ConsentBuilder::explain`] asks for it.
const EXPLAIN: HeaderName = HeaderName::from_static("consent-explain");

/// How many values of one cookie are tried.
const MAX_TRIED: usize = 4;

/// How many bytes of removals one response carries; the rest goes with the next.
const MAX_REMOVALS: usize = 4096;

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

    pub(crate) fn from_config(config: Arc<Config>) -> Self {
        Self(config)
    }

    pub(crate) fn config(&self) -> &Arc<Config> {
        &self.0
    }
}

impl fmt::Debug for ConsentMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConsentMiddleware").field(&self.0.policy).finish()
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
        ready(Ok(ConsentService {
            service,
            config: self.0.clone(),
        }))
    }
}

/// The service that [`ConsentMiddleware`] makes.
#[doc(hidden)]
pub struct ConsentService<S> {
    service: S,
    config: Arc<Config>,
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
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Error>> {
        self.service.poll_ready(context)
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        let own = OwnPath::of(&self.config, request.path());
        let handle = match admit(&self.config, &mut request, own.is_some()) {
            Ok(handle) => handle,
            Err(error) => {
                let response = request.into_response(error.error_response());
                return Box::pin(ready(Ok(response.map_body(|_, body| ConsentBody::own(body)))));
            }
        };
        if let Some(own) = own {
            return Box::pin(async move {
                let (request, mut payload) = request.into_parts();
                let mut response = own.answer(&handle, &request, &mut payload).await;
                release(&handle, response.head_mut());
                Ok(ServiceResponse::new(request, response).map_body(|_, body| ConsentBody::own(body)))
            });
        }
        let inner = self.service.call(request);
        Box::pin(async move {
            match inner.await {
                Ok(mut response) => {
                    release(&handle, response.response_mut().head_mut());
                    Ok(response.map_body(|_, body| ConsentBody::app(body)))
                }
                // The error carries a response that is made later, cookies and all.
                Err(mut error) => {
                    error.add_response_mapper(move |mut response| {
                        release(&handle, response.head_mut());
                        response
                    });
                    Err(error)
                }
            }
        })
    }
}

/// Judges a request before anyone else reads it.
fn admit(
    config: &Arc<Config>,
    request: &mut ServiceRequest,
    own_path: bool,
) -> Result<Rc<Handle>, MountError> {
    if request.extensions().contains::<Rc<Handle>>() {
        return Err(MountError::Twice);
    }
    let handle = {
        let head = request.head();
        let (said, others) = read(config, &head.headers);
        let handle = Handle::new(config.clone(), head, said, own_path);
        if others {
            let state = &mut *handle.state_mut();
            state.carried = gate::gated_cookies(&head.headers, &config.policy, &state.decision);
        }
        handle
    };
    let denied: Vec<Carried> = {
        let state = handle.state();
        let denied = |cookie: &&Carried| {
            let unit = config.policy.unit_of_cookie(cookie.cookie);
            !state.decision.basis(unit).allows()
        };
        state.carried.iter().filter(denied).cloned().collect()
    };
    if !denied.is_empty() {
        gate::hide(request.headers_mut(), &denied);
        if was_parsed_before(request, &denied) {
            return Err(MountError::Order);
        }
    }
    caches::restore_validators(request.headers_mut(), &handle.state().decision);
    let handle = Rc::new(handle);
    request.extensions_mut().insert(handle.clone());
    Ok(handle)
}

/// The choices and the note that a request carries, and whether it carries other cookies.
fn read(config: &Config, headers: &HeaderMap) -> (Said, bool) {
    let mut said = Said::default();
    let mut others = false;
    let (mut choices, mut notes) = (0, 0);
    for (name, value) in gate::request_pairs(headers) {
        if name == config.choice_seal.name().as_bytes() {
            choices += 1;
            if choices > MAX_TRIED {
                continue;
            }
            let choice = open::<Choice>(&config.choice_seal, value)
                .filter(|choice| choice.is_valid(config.today(), config.validity_days));
            said.choice = match (said.choice.take(), choice) {
                (Some(one), Some(other)) => Some(one.combined(other)),
                (one, other) => one.or(other),
            };
        } else if name == config.note_seal.name().as_bytes() {
            notes += 1;
            if notes <= MAX_TRIED
                && let Some(note) = open(&config.note_seal, value)
            {
                said.note = note;
            }
        } else {
            others = true;
        }
    }
    said.duplicates = choices > 1 && said.choice.is_some();
    (said, others)
}

fn open<T: std::str::FromStr>(seal: &Seal, value: &[u8]) -> Option<T> {
    seal.open(std::str::from_utf8(value).ok()?)?.parse().ok()
}

/// Whether an outer layer has parsed the cookies: then a hidden one is still there.
fn was_parsed_before(request: &ServiceRequest, denied: &[Carried]) -> bool {
    let request = request.request();
    let named = |name: &str| denied.iter().any(|cookie| *cookie.name == *name.as_bytes());
    let found = |cookies: &[actix_web::cookie::Cookie<'_>]| {
        cookies.iter().any(|cookie| named(cookie.name()))
    };
    request.cookies().is_ok_and(|cookies| found(&cookies))
        || request.cookies_raw().is_ok_and(|cookies| found(&cookies))
}

/// Judges a response after everyone else has written it.
fn release(handle: &Handle, head: &mut ResponseHead) {
    let config = &handle.config;
    let mut state = handle.state_mut();
    let state = &mut *state;
    let (removals, expired) = removals(handle, state);
    let headers = head.headers_mut();
    let outgoing = gate::filter_response(
        headers,
        &config.policy,
        &state.decision,
        config.pass_undeclared,
        config.explain,
        &|cookie| expired.contains(&cookie),
    );
    for name in &outgoing.undeclared {
        config.report_undeclared(name);
    }
    if config.explain && !outgoing.account.is_empty() {
        let account: Vec<String> = outgoing
            .account
            .iter()
            .map(|(name, verdict)| format!("{name}: {verdict}"))
            .collect();
        if let Ok(value) = HeaderValue::from_str(&account.join("; ")) {
            headers.append(EXPLAIN, value);
        }
    }
    let depends = handle.asked.get() || outgoing.gated || !removals.is_empty();
    for removal in removals {
        headers.append(header::SET_COOKIE, removal);
    }
    if state.choice_changed
        && let Some(choice) = &state.choice
    {
        let days = i64::from(config.validity_days);
        set_cookie(config, &config.choice_seal, headers, &choice.to_string(), days * 86_400);
        if state.duplicates {
            clear_duplicates(handle, headers);
        }
    }
    if state.note_changed {
        match state.note.is_empty() {
            true => set_cookie(config, &config.note_seal, headers, "", 0),
            false => {
                let value = state.note.to_string();
                set_cookie(config, &config.note_seal, headers, &value, state.note.max_age());
            }
        }
    }
    if depends {
        caches::mark(headers, &state.decision, handle.banner_drawn.get());
    }
    let html = |kind: &HeaderValue| kind.as_bytes().starts_with(b"text/html");
    if headers.get(header::CONTENT_TYPE).is_some_and(html) {
        headers.append(header::LINK, config.policy_link.clone());
    }
    // A response mapper may run again on the same error: nothing is left to do then.
    state.choice_changed = false;
    state.note_changed = false;
}

/// The headers that remove what the visitor no longer allows, and the declarations they cover.
///
/// A withdrawal removes every exact name of its units, sent or not. What a denied unit left
/// behind in other ways is removed when the browser carries it, from page to page alone, so that
/// pictures and scripts of one page do not all carry the same removals.
fn removals(handle: &Handle, state: &crate::consent::State) -> (Vec<HeaderValue>, Vec<usize>) {
    let policy = handle.policy();
    let mut headers = Vec::new();
    let mut expired = Vec::new();
    if state.carried.is_empty() && state.withdrawn.is_empty() {
        return (headers, expired);
    }
    let sweeps = handle.navigation || state.choice_changed;
    let carried = state.carried.iter().filter(|cookie| {
        let unit = policy.unit_of_cookie(cookie.cookie);
        let denied = !state.decision.basis(unit).allows();
        denied && (sweeps || state.withdrawn.contains(&unit))
    });
    let carried = carried.map(|cookie| (cookie.cookie, gate::as_token(&cookie.name)));
    let declared = policy.cookies().iter().enumerate().filter(|(index, cookie)| {
        let unit = policy.unit_of_cookie(*index);
        state.withdrawn.contains(&unit)
            && !state.decision.basis(unit).allows()
            && !cookie.name.ends_with('*')
    });
    let declared = declared.map(|(index, cookie)| (index, Some(cookie.name.clone())));
    let mut names: Vec<String> = Vec::new();
    let mut size = 0;
    for (cookie, name) in carried.chain(declared) {
        let Some(name) = name.filter(|name| !names.contains(name)) else {
            continue;
        };
        let removals = gate::removals(&policy.cookies()[cookie], &name, handle.host());
        size += removals.iter().map(HeaderValue::len).sum::<usize>();
        if size > MAX_REMOVALS {
            break;
        }
        headers.extend(removals);
        expired.push(cookie);
        names.push(name);
    }
    (headers, expired)
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

pin_project! {
    /// The body of a response that went through [`ConsentMiddleware`].
    #[derive(Debug)]
    pub struct ConsentBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    #[derive(Debug)]
    enum Kind<B> {
        App { #[pin] body: B },
        Own { #[pin] body: BoxBody },
    }
}

impl<B> ConsentBody<B> {
    fn app(body: B) -> Self {
        let kind = Kind::App { body };
        Self { kind }
    }

    fn own(body: BoxBody) -> Self {
        let kind = Kind::Own { body };
        Self { kind }
    }
}

impl<B: MessageBody> MessageBody for ConsentBody<B> {
    type Error = Error;

    fn size(&self) -> BodySize {
        match &self.kind {
            Kind::App { body } => body.size(),
            Kind::Own { body } => body.size(),
        }
    }

    fn poll_next(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, Error>>> {
        match self.project().kind.project() {
            KindProjection::App { body } => body
                .poll_next(context)
                .map_err(|error| Error::from(Into::<Box<dyn std::error::Error>>::into(error))),
            KindProjection::Own { body } => body
                .poll_next(context)
                .map_err(|error| Error::from(Into::<Box<dyn std::error::Error>>::into(error))),
        }
    }
}
