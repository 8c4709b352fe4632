//! Statistics, which reveal nothing about small groups.

use actix_consent::ledger::{ConsentRecord, Event};
use actix_consent_ledger::acceptance::record;
use time::{Date, Month};

use crate::{numbered, run, with};

/// Choices of one sort.
#[derive(Clone, Copy)]
struct Choices {
    month: u8,
    language: &'static str,
    edition: u32,
    /// Ids of the units in question.
    asked: &'static [&'static str],
    yes: u64,
    no: u64,
}

const EN: Choices = Choices {
    month: 1,
    language: "en",
    edition: 1,
    asked: &["analytics"],
    yes: 20,
    no: 10,
};

fn records(all: &[Choices]) -> Vec<ConsentRecord> {
    let mut records = Vec::new();
    for some in all {
        for number in 0..some.yes + some.no {
            let yes = number < some.yes;
            let at = records.len() as u64 + 1;
            let mut record = record(at, yes.then_some(at));
            let month = Month::try_from(some.month).expect("a month");
            let day = Date::from_calendar_date(2026, month, 1 + (number % 28) as u8);
            record.time = record.time.replace_date(day.expect("a day"));
            record.language = some.language.to_owned();
            record.policy_version = some.edition;
            let answer = record.answers.remove(0);
            record.answers = some
                .asked
                .iter()
                .map(|unit| {
                    let mut answer = answer.clone();
                    answer.unit = (*unit).to_owned();
                    answer
                })
                .collect();
            records.push(record);
        }
    }
    records
}

/// The report on the terminal and as a page.
fn told(records: Vec<ConsentRecord>) -> (String, String) {
    let site = with(records);
    let (code, out, err) = run(&site, &["stats", "--html", "stats.html"]);
    assert_eq!((code, err.as_str()), (0, ""));
    (out, site.text("stats.html"))
}

/// The same without the date of the report.
fn undated(records: Vec<ConsentRecord>) -> (String, String) {
    let (out, page) = told(records);
    let (_, page) = page.split_once("<h1>").expect("a heading below the day");
    (out, page.to_owned())
}

#[test]
fn each_category_model_language_and_edition_has_its_months() {
    let german = Choices {
        month: 3,
        language: "de",
        edition: 2,
        asked: &["ads", "analytics"],
        yes: 3,
        no: 9,
    };
    let (out, page) = told(records(&[EN, german]));
    insta::assert_snapshot!("terminal", out);
    for text in ["2026-02", "<bdi>edition 2</bdi>", "<b>66.7 %</b> of 30"] {
        assert!(page.contains(text), "{text}: {page}");
    }
}

/// Ledgers that differ only in a group of under ten have the same report. So nothing about the
/// group can be computed from it: neither its existence nor its size nor its answers.
#[test]
fn a_group_of_under_ten_changes_nothing_in_the_report() {
    let base = [
        EN,
        Choices { month: 2, ..EN },
        Choices {
            edition: 2,
            month: 3,
            ..EN
        },
    ];
    // Each is the only small group of its kind, which totals could reveal.
    let small = Choices {
        yes: 6,
        no: 0,
        ..EN
    };
    let groups = [
        Choices {
            language: "fr",
            ..small
        },
        Choices {
            edition: 3,
            ..small
        },
        Choices {
            asked: &["analytics", "maps"],
            ..small
        },
        Choices {
            asked: &["maps"],
            ..small
        },
        Choices {
            edition: 2,
            month: 4,
            ..small
        },
        Choices { month: 12, ..small },
        Choices {
            month: 12,
            language: "fr",
            edition: 3,
            asked: &["maps"],
            ..small
        },
    ];
    let shown = undated(records(&base));
    for group in groups {
        let with = |yes, no| {
            let group = Choices { yes, no, ..group };
            undated(records(&[&base[..], &[group]].concat()))
        };
        for (yes, no) in [(1, 0), (9, 0), (0, 9), (5, 4)] {
            assert_eq!(with(yes, no), shown);
        }
        // A group of ten is visible.
        let ten = with(10, 0);
        assert!(ten.0 != shown.0 && ten.1 != shown.1, "{}", ten.0);
        let others = with(0, 10);
        assert!(ten.0 != others.0 && ten.1 != others.1, "{}", ten.0);
    }
}

#[test]
fn a_few_of_a_month_are_counted_with_those_of_the_next() {
    let few = Choices {
        month: 1,
        language: "fr",
        yes: 4,
        no: 0,
        ..EN
    };
    let more = Choices {
        month: 2,
        yes: 0,
        no: 6,
        ..few
    };
    let (out, _) = told(records(&[EN, few, more]));
    let french = out.split_once("\nfr\n").expect("its name").1;
    let rows: Vec<Vec<&str>> = french
        .lines()
        .take(3)
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[0], ["2026-01", "–", "–"]);
    assert_eq!(rows[1], ["2026-02", "10", "40.0", "%"]);
    assert_eq!(rows[2], ["all", "months", "10", "40.0", "%"]);
}

#[test]
fn what_is_no_choice_is_not_told_below_ten_either() {
    for (event, name) in [
        (Event::Withdrawn, "Withdrawals"),
        (Event::Implied, "Implied"),
        (Event::Once, "Shown once"),
        (Event::OptedOut, "Signals"),
    ] {
        let told = |count: u64| {
            let others = (0..count).map(|number| {
                let mut record = record(1000 + number, None);
                record.event = event;
                record
            });
            let all = records(&[EN]).into_iter().chain(others);
            let (out, page) = undated(all.collect());
            assert!(out.starts_with("30 choices"), "{out}");
            let prefix = format!("{name}: ");
            let line = out.lines().find_map(|line| line.strip_prefix(&prefix));
            (line.expect("a line").to_owned(), page)
        };
        let (none, nine, ten) = (told(0), told(9), told(10));
        assert_eq!(none, nine);
        assert_eq!((nine.0.as_str(), ten.0.as_str()), ("under 10.", "10."));
        assert!(ten.1 != nine.1);
    }
}

#[test]
fn an_acceptance_that_is_voided_much_later_is_not_counted() {
    // The distance exceeds one batch of entries.
    let between = 3 * 4096 + 100;
    let mut voided = record(between, Some(1));
    voided.event = Event::Voided;
    voided.replaces = Some(record(1, None).id);
    let all = numbered(1..between);
    let (out, _) = told(all.clone().collect());
    let counted = |count: u64| format!("{count} choices in 2026-11;");
    assert!(out.starts_with(&counted(between - 1)), "{out}");
    let (out, _) = told(all.chain([voided]).collect());
    assert!(out.starts_with(&counted(between - 2)), "{out}");
}

/// Two years of a site in three languages, with a smaller model.
fn two_years() -> Vec<ConsentRecord> {
    let mut all = Vec::new();
    for month in 0..24_u64 {
        for (at, language) in ["en", "de", "fr"].into_iter().enumerate() {
            let at = at as u64;
            let some = Choices {
                month: (month % 12 + 1) as u8,
                language,
                edition: if month < 9 { 1 } else { 2 },
                asked: if month < 9 {
                    &["analytics", "marketing"]
                } else {
                    &["analytics", "maps", "marketing"]
                },
                yes: [90, 31, 3][at as usize] + (month * 7 + at * 11) % 13 + month,
                no: [50, 25, 2][at as usize] + (month * 5 + at) % 11,
            };
            let records = records(&[some]).into_iter().enumerate();
            all.extend(records.map(|(number, mut record)| {
                let year = 2025 + (month / 12) as i32;
                record.time = record.time.replace_year(year).expect("a year");
                if number % 5 == 0 {
                    record.model = "implied".to_owned();
                }
                for (unit, answer) in record.answers.iter_mut().enumerate() {
                    answer.granted &= unit != 2 || number % 3 > 0;
                    answer.granted |= unit == 1 && number % 9 == 0;
                }
                record
            }));
        }
    }
    for (number, mut record) in records(&[EN; 7]).into_iter().enumerate() {
        record.event = if number < 150 {
            Event::Withdrawn
        } else {
            Event::OptedOut
        };
        all.push(record);
    }
    for (number, record_of) in all.iter_mut().enumerate() {
        let number = number as u64 + 1;
        record_of.id = record(number, None).id;
        record_of.subject = record(number, Some(number)).subject;
    }
    all
}

#[test]
fn the_page_stands_alone_and_is_told_to_those_who_do_not_see_it() {
    let (_, page) = told(two_years());
    // Keep the page for inspection.
    let kept = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("stats.html");
    std::fs::write(kept, &page).expect("it can be written");
    for foreign in [
        "<script", "src=", "url(", "http:", "https:", "@import", "href=",
    ] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    let count = |text: &str| page.matches(text).count();
    // Three categories, two models, three languages and two editions; a table for each kind, and
    // one by category for all but the first.
    assert_eq!((count("<svg "), count("<table>")), (10, 7));
    assert_eq!(count("role=\"img\" aria-labelledby=\"chart-"), 10);
    assert_eq!(count("<title id=\"chart-"), 10);
    assert_eq!(count("<table>"), count("<caption id="));
    assert_eq!(count("<th scope="), count("<th>") + count("<th "));
    assert_eq!(count(">2026-12</th>"), 4);
    let ids: Vec<&str> = page
        .split(" id=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let unique: std::collections::HashSet<_> = ids.iter().collect();
    assert_eq!(unique.len(), ids.len(), "{ids:?}");
    for reference in page.split("aria-labelledby=\"").skip(1) {
        let id = reference.split('"').next().unwrap_or_default();
        assert!(ids.contains(&id), "{id}");
    }
}
