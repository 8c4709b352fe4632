//! `consent key`: the keys that sign choices.

use std::{path::PathBuf, process::ExitCode};

use actix_consent::SigningKeys;
use clap::Subcommand;

pub(crate) const EXIT_CODES: &str = "Exit codes:
  0  done
  2  it could not be done; nothing has changed";

/// What is to be done with a key file.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes a key file with one new key. One that is there stays.
    #[command(after_help = EXIT_CODES)]
    Generate {
        /// The file
        file: PathBuf,
    },

    /// Puts a new key in front. The older ones still verify what they have signed.
    ///
    /// On several machines: put the file with the new key on all of them before any signs with it,
    /// which is to say restart them one after the other; a machine without the new key does not
    /// know the choices that it signed, and asks those visitors again.
    #[command(after_help = EXIT_CODES)]
    Rotate {
        /// How many keys stay, the new one among them: choices that an older one signed are asked
        /// again
        #[arg(long, value_name = "NUMBER", default_value_t = 3)]
        keep: usize,

        /// The file
        file: PathBuf,
    },
}

/// Does what was asked for.
pub(crate) fn run(asked: &Arguments) -> ExitCode {
    let done = match &asked.command {
        Command::Generate { file } if file.exists() => Err(format!(
            "{}: it is there already, and stays: a new key would void every choice",
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
