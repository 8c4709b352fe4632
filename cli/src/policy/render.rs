//! `consent policy render`: the policy page, in a file.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use actix_consent::Policy;

use super::{
    Outcome, page, read,
    report::{Report, print},
    words::{list, on_one_line, quoted},
};

pub(super) const EXIT_CODES: &str = "Exit codes:
  0  the page is written
  2  the policy could not be read or has faults, the page could not be written,
     or the arguments make no sense";

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Language of the policy's texts, one of `languages` in `[site]` [default: the first]
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,

    /// File for the page [default: standard output]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// The policy, such as consent.toml
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

pub(super) fn run(asked: &Arguments, out: &mut impl Write) -> Result<Outcome, Report> {
    let wrong = |text: String| Report::error(&asked.file, text);
    let mut policy = read::load(&asked.file)?;
    if let Some(language) = &asked.language {
        policy = in_language(&policy, language).map_err(wrong)?;
    }
    let page = page::draw(policy).map_err(wrong)?;
    match &asked.output {
        Some(output) => write(output, &asked.file, &page)?,
        None => print(out, &page)?,
    }
    Ok(Outcome::Clean)
}

/// The policy with another of its languages as the first, which is the one that its page is in.
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
    // A slip of the hand must not cost the policy.
    if let (Ok(to), Ok(from)) = (output.canonicalize(), policy.canonicalize())
        && to == from
    {
        let text = "is the policy itself: name another file for the page";
        return Err(Report::error(output, text));
    }
    fs::write(output, page)
        .map_err(|error| Report::error(output, format!("cannot be written: {error}")))
}
