//! The report as text for a terminal.

mod sheet;
mod table;

use actix_consent::audit::rules::Severity;

use self::sheet::{Ink, Sheet};
use super::{
    super::{
        judge::findings::{Finding, Item, Verdict},
        record::Record,
    },
    baseline::Baseline,
    circumstances::States,
    group::{self, Group},
    tally::{self, Tally, many},
    time_format,
};

/// Maximum lengths of text from the site.
const MOST_OF_A_SUBJECT: usize = 90;
const MOST_OF_EVIDENCE: usize = 400;

/// Formats the report as text, optionally with colours.
pub(crate) fn write(
    record: &Record,
    verdict: &Verdict,
    baseline: Option<&Baseline>,
    colour: bool,
) -> String {
    let mut sheet = Sheet::new(colour);
    let tally = Tally::new(record, verdict);
    head(&mut sheet, record, &tally);
    let mut last = None;
    for group in group::groups(verdict) {
        if last.replace(group.severity) != Some(group.severity) {
            sheet.gap();
            sheet.line(0, &[(ink(group.severity), heading(group.severity, &tally))]);
        }
        rule(&mut sheet, &group, baseline);
    }
    if !verdict.inventory.is_empty() {
        sheet.gap();
        sheet.line(0, &[(Ink::Strong, "INVENTORY".to_owned())]);
        sheet.gap();
        inventory(&mut sheet, &verdict.inventory, &States::new(record));
    }
    sheet.gap();
    if let Some(text) = tally::unanswered(record) {
        sheet.paragraph(0, Ink::Plain, &text);
    }
    if let Some(baseline) = baseline {
        sheet.line(0, &[(Ink::Plain, baseline.compared(&verdict.findings))]);
    }
    let ink = match (tally.errors, tally.warnings) {
        (0, 0) => Ink::Strong,
        (0, _) => Ink::Warning,
        _ => Ink::Error,
    };
    sheet.line(0, &[(ink, tally.to_string())]);
    sheet.finish()
}

fn head(sheet: &mut Sheet, record: &Record, tally: &Tally) {
    sheet.line(
        0,
        &[(Ink::Strong, format!("Consent audit of {}", record.address))],
    );
    let took = record
        .ended
        .duration_since(record.started)
        .unwrap_or_default();
    let about = [
        time_format::in_words(record.started),
        time_format::length(took),
        record.browser.clone(),
        many(tally.pages, "page"),
        many(tally.visits, "visit"),
    ];
    sheet.paragraph(0, Ink::Faint, &about.join(", "));
}

fn heading(severity: Severity, tally: &Tally) -> String {
    match severity {
        Severity::Error => format!("ERRORS ({})", tally.errors),
        Severity::Warning => format!("WARNINGS ({})", tally.warnings),
        _ => format!("NOTES ({})", tally.notes),
    }
}

fn ink(severity: Severity) -> Ink {
    match severity {
        Severity::Error => Ink::Error,
        Severity::Warning => Ink::Warning,
        _ => Ink::Note,
    }
}

fn rule(sheet: &mut Sheet, group: &Group<'_>, baseline: Option<&Baseline>) {
    sheet.gap();
    let id = (Ink::Strong, group.rule.id().to_owned());
    sheet.line(2, &[(ink(group.severity), group.severity.to_string()), id]);
    // Meaning and remedy.
    sheet.paragraph(2, Ink::Plain, group.rule.meaning());
    for finding in &group.findings {
        found(sheet, finding, baseline);
    }
    if !group.rule.law().is_empty() {
        sheet.paragraph(2, Ink::Faint, &format!("Law: {}", group.rule.law()));
    }
}

fn found(sheet: &mut Sheet, finding: &Finding, baseline: Option<&Baseline>) {
    let subject = super::sanitize::cut(&finding.subject, MOST_OF_A_SUBJECT);
    let mut title = vec![(Ink::Strong, format!("- {subject}"))];
    if let Some(baseline) = baseline {
        let (ink, word) = match baseline.knows(finding) {
            true => (Ink::Faint, "known"),
            false => (Ink::Warning, "new"),
        };
        title.push((ink, format!("({word})")));
    }
    sheet.line(4, &title);
    let evidence = super::sanitize::cut(&finding.evidence, MOST_OF_EVIDENCE);
    sheet.paragraph(6, Ink::Plain, &evidence);
    if let Some(place) = finding.places.first() {
        let place = super::sanitize::cut(place, MOST_OF_EVIDENCE);
        let more = match finding.places.len() {
            1 => String::new(),
            count => format!(" +{} more", count - 1),
        };
        sheet.paragraph(6, Ink::Faint, &format!("at {place}{more}"));
    }
}

fn inventory(sheet: &mut Sheet, items: &[Item], states: &States) {
    let head = ["kind", "name", "host", "category", "life", "observed"].map(str::to_owned);
    let rows = items.iter().map(|item| {
        let owner = match item.third_party {
            true => format!("{} *", item.host),
            false => item.host.clone(),
        };
        [
            item.kind.clone(),
            item.name.clone(),
            owner,
            item.category.clone().unwrap_or_else(|| "?".to_owned()),
            item.life.clone(),
            states.seen(&item.seen),
        ]
    });
    for (at, line) in table::lines(head, rows).into_iter().enumerate() {
        let ink = if at == 0 { Ink::Faint } else { Ink::Plain };
        sheet.line(2, &[(ink, line)]);
    }
    if items.iter().any(|item| item.third_party) {
        sheet.line(2, &[(Ink::Faint, "* third party".to_owned())]);
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{fixture, json},
        *,
    };
    use crate::text::is_hidden;

    fn report(colour: bool) -> String {
        write(&fixture::record(), &fixture::verdict(), None, colour)
    }

    #[test]
    fn the_last_line_sums_up() {
        let report = report(false);
        let last = report.trim_end().lines().last();
        assert_eq!(
            last,
            Some("5 errors, 3 warnings, 2 notes in 7 visits to 3 pages")
        );
    }

    #[test]
    fn errors_come_before_warnings_and_warnings_before_notes() {
        let report = report(false);
        let at = |text: &str| report.find(text).expect(text);
        assert!(at("ERRORS (5)") < at("WARNINGS (3)") && at("WARNINGS (3)") < at("NOTES (2)"));
        assert!(at("NOTES (2)") < at("INVENTORY"));
    }

    #[test]
    fn a_finding_tells_its_first_place_and_how_many_more_there_are() {
        let report = report(false);
        assert!(
            report.contains(
                "- ads.example\n      2 requests (image)\n      at /0 (rejected) +8 more\n"
            )
        );
        assert!(report.contains("Law: Art. 5(3) ePrivacy Directive"));
        let words: Vec<&str> = report.split_whitespace().collect();
        assert!(words.join(" ").contains("Gate the element"));
        assert!(report.contains("In 1 of 7 visits the visitor could not answer"));
    }

    #[test]
    fn without_colour_nothing_commands_the_terminal() {
        let report = report(false);
        assert!(!report.contains(|letter| is_hidden(letter) && letter != '\n'));
        assert!(report.contains("<script>alert('1')</script>"));
    }

    #[test]
    fn with_colour_nothing_but_colours_commands_the_terminal() {
        let mut report = report(true);
        assert!(report.contains("\u{1b}[1;31m"));
        for code in ["0", "1", "2", "1;31", "1;33", "1;36"] {
            report = report.replace(&format!("\u{1b}[{code}m"), "");
        }
        assert_eq!(report, self::report(false));
    }

    #[test]
    fn no_line_is_much_longer_than_a_terminal_is_wide() {
        let lengths = report(false);
        let longest = lengths.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(160), "{longest:?}");
    }

    #[test]
    fn beside_a_baseline_it_tells_what_is_new() {
        let (record, mut verdict) = (fixture::record(), fixture::verdict());
        let earlier = json::write(&record, &verdict, None).expect("it can be written");
        let baseline = Baseline::read(&earlier).expect("it can be read");
        verdict.findings[0].subject = "_gid".to_owned();
        let report = write(&record, &verdict, Some(&baseline), false);
        assert!(report.contains("- _gid (new)") && report.contains("- ads.example (known)"));
        assert!(report.contains("Compared with an earlier audit: 1 new, 9 known, 1 resolved."));
    }
}
