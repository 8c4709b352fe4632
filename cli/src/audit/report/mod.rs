//! Reports of an audit, one module per format.

mod baseline;
mod circumstances;
pub(crate) mod draft_policy;
#[cfg(test)]
#[path = "../../../tests/report_fixture/mod.rs"]
mod fixture;
mod group;
mod har;
mod html;
mod inspection;
mod json;
mod place;
mod sanitize;
mod sarif;
mod tally;
mod terminal;
mod time_format;

use std::{ffi::OsStr, path::Path, str::FromStr};

pub(crate) use self::baseline::Baseline;
use super::{judge::findings::Verdict, record::Record};

/// Format of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    /// Text for a terminal.
    Terminal,
    /// One HTML page.
    Html,
    /// JSON with everything except screenshots.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// HAR 1.2.
    Har,
    /// Format of the EDPS Website Evidence Collector.
    Inspection,
}

/// Options of a report.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct How<'h> {
    /// True to use colours in a terminal.
    pub(crate) colour: bool,
    /// Earlier report to compare with.
    pub(crate) baseline: Option<&'h Baseline>,
}

impl Format {
    const NAMES: [(&'static str, Self); 6] = [
        ("terminal", Self::Terminal),
        ("html", Self::Html),
        ("json", Self::Json),
        ("sarif", Self::Sarif),
        ("har", Self::Har),
        ("inspection", Self::Inspection),
    ];

    /// Returns the format for the name of an output file.
    pub(crate) fn of_file(path: &Path) -> Result<Self, String> {
        let part = |part: Option<&OsStr>| {
            let part = part.and_then(OsStr::to_str).unwrap_or_default();
            part.to_ascii_lowercase()
        };
        let stem = part(path.file_stem());
        match part(path.extension()).as_str() {
            "json" if stem == "inspection" => Ok(Self::Inspection),
            // Some tools require this name for SARIF.
            "json" if stem.ends_with(".sarif") => Ok(Self::Sarif),
            "json" => Ok(Self::Json),
            "html" | "htm" => Ok(Self::Html),
            "sarif" => Ok(Self::Sarif),
            "har" => Ok(Self::Har),
            "txt" => Ok(Self::Terminal),
            _ => Err(format!(
                "unknown format “{}”: use terminal, html, json, sarif, har or inspection, or a file \
                 named *.txt, *.html, *.json, *.sarif, *.har or inspection.json",
                sanitize::line(&path.to_string_lossy())
            )),
        }
    }
}

/// Parses the name of a format or of an output file.
impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let named = Self::NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text));
        match named {
            Some((_, format)) => Ok(*format),
            None => Self::of_file(Path::new(text)),
        }
    }
}

/// Writes the report in a format.
pub(crate) fn write(
    format: Format,
    record: &Record,
    verdict: &Verdict,
    how: How<'_>,
) -> Result<String, String> {
    let written = match format {
        Format::Terminal => Ok(terminal::write(record, verdict, how.baseline, how.colour)),
        Format::Html => html::write(record, verdict, how.baseline),
        Format::Json => json::write(record, verdict, how.baseline),
        Format::Sarif => sarif::write(record, verdict, how.baseline),
        Format::Har => har::write(record),
        Format::Inspection => inspection::write(record, verdict),
    };
    written.map_err(|why| format!("cannot write the report: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::is_hidden;

    #[test]
    fn a_format_is_known_by_its_name_and_by_the_name_of_its_file() {
        for (text, format) in [
            ("terminal", Format::Terminal),
            ("HTML", Format::Html),
            ("har", Format::Har),
            ("inspection", Format::Inspection),
            ("report.html", Format::Html),
            ("out/report.sarif", Format::Sarif),
            ("report.sarif.json", Format::Sarif),
            ("report.har", Format::Har),
            ("out/inspection.json", Format::Inspection),
            ("inspections.json", Format::Json),
            ("report.json", Format::Json),
            ("report.txt", Format::Terminal),
        ] {
            assert_eq!(text.parse(), Ok(format), "{text}");
        }
        for (_, format) in Format::NAMES {
            let (name, _) = Format::NAMES[format as usize];
            assert_eq!(name.parse(), Ok(format));
        }
    }

    #[test]
    fn a_format_that_is_not_one_is_refused_in_a_sentence_without_its_control_characters() {
        for text in ["", "pdf", "report.pdf", "json.", "\u{1b}[2Jx"] {
            let why = text.parse::<Format>().expect_err(text);
            assert!(why.contains("unknown format"), "{why}");
            assert!(!why.contains('\u{1b}'), "{why}");
        }
    }

    #[test]
    fn every_format_reports_every_audit_even_one_that_saw_nothing() {
        let nothing = (fixture::nothing(), fixture::no_verdict());
        let much = (fixture::record(), fixture::verdict());
        for (record, verdict) in [nothing, much] {
            for (name, format) in Format::NAMES {
                let text = write(format, &record, &verdict, How::default()).expect(name);
                assert!(text.ends_with('\n'), "{name}");
                assert!(!text.contains(fixture::VALUE), "{name} tells a value");
                // None of it reaches a terminal that shows the file.
                let hidden = |letter: char| is_hidden(letter) && letter != '\n';
                assert!(!text.contains(hidden), "{name} has hidden characters");
            }
        }
    }
}
