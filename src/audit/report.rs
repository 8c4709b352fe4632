//! Report of an audit.

use std::fmt::{self, Write};

use super::{
    draft::Draft,
    rules::{Finding, Rule, Severity},
};

/// The findings of an audit, and its scope.
///
/// [`Display`](fmt::Display) writes a table that is the same in every run, so it can be compared
/// with a snapshot: it has no dates and no cookie values.
#[derive(Clone, Debug)]
#[must_use]
pub struct Report {
    pub(crate) site: String,
    pub(crate) models: Vec<String>,
    pub(crate) requests: Vec<String>,
    pub(crate) states: usize,
    pub(crate) responses: usize,
    /// Names of the cookies that were set, before a choice and after accepting.
    pub(crate) set_before: Vec<String>,
    pub(crate) set_after: Vec<String>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) drafts: Vec<Draft>,
}

impl Report {
    /// All findings, the most severe first.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The findings of one rule.
    pub fn of(&self, rule: Rule) -> impl Iterator<Item = &Finding> {
        self.findings
            .iter()
            .filter(move |finding| finding.rule == rule)
    }

    /// Number of findings of this severity.
    pub fn count(&self, severity: Severity) -> usize {
        let of_it = |finding: &&Finding| finding.severity == severity;
        self.findings.iter().filter(of_it).count()
    }

    /// Returns whether there is no error and no warning. Notes do not count.
    pub fn is_clean(&self) -> bool {
        self.findings
            .iter()
            .all(|finding| finding.severity == Severity::Note)
    }

    /// Names of the cookies that were set while everything was accepted. They show that the audit
    /// could see cookies at all.
    pub fn seen(&self) -> &[String] {
        &self.set_after
    }

    /// Fails the test unless the report [is clean](Self::is_clean).
    ///
    /// # Panics
    ///
    /// With the report, and the meaning and remedy of each rule that was broken.
    #[track_caller]
    pub fn assert_clean(&self) {
        if self.is_clean() {
            return;
        }
        let mut text = self.to_string();
        let mut told = Vec::new();
        for finding in &self.findings {
            if finding.severity > Severity::Note && !told.contains(&finding.rule) {
                told.push(finding.rule);
                let _ = write!(text, "\n{}: {}", finding.rule, finding.rule.meaning());
                if !finding.rule.law().is_empty() {
                    let _ = write!(text, " ({})", finding.rule.law());
                }
            }
        }
        if !self.drafts.is_empty() {
            text += "\n\nto declare what is not, complete these lines in consent.toml:\n\n";
            text += &self.to_toml();
        }
        panic!("the audit is not clean\n\n{text}\n");
    }

    /// Drafts declarations of undeclared cookies: `[[cookie]]` entries for `consent.toml` that only
    /// lack a category and a purpose. The lifetime of [withheld](crate::Undeclared::Withhold)
    /// cookies is unknown and has to be added too; use
    /// [`Undeclared::Report`](crate::Undeclared::Report) to let the audit see it.
    pub fn to_toml(&self) -> String {
        let drafts: Vec<String> = self.drafts.iter().map(Draft::to_string).collect();
        drafts.join("\n")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let many = |count: usize, what| match count {
            1 => format!("1 {what}"),
            _ => format!("{count} {what}s"),
        };
        let list = |names: &[String]| match names {
            [] => "nothing".to_owned(),
            names => names.join(", "),
        };
        writeln!(
            f,
            "{}: {}, {}, {}",
            self.site,
            many(self.count(Severity::Error), "error"),
            many(self.count(Severity::Warning), "warning"),
            many(self.count(Severity::Note), "note"),
        )?;
        writeln!(f, "model: {}", list(&self.models))?;
        writeln!(f, "requests: {}", list(&self.requests))?;
        let states = many(self.states, "state");
        let responses = many(self.responses, "response");
        writeln!(f, "{states}, with Sec-GPC and without: {responses}")?;
        writeln!(f, "set before a choice: {}", list(&self.set_before))?;
        writeln!(f, "set after accepting: {}", list(&self.set_after))?;
        if self.findings.is_empty() {
            return Ok(());
        }
        let head = ["severity", "rule", "subject", "evidence", "place"].map(str::to_owned);
        let rows = self.findings.iter().map(|finding| {
            [
                finding.severity.to_string(),
                finding.rule.to_string(),
                finding.subject.clone(),
                finding.evidence.clone(),
                finding.place.to_string(),
            ]
        });
        let rows: Vec<[String; 5]> = std::iter::once(head).chain(rows).collect();
        f.write_char('\n')?;
        for row in &rows {
            let mut line = String::new();
            for (column, cell) in row.iter().enumerate() {
                let widths = rows.iter().map(|row| row[column].chars().count());
                let width = widths.max().unwrap_or(0);
                let _ = write!(line, "{cell:width$}  ");
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
