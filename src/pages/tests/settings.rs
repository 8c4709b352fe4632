//! The settings page.

use super::*;

#[test]
fn nothing_is_on_unless_it_was_chosen() {
    let on = |name: &str| format!("name=\"{name}\" value=\"1\" checked");
    let off = |name: &str| format!("name=\"{name}\" value=\"0\" checked");
    let html = settings(&["analytics"], None);
    assert!(html.contains(&on("cat.analytics")));
    for name in ["cat.preferences", "cat.marketing", "svc.video"] {
        assert!(html.contains(&off(name)), "{name}");
        assert!(!html.contains(&on(name)), "{name}");
    }
    assert!(!html.contains("cat.necessary"));
    assert_eq!(
        settings(&[], None).matches(" value=\"1\" checked").count(),
        0
    );
}

#[test]
fn the_enter_key_saves_what_is_set() {
    let html = settings(&[], None);
    let buttons: Vec<_> = html
        .split("<button name=\"action\" value=\"")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('"')?.0))
        .collect();
    assert_eq!(buttons, ["save", "reject", "accept"]);
}

#[test]
fn the_settings_form_says_what_it_showed_and_where_it_leads() {
    let html = settings(&[], None);
    assert!(html.contains(&format!("name=\"asked\" value=\"{}\"", frame().asked)));
    assert!(html.contains("name=\"return_to\" value=\"/reports/partners\""));
    assert!(html.contains("name=\"from\" value=\"settings\""));
}

#[test]
fn saving_is_confirmed_once() {
    let status = "role=\"status\" tabindex=\"-1\" autofocus";
    assert!(settings(&[], Some(Outcome::Off)).contains(status));
    assert!(!settings(&[], None).contains(status));
}

#[test]
fn where_nothing_is_optional_nobody_is_asked_to_choose() {
    let none = small("");
    let nothing = "so there is nothing to choose.";
    let html = policy_page_of(frame_of(&none), false);
    assert!(html.contains(nothing));
    for claim in [
        "You have not chosen",
        "Change it",
        "Nobody.",
        "We also keep cookies",
        "Withdrawal",
        "We keep your choice",
    ] {
        assert!(!html.contains(claim), "{claim}");
    }
    let settings = settings_of(frame_of(&none), &[], None);
    assert_eq!(settings.matches(nothing).count(), 1);
    assert!(!settings.contains("You have not chosen") && !settings.contains("We keep your choice"));
}
