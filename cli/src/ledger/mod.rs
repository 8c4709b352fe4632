//! `consent ledger`: what an operator does with the records of consent.

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
  0  done; the ledger is as it was written
  1  the ledger was changed, or what was asked for is not in it
  2  it could not be done";

/// What is to be done with a ledger.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The ledger: sqlite:FILE or postgres://…
    // Its value may hold a password, and help is pasted into tickets.
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
    /// Says whether every record is as it was written, and names the first that is not.
    #[command(after_help = EXIT_CODES)]
    Verify {
        /// A file with the lines of earlier checkpoints: a ledger that was written anew since does
        /// not hold them
        ///
        /// All of them have to hold. One that was signed with a key which has been rotated out
        /// cannot be checked with today's key file: keep the key file of its time beside it.
        #[arg(long, value_name = "FILE", requires = "keys")]
        checkpoint: Option<PathBuf>,

        /// The site's key file, to tell a genuine checkpoint
        #[arg(long, value_name = "FILE")]
        keys: Option<PathBuf>,
    },

    /// Prints the end of the ledger, signed with the site's key. Keep it where whoever writes to the
    /// ledger cannot.
    ///
    /// It can be checked as long as its key is at hand. Before `consent key rotate` drops that key,
    /// keep a copy of the key file beside the checkpoint, as secret as the key file itself.
    #[command(after_help = EXIT_CODES)]
    Checkpoint {
        /// The site's key file
        #[arg(long, value_name = "FILE")]
        keys: PathBuf,
    },

    /// Prints records, all of them or those of one subject (Art. 15 and 20 GDPR).
    #[command(after_help = EXIT_CODES)]
    Export(export::Arguments),

    /// Takes away all that a subject has said (Art. 17 GDPR). The chain holds.
    #[command(after_help = EXIT_CODES)]
    Erase {
        /// The consent id, as the visitor reads it under Cookie settings
        #[arg(long, value_name = "ID", value_parser = subject)]
        subject: ConsentId,
    },

    /// Takes away what is older than it is kept (Art. 5(1)(e) GDPR), but for what proves a consent
    /// that may be in force, and requests to opt out of the last two years. The chain holds.
    #[command(after_help = EXIT_CODES)]
    Prune {
        /// How old, such as `3 years`
        #[arg(long, value_name = "TIME", value_parser = age)]
        older_than: Duration,
    },

    /// Shows what visitors were shown, by the hash in a record.
    #[command(after_help = EXIT_CODES)]
    Shown {
        /// The hash, which a record has under `asked`
        hash: String,
    },

    /// Counts choices: how many said yes, by month, of each category, model, language and edition.
    ///
    /// Groups of fewer than ten are in no number that it shows, and cannot be found by subtraction.
    /// But what came between two reports is the difference of them: hand them out seldom.
    #[command(after_help = EXIT_CODES)]
    Stats {
        /// Writes them as one page that makes no request, too
        #[arg(long, value_name = "FILE")]
        html: Option<PathBuf>,
    },
}

/// Why it could not be done.
pub(super) type Failed = String;

/// Does what was asked for.
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
        // Neither a slip of the hand nor a file that was emptied is to become an empty ledger.
        match std::fs::metadata(path) {
            Err(_) => return Err(format!("{path}: there is no such file")),
            Ok(file) if file.is_file() && file.len() == 0 => {
                return Err(format!("{path}: the file is empty, and no ledger"));
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
            print(&format!("{pruned} records were taken away.\n"))?;
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
        eprintln!("nothing is on record of {subject}");
        return Ok(false);
    }
    print(&format!("{erased} records of {subject} were erased.\n"))?;
    if !store.clear().await.map_err(|error| error.to_string())? {
        eprintln!(
            "somebody is reading the ledger, such as a backup: the bytes of what was erased are \
             written over once you erase again after it has ended"
        );
        return Ok(false);
    }
    Ok(true)
}

/// Prints the text that visitors were shown, by its hash.
async fn shown(store: &Store, hash: &str) -> Result<bool, Failed> {
    let shown = store.shown(hash).await;
    match shown.map_err(|error| error.to_string())? {
        // Another text that is whole by itself could have been put in its place.
        Some(shown) if shown.hash.starts_with(hash) && shown.is_whole() => {
            print(&format!("{}\n", shown.html))?;
            Ok(true)
        }
        Some(_) => {
            eprintln!("what stands under {hash} was changed: its hash is another");
            Ok(false)
        }
        None => {
            eprintln!("nothing was shown under {hash}");
            Ok(false)
        }
    }
}

fn load(keys: &Path) -> Result<SigningKeys, Failed> {
    if !keys.exists() {
        // A key that was made here would sign what no site can verify.
        return Err(format!("{}: there is no such key file", keys.display()));
    }
    SigningKeys::load_or_create(keys).map_err(|error| error.to_string())
}

/// Prints what was asked for; a reader who has seen enough closes the pipe.
fn print(text: &str) -> Result<(), Failed> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(why) if why.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(format!("stdout: cannot be written: {why}"))
        }
        _ => Ok(()),
    }
}

/// How far long work is, on a terminal; nothing in a pipe.
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
