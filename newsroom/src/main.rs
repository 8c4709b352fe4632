//! The program `newsroom`: reads its settings, serves the site, and exits with a code.

use std::process::ExitCode;

use clap::Parser;
use newsroom::{server, settings::Settings};

#[actix_web::main]
async fn main() -> ExitCode {
    let settings = Settings::parse();
    env_logger::Builder::new()
        .filter_level(log::LevelFilter::Warn)
        .filter_module("newsroom", log::LevelFilter::Info)
        .filter_module("actix_consent", log::LevelFilter::Info)
        .init();
    match server::run(settings).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("newsroom: {error}");
            ExitCode::from(2)
        }
    }
}
