//! Settings of the program: flags and environment variables.

use std::path::PathBuf;

use actix_consent::ConsentModel;
use clap::Parser;

/// Serves Plenary, the demo news site of actix-consent.
#[derive(Clone, Debug, Parser)]
#[command(name = "newsroom", version)]
pub struct Settings {
    /// Address and port to listen on; port 0 selects a free one
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

    /// Origin that visitors see if a proxy terminates TLS, such as `https://news.example`; without
    /// it the site uses plain HTTP and any host name
    #[arg(long, env = "NEWSROOM_ORIGIN", value_name = "ORIGIN", value_parser = origin)]
    pub origin: Option<String>,

    /// Address and port of the partner, whose film, offer and pixel load only with consent; not
    /// used with --origin
    #[arg(
        long,
        env = "NEWSROOM_PARTNER_ADDR",
        value_name = "HOST:PORT",
        default_value = "127.0.0.1:0"
    )]
    pub partner_addr: String,

    /// Ledger of choices: `sqlite:FILE`, `postgres://…` or `none`; default: ledger.db in the data
    /// directory
    // The address may hold a password.
    #[arg(
        long,
        env = "NEWSROOM_LEDGER",
        hide_env_values = true,
        value_name = "LEDGER"
    )]
    pub ledger: Option<String>,

    /// Directory of the key files and the ledger; created if it does not exist
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
        || "write the scheme, the host and any unusual port: https://news.example".to_owned();
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
