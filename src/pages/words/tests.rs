use super::*;

#[test]
fn values_are_filled_in_once() {
    assert_eq!(
        fill("{a} and {b}, {c", &[("a", "{b}"), ("b", "2")]),
        "{b} and 2, {c"
    );
    assert_eq!(fill("{unknown}", &[]), "{unknown}");
}

#[test]
fn lists_read_like_lists() {
    let words = Words::english();
    assert_eq!(words.list::<&str>(&[]), "");
    assert_eq!(words.list(&["a"]), "a");
    assert_eq!(words.list(&["a", "b"]), "a and b");
    assert_eq!(words.list(&["a", "b", "c"]), "a, b and c");
}

#[test]
fn every_purpose_of_the_closed_list_has_words() {
    let words = Words::english();
    for id in Purpose::known_ids() {
        let purpose: Purpose = id.parse().expect("it is in the list");
        assert!(words.purpose(&purpose, "en").starts_with("to "), "{id}");
    }
}

#[test]
fn a_time_is_said_in_the_words_of_the_language() {
    let mut words = Words::english();
    assert_eq!(words.time(1, TimeUnit::Year), "1 year");
    assert_eq!(words.time(30, TimeUnit::Day), "30 days");
    words.units_many = "Sekunden Minuten Stunden Tage Wochen Monate Jahre".into();
    assert_eq!(words.time(13, TimeUnit::Month), "13 Monate");
}

#[test]
fn small_numbers_are_words() {
    let words = Words::english();
    assert_eq!(
        [0, 1, 10, 11].map(|n| words.number(n)),
        ["0", "one", "ten", "11"]
    );
}

#[test]
fn a_day_reads_like_a_day() {
    let day = time::macros::date!(2026 - 11 - 22);
    assert_eq!(Words::english().date(day), "22\u{a0}November 2026");
}
