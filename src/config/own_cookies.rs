//! Declarations of the library's own cookies, as the policy page lists them.

use crate::{
    choice::note::NOTICE_DAYS,
    pages::Words,
    policy::{CookieSpec, Exemption, KEY_COOKIE, Lifetime, NECESSARY, OFF, TimeUnit},
};

/// Settings on which the declarations depend.
pub(super) struct OwnCookies<'a> {
    /// Name of the cookie that holds the choice.
    pub(super) choice: &'a str,
    /// Name of the cookie that holds notes for the next page.
    pub(super) note: &'a str,
    pub(super) validity_days: u32,
    /// True if shared caches store one copy of a page for each state.
    pub(super) keyed: bool,
    /// True if choices are recorded in a ledger.
    pub(super) recorded: bool,
}

impl OwnCookies<'_> {
    /// The declarations, with the notice of the model `Implied` or without.
    pub(super) fn declared(&self, notice: bool) -> Vec<CookieSpec> {
        let [choice_purpose, note_purpose, off_purpose, key_purpose] =
            Words::english().own_purposes(notice, self.recorded);
        let days = self.validity_days;
        let (count, unit) = match notice {
            true => (NOTICE_DAYS, TimeUnit::Day),
            false => (1, TimeUnit::Minute),
        };
        let off = format!("{}{OFF}*", self.choice);
        let mut own = vec![
            cookie(self.choice, choice_purpose, days, TimeUnit::Day),
            cookie(self.note, note_purpose, count, unit),
            cookie(&off, off_purpose, 1, TimeUnit::Day),
        ];
        if self.keyed {
            own.push(cookie(KEY_COOKIE, key_purpose, days, TimeUnit::Day));
        }
        own
    }
}

fn cookie(name: &str, purpose: String, count: u32, unit: TimeUnit) -> CookieSpec {
    CookieSpec {
        name: name.to_owned(),
        category: Some(NECESSARY.to_owned()),
        purpose: purpose.into(),
        duration: Some(Lifetime::For { count, unit }),
        exemption: Some(Exemption::ConsentChoice),
        ..CookieSpec::default()
    }
}
