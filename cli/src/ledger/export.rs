//! Records as JSON Lines or CSV.

use std::io::Write;

use actix_consent::ledger::{ConsentId, ConsentRecord, Ledger};
use actix_consent_ledger::{Entry, Store};
use clap::ValueEnum;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Failed, day, progress, progressed, subject};

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Only those of this consent id
    #[arg(long, value_name = "ID", value_parser = subject)]
    subject: Option<ConsentId>,

    /// Only those of this day and later ones (UTC)
    #[arg(long, value_name = "DAY", value_parser = day)]
    since: Option<OffsetDateTime>,

    /// Only those before this day (UTC)
    #[arg(long, value_name = "DAY", value_parser = day)]
    until: Option<OffsetDateTime>,

    /// In which form
    #[arg(long, value_enum, default_value_t = Form::Jsonl)]
    format: Form,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Form {
    /// One JSON object a line, with everything
    Jsonl,
    /// Comma-separated, one record a row
    Csv,
}

const COLUMNS: [&str; 14] = [
    "id",
    "time",
    "event",
    "subject",
    "granted",
    "rejected",
    "model",
    "jurisdiction",
    "policy_version",
    "asked",
    "language",
    "source",
    "replaces",
    "gpc_ack",
];

pub(super) async fn export(store: &Store, asked: &Arguments) -> Result<bool, Failed> {
    let mut out = Out::new(asked.format)?;
    let wanted = |record: &ConsentRecord| {
        asked.since.is_none_or(|since| record.time >= since)
            && asked.until.is_none_or(|until| record.time < until)
    };
    let failed = |error: actix_consent::ledger::LedgerError| error.to_string();
    if let Some(subject) = asked.subject {
        for record in store.history(subject).await.map_err(failed)? {
            if wanted(&record) {
                out.write(&record)?;
            }
        }
        return out.done();
    }
    let (mut after, mut told) = (0, progress());
    loop {
        let entries = store.entries(after).await.map_err(failed)?;
        let Some(last) = entries.last() else { break };
        after = last.seq;
        for numbered in entries {
            if let Some(Entry::Record(record)) = numbered.entry
                && wanted(&record)
            {
                out.write(&record)?;
            }
        }
        told(after);
    }
    progressed();
    out.done()
}

/// Where records go, one after the other.
struct Out {
    to: csv::Writer<std::io::Stdout>,
    form: Form,
    written: u64,
}

impl Out {
    fn new(form: Form) -> Result<Self, Failed> {
        let mut to = csv::WriterBuilder::new().from_writer(std::io::stdout());
        if let Form::Csv = form {
            to.write_record(COLUMNS).map_err(|why| why.to_string())?;
        }
        Ok(Self {
            to,
            form,
            written: 0,
        })
    }

    fn write(&mut self, record: &ConsentRecord) -> Result<(), Failed> {
        self.written += 1;
        match self.form {
            Form::Jsonl => writeln!(std::io::stdout(), "{}", record.to_json())
                .map_err(|why| format!("stdout: {why}")),
            Form::Csv => self
                .to
                .write_record(row(record))
                .map_err(|why| why.to_string()),
        }
    }

    /// Whether there was any.
    fn done(mut self) -> Result<bool, Failed> {
        self.to.flush().map_err(|why| format!("stdout: {why}"))?;
        Ok(self.written > 0)
    }
}

fn row(record: &ConsentRecord) -> [String; COLUMNS.len()] {
    let units = |granted: bool| {
        let units = record.answers.iter();
        let units = units.filter(|answer| answer.granted == granted);
        units
            .map(|answer| answer.unit.as_str())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    [
        record.id.to_string(),
        record.time.format(&Rfc3339).unwrap_or_default(),
        record.event.as_str().to_owned(),
        record
            .subject
            .map(|subject| subject.to_string())
            .unwrap_or_default(),
        units(true),
        units(false),
        record.model.clone(),
        text(&record.jurisdiction),
        record.policy_version.to_string(),
        text(&record.asked),
        record.language.clone(),
        record.source.as_str().to_owned(),
        record.replaces.map(|id| id.to_string()).unwrap_or_default(),
        record.gpc_ack.to_string(),
    ]
}
