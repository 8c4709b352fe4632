//! Parser from a text to a [`PolicyFile`] that collects every invalid entry.
//!
//! serde stops at the first unknown key or wrong type. So the text is parsed into a tree; each
//! entry that serde rejects is removed from it, and the rest is parsed again until serde accepts
//! it. This happens once, at the start.

use serde::Deserialize;
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{Fault, PolicyError, PolicyFile, location::line_at};

/// Maximum number of invalid entries before parsing stops.
const MAX_FAULTS: usize = 200;

/// Maximum number of reported TOML syntax errors. One can cause more.
const MAX_SYNTAX: usize = 5;

/// Minimum similarity (0 to 1) at which a known key is proposed for an unknown one.
const ALIKE: f64 = 0.8;

/// Result of parsing a text.
#[derive(Default)]
pub(super) struct Parsed<'t> {
    pub(super) file: PolicyFile,
    /// Tree that `file` was parsed from, for the lines of its entries.
    pub(super) tree: Option<Spanned<DeTable<'t>>>,
    /// Faults of the invalid entries.
    pub(super) faults: Vec<Fault>,
    /// Entries that are missing because their content was invalid.
    pub(super) invalid: Vec<String>,
}

/// Parses a text.
///
/// # Errors
///
/// Fails if the text is not TOML, or has so many faults that the rest cannot be parsed.
pub(super) fn parse(text: &str) -> Result<Parsed<'_>, PolicyError> {
    let (mut tree, errors) = DeTable::parse_recoverable(text);
    if let Some(error) = not_toml(text, &errors) {
        return Err(error);
    }
    let mut parsed = Parsed::default();
    loop {
        let error = match PolicyFile::deserialize(toml::Deserializer::from(tree.clone())) {
            Ok(file) => {
                parsed.file = file;
                parsed.tree = Some(tree);
                return Ok(parsed);
            }
            Err(error) => error,
        };
        let span = error.span().unwrap_or(0..0);
        let place = take_out(tree.get_mut(), &span).unwrap_or_default();
        let (message, meant) = match error.message() {
            "invalid type: map, expected a sequence" if !place.contains('.') => (
                format!("this is a list: write each entry under [[{place}]]"),
                None,
            ),
            message => explained(message),
        };
        if let Some(meant) = meant {
            let around = place.rfind('.').map_or("", |at| &place[..=at]);
            let meant = format!("{around}{meant}");
            // The correctly spelt entry may exist beside the misspelt one.
            if !is_written(tree.get_ref(), &meant) {
                parsed.invalid.push(meant);
            }
        }
        parsed.faults.push(Fault {
            line: Some(line_at(text, span.start)),
            place: place.clone(),
            message,
        });
        if place.is_empty() || parsed.faults.len() == MAX_FAULTS {
            return Err(PolicyError::Faults(parsed.faults));
        }
        parsed.invalid.push(place);
    }
}

fn not_toml(text: &str, errors: &[toml::de::Error]) -> Option<PolicyError> {
    let line = |error: &toml::de::Error| {
        let start = error.span().map_or(0, |span| span.start);
        line_at(text, start)
    };
    let (first, others) = errors.split_first()?;
    let mut message = first.message().to_owned();
    for other in others.iter().take(MAX_SYNTAX - 1) {
        message.push_str(&format!("; line {}: {}", line(other), other.message()));
    }
    Some(PolicyError::Syntax {
        line: line(first),
        message,
    })
}

/// Returns whether an entry such as `cookie[2].name` exists in the tree.
fn is_written(table: &DeTable<'_>, place: &str) -> bool {
    let (step, rest) = match place.split_once('.') {
        Some((step, rest)) => (step, Some(rest)),
        None => (place, None),
    };
    let (key, index) = match step.split_once('[') {
        Some((key, index)) => (key, index.trim_end_matches(']').parse::<usize>().ok()),
        None => (step, None),
    };
    let value = table
        .get(key)
        .and_then(|value| match (value.get_ref(), index) {
            (DeValue::Array(items), Some(index)) => items.get(index).map(Spanned::get_ref),
            (value, _) => Some(value),
        });
    match (value, rest) {
        (Some(DeValue::Table(table)), Some(rest)) => is_written(table, rest),
        (value, rest) => value.is_some() && rest.is_none(),
    }
}

/// Describes a wrong type in terms of TOML instead of serde.
fn wrong_type(message: &str) -> Option<String> {
    if message == "data did not match any variant of untagged enum Text" {
        let both = "write one text in quotes, or one for each language, such as \
                    { en = \"…\", de = \"…\" }";
        return Some(format!("not a text: {both}"));
    }
    let (found, wanted) = message
        .strip_prefix("invalid type: ")?
        .split_once(", expected ")?;
    let found = match found.split_once(' ') {
        Some(("string", text)) => format!("the text {text}"),
        Some(("integer" | "floating", number)) => {
            format!("the number {}", number.trim_start_matches("point "))
        }
        Some(("boolean", value)) => value.to_owned(),
        _ => match found {
            "map" => "a table".to_owned(),
            "sequence" => "a list".to_owned(),
            other => other.to_owned(),
        },
    };
    let wanted = match wanted {
        "a sequence" => "a list, in brackets",
        "a string" => "a text, in quotes",
        "a boolean" => "`true` or `false`, without quotes",
        "u16" | "u32" | "u64" | "usize" => "a whole number, without quotes",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table, with a key for each entry",
        other => other,
    };
    Some(format!("found {found}: write {wanted}"))
}

/// Rewrites serde's message. Returns the known key that was probably meant as well, if the message
/// lists the known ones.
fn explained(message: &str) -> (String, Option<String>) {
    let mut quoted = message.split('`').skip(1).step_by(2);
    let is_key = message.starts_with("unknown field `");
    if !is_key && !message.starts_with("unknown variant `") {
        let text = wrong_type(message).unwrap_or_else(|| message.to_owned());
        return (text, None);
    }
    let written = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.collect();
    let rated = known
        .iter()
        .map(|known| (strsim::jaro_winkler(known, written), *known));
    let meant = rated
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .map(|(_, known)| known);
    let what = if is_key {
        "unknown key"
    } else {
        "unknown value"
    };
    let all = known.join("`, `");
    let text = match meant {
        Some(meant) => format!("{what} `{written}`: did you mean `{meant}`? Known here: `{all}`"),
        None => format!("{what} `{written}`: use one of `{all}`"),
    };
    (text, meant.filter(|_| is_key).map(str::to_owned))
}

type Span = std::ops::Range<usize>;

/// Removes the entry with the error: the innermost one whose key or value has exactly its span,
/// else the smallest one that contains it. Returns the entry's path.
fn take_out(table: &mut DeTable<'_>, span: &Span) -> Option<String> {
    let is_it: [fn(&Span, &Span) -> bool; 2] = [
        |entry, span| entry == span,
        |entry, span| entry.start <= span.start && span.end <= entry.end,
    ];
    is_it.iter().find_map(|is_it| {
        let place = find(table, &|entry| is_it(entry, span))?;
        remove(table, &place);
        Some(place.iter().fold(String::new(), |text, step| match step {
            Step::Key(key) if text.is_empty() => key.clone(),
            Step::Key(key) => format!("{text}.{key}"),
            Step::Item(index) => format!("{text}[{index}]"),
        }))
    })
}

enum Step {
    Key(String),
    Item(usize),
}

fn find(table: &DeTable<'_>, is_it: &dyn Fn(&Span) -> bool) -> Option<Vec<Step>> {
    table.iter().find_map(|(key, value)| {
        let step = || Step::Key(key.get_ref().clone().into_owned());
        match inside(value, is_it) {
            Some(mut place) => {
                place.insert(0, step());
                Some(place)
            }
            None => (is_it(&key.span()) || is_it(&value.span())).then(|| vec![step()]),
        }
    })
}

/// Path within a value.
fn inside(value: &Spanned<DeValue<'_>>, is_it: &dyn Fn(&Span) -> bool) -> Option<Vec<Step>> {
    match value.get_ref() {
        DeValue::Table(table) => find(table, is_it),
        DeValue::Array(items) => items.iter().enumerate().find_map(|(index, item)| {
            let mut place = match inside(item, is_it) {
                Some(place) => place,
                None if is_it(&item.span()) => Vec::new(),
                None => return None,
            };
            place.insert(0, Step::Item(index));
            Some(place)
        }),
        _ => None,
    }
}

fn remove(table: &mut DeTable<'_>, place: &[Step]) {
    let Some((Step::Key(key), rest)) = place.split_first() else {
        return;
    };
    if rest.is_empty() {
        table.remove(key.as_str());
    } else if let Some(value) = table.get_mut(key.as_str()) {
        remove_inside(value.get_mut(), rest);
    }
}

fn remove_inside(value: &mut DeValue<'_>, place: &[Step]) {
    match (value, place.split_first()) {
        (DeValue::Table(table), _) => remove(table, place),
        (DeValue::Array(items), Some((Step::Item(index), []))) => {
            let mut kept = toml::de::DeArray::new();
            for (at, item) in std::mem::replace(items, toml::de::DeArray::new())
                .into_iter()
                .enumerate()
            {
                if at != *index {
                    kept.push(item);
                }
            }
            *items = kept;
        }
        (DeValue::Array(items), Some((Step::Item(index), rest))) => {
            if let Some(item) = items.get_mut(*index) {
                remove_inside(item.get_mut(), rest);
            }
        }
        _ => {}
    }
}

/// Returns whether an entry is missing because its content was invalid.
pub(super) fn is_invalid(invalid: &[String], place: &str) -> bool {
    invalid.iter().any(|lost| {
        let below = |outer: &str, inner: &str| {
            let rest = inner.strip_prefix(outer)?;
            (rest.is_empty() || rest.starts_with(['.', '['])).then(|| rest.to_owned())
        };
        // A removed item may leave its list empty.
        let item = |rest: &str| {
            let index = rest
                .strip_prefix('[')
                .and_then(|rest| rest.strip_suffix(']'));
            index.is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit()))
        };
        below(lost, place).is_some() || below(place, lost).is_some_and(|rest| item(&rest))
    })
}

/// Returns whether an id of a list may be unknown because its entry, or the id in it, was invalid.
pub(super) fn may_be_invalid(invalid: &[String], list: &str) -> bool {
    invalid.iter().any(|lost| {
        let Some(rest) = lost.strip_prefix(list) else {
            return false;
        };
        let rest = rest.split_once(']').map_or(rest, |(_, rest)| rest);
        matches!(rest, "" | ".id")
    })
}
