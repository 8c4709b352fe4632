//! `consent policy render`: writes the policy page to a file.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use actix_consent::{ConsentMiddleware, Policy, SigningKeys};
use actix_web::{
    App,
    rt::System,
    test::{TestRequest, init_service, try_call_service, try_read_body},
};

use super::{
    Outcome,
    load::{self, Report, print},
    wording::{list, on_one_line, quoted},
};

/// Default path of the policy page.
const PATH: &str = "/privacy";

pub(super) const EXIT_CODES: &str = "Exit codes:
  0  the page is written
  2  the policy could not be read or has faults, the page could not be written,
     or the arguments are invalid";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Language of the policy's texts, one of `languages` in `[site]` [default: the first]
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,

    /// Output file [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Policy file, such as consent.toml
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(asked: &Arguments, out: &mut impl Write) -> Result<Outcome, Report> {
    let wrong = |text: String| Report::error(&asked.file, text);
    let mut policy = load::policy(&asked.file)?;
    if let Some(language) = &asked.language {
        policy = in_language(&policy, language).map_err(wrong)?;
    }
    let page = draw(policy).map_err(wrong)?;
    match &asked.output {
        Some(output) => write(output, &asked.file, &page)?,
        None => print(out, &page)?,
    }
    Ok(Outcome::Clean)
}

/// Moves a language of the policy to the front, which makes it the language of the page.
fn in_language(policy: &Policy, language: &str) -> Result<Policy, String> {
    let mut file = policy.file().clone();
    if file.site.languages.is_empty() {
        file.site.languages.push(policy.language().to_owned());
    }
    let languages = &mut file.site.languages;
    let Some(at) = (languages.iter()).position(|known| known.eq_ignore_ascii_case(language)) else {
        let known: Vec<&str> = languages.iter().map(String::as_str).collect();
        return Err(format!(
            "has no language {}: use {}, or add it to `languages` in `[site]`",
            quoted(language),
            list(&known, "or"),
        ));
    };
    languages.swap(0, at);
    Policy::try_from(file).map_err(|error| on_one_line(&error.to_string()))
}

fn write(output: &Path, policy: &Path, page: &str) -> Result<(), Report> {
    // A typing error must not overwrite the policy.
    if let (Ok(to), Ok(from)) = (output.canonicalize(), policy.canonicalize())
        && to == from
    {
        let text = "is the policy itself: name another file for the page";
        return Err(Report::error(output, text));
    }
    fs::write(output, page)
        .map_err(|error| Report::error(output, format!("cannot be written: {error}")))
}

/// Renders the page for a visitor who has not chosen.
///
/// It calls the middleware in this process, without a network, so that the page is the one that
/// visitors will see, including the cookies of the library.
fn draw(policy: Policy) -> Result<String, String> {
    let consent = ConsentMiddleware::new(policy, SigningKeys::generate())
        .map_err(|error| format!("cannot be served: {error}"))?;
    let page = System::new().block_on(async {
        let app = init_service(App::new().wrap(consent)).await;
        let request = TestRequest::get().uri(PATH).to_request();
        let response = try_call_service(&app, request).await;
        let response = response.map_err(|error| error.to_string())?;
        let status = response.status();
        if !status.is_success() {
            return Err(format!("the response has status {status}"));
        }
        let body = try_read_body(response).await;
        let body = body.map_err(|error| format!("{error:?}"))?;
        String::from_utf8(body.into()).map_err(|error| error.to_string())
    });
    page.map_err(|why: String| format!("cannot be rendered: {why}"))
}
