//! `consent policy diff`.

use super::{
    edits::{ASKS, HARMLESS, after, with_cdn, without_video},
    *,
};

/// What the program says when `new` takes the place of `old`.
fn told(old: &str, new: &str) -> String {
    let site = Site::with("old.toml", old);
    site.write("new.toml", new);
    let ran = site.run(&["diff", "old.toml", "new.toml"]);
    assert_eq!(ran.err, "");
    format!("exit {}\n{}", ran.code, ran.out)
}

#[test]
fn the_same_policy_asks_nobody() {
    assert_eq!(told(WHOLE, WHOLE), "exit 0\nNobody is asked again.\n");
    let commented = format!("# Another order and other spaces say nothing.\n\n{WHOLE}");
    assert_eq!(told(WHOLE, &commented), told(WHOLE, WHOLE));
    assert_ne!(told(WHOLE, &after(ASKS[0])), told(WHOLE, WHOLE));
}

#[test]
fn each_edit_that_asks_says_whom_and_why() {
    let all = ASKS.map(|edit| format!("# {}\n{}", edit.0, told(WHOLE, &after(edit))));
    insta::assert_snapshot!(all.join("\n"), @r#"
    # another purpose
    exit 1
    Asked again: the category `analytics`
      because the purpose `service-personalisation` is new

    Visitors who accepted `analytics` are asked again about it.

    # another purpose instead
    exit 1
    Asked again: the category `marketing`
      because the purpose `targeted-advertising` is new
      because the purpose `advertising` is gone

    Visitors who accepted `marketing` are asked again about it.

    # another purpose of a cookie
    exit 1
    Asked again: the category `analytics`
      because the purpose `advertising` is new
      with it, the cookie `visits` of `analytics` differs in `purposes`

    Visitors who accepted `analytics` are asked again about it.

    # a third party's cookie
    exit 1
    Asked again: the category `analytics`
      because the provider `counter.example` is new
      with it, the cookie `visits` of `analytics` differs in `set_by` and `host`

    Visitors who accepted `analytics` are asked again about it.

    # another provider
    exit 1
    Asked again: the service `video` of `marketing`
      because the provider `Other Video` is new
      because the provider `Example Video` is gone

    Visitors who accepted `video` are asked again about it.

    # more access
    exit 1
    Asked again: the service `video` of `marketing`
      because the access of `Third` is new

    Visitors who accepted `video` are asked again about it.

    # less access
    exit 1
    Asked again: the service `video` of `marketing`
      because the access of `Example Ads` is gone

    Visitors who accepted `video` are asked again about it.

    # sold
    exit 1
    Asked again: the category `analytics`
      because its data are sold or shared now

    Visitors who accepted `analytics` are asked again about it.

    # renewed
    exit 1
    Asked again: the category `marketing`
      because `renew` is 1, and was 0
    Asked again: the service `video` of `marketing`
      because `renew` is 1, and was 0

    Visitors who accepted `marketing` or `video` are asked again about each of them that they accepted.

    # another controller
    exit 1
    Asked again: the category `analytics`
      because the controller `Example News AG` is new
      because the controller `Example News Ltd` is gone
    Asked again: the category `marketing`
      because the controller `Example News AG` is new
      because the controller `Example News Ltd` is gone
    Asks nobody: the category `necessary`: the controller `Example News AG` is new
    Asks nobody: the category `necessary`: the controller `Example News Ltd` is gone

    Visitors who accepted `analytics` or `marketing` are asked again about each of them that they accepted.

    # a service elsewhere
    exit 1
    Asked again: the service `video` of `analytics`
      because it moved from `marketing` to `analytics`
      because its data are not sold or shared any more

    Visitors who accepted `video` are asked again about it.

    # a new service
    exit 1
    Asked for the first time: the service `film` of `marketing`

    Everyone is asked about `film`, except for those who rejected `marketing`.

    # a new category
    exit 1
    Asked for the first time: the category `social`

    Everyone is asked about `social`, also those who have answered before.

    # a service in two
    exit 1
    Asked again: the service `video` of `marketing`
      because the purpose `advertising` is new
      because the purpose `x-video` is gone
      because the access of `Example Ads` is gone
      with it, the service `video` differs in `provider_url` and `transfers`
    Asked for the first time: the service `videos` of `marketing`

    Visitors who accepted `video` are asked again about it. Everyone is asked about `videos`, except for those who rejected `marketing`.
    "#);
}

#[test]
fn each_edit_that_asks_nobody_says_what_differs() {
    let all = HARMLESS.map(|edit| format!("# {}\n{}", edit.0, told(WHOLE, &after(edit))));
    insta::assert_snapshot!(all.join("\n"), @r#"
    # a title
    exit 0
    Asks nobody: the category `analytics` has other texts

    Nobody is asked again.

    # a summary
    exit 0
    Asks nobody: the category `analytics` has other texts

    Nobody is asked again.

    # words of a purpose
    exit 0
    Asks nobody: the service `video` differs in `purposes`

    Nobody is asked again.

    # a cookie kept longer
    exit 0
    Asks nobody: the cookie `visits` of `analytics` is kept longer: 13 months, and not 30 days

    Nobody is asked again.

    # a cookie kept shorter
    exit 0
    Asks nobody: the cookie `video_pref` of `video` is kept shorter: 6 months, and not 1 year

    Nobody is asked again.

    # the same time in other words
    exit 0
    Asks nobody: the cookie `video_pref` of `video` differs in `duration`

    Nobody is asked again.

    # the same time in months
    exit 0
    Asks nobody: the cookie `video_pref` of `video` differs in `duration`

    Nobody is asked again.

    # a new cookie
    exit 0
    Asks nobody: the cookie `read` of `analytics` is new

    Nobody is asked again.

    # another name of a cookie
    exit 0
    Asks nobody: the cookie `letter` of `marketing` is new
    Asks nobody: the cookie `campaign` of `marketing` is gone

    Nobody is asked again.

    # a cookie elsewhere
    exit 0
    Asks nobody: the cookie `campaign` moved from `marketing` to `analytics`

    Nobody is asked again.

    # a storage key
    exit 0
    Asks nobody: the key `look` in localStorage of `analytics` is new
    Asks nobody: the key `display` in localStorage of `analytics` is gone

    Nobody is asked again.

    # an origin
    exit 0
    Asks nobody: the origins of the service `video` are others

    Nobody is asked again.

    # a link
    exit 0
    Asks nobody: the service `video` differs in `provider_url`

    Nobody is asked again.

    # attributes of a cookie
    exit 0
    Asks nobody: the cookie `visits` of `analytics` differs in `path` and `set_by`

    Nobody is asked again.

    # an address
    exit 0
    Asks nobody: `[controller]` differs

    Nobody is asked again.

    # a server log
    exit 0
    Asks nobody: `[[processing]]` differs

    Nobody is asked again.

    # another order of languages
    exit 0
    Asks nobody: `[site]` differs

    Nobody is asked again.

    # an edition
    exit 0
    Asks nobody: `[policy]` differs

    Nobody is asked again.
    "#);
}

#[test]
fn what_is_gone_asks_nobody_and_its_return_asks_everyone() {
    let gone = without_video();
    insta::assert_snapshot!(told(WHOLE, &gone), @r#"
    exit 0
    Not asked any more: the service `video` of `marketing`, which is gone
      with it, the cookie `video_pref` of `video` is gone
      with it, the origins of the service `video` are gone

    Nobody is asked again.
    "#);
    insta::assert_snapshot!(told(&gone, WHOLE), @r#"
    exit 1
    Asked for the first time: the service `video` of `marketing`
      with it, the cookie `video_pref` of `video` is new
      with it, the origins of the service `video` are new

    Everyone is asked about `video`, except for those who rejected `marketing`.
    "#);
}

#[test]
fn what_needs_no_consent_asks_nobody_until_it_needs_one() {
    let (with_cdn, gated) = (with_cdn("necessary"), with_cdn("marketing"));
    let other_net = with_cdn.replace("Example Net", "Other Net");
    insta::assert_snapshot!(told(WHOLE, &with_cdn), @r#"
    exit 0
    Asks nobody: the service `cdn` of `necessary` is new, and needs no consent

    Nobody is asked again.
    "#);
    insta::assert_snapshot!(told(&with_cdn, &other_net), @r#"
    exit 0
    Asks nobody: the service `cdn` of `necessary`: the provider `Other Net` is new
    Asks nobody: the service `cdn` of `necessary`: the provider `Example Net` is gone

    Nobody is asked again.
    "#);
    insta::assert_snapshot!(told(&with_cdn, &gated), @r#"
    exit 1
    Asked for the first time: the service `cdn` of `marketing`, which needed no consent before

    Everyone is asked about `cdn`, except for those who rejected `marketing`.
    "#);
    insta::assert_snapshot!(told(&gated, &with_cdn), @r#"
    exit 0
    Not asked any more: the service `cdn` of `necessary`, which needs no consent now

    Nobody is asked again.
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
      because the purpose `advertising` is gone
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
      because the controller `Example News Ltd` is gone
      with it, the cookie `visits` of `analytics` is kept longer: 13 months, and not 30 days
      with it, the cookie `visits` of `analytics` differs in `path` and `set_by`
    Asked again: the category `marketing`
      because the controller `Example News AG` is new
      because the controller `Example News Ltd` is gone
    Asked for the first time: the category `social`
    Asked again: the service `video` of `marketing`
      because the provider `Other Video` is new
      because the provider `Example Video` is gone
    Asked for the first time: the service `film` of `marketing`
    Asks nobody: the category `necessary`: the controller `Example News AG` is new
    Asks nobody: the category `necessary`: the controller `Example News Ltd` is gone

    Visitors who accepted `analytics`, `marketing` or `video` are asked again about each of them that they accepted. Everyone is asked about `social`, also those who have answered before. Everyone is asked about `film`, except for those who rejected `marketing`.
    "#);
}
