//! Interface of the audited application: it answers requests.

use std::{any::Any, collections::BTreeSet, marker::PhantomData, rc::Rc, sync::Arc};

use actix_web::{
    Error, HttpMessage, HttpRequest, HttpResponse,
    body::{self, MessageBody},
    dev::{Service, ServiceResponse},
    http::{
        StatusCode,
        header::{self, HeaderMap, HeaderName},
    },
    test::TestRequest,
};

use super::{
    jar::Jar,
    rules::{SetCookie, pair},
};
use crate::{config::Config, decision::Placement, request::RequestConsent};

/// Maximum size of a body that is read, in bytes. `state.json` is much smaller.
const MAX_BODY: usize = 64 * 1024;

/// Application that answers requests, real or simulated.
pub(crate) trait Wire {
    /// Sends a request. The body is read only with `read_body`, since a stream may never end.
    async fn send(&self, request: TestRequest, config: &Arc<Config>, read_body: bool) -> Answer;
}

/// Raw response, and the facts about its request.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) set_cookies: Vec<Vec<u8>>,
    /// The values of `Date` that the application set.
    pub(crate) dates: Vec<Vec<u8>>,
    /// Names of the cookies that a handler could read; `None` if the request is not available.
    pub(crate) readable: Option<BTreeSet<String>>,
    pub(crate) guard: Guard,
    pub(crate) placement: Arc<Placement>,
    pub(crate) body: Vec<u8>,
    /// True if the response was compressed HTML, which the gate cannot read.
    pub(crate) compressed: bool,
}

/// The middleware that ran round the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Guard {
    Audited,
    Another,
    Missing,
    /// Not known, because the response is an error without its request.
    Unknown,
}

/// An application, as `actix_web::test::init_service` returns it.
pub(crate) struct Served<'a, S, R> {
    service: &'a S,
    request: PhantomData<R>,
}

impl Answer {
    /// Stores the cookies in the jar, and returns the parsed headers.
    pub(crate) fn keep_in(&self, jar: &mut Jar, host: &str, path: &str) -> Vec<SetCookie> {
        let dates: Vec<&[u8]> = self.dates.iter().map(Vec::as_slice).collect();
        let headers = self.set_cookies.iter().map(Vec::as_slice);
        jar.keep_all(headers, &dates, host, path)
    }
}

impl<'a, S, R> Served<'a, S, R> {
    pub(crate) fn new(service: &'a S) -> Self {
        Self {
            service,
            request: PhantomData,
        }
    }
}

impl<S, R, B> Wire for Served<'_, S, R>
where
    S: Service<R, Response = ServiceResponse<B>, Error = Error>,
    R: 'static,
    B: MessageBody,
{
    async fn send(&self, request: TestRequest, config: &Arc<Config>, read_body: bool) -> Answer {
        let request = request.to_request();
        let placement = config.placement(request.head());
        // The type of an application's requests is in `actix-http`, which actix-web does not
        // export whole. The compiler finds it from the service, so it needs no name here.
        let request: Box<dyn Any> = Box::new(request);
        let Ok(request) = request.downcast::<R>() else {
            panic!("an audit runs on what `actix_web::test::init_service` returns");
        };
        match self.service.call(*request).await {
            Ok(response) => {
                let mut answer = read(response.request(), response.headers(), config, placement);
                answer.status = response.status();
                if read_body {
                    let body = body::to_bytes_limited(response.into_body(), MAX_BODY).await;
                    answer.body = body.ok().and_then(Result::ok).unwrap_or_default().to_vec();
                }
                answer
            }
            Err(error) => {
                let response: HttpResponse = error.error_response();
                Answer {
                    status: response.status(),
                    set_cookies: values(response.headers(), header::SET_COOKIE),
                    dates: values(response.headers(), header::DATE),
                    readable: None,
                    guard: Guard::Unknown,
                    placement,
                    body: Vec::new(),
                    compressed: false,
                }
            }
        }
    }
}

/// Reads the headers of a response and the state of its request.
pub(crate) fn read(
    request: &HttpRequest,
    headers: &HeaderMap,
    config: &Arc<Config>,
    placement: Arc<Placement>,
) -> Answer {
    let consent = request.extensions().get::<Rc<RequestConsent>>().cloned();
    Answer {
        status: StatusCode::OK,
        set_cookies: values(headers, header::SET_COOKIE),
        dates: values(headers, header::DATE),
        readable: Some(readable(request)),
        guard: match &consent {
            Some(consent) if consent.config.is_same(config) => Guard::Audited,
            Some(_) => Guard::Another,
            None => Guard::Missing,
        },
        compressed: consent
            .as_ref()
            .is_some_and(|consent| consent.compressed.get()),
        placement: consent.map_or(placement, |consent| consent.placement.clone()),
        body: Vec::new(),
    }
}

/// Raw header values. `HttpResponse::cookies` stops at the first value that is not ASCII.
fn values(headers: &HeaderMap, name: HeaderName) -> Vec<Vec<u8>> {
    let values = headers.get_all(name);
    values.map(|value| value.as_bytes().to_vec()).collect()
}

/// Names in the remaining `Cookie` headers and in the cookies that Actix has parsed. If it parsed
/// them before the gate, they stay readable although the header is gone.
fn readable(request: &HttpRequest) -> BTreeSet<String> {
    let raw = request
        .headers()
        .get_all(header::COOKIE)
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
        .map(|text| String::from_utf8_lossy(pair(text).0).into_owned());
    let mut names: BTreeSet<String> = raw.collect();
    if let Ok(cookies) = request.cookies() {
        names.extend(cookies.iter().map(|cookie| cookie.name().to_owned()));
    }
    names.remove("");
    names
}
