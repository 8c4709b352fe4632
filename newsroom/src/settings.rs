//! What can be set, by flag or by environment variable.

use std::path::PathBuf;

use actix_consent::ConsentModel;
use clap::Parser;

/// Serves Plenary, a demonstration news site under actix-consent.
#[derive(Clone, Debug, Parser)]
#[command(name = "newsroom", version)]
pub struct Settings {
    /// Address and port to listen on; port 0 takes a free one
    #[arg(
        long,
        env = "NEWSROOM_ADDR",
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:8080"
    )]
    pub addr: String,

    /// Consent model of the plain address: opt-in or implied
    #[arg(long, env = "NEWSROOM_MODEL", value_name = "MODEL", default_value = "opt-in", value_parser = model)]
    pub model: ConsentModel,

    /// Origin that visitors see where a proxy ends TLS, such as `https://news.example`; without it
    /// the site speaks plain http and is whatever host a request names
    #[arg(long, env = "NEWSROOM_ORIGIN", value_name = "ORIGIN", value_parser = origin)]
    pub origin: Option<String>,

    /// Address and port of the partner, whose film, offer and picture the pages hold back; it does
    /// not take part where --origin is set
    #[arg(
        long,
        env = "NEWSROOM_PARTNER_ADDR",
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:0"
    )]
    pub partner_addr: String,

    /// Where choices are recorded: `sqlite:FILE`, `postgres://…` or `none`; without it ledger.db in
    /// the data directory
    // An address may hold a password.
    #[arg(
        long,
        env = "NEWSROOM_LEDGER",
        hide_env_values = true,
        value_name = "LEDGER"
    )]
    pub ledger: Option<String>,

    /// Directory for the key files and the ledger, made where it is missing
    #[arg(
        long,
        env = "NEWSROOM_DATA_DIR",
        value_name = "DIR",
        default_value = "./newsroom-data"
    )]
    pub data_dir: PathBuf,
}

fn model(text: &str) -> Result<ConsentModel, String> {
    match text {
        "opt-in" => Ok(ConsentModel::OptIn),
        "implied" => Ok(ConsentModel::Implied),
        _ => Err("write `opt-in` or `implied`".to_owned()),
    }
}

fn origin(text: &str) -> Result<String, String> {
    let remedy =
        || "write scheme, host and, where it is unusual, port: https://news.example".to_owned();
    let host = text.strip_prefix("https://").ok_or_else(remedy)?;
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
    if host.is_empty() || !host.chars().all(allowed) {
        return Err(remedy());
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_set_means_the_loopback_address_and_opt_in() {
        let settings = Settings::try_parse_from(["newsroom"]).expect("defaults are valid");
        assert_eq!(settings.addr, "127.0.0.1:8080");
        assert_eq!(settings.model, ConsentModel::OptIn);
        assert_eq!(settings.origin, None);
        assert_eq!(settings.partner_addr, "127.0.0.1:0");
    }

    #[test]
    fn an_origin_is_https_with_a_host_and_nothing_after_it() {
        for good in ["https://news.example", "https://news.example:8443"] {
            assert_eq!(origin(good).as_deref(), Ok(good));
        }
        for bad in [
            "http://news.example",
            "https://",
            "https://news.example/",
            "news.example",
        ] {
            assert!(origin(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn another_model_is_refused() {
        assert!(Settings::try_parse_from(["newsroom", "--model", "opt-out"]).is_err());
    }
}
