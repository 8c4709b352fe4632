//! Jurisdictions whose law requires an act of consent.

use crate::policy::is_region;

/// Members of the European Union and the European Economic Area. `EL` is the EU's code for Greece.
const EEA: [&str; 31] = [
    "AT", "BE", "BG", "HR", "CY", "CZ", "DK", "EE", "FI", "FR", "DE", "GR", "EL", "HU", "IE", "IT",
    "LV", "LT", "LU", "MT", "NL", "PL", "PT", "RO", "SK", "SI", "ES", "SE", "IS", "LI", "NO",
];

/// Returns whether the law of a region requires an act of consent for optional cookies: `EU`,
/// `EEA`, `UK`, `CH`, their countries, and parts of those (`DE-BY`).
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

/// Returns whether the region exists. Of a part of a country, only the country is checked.
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
