//! Validation of cookies: names, attributes and exemptions.

use std::collections::HashMap;

use super::Validation;
use crate::policy::{
    CookieSpec, Exemption, Lifetime, NECESSARY, Pattern, PolicyFile, SetBy, pattern, removal,
    reserved::{OWN_COOKIES, is_own_cookie},
    trackers::is_known_tracker,
};

/// Thirteen months of at most 31 days in seconds, the longest lifetime that supervisory authorities
/// accept for a tracker.
pub(super) const THIRTEEN_MONTHS: u64 = 13 * 31 * 86_400;

impl Validation<'_> {
    pub(super) fn cookies(&mut self, file: &PolicyFile) {
        let mut seen = HashMap::new();
        for (index, cookie) in file.cookie.iter().enumerate() {
            let place = format!("cookie[{index}]");
            self.cookie_name(&place, &cookie.name);
            if let Some(first) = seen.insert(cookie.name.as_str(), index) {
                self.fault(
                    format!("{place}.name"),
                    format!("`{}` is declared already, by cookie[{first}]", cookie.name),
                );
            }
            let category = self.category_of(
                &place,
                file,
                cookie.category.as_deref(),
                cookie.service.as_deref(),
            );
            if cookie.purpose.is_empty() {
                self.fault(format!("{place}.purpose"), "give the purpose in a sentence");
            }
            match cookie.duration {
                None => self.fault(
                    format!("{place}.duration"),
                    "give its lifetime (C-673/17 Planet49, para. 81)",
                ),
                Some(Lifetime::Persistent) => self.fault(
                    format!("{place}.duration"),
                    "a cookie cannot be persistent: write `session` or a time such as `13 months`",
                ),
                Some(_) => {}
            }
            if cookie.set_by == SetBy::ThirdParty && cookie.host.is_none() {
                self.fault(
                    format!("{place}.host"),
                    "name the host that sets it, since it is a third party",
                );
            }
            // Removals and audits compare it with hosts, so anything else would never match.
            if let Some(host) = cookie.host.as_deref().filter(|host| !is_host(host)) {
                self.fault(
                    format!("{place}.host"),
                    format!("`{host}` is not a host such as `video.example`: write it without scheme, port and path"),
                );
            }
            self.attributes(&place, cookie);
            if let Some(category) = category {
                self.exemption(&place, category == NECESSARY, cookie);
                if category != NECESSARY
                    && cookie
                        .duration
                        .and_then(Lifetime::seconds)
                        .is_some_and(|seconds| seconds > THIRTEEN_MONTHS)
                {
                    self.gap_of(
                        &place,
                        &format!("cookie `{}`", cookie.name),
                        "lives for more than 13 months, the longest that authorities accept",
                    );
                }
            }
        }
    }

    pub(super) fn cookie_name(&mut self, place: &str, name: &str) {
        let place = format!("{place}.name");
        let Pattern { stem, open } = Pattern::of(name);
        let starts_own = || OWN_COOKIES.iter().any(|own| own.starts_with(&*stem));
        if let Some(problem) = pattern::problem(name) {
            self.fault(place, problem);
        } else if is_own_cookie(stem.as_bytes()) || open && starts_own() {
            self.fault(
                place,
                "the library declares its own cookies: remove this entry",
            );
        }
    }

    pub(super) fn attributes(&mut self, place: &str, cookie: &CookieSpec) {
        let paths = cookie.path.as_ref().map_or(&[][..], |path| path.as_slice());
        for path in paths {
            if !path.starts_with('/')
                || path
                    .bytes()
                    .any(|b| b == b';' || !(0x20..0x7f).contains(&b))
            {
                self.fault(
                    format!("{place}.path"),
                    format!("`{path}` is not a path such as `/shop`"),
                );
            }
        }
        if cookie.path.is_some() && paths.is_empty() {
            self.fault(
                format!("{place}.path"),
                "the list is empty: remove it for `/`",
            );
        }
        let bytes = removal::bytes_to_remove(cookie);
        if bytes > removal::MAX_BYTES {
            self.fault(
                place.to_owned(),
                format!(
                    "removing it from all its paths and domains takes {bytes} bytes, and one response has room for {}: list fewer",
                    removal::MAX_BYTES
                ),
            );
        }
        for domain in &cookie.domains {
            let bare = domain.strip_prefix('.').unwrap_or(domain);
            if !is_host(bare) {
                self.fault(
                    format!("{place}.domains"),
                    format!("`{domain}` is not a domain such as `news.example`"),
                );
            }
        }
        let rooted = paths.iter().all(|path| path == "/");
        let prefix = cookie.name.get(..7).unwrap_or_default();
        if prefix.eq_ignore_ascii_case("__Host-") && (!cookie.domains.is_empty() || !rooted) {
            self.fault(
                format!("{place}.name"),
                "browsers drop a `__Host-` cookie with a Domain or another Path than `/`",
            );
        }
    }

    /// Rules R49 to R51: a necessary cookie has one of the reasons of WP194, and no other cookie
    /// has.
    pub(super) fn exemption(&mut self, place: &str, necessary: bool, cookie: &CookieSpec) {
        if !necessary {
            if cookie.exemption.is_some() {
                self.fault(
                    format!("{place}.exemption"),
                    "only the category `necessary` is exempt from consent",
                );
            }
            return;
        }
        if cookie.exemption.is_none() {
            self.fault(
                place.to_owned() + ".exemption",
                "give the reason why it needs no consent: user-input, authentication, security, media-player, \
                 load-balancing, interface-customisation, social-sharing (WP194)",
            );
        }
        if let Some(purpose) = cookie.purposes.iter().find(|p| !p.can_be_exempt()) {
            self.fault(
                format!("{place}.purposes"),
                format!(
                    "the purpose `{}` needs consent, so the whole cookie does (WP194, 2.3 and 3): \
                     use another category",
                    purpose.id()
                ),
            );
        }
        let suspicious = is_known_tracker(&cookie.name);
        match &cookie.override_reason {
            None if suspicious => self.fault(
                format!("{place}.category"),
                format!(
                    "`{}` is known to measure or to advertise, which needs consent: use another \
                     category, or give a reason in `override_reason`",
                    cookie.name
                ),
            ),
            Some(reason) if reason.trim().is_empty() => {
                self.fault(format!("{place}.override_reason"), "the reason is empty");
            }
            _ => {}
        }
        let longest = match cookie.exemption {
            Some(Exemption::UserInput) => 24 * 3_600,
            Some(Exemption::MediaPlayer | Exemption::LoadBalancing) => 0,
            _ => return,
        };
        if cookie
            .duration
            .and_then(Lifetime::seconds)
            .is_some_and(|seconds| seconds > longest)
        {
            self.gap_of(
                place,
                &format!("cookie `{}`", cookie.name),
                "lives longer than its exemption covers: a session, for user input a few hours \
                 (WP194, 3)",
            );
        }
    }
}

fn is_host(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    !text.is_empty() && text.bytes().all(fits)
}
