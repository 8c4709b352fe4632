//! From what is written to what is valid: every fault of meaning, and every gap.

use std::collections::{HashMap, HashSet};

use super::{
    Category, CookieSpec, Exemption, Fault, Gap, LegalBasis, Lifetime, NECESSARY, PolicyError,
    PolicyFile, Purpose, SetBy, Table, Unit, Use, declarations,
    unit::{Fingerprint, UnitTag, category_form, service_form},
};

/// The names of this library's own cookies, which a policy cannot declare.
pub(crate) const OWN_COOKIES: [&str; 4] = [
    "__Host-consent",
    "__Host-consent-note",
    "consent",
    "consent-note",
];

/// Names, and with a `*` starts of names, that are known to measure or to advertise. One of them
/// among the necessary cookies is a misclassification unless the site says why (EDPB Cookie Banner
/// Taskforce, type I).
const TRACKERS: [&str; 36] = [
    "_ga",
    "_ga_*",
    "_gid",
    "_gat",
    "_gat_*",
    "_gcl_*",
    "_dc_gtm_*",
    "__utm*",
    "IDE",
    "DSID",
    "_fbp",
    "_fbc",
    "_pk_*",
    "_hj*",
    "_clck",
    "_clsk",
    "MUID",
    "_uetsid",
    "_uetvid",
    "_tt_*",
    "_ttp",
    "_pin_*",
    "li_fat_id",
    "hubspotutk",
    "__hs*",
    "mp_*",
    "amplitude_*",
    "AMP_*",
    "_scid",
    "optimizely*",
    "_vwo_*",
    "_ym_*",
    "_mkto_trk",
    "cto_*",
    "__gads",
    "__gpi",
];

/// Thirteen months of at most 31 days, the longest life that supervisory authorities accept for
/// a tracker.
const THIRTEEN_MONTHS: u64 = 13 * 31 * 86_400;

/// A choice about this many units fits a cookie with room to spare (browsers keep 4,096 octets).
const MAX_UNITS: usize = 200;

struct Check<'l> {
    faults: Vec<Fault>,
    gaps: Vec<Gap>,
    line: &'l dyn Fn(&str) -> Option<usize>,
}

pub(super) fn compile(
    mut file: PolicyFile,
    line: impl Fn(&str) -> Option<usize>,
) -> Result<Table, PolicyError> {
    let mut check = Check {
        faults: Vec::new(),
        gaps: Vec::new(),
        line: &line,
    };
    check.head(&file);
    check.categories(&mut file);
    check.services(&file);
    check.processing(&file);
    // Faults of what is written are placed by its index, so ready declarations come after it.
    check.cookies(&file);
    check.storage(&file);
    check.embeds(&file);
    check.ready_declarations(&mut file);
    let table = check.table(file);
    if check.faults.is_empty() {
        Ok(table)
    } else {
        Err(PolicyError::Faults(check.faults))
    }
}

impl Check<'_> {
    fn fault(&mut self, place: impl Into<String>, message: impl Into<String>) {
        let place = place.into();
        self.faults.push(Fault {
            line: (self.line)(&place),
            place,
            message: message.into(),
        });
    }

    fn gap(&mut self, place: &str, message: impl Into<String>) {
        self.gaps.push(Gap {
            place: place.to_owned(),
            message: message.into(),
        });
    }

    fn head(&mut self, file: &PolicyFile) {
        if file.version != 1 {
            self.fault("version", "the format of this file is `version = 1`");
        }
        if file.site.name.is_empty() {
            self.fault("site.name", "the banner has to name the site");
        }
        if let Some(origin) = &file.site.origin
            && crate::config::Origin::parse(origin).is_none()
        {
            self.fault(
                "site.origin",
                format!("`{origin}` is not an origin such as `https://news.example`"),
            );
        }
        let controller = &file.controller;
        if controller.name.trim().is_empty() {
            self.fault(
                "controller.name",
                "consent is informed only when visitors know who asks (Art. 4(11) GDPR)",
            );
        }
        let ways = [
            &controller.contact,
            &controller.email,
            &controller.address,
            &controller.phone,
        ];
        if ways.iter().all(|way| is_missing(way)) {
            self.fault(
                "controller.email",
                "give at least one of contact, email, address, phone (Art. 13(1)(a) GDPR)",
            );
        }
        if file.policy.version == 0 {
            self.fault("policy.version", "editions are numbered from 1");
        }
        if file.site.serves.is_empty() {
            self.gap(
                "site.serves",
                "say where the site is offered, such as [\"EU\"]",
            );
        }
        if file.policy.effective.is_none() {
            self.gap("policy.effective", "say from which day the policy holds");
        }
        if file.policy.version > 1 && is_unsaid(&file.policy.changes) {
            self.gap(
                "policy.changes",
                "say what changed against the edition before",
            );
        }
        if is_missing(&controller.authority) {
            self.gap(
                "controller.authority",
                "name the supervisory authority (Art. 13(2)(d) GDPR)",
            );
        }
        if is_unsaid(&file.policy.provision) {
            self.gap(
                "policy.provision",
                "say whether visitors have to provide data (Art. 13(2)(e) GDPR)",
            );
        }
        if is_unsaid(&file.policy.automated_decisions) {
            self.gap(
                "policy.automated_decisions",
                "say whether there are automated decisions (Art. 13(2)(f) GDPR)",
            );
        }
        if file.processing.is_empty() {
            self.gap(
                "processing",
                "say what the site does besides cookies, server logs among it (Art. 13(1)(c) GDPR)",
            );
        }
    }

    fn categories(&mut self, file: &mut PolicyFile) {
        let mut seen = HashSet::new();
        for (index, category) in file.category.iter().enumerate() {
            let place = format!("category[{index}]");
            self.id(&place, &category.id, &mut seen);
            let necessary = category.id == NECESSARY;
            if necessary {
                for purpose in category.purposes.iter().filter(|p| !p.can_be_exempt()) {
                    self.fault(
                        format!("{place}.purposes"),
                        format!("the purpose `{}` needs consent (WP194)", purpose.id()),
                    );
                }
                if category.sale_or_share == Some(true) {
                    self.fault(
                        format!("{place}.sale_or_share"),
                        "what is sold or shared is not necessary",
                    );
                }
                continue;
            }
            if category.title.is_empty() {
                self.fault(format!("{place}.title"), "give the category a name");
            }
            if category.summary.is_empty() {
                self.fault(
                    format!("{place}.summary"),
                    "write a phrase that completes \"With your permission we also …\"",
                );
            }
            if category.purposes.is_empty() {
                self.fault(
                    format!("{place}.purposes"),
                    "consent is specific only when its purposes are named (Art. 4(11) GDPR)",
                );
            }
        }
        match file
            .category
            .iter()
            .position(|category| category.id == NECESSARY)
        {
            Some(0) => {}
            Some(at) => {
                let necessary = file.category.remove(at);
                file.category.insert(0, necessary);
            }
            None => file.category.insert(
                0,
                Category {
                    id: NECESSARY.to_owned(),
                    ..Category::default()
                },
            ),
        }
        let necessary = &mut file.category[0];
        if necessary.title.is_empty() {
            necessary.title = "Necessary".into();
        }
        if necessary.summary.is_empty() {
            necessary.summary = "Necessary cookies keep the site working.".into();
        }
        if necessary.purposes.is_empty() {
            necessary.purposes = "service-provision".parse::<Purpose>().into_iter().collect();
        }
    }

    fn services(&mut self, file: &PolicyFile) {
        let mut seen: HashSet<&str> = file.category.iter().map(|c| c.id.as_str()).collect();
        for (index, service) in file.service.iter().enumerate() {
            let place = format!("service[{index}]");
            self.id(&place, &service.id, &mut seen);
            let Some(category) = find(file, &service.category) else {
                self.unknown_category(&format!("{place}.category"), &service.category);
                continue;
            };
            if service.provider.trim().is_empty() {
                self.fault(
                    format!("{place}.provider"),
                    "consent is informed only when the provider is named (Art. 4(11) GDPR)",
                );
            }
            if category.id == NECESSARY {
                for purpose in service.purposes.iter().filter(|p| !p.can_be_exempt()) {
                    self.fault(
                        format!("{place}.purposes"),
                        format!(
                            "the purpose `{}` needs consent, `necessary` is the wrong category",
                            purpose.id()
                        ),
                    );
                }
            }
            if is_missing(&service.provider_url) {
                self.gap(
                    &format!("service `{}`", service.id),
                    "give the provider's page in `provider_url`",
                );
            }
            if is_unsaid(&service.transfers) {
                self.gap(
                    &format!("service `{}`", service.id),
                    "say in `transfers` whether data leave the Union (Art. 13(1)(f) GDPR)",
                );
            }
        }
    }

    fn processing(&mut self, file: &PolicyFile) {
        let mut seen = HashSet::new();
        for (index, processing) in file.processing.iter().enumerate() {
            let place = format!("processing[{index}]");
            self.id(&place, &processing.id, &mut seen);
            if processing.purpose.is_empty() {
                self.fault(format!("{place}.purpose"), "say what is done, and what for");
            }
            let name = format!("processing `{}`", processing.id);
            if processing.legal_basis.is_none() {
                self.gap(&name, "name the legal basis (Art. 13(1)(c) GDPR)");
            }
            if processing.legal_basis == Some(LegalBasis::LegitimateInterests)
                && is_unsaid(&processing.interest)
            {
                self.gap(&name, "name the legitimate interest (Art. 13(1)(d) GDPR)");
            }
            for (value, key, article) in [
                (&processing.data, "data", "Art. 14(1)(d)"),
                (&processing.recipients, "recipients", "Art. 13(1)(e)"),
                (&processing.transfers, "transfers", "Art. 13(1)(f)"),
                (&processing.retention, "retention", "Art. 13(2)(a)"),
            ] {
                if is_unsaid(value) {
                    self.gap(&name, format!("write `{key}` ({article} GDPR)"));
                }
            }
        }
    }

    fn cookies(&mut self, file: &PolicyFile) {
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
                self.fault(
                    format!("{place}.purpose"),
                    "say in a sentence what it is for",
                );
            }
            match cookie.duration {
                None => self.fault(
                    format!("{place}.duration"),
                    "say how long it lives (C-673/17 Planet49, para. 81)",
                ),
                Some(Lifetime::Persistent) => self.fault(
                    format!("{place}.duration"),
                    "a cookie ends: write `session` or a time such as `13 months`",
                ),
                Some(_) => {}
            }
            if cookie.set_by == SetBy::ThirdParty && cookie.host.is_none() {
                self.fault(
                    format!("{place}.host"),
                    "name the host that sets it, since it is a third party",
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
                    self.gap(
                        &format!("cookie `{}`", cookie.name),
                        "lives for more than 13 months, the longest that authorities accept",
                    );
                }
            }
        }
    }

    fn cookie_name(&mut self, place: &str, name: &str) {
        let place = format!("{place}.name");
        let stem = name.strip_suffix('*').unwrap_or(name);
        if name.is_empty() {
            self.fault(place, "give the cookie's name");
        } else if !stem
            .bytes()
            .all(|byte| crate::gate::is_token(byte) && byte != b'*')
        {
            self.fault(
                place,
                format!("`{name}` is not a cookie name (RFC 6265, 4.1.1), with at most one `*` at its end"),
            );
        } else if stem.len() != name.len() && stem.len() < 3 {
            self.fault(
                place,
                "a prefix has at least three characters before the `*`",
            );
        } else if OWN_COOKIES
            .iter()
            .any(|own| own == &name || (stem.len() != name.len() && own.starts_with(stem)))
        {
            self.fault(place, "this library's own cookies are declared by it");
        }
    }

    fn attributes(&mut self, place: &str, cookie: &CookieSpec) {
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
        for domain in &cookie.domains {
            let bare = domain.strip_prefix('.').unwrap_or(domain);
            if bare.is_empty()
                || !bare
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'.')
            {
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

    /// R49 to R51: a necessary cookie has one of the reasons of WP194, and nothing else has.
    fn exemption(&mut self, place: &str, necessary: bool, cookie: &CookieSpec) {
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
                "say why it needs no consent: user-input, authentication, security, media-player, \
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
                     category, or say in `override_reason` why not",
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
            self.gap(
                &format!("cookie `{}`", cookie.name),
                "lives longer than its exemption covers: a session, for user input a few hours \
                 (WP194, 3)",
            );
        }
    }

    fn storage(&mut self, file: &PolicyFile) {
        let mut seen = HashSet::new();
        for (index, storage) in file.storage.iter().enumerate() {
            let place = format!("storage[{index}]");
            if storage.key.trim_end_matches('*').is_empty() {
                self.fault(format!("{place}.key"), "give the key");
            }
            if !seen.insert((storage.kind as u8, storage.key.as_str())) {
                self.fault(
                    format!("{place}.key"),
                    format!("`{}` is declared already", storage.key),
                );
            }
            let category = self.category_of(
                &place,
                file,
                storage.category.as_deref(),
                storage.service.as_deref(),
            );
            if storage.purpose.is_empty() {
                self.fault(
                    format!("{place}.purpose"),
                    "say in a sentence what it is for",
                );
            }
            if storage.duration.is_none() {
                self.fault(format!("{place}.duration"), "say how long it stays");
            }
            match (category == Some(NECESSARY), storage.exemption) {
                (true, None) => self.fault(
                    format!("{place}.exemption"),
                    "say why it needs no consent (WP194)",
                ),
                (false, Some(_)) if category.is_some() => self.fault(
                    format!("{place}.exemption"),
                    "only the category `necessary` is exempt from consent",
                ),
                _ => {}
            }
        }
    }

    fn embeds(&mut self, file: &PolicyFile) {
        for (index, embed) in file.embed.iter().enumerate() {
            let place = format!("embed[{index}]");
            if !file
                .service
                .iter()
                .any(|service| service.id == embed.service)
            {
                self.fault(
                    format!("{place}.service"),
                    format!("there is no service `{}`", embed.service),
                );
            }
            for (key, origins) in [
                ("script", &embed.script),
                ("frame", &embed.frame),
                ("img", &embed.img),
                ("style", &embed.style),
                ("font", &embed.font),
                ("connect", &embed.connect),
                ("media", &embed.media),
            ] {
                for origin in origins {
                    if crate::config::Origin::parse(origin).is_none() {
                        self.fault(
                            format!("{place}.{key}"),
                            format!("`{origin}` is not an origin such as `https://video.example`"),
                        );
                    }
                }
            }
        }
    }

    fn ready_declarations(&mut self, file: &mut PolicyFile) {
        for (index, entry) in file.site.uses.iter().enumerate() {
            let (package, name) = match entry {
                Use::Named(package) => (package, None),
                Use::Renamed(renamed) => (&renamed.package, Some(renamed.cookie.as_str())),
            };
            let Some(cookie) = declarations::ready(package, name) else {
                let known: Vec<_> = declarations::names().collect();
                self.fault(
                    format!("site.use[{index}]"),
                    format!(
                        "there is no ready declaration `{package}`, only {}",
                        known.join(", ")
                    ),
                );
                continue;
            };
            let place = format!("site.use[{index}]");
            self.cookie_name(&place, &cookie.name);
            self.exemption(&place, true, &cookie);
            if cookie.name.ends_with('*') {
                self.fault(
                    &place,
                    "a ready declaration is of one cookie, without a `*`",
                );
            }
            // Two crates may share one cookie (identity lives in the session), and what the site
            // says itself is more precise.
            if !file.cookie.iter().any(|other| other.name == cookie.name) {
                file.cookie.push(cookie);
            }
        }
    }

    fn category_of<'f>(
        &mut self,
        place: &str,
        file: &'f PolicyFile,
        category: Option<&'f str>,
        service: Option<&str>,
    ) -> Option<&'f str> {
        let by_service = match service {
            None => None,
            Some(id) => match file.service.iter().find(|service| service.id == id) {
                Some(service) => Some(service.category.as_str()),
                None => {
                    self.fault(
                        format!("{place}.service"),
                        format!("there is no service `{id}`"),
                    );
                    return None;
                }
            },
        };
        match (category, by_service) {
            (Some(category), Some(other)) if category != other => {
                self.fault(
                    format!("{place}.category"),
                    format!("its service belongs to `{other}`, not to `{category}`"),
                );
                None
            }
            (Some(category), _) if find(file, category).is_none() => {
                self.unknown_category(&format!("{place}.category"), category);
                None
            }
            (Some(category), _) | (None, Some(category)) => Some(category),
            (None, None) => {
                self.fault(format!("{place}.category"), "give a category or a service");
                None
            }
        }
    }

    fn unknown_category(&mut self, place: &str, category: &str) {
        self.fault(place, format!("there is no category `{category}`"));
    }

    fn id<'f>(&mut self, place: &str, id: &'f str, seen: &mut HashSet<&'f str>) {
        let fits = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'_'
        };
        if id.is_empty() || id.len() > 40 || !id.bytes().all(fits) {
            self.fault(
                format!("{place}.id"),
                format!("`{id}` is not an id: use 1 to 40 of a-z, 0-9, `-`, `_`"),
            );
        } else if !seen.insert(id) {
            self.fault(format!("{place}.id"), format!("`{id}` is taken"));
        }
    }

    fn table(&mut self, file: PolicyFile) -> Table {
        let units = self.units(&file);
        let place = |id: &str| units.iter().position(|unit| unit.id == id).unwrap_or(0);
        let cookie_units = file
            .cookie
            .iter()
            .map(|cookie| {
                place(match (&cookie.service, &cookie.category) {
                    (Some(service), _) => service,
                    (None, Some(category)) => category,
                    (None, None) => NECESSARY,
                })
            })
            .collect();
        let mut exact = HashMap::new();
        let mut prefixes = Vec::new();
        for (index, cookie) in file.cookie.iter().enumerate() {
            match cookie.name.strip_suffix('*') {
                None => {
                    exact.insert(cookie.name.as_bytes().into(), index);
                }
                Some(prefix) => prefixes.push((prefix.as_bytes().into(), index)),
            }
        }
        prefixes.sort_by_key(|(prefix, _): &(Box<[u8]>, usize)| std::cmp::Reverse(prefix.len()));
        Table {
            gaps: std::mem::take(&mut self.gaps),
            file,
            units,
            cookie_units,
            exact,
            prefixes,
        }
    }

    fn units(&mut self, file: &PolicyFile) -> Vec<Unit> {
        let mut units: Vec<Unit> = Vec::new();
        for category in &file.category {
            let sale = category.sale_or_share.unwrap_or(category.id == "marketing");
            let form = category_form(category, sale, &file.controller.name, &file.cookie);
            units.push(Unit {
                id: category.id.clone(),
                tag: UnitTag::of(&category.id),
                fingerprint: Fingerprint::of(&form),
                category: None,
                necessary: category.id == NECESSARY,
                sale_or_share: sale,
            });
        }
        for service in &file.service {
            let Some((at, category)) = file
                .category
                .iter()
                .enumerate()
                .find(|(_, category)| category.id == service.category)
            else {
                continue;
            };
            let sale = units[at].sale_or_share;
            let form = service_form(service, category, sale, &file.cookie);
            units.push(Unit {
                id: service.id.clone(),
                tag: UnitTag::of(&service.id),
                fingerprint: Fingerprint::of(&form),
                category: Some(at),
                necessary: category.id == NECESSARY,
                sale_or_share: sale,
            });
        }
        if units.len() > MAX_UNITS {
            self.fault(
                "category",
                format!(
                    "{} categories and services are more than a cookie can answer for: use at most \
                     {MAX_UNITS}",
                    units.len()
                ),
            );
        }
        let mut seen = HashMap::new();
        for unit in &units {
            if let Some(other) = seen.insert(unit.tag, &unit.id)
                && *other != unit.id
            {
                self.fault(
                    "category",
                    format!(
                        "the ids `{}` and `{other}` cannot stand in one policy, their short forms \
                         are the same: rename one",
                        unit.id
                    ),
                );
            }
        }
        units
    }
}

fn is_missing(value: &Option<String>) -> bool {
    value.as_deref().is_none_or(|value| value.trim().is_empty())
}

fn is_unsaid(value: &Option<super::Text>) -> bool {
    value.as_ref().is_none_or(super::Text::is_empty)
}

/// Whether a declared name or pattern can be that of a known tracker.
fn is_known_tracker(name: &str) -> bool {
    let declared = name.strip_suffix('*');
    TRACKERS
        .iter()
        .any(|tracker| match (tracker.strip_suffix('*'), declared) {
            (None, None) => *tracker == name,
            (Some(start), None) => name.starts_with(start),
            (None, Some(stem)) => tracker.starts_with(stem),
            (Some(start), Some(stem)) => start.starts_with(stem) || stem.starts_with(start),
        })
}

fn find<'f>(file: &'f PolicyFile, id: &str) -> Option<&'f Category> {
    file.category.iter().find(|category| category.id == id)
}
