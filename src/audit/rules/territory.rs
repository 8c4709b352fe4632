//! Where silence is no consent.

use crate::policy::is_region;

/// The members of the Union and of the European Economic Area. `EL` is the Union's own code for
/// Greece.
const EEA: [&str; 31] = [
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "EL", "HU", "IE", "IT",
    "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO",
];

/// Whether the law of a region asks for an act of consent to what is optional: `EU`, `EEA`, `UK`,
/// `CH`, their countries, and parts of those (`DE-BY`).
///
/// Art. 5(3) of Directive 2002/58/EC with Art. 4(11) GDPR; reg. 6 PECR; for Switzerland the
/// guidance of the FDPIC of October 2025.
pub(crate) fn asks_for_an_act(region: &str) -> bool {
    let country = region
        .split('-')
        .next()
        .unwrap_or(region)
        .to_ascii_uppercase();
    ["EU", "EEA", "UK", "GB", "CH"].contains(&country.as_str()) || EEA.contains(&country.as_str())
}

/// Returns whether there is such a region; of a part of a country, the country is enough.
pub(crate) fn is_known(region: &str) -> bool {
    let country = region.split('-').next().unwrap_or(region);
    is_region(&country.to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_state_is_part_of_the_union_and_texas_is_not() {
        for region in [
            "EU", "EEA", "UK", "GB", "CH", "PL", "pl", "DE-BY", "NO", "EL",
        ] {
            assert!(asks_for_an_act(region), "{region}");
        }
        for region in ["US", "US-TX", "JP", "AU", "", "CA-QC"] {
            assert!(!asks_for_an_act(region), "{region}");
        }
    }
}
