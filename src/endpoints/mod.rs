//! Endpoints that the middleware serves itself, so that no application has to route them.

mod choices;
mod csp_reports;
mod form;
mod page;
mod policy;
mod receipt;
mod scripts;
mod settings;
pub(crate) mod shadowed_route;
mod state;

use actix_web::{
    HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        Method, StatusCode,
        header::{self, ContentType, HeaderValue},
    },
    web::BytesMut,
};
use futures_util::StreamExt;

use crate::{
    config::Config,
    csp::Policing,
    http::{asset::Asset, navigation::is_swapped},
    pages::Rejection,
    policy::Policy,
    request::RequestConsent,
};

/// Path of a site's support resource in the Global Privacy Control specification.
const GPC: &str = "/.well-known/gpc.json";

/// Endpoint of the middleware.
#[derive(Clone, Debug)]
pub(crate) enum Endpoint {
    Policy,
    /// An edition of the policy: the index of an earlier one, or `None` for the one in force.
    Version(Option<usize>),
    Settings,
    State,
    /// The visitor's receipt of the recorded consent.
    Receipt,
    /// Receiver of the violations of Content-Security-Policy that browsers report.
    Reports,
    Gpc,
    /// A script of the library.
    Script(Asset),
}

impl Endpoint {
    /// The endpoint at `path`; `None` if the application serves it.
    pub(crate) fn of(config: &Config, path: &str) -> Option<Self> {
        let paths = &config.paths;
        // `NormalizePath::always()` as an outer middleware adds a slash to every path.
        let path = path.strip_suffix('/').unwrap_or(path);
        let Some(rest) = path.strip_prefix(&paths.policy) else {
            return (path == GPC).then_some(Self::Gpc);
        };
        if rest.is_empty() {
            return Some(Self::Policy);
        }
        if path == paths.settings {
            return Some(Self::Settings);
        }
        if path == paths.state {
            return Some(Self::State);
        }
        if path == paths.receipt && config.recorder.is_some() {
            return Some(Self::Receipt);
        }
        if path == paths.reports && config.policing.as_deref().is_some_and(Policing::listens) {
            return Some(Self::Reports);
        }
        if let Some(script) = scripts::script_at(config, path) {
            return Some(Self::Script(script));
        }
        let version = path.strip_prefix(&paths.versions)?;
        let named = |policy: &Policy| policy.file().policy.version.to_string() == version;
        // The application answers 404 for an edition that does not exist, in its own design.
        match config.earlier.iter().position(named) {
            Some(at) => Some(Self::Version(Some(at))),
            None => named(&config.policy).then_some(Self::Version(None)),
        }
    }

    /// Serves the endpoint. Only scripts may be cached.
    pub(crate) async fn serve(
        self,
        consent: &RequestConsent,
        request: &HttpRequest,
        payload: &mut Payload,
    ) -> HttpResponse {
        let method = request.method();
        let reads = matches!(*method, Method::GET | Method::HEAD);
        let mut response = match self {
            Self::Settings if *method == Method::POST => {
                choices::post(consent, request, payload).await
            }
            Self::Reports if *method == Method::POST => {
                csp_reports::receive(consent, request, payload).await
            }
            _ if !reads || matches!(self, Self::Reports) => {
                let allow = match &self {
                    Self::Settings => "GET, HEAD, POST",
                    Self::Reports => "POST",
                    _ => "GET, HEAD",
                };
                HttpResponse::MethodNotAllowed()
                    .insert_header((header::ALLOW, allow))
                    .finish()
            }
            Self::Policy | Self::Version(_) | Self::Settings if consent.framed => {
                page::rejected(consent, StatusCode::OK, Rejection::Framed)
            }
            Self::Policy | Self::Version(_) | Self::Settings if is_swapped(request.headers()) => {
                page::load_whole_page(consent)
            }
            Self::Policy => html(consent, policy::page(consent, None)),
            Self::Version(earlier) => html(consent, policy::page(consent, earlier)),
            Self::Settings => html(consent, settings::page(consent, request).await),
            Self::Receipt => receipt::serve(consent).await,
            // Unreachable: answered above.
            Self::Reports => HttpResponse::NotFound().finish(),
            Self::State => HttpResponse::Ok()
                .content_type(ContentType::json())
                .body(state::state(consent).to_string()),
            Self::Script(script) => return scripts::serve(&script),
            Self::Gpc => HttpResponse::Ok()
                .content_type(ContentType::json())
                .body(state::gpc(consent.policy()).to_string()),
        };
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

fn html(consent: &RequestConsent, html: String) -> HttpResponse {
    page::html_response(StatusCode::OK, consent, html)
}

/// Reads a request body of at most `limit` bytes.
async fn read_body(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> Result<BytesMut, Rejection> {
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if declared.is_some_and(|length| length > limit) {
        return Err(Rejection::TooLarge);
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_| Rejection::Malformed)?;
        if body.len() + chunk.len() > limit {
            return Err(Rejection::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
