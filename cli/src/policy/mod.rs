//! `consent policy`: checks, compares and renders a `consent.toml` before the server loads it.

mod check;
mod diff;
mod load;
mod render;
mod wording;

use std::io::Write;

use clap::Subcommand;

/// Arguments of `consent policy`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Lists the faults of a policy and the gaps of its policy page.
    ///
    /// A fault stops the server from starting. A gap does not: it is information that the policy
    /// page owes to visitors (Art. 13 GDPR) and does not contain yet. Each line of output has the
    /// file, the line number and the remedy.
    #[command(after_help = check::EXIT_CODES)]
    Check(check::Arguments),

    /// Lists which visitors a new edition of a policy asks again, and the reasons.
    ///
    /// Consent covers the meaning of a category or service at the time: its purposes, its providers
    /// and other parties with access, and whether data are sold or shared. If one of these changes,
    /// visitors who accepted are asked again. Nobody is asked again because of titles, texts,
    /// durations, or further cookies for the same purposes by the same parties. A rejection stays
    /// valid, and a visitor who rejected a category is not asked about its services.
    ///
    /// If silence counts as consent (the model `Implied`), visitors who have not answered see a
    /// changed notice again.
    ///
    /// A file may be a pipe: consent policy diff <(git show HEAD:consent.toml) consent.toml
    #[command(after_help = diff::EXIT_CODES)]
    Diff(diff::Arguments),

    /// Writes the policy page as one HTML file, for review before a release.
    ///
    /// The file contains the page for a visitor who has not chosen, with the default settings of
    /// the server. It does not contain the additions of an application: header and footer, own
    /// texts and paths, and gated markup. Links to other pages do not work in the file.
    #[command(after_help = render::EXIT_CODES)]
    Render(render::Arguments),
}

/// Result of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing was found.
    Clean,
    /// A policy has faults or gaps, or visitors are asked again.
    Found,
    /// A file could not be read or written.
    Failed,
}

impl Outcome {
    /// Exit code of the program.
    pub(crate) fn exit_code(self) -> u8 {
        self as u8
    }
}

/// Runs the command.
pub(crate) fn run(asked: &Arguments, out: &mut impl Write, err: &mut impl Write) -> Outcome {
    let done = match &asked.command {
        Command::Check(asked) => check::run(asked, out),
        Command::Diff(asked) => diff::run(asked, out),
        Command::Render(asked) => render::run(asked, out),
    };
    done.unwrap_or_else(|report| {
        // If standard error is closed, the exit code still reports the failure.
        let _ = write!(err, "{report}");
        Outcome::Failed
    })
}
