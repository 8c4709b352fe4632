//! HTML that is inserted into a page for this visitor: banner, script, consent states of vendors.

use crate::{
    decision::grants::Grants,
    markup::{Gating, placed::Placed, tags::States},
    pages::{BannerKind, rendered::BannerRequest},
    request::RequestConsent,
};

/// Returns the insertions into one document.
pub(crate) fn insertions(consent: &RequestConsent, gating: &Gating) -> Placed {
    Placed {
        heading: heading(consent, gating),
        opening: match gating.is_shell() {
            true => shell_opening(consent, gating),
            false => opening(consent, gating),
        },
        closing: gating.closing.clone(),
    }
}

/// Returns the start of `<head>`: the consent states of vendors.
fn heading(consent: &RequestConsent, gating: &Gating) -> String {
    if gating.tags.is_empty() {
        return String::new();
    }
    consent.uses_consent.set(true);
    let grants = Grants::of(&consent.state().decision, &[]);
    let nonce = consent.nonce();
    let nonce = nonce.map_or_else(String::new, |nonce| format!(" nonce=\"{nonce}\""));
    let tag = |states: &States| {
        format!(
            "<script src=\"{}\"{nonce}></script>",
            states.of(&grants).path
        )
    };
    gating.tags.iter().map(tag).collect()
}

/// Returns the start of `<body>` for this visitor: the script, and the banner unless the handler
/// has rendered it.
fn opening(consent: &RequestConsent, gating: &Gating) -> String {
    let mut opening = String::new();
    if gating.settings.banner {
        consent.uses_consent.set(true);
        if !consent.banner_rendered.get() {
            opening.push_str(consent.banner().as_str());
        }
    }
    // A script that reloads the response to a POST would post the form again.
    if let Some(scripts) = &gating.scripts
        && consent.method.is_safe()
    {
        consent.uses_consent.set(true);
        let decision = consent.state().decision.clone();
        let policy = consent.policy();
        opening.insert_str(0, &scripts.tags(policy, Some(&decision), consent.nonce()));
    }
    opening
}

/// Returns the start of `<body>` for everyone: the script, the banner that it reveals, and a link
/// for visitors without scripts.
fn shell_opening(consent: &RequestConsent, gating: &Gating) -> String {
    let Some(scripts) = &gating.scripts else {
        return String::new();
    };
    let mut opening = scripts.tags(consent.policy(), None, None);
    if gating.settings.banner && !consent.banner_rendered.get() {
        let config = &consent.config;
        let banner = config.rendered.banner(
            config.page_site(),
            BannerRequest::of(BannerKind::Ask),
            false,
            &consent.way_back(),
        );
        opening.push_str("<template data-consent-shell>");
        opening.push_str(banner.as_str());
        opening.push_str("</template><noscript>");
        opening.push_str(&gating.link);
        opening.push_str("</noscript>");
    }
    opening
}
