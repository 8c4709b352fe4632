//! Consent state for Matomo.

use std::borrow::Cow;

use super::{VendorStates, unknown};
use crate::{paths::Paths, policy::Policy};

/// Passes the consent state to Matomo.
///
/// A file of the site, one for each state and cached permanently, is loaded first in `<head>`. It
/// requires consent before the tracker starts and gives it if the visitor has, so that a tracker
/// outside of the gate does not track either.
///
/// ```
/// use actix_consent::markup::{Markup, Matomo};
///
/// let markup = Markup::new().matomo(Matomo::new("analytics"));
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Matomo {
    unit: String,
    cookies_only: bool,
}

impl Matomo {
    /// Prevents tracking before the category or service is on (`requireConsent`).
    pub fn new(unit: impl Into<String>) -> Self {
        Self {
            unit: unit.into(),
            cookies_only: false,
        }
    }

    /// Sets whether Matomo tracks without cookies before consent (`requireCookieConsent`). Default:
    /// false. The tracker must then not be gated itself. Costs: visits are measured without
    /// consent, which needs a legal basis.
    pub fn cookies_only(mut self, cookies_only: bool) -> Self {
        self.cookies_only = cookies_only;
        self
    }

    pub(in crate::markup) fn states(
        &self,
        policy: &Policy,
        paths: &Paths,
    ) -> Result<VendorStates, Cow<'static, str>> {
        if policy.unit(&self.unit).is_none() {
            let setting = format!("Matomo::new({:?})", self.unit);
            return Err(unknown(policy, &setting, &self.unit));
        }
        let [require, given, forget] = match self.cookies_only {
            true => [
                "requireCookieConsent",
                "setCookieConsentGiven",
                "forgetCookieConsentGiven",
            ],
            false => ["requireConsent", "setConsentGiven", "forgetConsentGiven"],
        };
        let unit = &self.unit;
        VendorStates::new(policy, paths, "measure", &[unit], |on| {
            let mut file = format!("window._paq=window._paq||[];\n_paq.push(['{require}']);\n");
            if on(unit) {
                file += &format!("_paq.push(['{given}']);\n");
            }
            file + &format!(
                "document.addEventListener('consent:state',function(e){{var s=e.detail.state,\
                 u=Object.assign({{}},s.categories,s.services)['{unit}'];\
                 _paq.push([u&&u.granted?'{given}':'{forget}'])}});\n"
            )
        })
    }
}
