//! What is inserted into a page of this visitor: the banner, the script, tags of other vendors.

use crate::{
    decision::grants::Grants,
    markup::{Gating, placed::Placed, tags::States},
    pages::{BannerKind, rendered::BannerRequest},
    request::RequestConsent,
};

/// The insertions into one document.
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

/// What is put first into `<head>`: what the tags of other vendors are told.
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

/// What is put right after `<body>` for this visitor: the script, and the banner where the handler
/// has not asked for it.
fn opening(consent: &RequestConsent, gating: &Gating) -> String {
    let mut opening = String::new();
    if gating.settings.banner {
        consent.uses_consent.set(true);
        if !consent.banner_rendered.get() {
            opening.push_str(consent.banner().as_str());
        }
    }
    // The answer to a POST would be posted again by a script that loads the page again.
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

/// What is put right after `<body>` for everyone: the script, the banner that it reveals, and a
/// link for those who have no scripts.
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
