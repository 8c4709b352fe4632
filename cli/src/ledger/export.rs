//! `consent ledger export`: records as JSON Lines or CSV.

use std::io::{self, BufWriter, Stdout, Write};

use actix_consent::ledger::{ConsentId, ConsentRecord, Ledger, LedgerError};
use actix_consent_ledger::{Entry, Store};
use clap::ValueEnum;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Failed, day, progress, progressed, subject};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Exports only the records of this consent id
    #[arg(long, value_name = "ID", value_parser = subject)]
    subject: Option<ConsentId>,

    /// Exports only records from this day on (UTC)
    #[arg(long, value_name = "DAY", value_parser = day)]
    since: Option<OffsetDateTime>,

    /// Exports only records before this day (UTC)
    #[arg(long, value_name = "DAY", value_parser = day)]
    until: Option<OffsetDateTime>,

    /// Output format
    #[arg(long, value_enum, default_value_t = Form::Jsonl)]
    format: Form,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// One JSON object per line, with all fields
    Jsonl,
    /// Comma-separated values, one record per row. Spreadsheets treat a cell that starts with
    /// = + - @, a tab or a carriage return as a formula. Such a cell starts with an apostrophe
    /// instead, including consent ids and hashes
    Csv,
}

const COLUMNS: [&str; 18] = [
    "id",
    "time",
    "event",
    "subject",
    "granted",
    "rejected",
    "meanings",
    "model",
    "jurisdiction",
    "policy_version",
    "asked",
    "language",
    "source",
    "replaces",
    "gpc_ack",
    "gap_count",
    "gap_since",
    "gap_until",
];

pub(super) async fn export(store: &Store, asked: &Arguments) -> Result<bool, Failed> {
    match write(store, asked).await {
        // The reader closed the pipe.
        Err(why) if why.kind() == io::ErrorKind::BrokenPipe => Ok(true),
        written => written.map_err(|why| why.to_string()),
    }
}

/// Writes the records and returns whether there were any.
async fn write(store: &Store, asked: &Arguments) -> io::Result<bool> {
    let failed = |error: LedgerError| io::Error::other(error.to_string());
    let mut out = Out::new(asked.format).map_err(in_stdout)?;
    let mut any = false;
    let mut write = |record: &ConsentRecord| {
        let wanted = asked.since.is_none_or(|since| record.time >= since)
            && asked.until.is_none_or(|until| record.time < until);
        if !wanted {
            return Ok(());
        }
        any = true;
        out.write(record).map_err(in_stdout)
    };
    if let Some(subject) = asked.subject {
        for record in store.history(subject).await.map_err(failed)? {
            write(&record)?;
        }
    } else {
        let (mut after, mut told) = (0, progress());
        loop {
            let entries = store.entries(after).await.map_err(failed)?;
            let Some(last) = entries.last() else { break };
            after = last.seq;
            for numbered in entries {
                if let Some(Entry::Record(record)) = numbered.entry {
                    write(&record)?;
                }
            }
            told(after);
        }
        progressed();
    }
    out.flush().map_err(in_stdout)?;
    Ok(any)
}

fn in_stdout(why: io::Error) -> io::Error {
    io::Error::new(why.kind(), format!("stdout: cannot be written: {why}"))
}

/// Writer of records in one of the formats.
enum Out {
    Jsonl(BufWriter<Stdout>),
    Csv(Box<csv::Writer<Stdout>>),
}

impl Out {
    fn new(form: Form) -> io::Result<Self> {
        Ok(match form {
            Form::Jsonl => Self::Jsonl(BufWriter::new(io::stdout())),
            Form::Csv => {
                let mut to = csv::Writer::from_writer(io::stdout());
                to.write_record(COLUMNS).map_err(cause)?;
                Self::Csv(Box::new(to))
            }
        })
    }

    fn write(&mut self, record: &ConsentRecord) -> io::Result<()> {
        match self {
            Self::Jsonl(to) => writeln!(to, "{}", record.to_json()),
            Self::Csv(to) => to.write_record(row(record).map(no_formula)).map_err(cause),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Jsonl(to) => to.flush(),
            Self::Csv(to) => to.flush(),
        }
    }
}

/// The I/O error behind a CSV error, so that a closed pipe is recognised.
fn cause(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(why) => why,
        other => io::Error::other(format!("{other:?}")),
    }
}

/// Prefixes a cell that a spreadsheet would run as a formula with an apostrophe.
fn no_formula(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        return format!("'{cell}");
    }
    cell
}

fn row(record: &ConsentRecord) -> [String; COLUMNS.len()] {
    let units = |granted: bool| {
        let units = record.answers.iter();
        let units = units.filter(|answer| answer.granted == granted);
        let units = units.map(|answer| answer.unit.as_str());
        units.collect::<Vec<_>>().join(" ")
    };
    let meanings = record.answers.iter();
    let meanings = meanings.map(|answer| format!("{}:{}", answer.unit, answer.meaning));
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let moment = |time: OffsetDateTime| time.format(&Rfc3339).unwrap_or_default();
    let gap = record.gap;
    [
        record.id.to_string(),
        moment(record.time),
        record.event.as_str().to_owned(),
        record
            .subject
            .map(|subject| subject.to_string())
            .unwrap_or_default(),
        units(true),
        units(false),
        meanings.collect::<Vec<_>>().join(" "),
        record.model.clone(),
        text(&record.jurisdiction),
        record.policy_version.to_string(),
        text(&record.asked),
        record.language.clone(),
        record.source.as_str().to_owned(),
        record.replaces.map(|id| id.to_string()).unwrap_or_default(),
        record.gpc_ack.to_string(),
        gap.map(|gap| gap.count.to_string()).unwrap_or_default(),
        gap.map(|gap| moment(gap.since)).unwrap_or_default(),
        gap.map(|gap| moment(gap.until)).unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for cell in ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1"] {
            assert_eq!(no_formula(cell.to_owned()), format!("'{cell}"));
        }
        for cell in ["", "a=1", "'=1", "2026-11-25"] {
            assert_eq!(no_formula(cell.to_owned()), cell);
        }
    }
}
