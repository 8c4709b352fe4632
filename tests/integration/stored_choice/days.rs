//! Days.

use actix_consent::choice::Day;
use actix_web::{App, test, web};

use super::{ALL, BOUND, NO_CHOICE, NONE, on, read, site, state, value};

#[actix_web::test]
async fn a_choice_counts_for_its_days_a_yes_and_a_no_alike() {
    for (action, read_as) in [("accept", ALL), ("reject", NONE)] {
        let value = value(on(20_000).build().unwrap(), action).await;
        let cookie = format!("{BOUND}={value}");
        for (day, expected) in [
            (20_000, read_as),
            (20_001, read_as),
            (20_179, read_as),
            (20_181, NO_CHOICE),
            (30_000, NO_CHOICE),
        ] {
            let app = site!(on(day).build().unwrap());
            assert_eq!(
                read(&app, &cookie).await.text(),
                expected,
                "{action} on {day}"
            );
        }
        let longer = site!(on(20_300).validity_days(399).build().unwrap());
        assert_eq!(read(&longer, &cookie).await.text(), read_as);
        let shorter = site!(on(20_005).validity_days(3).build().unwrap());
        assert_eq!(read(&shorter, &cookie).await.text(), NO_CHOICE);
    }
}

#[actix_web::test]
async fn a_day_one_ahead_is_tolerated_and_more_is_no_choice() {
    let app = site!(on(20_000).build().unwrap());
    for (day, expected) in [
        (20_001, ALL),
        (20_002, NO_CHOICE),
        (20_100, NO_CHOICE),
        (29_999, NO_CHOICE),
    ] {
        let value = value(on(day).build().unwrap(), "accept").await;
        assert_eq!(
            read(&app, &format!("{BOUND}={value}")).await.text(),
            expected,
            "{day}"
        );
    }
}

#[actix_web::test]
async fn two_visitors_who_reject_on_one_day_hold_the_same_value() {
    let mut values = Vec::new();
    for _ in 0..3 {
        values.push(value(on(20_000).build().unwrap(), "reject").await);
    }
    assert!(values.iter().all(|value| *value == values[0]), "{values:?}");
    assert_ne!(
        value(on(20_001).build().unwrap(), "reject").await,
        values[0],
        "the control"
    );
}

#[actix_web::test]
async fn days_beyond_the_calendar_become_its_last_day() {
    let day = |days: u32| Day::from(time::macros::date!(1970 - 01 - 01)).plus(days);
    assert_eq!(day(0).date(), time::macros::date!(1970 - 01 - 01));
    assert_eq!(day(20_000).date(), time::macros::date!(2024 - 10 - 04));
    let mut before = day(0).date();
    for days in [
        2_000_000,
        10_000_000,
        i32::MAX as u32 - 2_440_588,
        i32::MAX as u32 - 2_440_587,
        i32::MAX as u32,
        i32::MAX as u32 + 1,
        u32::MAX - 2_440_588,
        u32::MAX,
    ] {
        let date = day(days).date();
        assert!(date >= before, "{days}: {date} is before {before}");
        before = date;
    }
    assert_eq!(day(u32::MAX).date(), time::Date::MAX);
    assert_eq!(Day::today().plus(u32::MAX).date(), time::Date::MAX);
}
