//! Google Consent Mode, version 2.

use std::{borrow::Cow, fmt::Write as _};

use super::{VendorStates, unknown};
use crate::{paths::Paths, policy::Policy};

/// Consent types that Google's tags read. `security_storage` is always granted.
const SIGNALS: [&str; 6] = [
    "ad_storage",
    "ad_user_data",
    "ad_personalization",
    "analytics_storage",
    "functionality_storage",
    "personalization_storage",
];

/// Passes the consent state to Google's tags (Consent Mode v2).
///
/// A file of the site, one for each state and cached permanently, is loaded first in `<head>`. On
/// every page and before any tag it sets the default of all seven consent types to the visitor's
/// decision, so no update is needed later. If the page's script changes a choice in place, the file
/// updates the tags.
///
/// This is the *basic* mode: the tags themselves are gated, by `data-consent-category` or by the
/// origins of their `[[embed]]`, so that nothing is requested from Google before consent.
///
/// ```
/// use actix_consent::markup::{Google, Markup};
///
/// let markup = Markup::new().google(Google::new().signal("functionality_storage", "preferences"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Google {
    signals: Vec<(String, String)>,
    pub(in crate::markup) advanced: Vec<String>,
    redaction: bool,
    passthrough: bool,
}

impl Google {
    /// Creates the default mapping: the three advertising types follow the category `marketing`,
    /// `analytics_storage` follows `analytics`, and the other two follow `preferences`.
    pub fn new() -> Self {
        let of = |signal: &str| match signal {
            "analytics_storage" => "analytics",
            "functionality_storage" | "personalization_storage" => "preferences",
            _ => "marketing",
        };
        let signals = SIGNALS
            .iter()
            .map(|signal| ((*signal).to_owned(), of(signal).to_owned()));
        Self {
            signals: signals.collect(),
            advanced: Vec::new(),
            redaction: false,
            passthrough: false,
        }
    }

    /// Maps a consent type to another category or service.
    pub fn signal(mut self, signal: impl Into<String>, unit: impl Into<String>) -> Self {
        let signal = signal.into();
        self.signals.retain(|(known, _)| *known != signal);
        self.signals.push((signal, unit.into()));
        self
    }

    /// Enables the *advanced* mode for the tags of a service: they load before consent and send
    /// what Google calls cookieless pings. Default: no service.
    ///
    /// Costs: requests to Google without consent. In the EU they need a legal basis, and Art. 5(3)
    /// of Directive 2002/58/EC applies to data that tags read from the device (EDPB Guidelines
    /// 2/2023).
    pub fn advanced(mut self, service: impl Into<String>) -> Self {
        self.advanced.push(service.into());
        self
    }

    /// Sets `ads_data_redaction`: without `ad_storage`, the tags send no click identifiers.
    /// Default: off.
    pub fn ads_data_redaction(mut self, redaction: bool) -> Self {
        self.redaction = redaction;
        self
    }

    /// Sets `url_passthrough`: click identifiers are passed on in the site's own links. Default:
    /// off. It is set only if `ad_storage` is granted, since links would otherwise carry them
    /// without consent.
    pub fn url_passthrough(mut self, passthrough: bool) -> Self {
        self.passthrough = passthrough;
        self
    }

    pub(in crate::markup) fn states(
        &self,
        policy: &Policy,
        paths: &Paths,
    ) -> Result<VendorStates, Cow<'static, str>> {
        for (signal, unit) in &self.signals {
            if !SIGNALS.contains(&signal.as_str()) {
                return Err(format!(
                    "Google's Consent Mode has no type `{signal}`: use one of `{}`",
                    SIGNALS.join("`, `")
                )
                .into());
            }
            if policy.unit(unit).is_none() {
                let setting = format!("Google::signal({signal:?}, {unit:?})");
                return Err(unknown(policy, &setting, unit));
            }
        }
        let units: Vec<&str> = self.signals.iter().map(|(_, unit)| unit.as_str()).collect();
        VendorStates::new(policy, paths, "signals", &units, |on| self.file(on))
    }

    /// Writes the commands as `arguments`, not as arrays: Google reads no others.
    fn file(&self, on: &dyn Fn(&str) -> bool) -> String {
        let mut file = String::from(
            "window.dataLayer=window.dataLayer||[];function gtag(){dataLayer.push(arguments)}\n\
             gtag('consent','default',{",
        );
        for (signal, unit) in &self.signals {
            let state = if on(unit) { "granted" } else { "denied" };
            let _ = write!(file, "{signal}:'{state}',");
        }
        file.push_str("security_storage:'granted'});\n");
        if self.redaction {
            file.push_str("gtag('set','ads_data_redaction',true);\n");
        }
        let ads = self
            .signals
            .iter()
            .find(|(signal, _)| signal == "ad_storage");
        if self.passthrough && ads.is_some_and(|(_, unit)| on(unit)) {
            file.push_str("gtag('set','url_passthrough',true);\n");
        }
        // Runs after the page's script has changed a choice in place.
        file.push_str(
            "document.addEventListener('consent:state',function(e){var s=e.detail.state,\
             u=Object.assign({},s.categories,s.services),c={};",
        );
        for (signal, unit) in &self.signals {
            let _ = write!(
                file,
                "c.{signal}=u['{unit}']&&u['{unit}'].granted?'granted':'denied';"
            );
        }
        file.push_str("gtag('consent','update',c)});\n");
        file
    }
}

impl Default for Google {
    fn default() -> Self {
        Self::new()
    }
}
