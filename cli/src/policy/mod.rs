//! `consent policy`: reads `consent.toml` as the server will, before the server does.

mod check;
mod diff;
mod load;
mod render;
mod wording;

use std::io::Write;

use clap::Subcommand;

/// What is to be done with a policy.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Says what is wrong with a policy, and what its page still lacks.
    ///
    /// A fault stops the server from starting. A gap does not: it is something that the policy page
    /// has to tell visitors (Art. 13 GDPR) and does not tell them yet. Each has a line of its own,
    /// with the file, the line in it, and what to write.
    #[command(after_help = check::EXIT_CODES)]
    Check(check::Arguments),

    /// Says who is asked again when one policy takes the place of another, and why.
    ///
    /// A yes counts for what a category or service meant when it was given: its purposes, who is
    /// behind it and gets access, whether data are sold or shared. Where one of these changes,
    /// visitors who said yes are asked again. Titles, texts, durations, and further cookies
    /// for the same purposes by the same parties ask nobody. A no stays a no, and a visitor who
    /// rejected a category is not asked about the services in it.
    ///
    /// Where silence is read as a yes (the model `Implied`), a notice with other words is also shown
    /// again to those who have not answered.
    ///
    /// A file can be a pipe: consent policy diff <(git show HEAD:consent.toml) consent.toml
    #[command(after_help = diff::EXIT_CODES)]
    Diff(diff::Arguments),

    /// Writes the policy page as one HTML file, for reading before a release.
    ///
    /// It is the page that the server gives a visitor who has not chosen, with the settings that it
    /// has by itself. What an application adds is not in it: its header and footer, its words, its
    /// own paths, and that it gates markup. Links to other pages lead nowhere in a file.
    #[command(after_help = render::EXIT_CODES)]
    Render(render::Arguments),
}

/// How it went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// There is nothing to tell.
    Clean,
    /// A policy has faults or gaps, or somebody is asked again.
    Found,
    /// A file could not be read or written.
    Failed,
}

impl Outcome {
    /// What the program returns.
    pub(crate) fn exit_code(self) -> u8 {
        self as u8
    }
}

/// Does what was asked for.
pub(crate) fn run(asked: &Arguments, out: &mut impl Write, err: &mut impl Write) -> Outcome {
    let done = match &asked.command {
        Command::Check(asked) => check::run(asked, out),
        Command::Diff(asked) => diff::run(asked, out),
        Command::Render(asked) => render::run(asked, out),
    };
    done.unwrap_or_else(|report| {
        // Where nobody reads the messages, the exit code still tells.
        let _ = write!(err, "{report}");
        Outcome::Failed
    })
}
