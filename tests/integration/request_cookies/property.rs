//! The property: actix parses no gated cookie out of anything that a browser sends.

use actix_web::{App, test, web};
use proptest::{prelude::*, test_runner::TestRunner};

use super::{echo, parsed, seen, with_cookies};
use crate::helpers::consent;

// `test` is actix-web's module here.
#[core::prelude::v1::test]
fn actix_parses_no_gated_cookie_from_any_header() {
    let name = prop_oneof![
        prop::sample::select(vec![
            "visits",
            "_ga",
            "_ga_X",
            "id",
            "basket",
            "%5Fga",
            "%5fg%61",
            "\u{a0}_ga",
            "_ga\u{2028}",
            "vi%73its",
            "",
            "%",
            "%zz",
            "Visits",
            "\"",
            "\u{feff}_ga",
            "%C2%A0_ga",
            "%20visits",
            "_ga%00",
            "a\u{a0}b",
        ])
        .prop_map(str::to_owned),
        "[ -~\u{a0}]{0,6}",
    ];
    let value = prop_oneof![
        Just(b"1".to_vec()),
        Just(b"\"a".to_vec()),
        Just(vec![0xff]),
        Just(vec![])
    ];
    let pair = (name, "[ \t\u{a0}]{0,2}", prop::bool::weighted(0.9), value).prop_map(
        |(name, space, equals, value)| {
            let mut pair = format!("{space}{name}{space}").into_bytes();
            if equals {
                pair.push(b'=');
                pair.extend_from_slice(&value);
            }
            pair
        },
    );
    let strategy = prop::collection::vec(prop::collection::vec(pair, 0..5), 1..4);
    let system = actix_web::rt::System::new();
    let app = system.block_on(async { echo!(consent()) });
    let config = ProptestConfig {
        cases: 1024,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let outcome = TestRunner::new(config).run(&strategy, |lines| {
        let lines: Vec<Vec<u8>> = lines.iter().map(|pairs| pairs.join(&b"; "[..])).collect();
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        let names = system.block_on(with_cookies(&app, "/parsed", &lines));
        for name in names.text().split('|') {
            let gated = name == "visits" || name == "_ga" || name.starts_with("_ga_");
            prop_assert!(!gated, "a handler sees {:?}", name);
        }
        // What stays is what came, in its order.
        let left = system.block_on(with_cookies(&app, "/", &lines)).body;
        let left: Vec<&[u8]> = left
            .split(|byte| matches!(byte, b';' | b'\n'))
            .map(<[u8]>::trim_ascii)
            .collect();
        let mut came = lines
            .iter()
            .flat_map(|line| line.split(|byte| *byte == b';'))
            .map(<[u8]>::trim_ascii);
        let kept = left
            .iter()
            .all(|pair| pair.is_empty() || came.any(|other| other == *pair));
        prop_assert!(kept, "came {:?}, left {:?}", lines, left);
        let left_ids = left.iter().filter(|pair| pair.starts_with(b"id=")).count();
        let ids = lines
            .iter()
            .flat_map(|line| line.split(|byte| *byte == b';'));
        prop_assert_eq!(
            left_ids,
            ids.filter(|pair| pair.trim_ascii().starts_with(b"id="))
                .count()
        );
        Ok(())
    });
    outcome.unwrap();
}
