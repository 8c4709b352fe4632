//! Origin and site that an unsafe request states.

use actix_web::{
    dev::RequestHead,
    http::header::{self, HeaderValue},
};

use super::with_site;
use crate::{
    config::{Config, Mistake},
    error::AcceptError,
    http::{
        origin::Origin,
        same_origin::{SEC_FETCH_SITE, same_origin},
    },
};

/// Origin and referring page of an unsafe request.
#[derive(Debug)]
pub(crate) struct Provenance {
    /// `Ok` if the request may write a grant.
    pub(crate) may_grant: Result<(), AcceptError>,
    /// The page of this site that sent the request.
    referer: Option<HeaderValue>,
    /// `Origin`, if the request may not write a grant.
    origin: Option<HeaderValue>,
    /// True if the browser states the sender by `Sec-Fetch-Site`.
    is_stated: bool,
}

impl Provenance {
    pub(crate) fn of(config: &Config, head: &RequestHead) -> Self {
        if head.method.is_safe() {
            return Self {
                may_grant: Err(AcceptError::SafeMethod),
                referer: None,
                origin: None,
                is_stated: false,
            };
        }
        let referer = head.headers.get(header::REFERER);
        let (may_grant, referer) = with_site(config, head, |site| {
            let may_grant = same_origin(&head.headers, site).map_err(|_| AcceptError::CrossSite);
            let is_own = |page: &&HeaderValue| page.to_str().is_ok_and(|page| site.is_of(page));
            (may_grant, referer.filter(is_own).cloned())
        });
        Self {
            referer,
            origin: match may_grant {
                Ok(()) => None,
                Err(_) => head.headers.get(header::ORIGIN).cloned(),
            },
            is_stated: head.headers.get_all(SEC_FETCH_SITE).any(|value| {
                let value = value.as_bytes().trim_ascii();
                [&b"same-origin"[..], b"same-site", b"cross-site"].contains(&value)
            }),
            may_grant,
        }
    }

    pub(crate) fn referer(&self) -> Option<&str> {
        self.referer.as_ref()?.to_str().ok()
    }

    /// Logs once why the request counts as cross-site, with the remedy.
    pub(crate) fn report(&self, config: &Config, host: &str) {
        let origin = self.origin.as_ref().map(HeaderValue::as_bytes);
        let origin = origin.map_or("none".into(), String::from_utf8_lossy);
        let (host, shown) = (printable(host), printable(&origin));
        let configured = match &config.origin {
            Some(origin) => format!(", configured origin: {origin}"),
            None => String::new(),
        };
        let seen =
            format!("a choice was rejected with 403 (Host: {host}, Origin: {shown}{configured})");
        if self.is_stated {
            config.warn(Mistake::OtherSite, || {
                format!(
                    "{seen}: the browser states by Sec-Fetch-Site or Sec-Fetch-Dest that another \
                     site or a frame sent it, and no setting changes that. Post the form from a \
                     page of the same scheme, host and port, outside of frames"
                )
            });
        } else if origin == "null" || origin == "none" {
            config.warn(Mistake::HiddenOrigin, || {
                format!(
                    "{seen}: the request does not state the site that it comes from. Send \
                     `Referrer-Policy: same-origin` instead of `no-referrer` with the pages, or use \
                     https, where browsers send Sec-Fetch-Site; set `origin(\"https://\u{2026}\")` if a \
                     proxy changes Host"
                )
            });
        } else {
            let own =
                Origin::parse(&origin).map_or("https://\u{2026}".to_owned(), |it| it.to_string());
            config.warn(Mistake::OtherOrigin, || {
                format!(
                    "{seen}: they name different sites. If both are this site, set \
                     `origin(\"{own}\")` in the builder, or let the proxy pass the host on, in nginx \
                     `proxy_set_header Host $http_host;`"
                )
            });
        }
    }
}

/// A header for the log: bounded, and quoted where it is not plain.
fn printable(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/[]".contains(&byte);
    let short: String = text.chars().take(100).collect();
    match short.bytes().all(plain) && !short.is_empty() {
        true => short,
        false => format!("{short:?}"),
    }
}
