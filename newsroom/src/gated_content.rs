//! Content that loads only with consent: the partner's, and the site's script with what it stores.

use actix_consent::{Basis, Consent};

use crate::{assets, partner::Partner};

/// One thing that a page loads, or that its script stores.
#[derive(Clone, Copy, Debug)]
pub struct GatedContent {
    /// Name in the policy, or a description.
    pub what: &'static str,
    /// Place that `what` is stored in, if `what` is a name.
    pub kept_in: Option<&'static str>,
    /// Company or script that it comes from.
    pub by: &'static str,
    /// Category or service that the visitor has to grant.
    unit: &'static str,
    category: &'static str,
    /// Name of the company, if the unit is a service.
    provider: Option<&'static str>,
}

const FILM: GatedContent = GatedContent {
    what: "A film, in a frame",
    kept_in: None,
    by: "Example Video",
    unit: "example-video",
    category: "marketing",
    provider: Some("Example Video"),
};

const OFFER: GatedContent = GatedContent {
    what: "An offer, in a frame",
    unit: "example-journal",
    by: "Example Journal",
    provider: Some("Example Journal"),
    ..FILM
};

const DOT: GatedContent = GatedContent {
    what: "A tracking pixel",
    ..OFFER
};

const READS: GatedContent = GatedContent {
    what: "reads",
    kept_in: Some("a cookie"),
    by: "the script that counts reports",
    unit: "analytics",
    category: "analytics",
    provider: None,
};

const READ: GatedContent = GatedContent {
    what: "plenary.read",
    kept_in: Some("local storage"),
    ..READS
};

/// Finds the content that a page loads, by the `src` attributes in its markup.
pub fn in_page(page: &str, partner: Option<Partner>) -> Vec<GatedContent> {
    let names = |url: &str| page.contains(&format!("src=\"{url}\""));
    let mut found = Vec::new();
    if let Some(partner) = partner {
        let of_partner = [
            (partner.film(), FILM),
            (partner.promo(), OFFER),
            (partner.dot(), DOT),
        ];
        found.extend(
            of_partner
                .iter()
                .filter(|(url, _)| names(url))
                .map(|(_, it)| *it),
        );
    }
    if names(assets::url("reads.js")) {
        found.extend([READS, READ]);
    }
    found
}

impl GatedContent {
    /// Outcome for the visitor.
    pub fn outcome(&self, consent: Option<&Consent>) -> String {
        let Some(consent) = consent.filter(|consent| !consent.allows(self.unit)) else {
            return match self.kept_in {
                None => "Loaded".to_owned(),
                Some(_) => "Set by a script, where scripts run".to_owned(),
            };
        };
        if consent.shows(self.unit) {
            return "Loaded this once, as you asked".to_owned();
        }
        match (consent.basis(self.unit), self.provider) {
            (Some(Basis::Signal), _) => format!(
                "Held back: {} is off, as your browser's Global Privacy Control asks",
                self.category
            ),
            (_, Some(provider)) if consent.allows(self.category) => {
                format!("Held back: {provider} is off")
            }
            _ => format!("Held back: {} is off", self.category),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_loads_what_it_names_and_nothing_else() {
        let partner = Partner::at(7);
        let found = |page: &str| -> Vec<_> {
            let found = in_page(page, Some(partner));
            found.iter().map(|it| it.what).collect()
        };
        assert_eq!(
            found(&format!("<iframe data-src=\"{}\">", partner.film())),
            [FILM.what]
        );
        assert_eq!(
            found(&format!("<img src=\"{}\">", partner.dot())),
            [DOT.what]
        );
        assert_eq!(
            found(&format!("<a href=\"{}\">", partner.film())),
            [""; 0],
            "a link loads nothing"
        );
        let script = format!("<script data-src=\"{}\">", assets::url("reads.js"));
        assert_eq!(found(&script), ["reads", "plenary.read"]);
    }

    #[test]
    fn finds_nothing_without_a_partner() {
        let page = format!("<img src=\"{}\">", Partner::at(7).dot());
        assert!(in_page(&page, None).is_empty());
    }
}
