//! `consent key`: the keys that sign choices.

use std::{path::PathBuf, process::ExitCode};

use actix_consent::SigningKeys;
use clap::Subcommand;

pub(crate) const EXIT_CODES: &str = "Exit codes:
  0  done
  2  the command failed; nothing has changed";

/// Arguments of `consent key`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Creates a key file with one new key. Keeps an existing file.
    #[command(after_help = EXIT_CODES)]
    Generate {
        /// Key file
        file: PathBuf,
    },

    /// Adds a new key, which signs from now on. The older keys still verify.
    ///
    /// On several servers, copy the new file to all of them, then restart them one after the other.
    /// A server without the new key cannot verify the choices that it signed, and asks those
    /// visitors again.
    #[command(after_help = EXIT_CODES)]
    Rotate {
        /// Number of keys to keep, including the new one. Visitors whose choice was signed with a
        /// dropped key are asked again
        #[arg(long, value_name = "NUMBER", default_value_t = 3)]
        keep: usize,

        /// Key file
        file: PathBuf,
    },
}

/// Runs the command.
pub(crate) fn run(asked: &Arguments) -> ExitCode {
    let done = match &asked.command {
        Command::Generate { file } if file.exists() => Err(format!(
            "{}: the file exists and is kept, since a new key would void every choice; to add a key, run \
             `consent key rotate`",
            file.display()
        )),
        Command::Generate { file } => SigningKeys::load_or_create(file)
            .map(|_| ())
            .map_err(|error| error.to_string()),
        Command::Rotate { keep, file } => SigningKeys::rotate(file, *keep)
            .map(|_| ())
            .map_err(|error| error.to_string()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::from(2)
        }
    }
}
