//! Reader for files in the format of the Open Cookie Database: CSV, one cookie per row.

use std::{fs, path::Path};

use super::{Category, Fact, Known, Source};
use crate::text::Lines;

/// Columns to read. A file may have more, in any order.
const COLUMNS: [&str; 7] = [
    "Platform",
    "Category",
    "Cookie / Data Key name",
    "Description",
    "Retention period",
    "Data Controller",
    "Wildcard match",
];

/// Minimum length of a prefix that ends in a letter or digit. Shorter prefixes of the database,
/// such as `_s` and `cap`, would match unrelated cookies and are read as exact names.
const SHORTEST_PREFIX: usize = 4;

/// Reads a file. The error has the line, the cause and the remedy. `known` is the table without the
/// file.
pub(super) fn read(path: &Path, known: &Known) -> Result<Vec<Fact>, String> {
    let content = fs::read(path).map_err(|error| {
        let text = format!("cannot be read: {error}. Check the path and who may read the file.");
        (None, text)
    });
    let facts = content.and_then(|content| rows(&content, known));
    facts.map_err(|(line, text)| {
        let line = line.map_or_else(String::new, |line| format!("{line}:"));
        format!("{}:{line} {text}", path.display())
    })
}

/// Line and message of an error.
type Wrong = (Option<usize>, String);

fn rows(content: &[u8], known: &Known) -> Result<Vec<Fact>, Wrong> {
    // Spreadsheets add a byte order mark.
    let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
    if content.trim_ascii().is_empty() {
        let text = "is empty. Fetch open-cookie-database.csv of the Open Cookie Database again.";
        return Err((None, text.into()));
    }
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .from_reader(content);
    let at = |position: Option<&csv::Position>| position.map(|found| line_of(content, found));
    let unreadable = |error: csv::Error| (at(error.position()), explain(&error));
    let columns = Columns::find(reader.headers().map_err(unreadable)?)
        .map_err(|text| (Some(line_of(content, &csv::Position::new())), text))?;
    let mut facts = Vec::new();
    for row in reader.records() {
        let row = row.map_err(unreadable)?;
        let fact = fact(&columns, &row, known).map_err(|text| (at(row.position()), text))?;
        facts.push(fact);
    }
    if facts.is_empty() {
        let text = "has a header but no cookies. Fetch open-cookie-database.csv again.";
        return Err((None, text.into()));
    }
    Ok(facts)
}

/// Returns the line of a row. Its position may be before the line breaks of the previous row.
fn line_of(content: &[u8], position: &csv::Position) -> usize {
    let byte = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let from = content.get(byte..).unwrap_or_default();
    let breaks = from.iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
    Lines::of(content).line(byte.saturating_add(breaks.count()))
}

fn explain(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!(
            "this row has {len} fields and the header {expected_len}. Put fields with commas \
             between double quotes, and see that each quote is closed."
        ),
        csv::ErrorKind::Utf8 { .. } => "this row is not UTF-8. Save the file as UTF-8.".to_owned(),
        _ => format!("cannot be read as comma-separated values: {error}. Fetch the file again."),
    }
}

/// Indices of the columns, in the order of `COLUMNS`.
struct Columns([usize; COLUMNS.len()]);

impl Columns {
    fn find(header: &csv::StringRecord) -> Result<Self, String> {
        let mut places = [0; COLUMNS.len()];
        for (place, column) in places.iter_mut().zip(COLUMNS) {
            let is = |found: &str| found.eq_ignore_ascii_case(column);
            *place = header.iter().position(is).ok_or_else(|| {
                format!(
                    "there is no column `{column}`. The first line has to name the columns of the \
                     Open Cookie Database, with commas between them."
                )
            })?;
        }
        Ok(Self(places))
    }

    /// Returns the fields of a row, in the order of `COLUMNS`.
    fn of<'r>(&self, row: &'r csv::StringRecord) -> [&'r str; COLUMNS.len()] {
        // A row with another number of fields was reported as an error.
        self.0.map(|place| row.get(place).unwrap_or_default())
    }
}

fn fact(columns: &Columns, row: &csv::StringRecord, known: &Known) -> Result<Fact, String> {
    let [
        platform,
        category,
        name,
        description,
        kept,
        controller,
        wildcard,
    ] = columns.of(row);
    if name.trim_matches('*').is_empty() {
        return Err("the name of the cookie is missing. Fill it in, or remove the row.".into());
    }
    let begins_many = match wildcard {
        "0" | "" => false,
        "1" => !name.ends_with('*') && can_be_prefix(name),
        other => {
            return Err(format!(
                "`Wildcard match` is `{other}`. Write 1 where the name is the start of many \
                 names, and 0 elsewhere."
            ));
        }
    };
    let provider = [platform, controller].into_iter().find(|it| !it.is_empty());
    Ok(Fact {
        pattern: format!("{name}{}", if begins_many { "*" } else { "" }),
        provider: provider.unwrap_or("Not named in the database").to_owned(),
        purpose: match description {
            "" => "Not described in the database.".to_owned(),
            text => text.split_whitespace().collect::<Vec<_>>().join(" "),
        },
        category: category_of(category, name, known)?,
        keeps: (!kept.is_empty()).then(|| kept.to_owned()),
        source: Source::Database,
    })
}

fn can_be_prefix(name: &str) -> bool {
    let ends_open = name.ends_with(|end: char| end.is_alphanumeric());
    !ends_open || name.chars().count() >= SHORTEST_PREFIX
}

fn category_of(category: &str, name: &str, known: &Known) -> Result<Category, String> {
    match category.to_ascii_lowercase().as_str() {
        // The word is vague: the database uses it for sessions, chats and identifiers of
        // recordings. The category of the built-in table takes precedence; otherwise the cookie
        // needs consent.
        "functional" => Ok(known
            .cookie(name)
            .map_or(Category::Preferences, |fact| fact.category)),
        "personalization" | "preferences" => Ok(Category::Preferences),
        "necessary" | "security" => Ok(Category::Necessary),
        "analytics" => Ok(Category::Analytics),
        "marketing" => Ok(Category::Marketing),
        _ => Err(format!(
            "the category `{category}` is not known. Write Necessary, Security, Functional, \
             Personalization, Analytics or Marketing."
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "ID,Platform,Category,Cookie / Data Key name,Domain,Description,\
                          Retention period,Data Controller,User Privacy & GDPR Rights Portals,\
                          Wildcard match";

    fn read(content: &str) -> Result<Vec<Fact>, Wrong> {
        rows(content.as_bytes(), &Known::built_in())
    }

    fn row(category: &str, name: &str, wildcard: &str) -> String {
        format!("1,Shop,{category},{name},,\"Counts, and  counts\",1 year,Firm,,{wildcard}")
    }

    fn one(row: &str) -> Fact {
        let facts = read(&format!("{HEADER}\n{row}\n")).expect("the row is readable");
        facts.into_iter().next().expect("there is one row")
    }

    /// Line and message of the error for a file.
    fn refused(content: &str) -> (Option<usize>, String) {
        read(content).expect_err("the file is refused")
    }

    #[test]
    fn a_row_becomes_a_fact() {
        let fact = one(&row("Analytics", "counter\t", "0"));
        assert_eq!(fact.pattern, "counter");
        assert_eq!(fact.provider, "Shop");
        assert_eq!(fact.purpose, "Counts, and counts");
        assert_eq!(fact.category, Category::Analytics);
        assert_eq!(fact.keeps.as_deref(), Some("1 year"));
        assert_eq!(fact.source, Source::Database);
    }

    #[test]
    fn what_a_row_leaves_out_is_said() {
        let fact = one("1,,Marketing,x,,,,,,");
        assert_eq!(fact.provider, "Not named in the database");
        assert_eq!(fact.purpose, "Not described in the database.");
        assert_eq!(fact.keeps, None);
        assert_eq!(one("1,,Marketing,x,,,,Firm,,0").provider, "Firm");
    }

    #[test]
    fn a_wildcard_gets_a_star_unless_it_would_claim_too_much() {
        for (name, pattern) in [
            ("_gat_gtag_", "_gat_gtag_*"),
            ("mp_", "mp_*"),
            ("_sid", "_sid*"),
            ("SSPR_*", "SSPR_*"),
            ("_s", "_s"),
            ("cap", "cap"),
        ] {
            assert_eq!(one(&row("Analytics", name, "1")).pattern, pattern);
        }
        assert_eq!(one(&row("Marketing", "SSPR_*", "0")).pattern, "SSPR_*");
    }

    #[test]
    fn every_category_of_the_database_has_a_counterpart() {
        for (category, expected) in [
            ("Functional", Category::Preferences),
            ("Personalization", Category::Preferences),
            ("Necessary", Category::Necessary),
            ("Security", Category::Necessary),
            ("Analytics", Category::Analytics),
            ("marketing", Category::Marketing),
        ] {
            assert_eq!(one(&row(category, "x", "0")).category, expected);
        }
    }

    #[test]
    fn functional_is_what_the_built_in_table_says_and_preferences_elsewhere() {
        let of = |name: &str| one(&row("Functional", name, "0")).category;
        assert_eq!(of("PHPSESSID"), Category::Necessary);
        assert_eq!(of("CookieConsent"), Category::Necessary);
        assert_eq!(of("_hjSessionUser_"), Category::Analytics);
        assert_eq!(of("YSC"), Category::Marketing);
        assert_eq!(of("unheard-of"), Category::Preferences);
    }

    #[test]
    fn a_byte_order_mark_and_other_line_ends_are_fine() {
        let content = format!("\u{feff}{HEADER}\r\n{}\r\n", row("Analytics", "x", "0"));
        assert_eq!(read(&content).expect("it is readable").len(), 1);
        let shuffled = "Wildcard match,Data Controller,Retention period,Description,\
                        COOKIE / DATA KEY NAME,Category,Platform\n0,,,,x,Security,\n";
        assert_eq!(read(shuffled).expect("it is readable").len(), 1);
    }

    #[test]
    fn an_empty_file_is_refused() {
        for empty in ["", "\u{feff}", "\r\n\n", HEADER] {
            let (line, text) = refused(empty);
            assert_eq!(line, None, "{empty:?}");
            assert!(text.contains("Fetch"), "{text}");
        }
    }

    #[test]
    fn an_unreadable_row_is_named_by_its_line() {
        let good = row("Analytics", "x", "0");
        for end in ["\n", "\r\n"] {
            for (bad, part) in [
                ("1,2,3".to_owned(), "3 fields"),
                (row("Analytics", "", "0"), "name"),
                (row("Analytics", "**", "0"), "name"),
                (row("Odd", "x", "0"), "`Odd`"),
                (row("Analytics", "x", "maybe"), "`maybe`"),
            ] {
                let content = [HEADER, &good, "", &bad, &good].join(end);
                let (line, text) = refused(&content);
                assert_eq!(line, Some(4), "{bad} {text}");
                assert!(text.contains(part), "{text}");
            }
        }
    }

    #[test]
    fn what_is_not_the_format_is_refused_with_a_remedy() {
        let (line, text) = refused(&HEADER.replace(',', ";"));
        assert_eq!(line, Some(1));
        assert!(text.contains("`Platform`") && text.contains("commas"));
        let mut content = format!("{HEADER}\n").into_bytes();
        content.extend(b"1,Shop,Analytics,\xFF,,,,,,0\n");
        let (line, text) = rows(&content, &Known::built_in()).expect_err("it is not UTF-8");
        assert_eq!((line, text.contains("UTF-8")), (Some(2), true));
    }

    #[test]
    fn a_field_over_several_lines_does_not_shift_the_count() {
        let long = "1,Shop,Analytics,x,,\"Counts\nand counts\",,,,0";
        let content = [HEADER, long, "1,2,3"].join("\n");
        assert_eq!(refused(&content).0, Some(4));
        assert_eq!(one(long).purpose, "Counts and counts");
    }
}
