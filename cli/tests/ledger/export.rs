//! Export as JSON Lines and CSV.

use std::collections::HashMap;

use actix_consent::ledger::{ConsentRecord, RecordId};
use actix_consent_ledger::acceptance::record;
use time::macros::datetime;

use crate::{id, numbered, run, with};

#[test]
fn records_are_exported_by_subject_as_they_are() {
    let site = with(numbered(1..8));
    let (code, out, err) = run(&site, &["export", "--subject", &id(2)]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out, format!("{}\n", record(2, Some(2)).to_json()));
    let (code, all, _) = run(&site, &["export"]);
    let lines = all.lines().map(ConsentRecord::from_json);
    let numbers: Result<Vec<_>, _> = lines.map(|line| line.map(|record| record.id)).collect();
    let expected: Vec<_> = numbered(1..8).map(|record| record.id).collect();
    assert_eq!((code, numbers.expect("records")), (0, expected));
}

#[test]
fn days_split_records_at_midnight_and_until_is_exclusive() {
    let at = |number: u64, time| {
        let mut record = record(number, Some(1));
        record.time = time;
        record
    };
    let site = with([
        at(1, datetime!(2026-11-01 23:59:59.999 UTC)),
        at(2, datetime!(2026-11-02 0:00 UTC)),
        at(3, datetime!(2026-11-02 23:59:59.999 UTC)),
        at(4, datetime!(2026-11-03 0:00 UTC)),
    ]);
    let (of_one, since, until) = (id(1), "--since", "--until");
    for subject in [&[][..], &["--subject", &of_one]] {
        let found = |days: &[&str]| {
            let (code, out, err) = run(&site, &[&["export"], subject, days].concat());
            assert_eq!(err, "");
            let record = |line| ConsentRecord::from_json(line).expect("a record");
            let ids = out.lines().map(|line| record(line).id);
            let number = |id| (1..5).find(|number| record_id(*number) == id);
            (code, ids.filter_map(number).collect::<Vec<u64>>())
        };
        assert_eq!(found(&[]), (0, vec![1, 2, 3, 4]));
        assert_eq!(found(&[since, "2026-11-02"]), (0, vec![2, 3, 4]));
        assert_eq!(found(&[until, "2026-11-02"]), (0, vec![1]));
        let both = [since, "2026-11-02", until, "2026-11-03"];
        assert_eq!(found(&both), (0, vec![2, 3]));
        assert_eq!(found(&[since, "2026-11-04"]), (1, vec![]));
        assert_eq!(found(&[until, "2026-11-01"]), (1, vec![]));
    }
    let (code, _, err) = run(&site, &["export", since, "yesterday"]);
    assert_eq!((code, err.contains("2026-11-25")), (2, true), "{err}");
}

fn record_id(number: u64) -> RecordId {
    record(number, None).id
}

/// Rows of a CSV export by column name.
fn rows(text: &str) -> Vec<HashMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows = reader.deserialize().collect::<Result<_, _>>();
    rows.expect("it is CSV")
}

#[test]
fn csv_rows_have_answers_and_gaps_and_no_formula() {
    let mut choice = record(1, Some(1));
    let mut other = choice.answers[0].clone();
    (other.unit, other.granted, other.meaning) = ("ads".to_owned(), false, "ghijkl".to_owned());
    choice.answers.push(other);
    choice.language = "=HYPERLINK(\"//x\")".to_owned();
    choice.asked = Some("-hash".to_owned());
    let text = record(2, None).to_json().replacen("rejected", "gap", 1);
    let gap =
        r#","gap":{"count":12,"since":"2026-11-01T00:00:00Z","until":"2026-11-01T01:00:00Z"}}"#;
    let gap = ConsentRecord::from_json(&(text[..text.len() - 1].to_owned() + gap));
    let site = with([choice, gap.expect("a record")]);
    let (code, out, err) = run(&site, &["export", "--format", "csv"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let rows = rows(&out);
    let cell = |row: usize, column: &str| rows[row][column].as_str();
    assert_eq!(cell(0, "event"), "accepted");
    assert_eq!(
        (cell(0, "granted"), cell(0, "rejected")),
        ("preferences analytics", "marketing ads")
    );
    assert_eq!(
        cell(0, "meanings"),
        "preferences:ghijkl analytics:abcdef marketing:mnopqr ads:ghijkl"
    );
    assert_eq!(cell(0, "language"), "'=HYPERLINK(\"//x\")");
    assert_eq!(cell(0, "asked"), "'-hash");
    assert_eq!(cell(0, "gap_count"), "");
    assert_eq!(cell(1, "event"), "gap");
    assert_eq!(cell(1, "gap_count"), "12");
    assert_eq!(cell(1, "gap_since"), "2026-11-01T00:00:00Z");
    assert_eq!(cell(1, "gap_until"), "2026-11-01T01:00:00Z");
    let (_, help, _) = run(&site, &["export", "--help"]);
    assert!(help.contains("apostrophe"), "{help}");
}
