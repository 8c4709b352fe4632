//! The paths that the middleware answers itself, so that no route can be forgotten.

pub(crate) mod choices;
pub(crate) mod form;
pub(crate) mod receipt;
mod scripts;
pub(crate) mod shadowed_route;

use actix_web::{
    HttpRequest, HttpResponse,
    dev::Payload,
    http::{
        Method, StatusCode,
        header::{self, ContentType, HeaderName, HeaderValue},
    },
};
use serde_json::json;

use crate::http::asset::Asset;
use crate::{
    choice::Choice,
    config::Config,
    csp::Policing,
    decision::{Basis, Status},
    http::{navigation::is_swapped, return_to::attribute},
    pages::{
        EditionView, PolicyView, RecordView, RejectedPostView, Rejection, SettingsView, StateView,
        rendered::frame, view::categories,
    },
    policy::Policy,
    request::{RequestConsent, left_page},
};

/// Path of a site's support resource in the Global Privacy Control specification.
const GPC: &str = "/.well-known/gpc.json";

/// One of them.
#[derive(Clone, Debug)]
pub(crate) enum Endpoint {
    Policy,
    /// An earlier edition, by its place among them; `None` is the current one.
    Version(Option<usize>),
    Settings,
    State,
    /// The visitor's own copy of what is on record.
    Receipt,
    /// Where browsers report what a Content-Security-Policy stopped.
    Reports,
    Gpc,
    /// A script that pages bring.
    Script(Asset),
}

impl Endpoint {
    pub(crate) fn of(config: &Config, path: &str) -> Option<Self> {
        let paths = &config.paths;
        // `NormalizePath::always()` outside adds a slash to every path.
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
        // An edition that never was is the application's to miss, in its own look.
        match config.earlier.iter().position(named) {
            Some(at) => Some(Self::Version(Some(at))),
            None => named(&config.policy).then_some(Self::Version(None)),
        }
    }

    pub(crate) async fn answer(
        self,
        consent: &RequestConsent,
        request: &HttpRequest,
        payload: &mut Payload,
    ) -> HttpResponse {
        let method = request.method();
        let reads = matches!(*method, Method::GET | Method::HEAD);
        let mut response = match self {
            Self::Settings if *method == Method::POST => {
                choices::answer(consent, request, payload).await
            }
            Self::Reports if *method == Method::POST => {
                choices::reports(consent, request, payload).await
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
                rejected(consent, StatusCode::OK, Rejection::Framed)
            }
            Self::Policy | Self::Version(_) | Self::Settings if is_swapped(request.headers()) => {
                loaded_whole(consent)
            }
            Self::Policy => page(consent, policy_page(consent, None)),
            Self::Version(earlier) => page(consent, policy_page(consent, earlier)),
            Self::Settings => page(consent, settings_page(consent, request).await),
            Self::Receipt => receipt::receipt(consent).await,
            // It is answered above.
            Self::Reports => HttpResponse::NotFound().finish(),
            Self::State => HttpResponse::Ok()
                .content_type(ContentType::json())
                .body(state(consent).to_string()),
            Self::Script(script) => return scripts::serve(&script),
            Self::Gpc => HttpResponse::Ok()
                .content_type(ContentType::json())
                .body(gpc(consent.policy()).to_string()),
        };
        response
            .headers_mut()
            .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Makes Turbo and htmx load the address themselves: put in place of the page before, a page of
/// ours would stay under that page's style and Content-Security-Policy.
fn loaded_whole(consent: &RequestConsent) -> HttpResponse {
    let way_back = consent.way_back();
    HttpResponse::Ok()
        .content_type(ContentType::html())
        .insert_header(("HX-Redirect", way_back.as_str()))
        .body(format!(
            "<!doctype html><title>{0}</title>\
             <meta name=\"turbo-visit-control\" content=\"reload\">\
             <meta name=\"turbolinks-visit-control\" content=\"reload\">\
             <p><a href=\"{0}\">{0}</a>",
            attribute(&way_back)
        ))
}

/// A page of ours, with the headers that keep anything foreign out of it.
fn page(consent: &RequestConsent, html: String) -> HttpResponse {
    html_response(StatusCode::OK, consent, html)
}

pub(crate) fn html_response(
    status: StatusCode,
    consent: &RequestConsent,
    html: String,
) -> HttpResponse {
    const POLICY: HeaderName = header::CONTENT_SECURITY_POLICY;
    let style = consent.config.pages.page_style_hash();
    let style = if style.is_empty() {
        String::new()
    } else {
        format!(" {style}")
    };
    // What is shown in a frame has a link out of it and nothing else to press.
    let ancestors = match consent.framed {
        true => "",
        false => "; frame-ancestors 'none'",
    };
    HttpResponse::build(status)
        .content_type(ContentType::html())
        .insert_header((
            POLICY,
            format!(
                "default-src 'none'; style-src 'self'{style}; font-src 'self'; img-src 'self'; \
                 form-action 'self'; base-uri 'none'{ancestors}"
            ),
        ))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .insert_header((header::REFERRER_POLICY, "same-origin"))
        .body(html)
}

/// A page that leads on at once, for a way back that is too long for a header.
pub(crate) fn onward(consent: &RequestConsent, back: &str) -> HttpResponse {
    let config = &consent.config;
    let back = attribute(back);
    let lang = config.policy.language();
    let site = attribute(config.policy.file().site.name.get(lang));
    let html = format!(
        "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\">\
         <meta http-equiv=\"refresh\" content=\"0; url={back}\"><title>{site}</title></head>\
         <body><p><a href=\"{back}\">{site}</a></p></body></html>"
    );
    html_response(StatusCode::OK, consent, html)
}

/// A page for someone whose form was not accepted.
pub(crate) fn rejected(
    consent: &RequestConsent,
    status: StatusCode,
    reason: Rejection,
) -> HttpResponse {
    let config = &consent.config;
    let own = consent.way_back();
    let own = attribute(&own);
    let html = config.pages.rejected_post(&RejectedPostView {
        frame: frame(
            &config.policy,
            &config.paths,
            consent.placement.model,
            consent.signals.gpc,
            "",
            match consent.framed && consent.method.is_safe() {
                true => &own,
                false => &config.paths.settings,
            },
        ),
        reason,
        framed: consent.framed,
    });
    html_response(status, consent, html)
}

async fn settings_page(consent: &RequestConsent, request: &HttpRequest) -> String {
    let config = &consent.config;
    let left_page = left_page(config, request.head());
    let back = left_page.as_deref().unwrap_or(&config.paths.settings);
    let policy = &config.policy;
    let saved = consent.take_saved();
    let chosen = consent.state().choice.as_deref().and_then(Choice::subject);
    let left = saved.and_then(|saved| saved.subject);
    let subject = chosen.or(left);
    let history = match subject {
        Some(subject) => consent.history(subject).await,
        None => None,
    };
    let editions: Vec<_> = config.editions().collect();
    let asked = config.drawn.settings_asked(consent.signals.gpc);
    config.pages.settings(&SettingsView {
        frame: frame(
            policy,
            &config.paths,
            consent.placement.model,
            consent.signals.gpc,
            asked,
            &attribute(back),
        ),
        state: state_view(consent),
        categories: categories(policy, |id| basis(consent, id)),
        saved: saved.map(|saved| saved.outcome),
        record: subject.map(|subject| RecordView {
            id: subject.to_string(),
            validity_days: config.validity_days,
            receipt: chosen.map(|_| config.paths.receipt.as_str()),
            entries: history
                .as_deref()
                .map(|records| receipt::told(&editions, records)),
        }),
    })
}

fn policy_page(consent: &RequestConsent, earlier: Option<usize>) -> String {
    let config = &consent.config;
    let shown = earlier.map_or(&config.policy, |at| &config.earlier[at]);
    let edition = |policy: &Policy| {
        let version = policy.file().policy.version;
        EditionView {
            version,
            effective: policy.file().policy.effective,
            path: format!("{}{version}", config.paths.versions),
        }
    };
    let saved = consent.take_saved();
    let own_path = match earlier {
        Some(_) => edition(shown).path,
        None => config.paths.policy.clone(),
    };
    config.pages.policy(&PolicyView {
        frame: frame(
            shown,
            &config.paths,
            consent.placement.model,
            consent.signals.gpc,
            "",
            &attribute(&own_path),
        ),
        state: state_view(consent),
        own_cookies: config.own_cookies_under(consent.placement.model),
        editions: config.editions().map(edition).collect(),
        superseded: earlier.is_some(),
        saved: saved.map(|saved| saved.outcome),
        left: saved
            .and_then(|saved| saved.subject)
            .map(|id| id.to_string()),
        gates_markup: config.gates_markup(),
        recorded: config.recorder.is_some(),
    })
}

fn basis(consent: &RequestConsent, id: &str) -> Basis {
    match consent.policy().unit(id) {
        Some(unit) => consent.state().decision.basis(unit),
        None => Basis::Unanswered,
    }
}

fn state_view(consent: &RequestConsent) -> StateView<'_> {
    let policy = consent.policy();
    let state = consent.state();
    let titles = |wanted: &dyn Fn(Basis) -> bool| {
        policy
            .gated_units()
            .filter(|(unit, _)| wanted(state.decision.basis(*unit)))
            .map(|(_, unit)| policy.title(&unit.id))
            .collect()
    };
    StateView {
        status: match (&state.choice, state.decision.status()) {
            // What was answered is told even when something new is to be asked.
            (Some(_), Status::Undecided) => Status::Decided,
            (_, status) => status,
        },
        day: state.choice.as_ref().map(|choice| choice.day().date()),
        on: titles(&Basis::allows),
        off_by_signal: titles(&|basis| basis == Basis::Signal),
    }
}

/// `state.json`: what a script or a program can know of the choice.
pub(crate) fn state(consent: &RequestConsent) -> serde_json::Value {
    let policy = consent.policy();
    let state = consent.state();
    let unit = |unit: usize| {
        let basis = state.decision.basis(unit);
        let mut entry = json!({ "granted": basis.allows(), "basis": basis.as_str() });
        if let Some(category) = policy.units()[unit].category {
            entry["category"] = policy.units()[category].id.as_str().into();
        }
        entry
    };
    let part = |services: bool| -> serde_json::Map<_, _> {
        policy
            .units()
            .iter()
            .enumerate()
            .filter(|(_, entry)| entry.category.is_some() == services)
            .map(|(at, entry)| (entry.id.clone(), unit(at)))
            .collect()
    };
    json!({
        "v": 1,
        "model": consent.placement.model.to_string(),
        "jurisdiction": consent.placement.jurisdiction,
        "status": state.decision.status().as_str(),
        "day": state.choice.as_ref().map(|choice| choice.day().date().to_string()),
        "categories": part(false),
        "services": part(true),
        "gpc": consent.signals.gpc,
        "asked": consent.config.drawn.settings_asked(consent.signals.gpc),
        "banner": consent.banner_due().is_some(),
    })
}

/// The support representation of the Global Privacy Control specification.
fn gpc(policy: &Policy) -> serde_json::Value {
    match policy.file().policy.effective {
        Some(day) => json!({ "gpc": true, "lastUpdate": day.to_string() }),
        None => json!({ "gpc": true }),
    }
}
