//! Parts that the built-in pages have in common.

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{self, ContentType, HeaderName},
    },
};

use crate::{
    decision::{Basis, Status},
    http::return_to::attribute,
    pages::{RejectedPostView, Rejection, StateView, rendered::frame},
    request::RequestConsent,
};

/// Responds with a built-in page. Its headers admit nothing from other sites.
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
    // A framed page has a link out of the frame and no button.
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

/// Page that redirects at once, for a return address that is too long for a `Location` header.
pub(super) fn redirect_page(consent: &RequestConsent, back: &str) -> HttpResponse {
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

/// Page that says why a posted choice was not stored.
pub(super) fn rejected(
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

/// Makes Turbo and htmx load the whole page. Swapped into the page before, a built-in page would
/// keep that page's style and Content-Security-Policy.
pub(super) fn load_whole_page(consent: &RequestConsent) -> HttpResponse {
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

/// Basis of a category or service; unanswered if the policy does not have it.
pub(super) fn basis(consent: &RequestConsent, id: &str) -> Basis {
    match consent.policy().unit(id) {
        Some(unit) => consent.state().decision.basis(unit),
        None => Basis::Unanswered,
    }
}

/// The visitor's choice as the pages show it.
pub(super) fn state_view(consent: &RequestConsent) -> StateView<'_> {
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
            // The pages show the answers even if something new is to be asked.
            (Some(_), Status::Undecided) => Status::Decided,
            (_, status) => status,
        },
        day: state.choice.as_ref().map(|choice| choice.day().date()),
        on: titles(&Basis::allows),
        off_by_signal: titles(&|basis| basis == Basis::Signal),
    }
}
