//! HTML that is inserted into a page for this visitor: banner, script, consent states of vendors.

use crate::{
    decision::grants::Grants,
    markup::{Gating, insertions::Insertions, vendor::VendorStates},
    pages::{BannerKind, rendered::BannerRequest},
    request::RequestConsent,
};

/// Returns the insertions into one document.
pub(crate) fn insertions_for(consent: &RequestConsent, gating: &Gating) -> Insertions {
    Insertions {
        head_start: head_start(consent, gating),
        body_start: match gating.is_shell() {
            true => shell_body_start(consent, gating),
            false => body_start(consent, gating),
        },
        body_end: gating.body_end.clone(),
    }
}

/// Returns the start of `<head>`: the consent states of vendors.
fn head_start(consent: &RequestConsent, gating: &Gating) -> String {
    if gating.vendor_states.is_empty() {
        return String::new();
    }
    consent.uses_consent.set(true);
    let grants = Grants::of(&consent.state().decision, &[]);
    let nonce = consent.nonce();
    let nonce = nonce.map_or_else(String::new, |nonce| format!(" nonce=\"{nonce}\""));
    let tag = |states: &VendorStates| {
        format!(
            "<script src=\"{}\"{nonce}></script>",
            states.of(&grants).path
        )
    };
    gating.vendor_states.iter().map(tag).collect()
}

/// Returns the start of `<body>` for this visitor: the script, and the banner unless the handler
/// has rendered it.
fn body_start(consent: &RequestConsent, gating: &Gating) -> String {
    let mut body_start = String::new();
    if gating.settings.banner {
        consent.uses_consent.set(true);
        if !consent.banner_rendered.get() {
            body_start.push_str(consent.banner().as_str());
        }
    }
    // A script that reloads the response to a POST would post the form again.
    if let Some(scripts) = &gating.scripts
        && consent.method.is_safe()
    {
        consent.uses_consent.set(true);
        let decision = consent.state().decision.clone();
        let policy = consent.policy();
        body_start.insert_str(0, &scripts.tags(policy, Some(&decision), consent.nonce()));
    }
    body_start
}

/// Returns the start of `<body>` for everyone: the script, the banner that it reveals, and a link
/// for visitors without scripts.
fn shell_body_start(consent: &RequestConsent, gating: &Gating) -> String {
    let Some(scripts) = &gating.scripts else {
        return String::new();
    };
    let mut body_start = scripts.tags(consent.policy(), None, None);
    if gating.settings.banner && !consent.banner_rendered.get() {
        let config = &consent.config;
        let banner = config.rendered.banner(
            config.page_site(),
            BannerRequest::of(BannerKind::Ask),
            false,
            &consent.way_back(),
        );
        body_start.push_str("<template data-consent-shell>");
        body_start.push_str(banner.as_str());
        body_start.push_str("</template><noscript>");
        body_start.push_str(&gating.link);
        body_start.push_str("</noscript>");
    }
    body_start
}
