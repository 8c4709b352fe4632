//! The middleware. It performs the effects of each request, filters cookies in both directions, and
//! serves the built-in pages.

pub(crate) mod builder;
pub(crate) mod mount;

use std::{
    cell::Cell,
    fmt,
    future::{self, Ready},
    pin::Pin,
    rc::Rc,
    sync::Arc,
    task::{Context, Poll, ready},
};

use actix_web::{
    Error, HttpMessage, HttpResponse, ResponseError,
    body::MessageBody,
    dev::{ResponseHead, Service, ServiceRequest, ServiceResponse, Transform},
    http::header::{self, HeaderValue},
    web::Bytes,
};
use futures_util::future::LocalBoxFuture;
use pin_project_lite::pin_project;

use self::builder::ConsentBuilder;
use crate::{
    cache_headers,
    choice::keys::SigningKeys,
    config::{Config, Mistake},
    cookies::classification,
    decision::cache::ChoiceCache,
    endpoints::shadowed_route,
    error::{ConfigError, MountError},
    middleware::mount::Mount,
    policy::Policy,
    request::RequestConsent,
    response::{
        body::ConsentBody,
        headers::{finish_head, forbid_sniffing},
    },
};

/// Middleware that enforces cookie consent. Create it outside the factory of `HttpServer`, and
/// mount a clone as the outermost middleware that reads or sets cookies.
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
pub struct ConsentMiddleware {
    config: Arc<Config>,
    /// The same configuration with links as browsers see them behind a proxy that strips a prefix.
    outward: Arc<Config>,
}

impl ConsentMiddleware {
    /// Creates the middleware with the defaults of [`ConsentBuilder`].
    ///
    /// # Errors
    ///
    /// If the policy contradicts a default, such as a partitioned cookie on an `http` origin.
    pub fn new(policy: Policy, keys: SigningKeys) -> Result<Self, ConfigError> {
        Self::builder(policy, keys).build()
    }

    /// Creates a builder, to change the defaults.
    pub fn builder(policy: Policy, keys: SigningKeys) -> ConsentBuilder {
        ConsentBuilder::new(policy, keys)
    }

    /// The policy that is enforced.
    pub fn policy(&self) -> &Policy {
        &self.config.policy
    }

    /// Violations of the Content-Security-Policy that browsers have reported since the start, the
    /// most frequent first. Empty unless [`Csp::reports`](crate::csp::Csp::reports) is set.
    pub fn violations(&self) -> Vec<crate::csp::Violation> {
        let policing = self.config.policing.as_ref();
        policing.map_or_else(Vec::new, |policing| policing.reports.all())
    }

    pub(crate) fn from_config(config: Arc<Config>) -> Self {
        let prefix = &config.external_prefix;
        let outward = match prefix.is_empty() {
            true => config.clone(),
            false => Arc::new(config.under(prefix, "")),
        };
        Self { config, outward }
    }

    pub(crate) fn config(&self) -> &Arc<Config> {
        &self.config
    }
}

impl fmt::Debug for ConsentMiddleware {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ConsentMiddleware")
            .field(&self.config.policy)
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
            mount: Mount::new(self.config.clone(), self.outward.clone()),
            verified: Rc::default(),
            routes_checked: Cell::new(false),
        }))
    }
}

/// The service that [`ConsentMiddleware`] makes.
#[doc(hidden)]
pub struct ConsentService<S> {
    service: S,
    mount: Mount,
    verified: Rc<ChoiceCache>,
    /// True once routes have been checked against the built-in pages, which the first request does.
    routes_checked: Cell<bool>,
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
        if !self.routes_checked.replace(true) {
            shadowed_route::report(self.mount.config(), request.request());
        }
        let target = self.mount.target(&mut request);
        // A request for an edition that does not exist does not imply consent either.
        let about = target.own.is_some() || target.about;
        let consent = match admit(target.config, &self.verified, &mut request, about) {
            Ok(consent) => consent,
            Err(error) => return ConsentFuture::failed(request, error.error_response()),
        };
        let check_order = self.mount.checks_order(&request);
        match hide_denied(&mut request, &consent, check_order) {
            Read::Not => {}
            // The built-in pages read only their own cookies, so they work and accept a choice.
            Read::Denied if target.own.is_none() => {
                let mut response = MountError::Order.error_response();
                let no_store = HeaderValue::from_static("no-store");
                response
                    .headers_mut()
                    .insert(header::CACHE_CONTROL, no_store);
                // The next request then comes without the denied cookies, and is served.
                consent.force_removal.set(true);
                finish_head(&consent, response.head_mut(), true);
                return ConsentFuture::failed(request, response);
            }
            Read::Denied | Read::Harmless => {
                let config = &consent.config;
                config.report(Mistake::Order, || MountError::Order.to_string());
            }
        }
        let decision = || consent.state().decision.clone();
        if cache_headers::restore_validators(request.headers_mut(), decision) {
            consent.uses_consent.set(true);
        }
        request.extensions_mut().insert(consent.clone());
        if let Some(own) = target.own {
            return ConsentFuture::own(Box::pin(async move {
                let (request, mut payload) = request.into_parts();
                let mut response = own.serve(&consent, &request, &mut payload).await;
                finish_head(&consent, response.head_mut(), true);
                let response = ServiceResponse::new(request, response);
                Ok(response.map_body(|_, body| ConsentBody::own(body)))
            }));
        }
        ConsentFuture::app(self.service.call(request), consent)
    }
}

pin_project! {
    /// Response future of [`ConsentService`].
    #[doc(hidden)]
    pub struct ConsentFuture<F, B> {
        #[pin]
        answer: Answer<F, B>,
    }
}

pin_project! {
    #[project = AnswerProjection]
    enum Answer<F, B> {
        App { #[pin] inner: F, consent: Rc<RequestConsent> },
        Own { inner: LocalBoxFuture<'static, Result<ServiceResponse<ConsentBody<B>>, Error>> },
    }
}

impl<F, B: 'static> ConsentFuture<F, B> {
    fn app(inner: F, consent: Rc<RequestConsent>) -> Self {
        let answer = Answer::App { inner, consent };
        Self { answer }
    }

    fn failed(request: ServiceRequest, response: HttpResponse) -> Self {
        let response = request.into_response(response);
        let response = response.map_body(|_, body| ConsentBody::own(body));
        Self::own(Box::pin(future::ready(Ok(response))))
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
            AnswerProjection::App { inner, consent } => {
                Poll::Ready(match ready!(inner.poll(context)) {
                    Ok(response) => {
                        Ok(response.map_body(|head, body| respond(consent, head, body)))
                    }
                    // Actix makes the response from the error later, including its cookies.
                    Err(mut error) => {
                        let consent = consent.clone();
                        error.add_response_mapper(move |response| {
                            response.map_body(|head, body| respond(&consent, head, body).boxed())
                        });
                        Err(error)
                    }
                })
            }
        }
    }
}

/// Applies the consent to a response after the application has written it.
fn respond<B: MessageBody>(
    consent: &Rc<RequestConsent>,
    head: &mut ResponseHead,
    body: B,
) -> ConsentBody<B> {
    #[cfg(feature = "markup")]
    if let Some(gating) = &consent.config.gating {
        return crate::response::html::respond(consent, gating, head, body);
    }
    if consent.config.policing.is_some() {
        forbid_sniffing(consent, head, body.size());
    }
    finish_head(consent, head, false);
    ConsentBody::app(body)
}

/// Decides on a request and performs its effects, before the application sees it.
fn admit(
    config: Arc<Config>,
    verified: &Rc<ChoiceCache>,
    request: &mut ServiceRequest,
    own_path: bool,
) -> Result<Rc<RequestConsent>, MountError> {
    if request.extensions().contains::<Rc<RequestConsent>>() {
        return Err(MountError::Twice);
    }
    let consent = RequestConsent::new(config, verified.clone(), request.head(), own_path);
    consent.perform_effects();
    Ok(Rc::new(consent))
}

/// Cookies of a request that an outer layer has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Read {
    /// None, or the request was not checked.
    Not,
    /// Only cookies that handlers may read.
    Harmless,
    /// Denied cookies, which Actix has parsed and gives to every handler.
    Denied,
}

/// Removes the denied cookies from the request, and returns which cookies an outer layer has read.
/// If no cookie is denied, this is checked only with `check_order`.
fn hide_denied(request: &mut ServiceRequest, consent: &RequestConsent, check_order: bool) -> Read {
    let policy = consent.policy();
    let denied = match consent.carries_gated {
        true => consent.cookies.denied(policy, &consent.state().decision),
        false => Default::default(),
    };
    if denied.is_empty() && (!check_order || consent.config.is_reported(Mistake::Order)) {
        return Read::Not;
    }
    // Actix stores parsed cookies privately and returns them to every caller. With a header that is
    // not UTF-8 it returns the stored cookies, or fails and stores nothing.
    let unreadable = HeaderValue::from_maybe_shared(Bytes::from_static(b"\xff"));
    if let Ok(unreadable) = unreadable {
        request.headers_mut().insert(header::COOKIE, unreadable);
    }
    let is_denied = |cookie: &actix_web::cookie::Cookie<'_>| {
        let decision = &consent.state().decision;
        classification::is_denied_as_read(policy, decision, cookie.name().as_bytes())
    };
    let inner = request.request();
    let (was_read, denied_were_read) = {
        let (parsed, raw) = (inner.cookies(), inner.cookies_raw());
        let was_read = parsed.is_ok() || raw.is_ok();
        let denied_were_read = !denied.is_empty()
            && (parsed.is_ok_and(|cookies| cookies.iter().any(is_denied))
                || raw.is_ok_and(|cookies| cookies.iter().any(is_denied)));
        (was_read, denied_were_read)
    };
    consent.cookies.put_without(&denied, request.headers_mut());
    match (was_read, denied_were_read) {
        (_, true) => Read::Denied,
        (true, false) => Read::Harmless,
        (false, false) => Read::Not,
    }
}
