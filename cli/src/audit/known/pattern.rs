//! Patterns of cookie names, in which `*` matches any text, including none.

/// Returns whether a pattern contains `*`.
pub(super) fn is_wildcard(pattern: &str) -> bool {
    pattern.contains('*')
}

/// Number of literal bytes of a pattern. The longest matching pattern is the best.
pub(super) fn weight(pattern: &str) -> usize {
    pattern.bytes().filter(|byte| *byte != b'*').count()
}

/// Returns whether a name matches a pattern.
///
/// Each part between two `*` is searched once, after the previous one. Backtracking would never
/// find more, so the time is linear.
pub(super) fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split('*');
    // A split has at least one part.
    let Some(mut rest) = parts.next().and_then(|start| name.strip_prefix(start)) else {
        return false;
    };
    let Some(end) = parts.next_back() else {
        return rest.is_empty();
    };
    match rest.strip_suffix(end) {
        Some(before) => rest = before,
        None => return false,
    }
    for part in parts {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_and_for_nothing() {
        for (pattern, name) in [
            ("_ga", "_ga"),
            ("_ga_*", "_ga_"),
            ("_ga_*", "_ga_ABC123"),
            ("kndctr_*_identity", "kndctr_0A_AdobeOrg_identity"),
            ("sb-*-auth-token*", "sb-abc-auth-token.0"),
            ("a*b*c", "abbc"),
            ("a**c", "ac"),
            ("é*", "été"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn what_is_missing_or_too_much_does_not_fit() {
        for (pattern, name) in [
            ("_ga", "_gat"),
            ("_ga", "x_ga"),
            ("_ga_*", "_ga"),
            ("_ga_*", "_GA_ABC"),
            ("kndctr_*_identity", "kndctr_identity"),
            ("kndctr_*_identity", "kndctr_x_identity_"),
            ("a*a", "a"),
            ("a*b*c", "acb"),
            ("", "a"),
        ] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn a_huge_name_does_not_make_it_slow() {
        let name = "a".repeat(4 << 20);
        assert!(!fits("a*a*a*a*a*a*a*a*ab*a", &name));
        assert!(!fits(&format!("{}b", "a*".repeat(1_000)), &name));
        assert!(fits("a*a*a*a*a*a*a*a*a*a", &name));
    }

    #[test]
    fn the_weight_leaves_the_stars_out() {
        assert_eq!(weight("_ga_*"), 4);
        assert!(weight("kndctr_*_identity") > weight("kndctr_*"));
    }
}
