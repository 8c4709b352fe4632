//! `consent ledger`: verification, export, erasure and statistics of the records of consent.

mod export;
mod stats;
mod verify;

use std::{
    io::{IsTerminal, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use actix_consent::{
    SigningKeys,
    ledger::{ConsentId, Ledger},
    policy::Lifetime,
};
use actix_consent_ledger::{Pruning, Store};
use clap::Subcommand;
use time::{Date, Duration, OffsetDateTime, macros::format_description};

pub(crate) const EXIT_CODES: &str = "Exit codes:
  0  done; the ledger is unaltered
  1  the ledger was altered, or the requested record is not in it
  2  the command failed";

/// Arguments of `consent ledger`.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Address of the ledger: sqlite:FILE or postgres://…
    // The value may contain a password, and help texts are pasted into tickets.
    #[arg(
        long,
        env = "CONSENT_LEDGER",
        hide_env_values = true,
        value_name = "LEDGER",
        global = true
    )]
    ledger: Option<String>,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Verifies that no record was altered, and names the first that was.
    #[command(after_help = EXIT_CODES)]
    Verify {
        /// File with the lines of earlier checkpoints, which a rewritten ledger does not match
        ///
        /// The ledger has to match all of them. A checkpoint signed with a dropped key cannot be
        /// verified with the current key file: keep a copy of the key file beside each checkpoint.
        #[arg(long, value_name = "FILE", requires = "keys")]
        checkpoint: Option<PathBuf>,

        /// Key file of the site, to verify the signatures of checkpoints
        #[arg(long, value_name = "FILE")]
        keys: Option<PathBuf>,
    },

    /// Prints the last link of the ledger, signed with the site's key. Store it where the writers
    /// of the ledger have no access.
    ///
    /// It can be verified as long as its key exists. Before `consent key rotate` drops that key,
    /// keep a copy of the key file beside the checkpoint, as secret as the key file itself.
    #[command(after_help = EXIT_CODES)]
    Checkpoint {
        /// Key file of the site
        #[arg(long, value_name = "FILE")]
        keys: PathBuf,
    },

    /// Prints all records, or those of one subject (Art. 15 and 20 GDPR).
    #[command(after_help = EXIT_CODES)]
    Export(export::Arguments),

    /// Erases the records of a subject (Art. 17 GDPR). The chain stays valid.
    #[command(after_help = EXIT_CODES)]
    Erase {
        /// Consent id, as shown to the visitor under Cookie settings
        #[arg(long, value_name = "ID", value_parser = subject)]
        subject: ConsentId,
    },

    /// Erases records past their retention time (Art. 5(1)(e) GDPR). The chain stays valid.
    ///
    /// It keeps records that prove a consent which may still be valid, and opt-out requests of the
    /// last two years.
    #[command(after_help = EXIT_CODES)]
    Prune {
        /// Retention time, such as `3 years`
        #[arg(long, value_name = "TIME", value_parser = age)]
        older_than: Duration,
    },

    /// Prints the text that visitors were shown, by the hash in a record.
    #[command(after_help = EXIT_CODES)]
    Shown {
        /// Hash from the field `asked` of a record
        hash: String,
    },

    /// Counts choices and acceptances by month, category, model, language and edition.
    ///
    /// No number includes a group of fewer than ten choices, so that none can be found by
    /// subtraction. The difference of two reports shows the choices between them: publish reports
    /// rarely.
    #[command(after_help = EXIT_CODES)]
    Stats {
        /// Also writes the statistics as an HTML page without requests and scripts
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
    },
}

/// Message of an error.
pub(super) type Failed = String;

/// Runs the command.
pub(crate) fn run(asked: Arguments) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let done = match runtime {
        Ok(runtime) => runtime.block_on(does(asked)),
        Err(why) => Err(format!("no thread could be started: {why}")),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(why) => {
            eprintln!("error: {why}");
            ExitCode::from(2)
        }
    }
}

async fn does(asked: Arguments) -> Result<bool, Failed> {
    let address = asked
        .ledger
        .ok_or("name the ledger with --ledger sqlite:FILE or postgres://…, or in CONSENT_LEDGER")?;
    if let Some(path) = address.strip_prefix("sqlite:") {
        // A mistyped path or an emptied file must not become a new, empty ledger.
        match std::fs::metadata(path) {
            Err(_) => return Err(format!("{path}: there is no such file")),
            Ok(file) if file.is_file() && file.len() == 0 => {
                return Err(format!("{path}: the file is empty and not a ledger"));
            }
            Ok(_) => {}
        }
    }
    let store = Store::open(&address).await;
    let store = store.map_err(|error| error.to_string())?;
    match asked.command {
        Command::Verify { checkpoint, keys } => {
            verify::verify(&store, checkpoint.as_deref(), keys.as_deref()).await
        }
        Command::Checkpoint { keys } => verify::checkpoint(&store, &keys).await,
        Command::Export(asked) => export::export(&store, &asked).await,
        Command::Erase { subject } => erase(&store, subject).await,
        Command::Prune { older_than } => {
            let before = OffsetDateTime::now_utc().checked_sub(older_than);
            let before = before.ok_or("--older-than reaches back to before the year -9999")?;
            let pruned = store.prune(Pruning::before(before), progress()).await;
            progressed();
            let pruned = pruned.map_err(|error| error.to_string())?;
            print(&format!("{pruned} records were erased.\n"))?;
            Ok(true)
        }
        Command::Shown { hash } => shown(&store, &hash).await,
        Command::Stats { html } => stats::stats(&store, html.as_deref()).await,
    }
}

/// Erases the records of a subject.
async fn erase(store: &Store, subject: ConsentId) -> Result<bool, Failed> {
    let erased = store
        .erase(subject)
        .await
        .map_err(|error| error.to_string())?;
    if erased == 0 {
        eprintln!("no record of {subject} found");
        return Ok(false);
    }
    print(&format!("{erased} records of {subject} were erased.\n"))?;
    if !store.clear().await.map_err(|error| error.to_string())? {
        eprintln!(
            "another process, such as a backup, is reading the ledger, so the erased bytes are still in \
             the file: run the command again when that process has ended"
        );
        return Ok(false);
    }
    Ok(true)
}

/// Prints the text that visitors were shown, by its hash.
async fn shown(store: &Store, hash: &str) -> Result<bool, Failed> {
    let shown = store.shown(hash).await;
    match shown.map_err(|error| error.to_string())? {
        // A different, valid text could have replaced it.
        Some(shown) if shown.hash.starts_with(hash) && shown.is_whole() => {
            print(&format!("{}\n", shown.html))?;
            Ok(true)
        }
        Some(_) => {
            eprintln!("the text stored under {hash} was altered: its hash differs");
            Ok(false)
        }
        None => {
            eprintln!("no text with the hash {hash} found");
            Ok(false)
        }
    }
}

fn load(keys: &Path) -> Result<SigningKeys, Failed> {
    if !keys.exists() {
        // A new key would sign checkpoints that no site can verify.
        return Err(format!("{}: there is no such key file", keys.display()));
    }
    SigningKeys::load_or_create(keys).map_err(|error| error.to_string())
}

/// Prints the output. A pipe closed by the reader is not an error.
fn print(text: &str) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(why) if why.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("stdout: cannot be written: {why}"))
        }
        _ => Ok(()),
    }
}

/// Returns a callback that shows progress on a terminal, and nothing in a pipe.
fn progress() -> impl FnMut(u64) {
    let shown = std::io::stderr().is_terminal();
    move |seq| {
        if shown {
            eprint!("\r\x1b[2K{seq} entries …");
        }
    }
}

fn progressed() {
    if std::io::stderr().is_terminal() {
        eprint!("\r\x1b[2K");
    }
}

fn subject(text: &str) -> Result<ConsentId, String> {
    text.parse()
        .map_err(|_| "a consent id has 22 letters, digits, - and _".to_owned())
}

fn age(text: &str) -> Result<Duration, String> {
    let wrong = || "write a time such as `3 years` or `90 days`".to_owned();
    let lifetime: Lifetime = text.parse().map_err(|_| wrong())?;
    let seconds = lifetime.seconds().ok_or_else(wrong)?;
    i64::try_from(seconds)
        .map(Duration::seconds)
        .map_err(|_| wrong())
}

fn day(text: &str) -> Result<OffsetDateTime, String> {
    let day = Date::parse(text, format_description!("[year]-[month]-[day]"));
    let day = day.map_err(|_| "write a day such as 2026-11-25".to_owned())?;
    Ok(day.midnight().assume_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_days_are_read_as_in_a_policy() {
        assert_eq!(age("2 days"), Ok(Duration::days(2)));
        assert!(age("session").is_err() && age("soon").is_err());
        assert_eq!(day("2026-11-25").map(|day| day.day()), Ok(25));
        assert!(day("25.11.2026").is_err());
    }
}
