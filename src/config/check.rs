//! Checks of individual settings.

use super::{Settings, Undeclared};
use crate::{
    error::ConfigError,
    http::{
        forwarded_prefix::{self, Proxies},
        origin::Origin,
    },
    policy::Policy,
};

/// The configured origin, if there is one, and whether the site uses https.
pub(super) fn origin(settings: &Settings) -> Result<(Option<Origin>, bool), ConfigError> {
    let declared = &settings.policy.file().site.origin;
    let text = settings.origin.as_ref().or(declared.as_ref());
    let parse = |text: &String| Origin::parse(text).ok_or(ConfigError::Origin(text.clone()));
    let origin = text.map(parse).transpose()?;
    let secure = match &origin {
        Some(origin) if settings.plain_http && origin.secure => {
            return Err(ConfigError::PlainHttps(origin.to_string()));
        }
        Some(origin) => origin.secure,
        None => !settings.plain_http,
    };
    Ok((origin, secure))
}

/// Checks that browsers accept the declared cookies, and warns of plain http.
pub(super) fn cookies(policy: &Policy, secure: bool) -> Result<(), ConfigError> {
    if secure {
        return Ok(());
    }
    if let Some(cookie) = policy.cookies().iter().find(|cookie| cookie.partitioned) {
        return Err(ConfigError::Partitioned(cookie.name.clone()));
    }
    log::warn!(
        "actix-consent speaks plain http: the choice is kept in `consent`, without \
         `Secure`; in production leave out `plain_http()` and use an https origin"
    );
    Ok(())
}

/// Checks the validity of a choice in days.
pub(super) fn validity(days: u32) -> Result<(), ConfigError> {
    match days {
        1..=399 => Ok(()),
        days => Err(ConfigError::Validity(days)),
    }
}

/// Checks that the base path is plain ASCII without empty or dot segments.
pub(super) fn base_path(base: &str) -> Result<(), ConfigError> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte);
    let segment = |segment: &str| !matches!(segment, "" | "." | "..");
    let fits = base
        .strip_prefix('/')
        .is_some_and(|rest| rest.split('/').all(segment) && rest.bytes().all(plain));
    match fits {
        true => Ok(()),
        false => Err(ConfigError::BasePath(base.to_owned())),
    }
}

/// The earlier editions, the newest first.
pub(super) fn editions(
    policy: &Policy,
    mut earlier: Vec<Policy>,
) -> Result<Vec<Policy>, ConfigError> {
    let version = |policy: &Policy| policy.file().policy.version;
    earlier.sort_by_key(|policy| std::cmp::Reverse(version(policy)));
    let mut newer = version(policy);
    for policy in &earlier {
        if version(policy) >= newer {
            return Err(ConfigError::Version(version(policy)));
        }
        newer = version(policy);
    }
    Ok(earlier)
}

/// Treatment of undeclared cookies. The environment variable overrides the setting.
pub(super) fn undeclared(setting: Undeclared) -> Result<Undeclared, ConfigError> {
    let chosen = match std::env::var("CONSENT_UNDECLARED").as_deref() {
        Ok("") | Err(_) => return Ok(setting),
        Ok("report") => Undeclared::Report,
        Ok("withhold") => Undeclared::Withhold,
        Ok(other) => return Err(ConfigError::Environment(other.to_owned())),
    };
    if chosen != setting {
        log::warn!(
            "CONSENT_UNDECLARED overrides the setting {setting:?} of ConsentBuilder::undeclared \
             with {chosen:?}; unset it to follow the code"
        );
    }
    Ok(chosen)
}

/// Parses the external prefix; `/` is none.
pub(super) fn external_prefix(text: &str) -> Result<String, ConfigError> {
    match text {
        "" | "/" => Ok(String::new()),
        text => forwarded_prefix::parse(text)
            .map(str::to_owned)
            .ok_or_else(|| ConfigError::ExternalPrefix(text.to_owned())),
    }
}

/// Parses the trusted proxies.
pub(super) fn proxies(proxies: Option<&[String]>) -> Result<Option<Proxies>, ConfigError> {
    let proxies = proxies.map(Proxies::parse);
    proxies.transpose().map_err(ConfigError::Proxy)
}

/// Checks that no two settings contradict each other.
pub(super) fn contradictions(settings: &Settings) -> Result<(), ConfigError> {
    if settings.model.is_some() && settings.placement.is_some() {
        return Err(ConfigError::ModelAndPlacement);
    }
    if let Some(markup) = &settings.markup
        && let Some(what) = markup.contradiction(&settings.policy, settings.csp.is_some())
    {
        return Err(ConfigError::Markup(what.into()));
    }
    Ok(())
}

/// Logs the gaps of the policy, and a markup gate without Content-Security-Policy.
pub(super) fn warn_of_gaps(settings: &Settings) {
    for gap in settings.policy.gaps() {
        log::warn!("the privacy policy is not complete: {gap}");
    }
    if settings.markup.is_some() && settings.csp.is_none() {
        log::warn!(
            "markup is gated without a Content-Security-Policy that follows consent, so inline \
             scripts, style sheets, `style` and SVG attributes, `data:` documents and import maps \
             can load what the visitor has not accepted. Add `.csp(Csp::new())` to the builder, or \
             send a policy of your own"
        );
    }
}
