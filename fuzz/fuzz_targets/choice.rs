//! A text parses as a choice exactly if the grammar allows it, and is then written back byte for
//! byte.

#![no_main]

use actix_consent::choice::Choice;
use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

#[derive(Arbitrary, Debug)]
enum Input<'a> {
    Text(&'a str),
    /// Entries of the right length, with any digits modulo 64.
    Near {
        day: u32,
        ack: bool,
        granted: Vec<[u8; 11]>,
        rejected: Vec<[u8; 5]>,
        sorted: bool,
    },
}

const DIGITS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

impl Input<'_> {
    fn text(self) -> String {
        match self {
            Self::Text(text) => text.to_owned(),
            Self::Near {
                day,
                ack,
                granted,
                rejected,
                sorted,
            } => {
                let ack = if ack { "g" } else { "" };
                let (granted, rejected) = (list(granted, sorted), list(rejected, sorted));
                format!("1.{day}.{ack}.{granted}.{rejected}")
            }
        }
    }
}

fn list<const SIZE: usize>(mut entries: Vec<[u8; SIZE]>, sorted: bool) -> String {
    entries.iter_mut().flatten().for_each(|digit| *digit %= 64);
    if sorted {
        entries.sort_unstable();
    }
    let digits = entries.into_iter().flatten().map(usize::from);
    digits.map(|digit| &DIGITS[digit..=digit]).collect()
}

fuzz_target!(|input: Input| {
    let text = input.text();
    let choice = text.parse::<Choice>();
    assert_eq!(choice.is_ok(), is_choice(&text), "{text}");
    if let Ok(choice) = choice {
        assert_eq!(choice.to_string(), text);
    }
});

/// `1.<day>.<g>.<unit><fingerprint>….<unit>…`
fn is_choice(text: &str) -> bool {
    let parts: Vec<&str> = text.split('.').collect();
    let ["1", day, "" | "g", granted, rejected] = parts[..] else {
        return false;
    };
    let Some((granted, rejected)) = units(granted, 11).zip(units(rejected, 5)) else {
        return false;
    };
    is_day(day) && !granted.iter().any(|unit| rejected.contains(unit))
}

fn is_day(text: &str) -> bool {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    digits && (text == "0" || (1..=6).contains(&text.len()) && !text.starts_with('0'))
}

/// Units of a list with entries of `size`; `None` unless they are sorted and distinct.
fn units(text: &str, size: usize) -> Option<Vec<[usize; 5]>> {
    let digits: Option<Vec<usize>> = text.chars().map(|digit| DIGITS.find(digit)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(size))?;
    let units = digits
        .chunks(size)
        .map(|entry| *entry.first_chunk().expect("a unit"));
    let units: Vec<[usize; 5]> = units.collect();
    (units.len() <= 256 && units.is_sorted_by(|one, next| one < next)).then_some(units)
}
