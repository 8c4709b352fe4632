//! `consent policy diff`.

use super::{
    edits::{ASKS, HARMLESS, after, with_cdn, without_video},
    *,
};

/// Exit code and output of the program if `new` replaces `old`.
fn told(old: &str, new: &str) -> String {
    let site = Site::with("old.toml", old);
    site.write("new.toml", new);
    let ran = site.run(&["diff", "old.toml", "new.toml"]);
    assert_eq!(ran.err, "");
    format!("exit {}\n{}", ran.code, ran.out)
}

/// Output for each edit, below its name.
fn told_of(edits: &[(&str, &str, &str)]) -> String {
    let told = |edit: &(&str, &str, &str)| format!("# {}\n{}", edit.0, told(WHOLE, &after(*edit)));
    edits.iter().map(told).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_same_policy_asks_nobody() {
    assert_eq!(told(WHOLE, WHOLE), "exit 0\nNo visitor is asked again.\n");
    let commented = format!("# Another order and other spaces say nothing.\n\n{WHOLE}");
    assert_eq!(told(WHOLE, &commented), told(WHOLE, WHOLE));
    assert_ne!(told(WHOLE, &after(ASKS[0])), told(WHOLE, WHOLE));
}

#[test]
fn each_edit_that_asks_says_whom_and_why() {
    insta::assert_snapshot!("edits_that_ask", told_of(&ASKS));
}

#[test]
fn each_edit_that_asks_nobody_says_what_differs() {
    insta::assert_snapshot!("edits_that_ask_nobody", told_of(&HARMLESS));
}

#[test]
fn what_is_gone_asks_nobody_and_its_return_asks_everyone() {
    let gone = without_video();
    insta::assert_snapshot!(told(WHOLE, &gone), @r#"
    exit 0
    No longer asked: the service `video` of `marketing`, which was removed
      with it, the cookie `video_pref` of `video` was removed
      with it, the origins of the service `video` are gone

    No visitor is asked again.
    "#);
    insta::assert_snapshot!(told(&gone, WHOLE), @r#"
    exit 1
    Asked for the first time: the service `video` of `marketing`
      with it, the cookie `video_pref` of `video` is new
      with it, the origins of the service `video` are new

    Everyone is asked about `video`, except visitors who rejected `marketing`.
    "#);
}

#[test]
fn what_needs_no_consent_asks_nobody_until_it_needs_one() {
    let (with_cdn, gated) = (with_cdn("necessary"), with_cdn("marketing"));
    let other_net = with_cdn.replace("Example Net", "Other Net");
    insta::assert_snapshot!(told(WHOLE, &with_cdn), @r#"
    exit 0
    No new question: the service `cdn` of `necessary` is new and needs no consent

    No visitor is asked again.
    "#);
    insta::assert_snapshot!(told(&with_cdn, &other_net), @r#"
    exit 0
    No new question: the service `cdn` of `necessary`: the provider `Other Net` is new
    No new question: the service `cdn` of `necessary`: the provider `Example Net` was removed

    No visitor is asked again.
    "#);
    insta::assert_snapshot!(told(&with_cdn, &gated), @r#"
    exit 1
    Asked for the first time: the service `cdn` of `marketing`, which needed no consent before

    Everyone is asked about `cdn`, except visitors who rejected `marketing`.
    "#);
    insta::assert_snapshot!(told(&gated, &with_cdn), @r#"
    exit 0
    No longer asked: the service `cdn` of `necessary`, which now needs no consent

    No visitor is asked again.
    "#);
}

#[test]
fn what_comes_with_a_reason_is_not_said_to_ask_nobody() {
    let cookie = "\n[[cookie]]\nname = \"ads\"\ncategory = \"analytics\"\npurpose = \"Picks \
                  adverts.\"\npurposes = [\"advertising\"]\nduration = \"1 day\"\n";
    let told = told(WHOLE, &format!("{WHOLE}{cookie}"));
    insta::assert_snapshot!(told, @r#"
    exit 1
    Asked again: the category `analytics`
      because the purpose `advertising` is new
      with it, the cookie `ads` of `analytics` is new

    Visitors who accepted `analytics` are asked again about it.
    "#);
}

#[test]
fn what_moves_comes_with_the_place_that_it_leaves_as_well() {
    let marked = after(ASKS[2]);
    let moved = marked.replacen("category = \"analytics\"", "category = \"marketing\"", 1);
    insta::assert_snapshot!(told(&marked, &moved), @r#"
    exit 1
    Asked again: the category `analytics`
      because the purpose `advertising` was removed
      with it, the cookie `visits` moved from `analytics` to `marketing`

    Visitors who accepted `analytics` are asked again about it.
    "#);
}

#[test]
fn several_changes_are_summed_up_together() {
    let mut new = after(ASKS[9]);
    for (_, from, to) in [ASKS[4], ASKS[11], ASKS[12], HARMLESS[3], HARMLESS[13]] {
        new = replaced(&new, from, to);
    }
    insta::assert_snapshot!(told(WHOLE, &new), @r#"
    exit 1
    Asked again: the category `analytics`
      because the controller `Example News AG` is new
      because the controller `Example News Ltd` was removed
      with it, the cookie `visits` of `analytics` is kept longer: 13 months instead of 30 days
      with it, the cookie `visits` of `analytics` differs in `path` and `set_by`
    Asked again: the category `marketing`
      because the controller `Example News AG` is new
      because the controller `Example News Ltd` was removed
    Asked for the first time: the category `social`
    Asked again: the service `video` of `marketing`
      because the provider `Other Video` is new
      because the provider `Example Video` was removed
    Asked for the first time: the service `film` of `marketing`
    No new question: the category `necessary`: the controller `Example News AG` is new
    No new question: the category `necessary`: the controller `Example News Ltd` was removed

    Visitors who accepted `analytics`, `marketing` or `video` are asked again about each one that they accepted. Everyone is asked about `social`, including visitors who have answered before. Everyone is asked about `film`, except visitors who rejected `marketing`.
    "#);
}
