//! Traces of values.

use std::hash::{BuildHasher, RandomState};

use super::Trace;

/// Creates traces that are comparable only within one audit.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tracer(RandomState);

impl Tracer {
    pub(crate) fn trace(&self, value: &str) -> Trace {
        Trace {
            hash: self.0.hash_one(value),
            length: value.chars().count(),
            identifies: identifies(value),
        }
    }
}

/// Returns whether a value looks like an identifier of a browser: long enough, with letters and
/// digits that seem random.
fn identifies(value: &str) -> bool {
    // One identifying part of the value is enough.
    let parts = value.split(|letter: char| !letter.is_ascii_alphanumeric());
    let whole: String = value
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(200)
        .collect();
    let random = |text: &str, least: usize| {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        let mut kinds: Vec<u8> = text.bytes().collect();
        kinds.sort_unstable();
        kinds.dedup();
        text.len() >= least && digits >= 3 && kinds.len() >= 6
    };
    let has_part = parts.into_iter().any(|part| random(part, 8));
    has_part || (whole.len() >= 16 && random(&whole, 16))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_told_from_settings() {
        for id in [
            "GA1.1.1234567890.1700000000",
            "fb.1.1700000000000.987654321",
            "0b9f2c44-5d1e-4a7b-9c3d-1234567890ab",
            "a81bc81bdead4e5dabff90865d1e13b1",
        ] {
            assert!(identifies(id), "{id}");
        }
        for setting in [
            "",
            "1",
            "dark",
            "de-DE",
            "accepted",
            "true",
            "rejected-all",
            "11111111",
        ] {
            assert!(!identifies(setting), "{setting}");
        }
    }

    #[test]
    fn a_value_is_known_again_within_one_audit_alone() {
        let (one, other) = (Tracer::default(), Tracer::default());
        assert_eq!(one.trace("abc"), one.trace("abc"));
        assert_ne!(one.trace("abc").hash, one.trace("abd").hash);
        assert_ne!(one.trace("abc").hash, other.trace("abc").hash);
    }
}
