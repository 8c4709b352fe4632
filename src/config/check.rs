//! Checks of single settings.

use super::{Settings, Undeclared};
use crate::{
    error::ConfigError,
    http::{forwarded_prefix, origin::Origin},
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
         `Secure`; in production leave out `plain_http()`, and an origin is https://…"
    );
    Ok(())
}

pub(super) fn validity(days: u32) -> Result<(), ConfigError> {
    match days {
        1..=399 => Ok(()),
        days => Err(ConfigError::Validity(days)),
    }
}

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

/// What happens to undeclared cookies: the environment variable overrides the setting.
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

pub(super) fn external_prefix(text: &str) -> Result<String, ConfigError> {
    match text {
        "" | "/" => Ok(String::new()),
        text => forwarded_prefix::parse(text)
            .map(str::to_owned)
            .ok_or_else(|| ConfigError::ExternalPrefix(text.to_owned())),
    }
}
