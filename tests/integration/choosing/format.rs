//! The text of a choice.

use actix_consent::{choice::Choice, policy::UnitTag};
use proptest::prelude::*;

proptest! {
    #[test]
    fn a_choice_reads_back_as_it_was_written(
        day in 0u32..=999_999,
        ack in any::<bool>(),
        granted in prop::collection::btree_map("[A-Za-z0-9_-]{5}", "[A-Za-z0-9_-]{6}", 0..20),
        rejected in prop::collection::btree_set("[A-Za-z0-9_-]{5}", 0..20),
    ) {
        let tag = |text: &str| text.parse::<UnitTag>().expect("five characters");
        let mut grants: Vec<_> = granted.iter().map(|(unit, meant)| (tag(unit), meant)).collect();
        grants.sort();
        let mut rejections: Vec<_> = rejected
            .iter()
            .filter(|unit| !granted.contains_key(*unit))
            .map(|unit| tag(unit))
            .collect();
        rejections.sort();
        let grants: String = grants.iter().map(|(unit, meant)| format!("{unit}{meant}")).collect();
        let rejections: String = rejections.iter().map(ToString::to_string).collect();
        let text = format!("1.{day}.{}.{grants}.{rejections}", if ack { "g" } else { "" });
        let choice: Choice = text.parse().expect("a choice");
        prop_assert_eq!(choice.to_string(), text);
        prop_assert_eq!(choice.gpc_ack(), ack);
        prop_assert_eq!(choice.grants(), !grants.is_empty());
        prop_assert_eq!(choice.to_string().parse::<Choice>(), Ok(choice));
    }

    #[test]
    fn one_choice_has_one_form(text in "[01]\\.[0-9]{1,6}\\.g?\\.([A-C]{11}){0,3}\\.([A-C]{5}){0,3}") {
        if let Ok(choice) = text.parse::<Choice>() {
            prop_assert_eq!(choice.to_string(), text);
        }
    }

    #[test]
    fn no_text_makes_the_reader_of_choices_panic(text in any::<String>()) {
        if let Ok(choice) = text.parse::<Choice>() {
            prop_assert_eq!(choice.to_string(), text);
        }
    }
}
