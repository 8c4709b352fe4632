//! The privacy policy.

use super::*;

#[test]
fn every_entry_of_the_contents_leads_to_a_section() {
    let html = policy_page(false);
    let entries: Vec<_> = html
        .split("href=\"#")
        .skip(1)
        .filter_map(|rest| Some(rest.split_once('"')?.0))
        .collect();
    assert_eq!(entries.len(), 13);
    for id in entries {
        assert_eq!(html.matches(&format!(" id=\"{id}\"")).count(), 1, "{id}");
    }
}

#[test]
fn the_policy_lists_every_cookie_and_our_own() {
    let html = policy_page(false).replace("<wbr>", "");
    let declared = frame().policy.cookies().iter().map(|cookie| &*cookie.name);
    for name in declared.chain(["__Host-consent", "reading-position-*"]) {
        assert!(html.contains(&format!("<code>{name}</code>")), "{name}");
    }
    assert!(html.contains("Example Video and Example Adverts, set by video.example"));
    assert!(html.contains("Marketing: two cookies, off unless you turn them on"));
}

#[test]
fn policy_names_controller_legal_bases_and_rights() {
    let html = policy_page(false);
    for text in [
        "Plenary Society",
        "href=\"mailto:privacy@plenary.example\"",
        "href=\"tel:+48220000000\"",
        "Our legitimate interests, Art. 6(1)(f) GDPR",
        "A site that works and is safe.",
        "14 days",
        "Our hosting provider, Example Hosting.",
        "under standard contractual clauses",
        "Art. 15 GDPR",
        "Art. 16",
        "Art. 17",
        "Art. 18",
        "Art. 20",
        "Art. 21",
        "Art. 7(3)",
        "Art. 77",
        "the Example Data Protection Authority",
        "You do not have to give us anything in order to read.",
        "We make none.",
        "we treat it as an opt-out from marketing",
        "Version 2, in force since 22\u{a0}November 2026.",
        "href=\"/privacy/versions/1\"",
    ] {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn an_earlier_edition_says_so_and_leads_to_the_current_one() {
    let notice = "This is an earlier version of the policy. It no longer applies. \
                  <a href=\"/privacy\">Read the current version</a>";
    assert!(policy_page(true).contains(notice));
    assert!(!policy_page(false).contains("earlier version of the policy"));
}

#[test]
fn the_right_to_object_stands_apart_from_the_others() {
    let html = policy_page(false);
    let (_, section) = html.split_once("<h2 id=\"object\">").expect("a section");
    let (section, rights) = section.split_once("</section>").expect("its end");
    assert!(section.contains("based on our legitimate interests."));
    assert!(section.contains("direct marketing") && section.contains("mailto:"));
    assert!(!rights.contains("Objection"));
    let none = small("");
    let html = policy_page_of(frame_of(&none), true);
    assert!(!html.contains("id=\"object\"") && html.contains("<li>Objection"));
    let task = small(
        "[[processing]]\nid = \"a\"\npurpose = \"We archive.\"\nlegal_basis = \"public-task\"\n",
    );
    let html = policy_page_of(frame_of(&task), true);
    assert!(html.contains("based on a task in the public interest."));
}

#[test]
fn only_a_first_edition_says_that_it_is_one() {
    let said = |version, changes: &str| {
        let policy = small(&format!("[policy]\nversion = {version}\n{changes}"));
        let html = policy_page_of(frame_of(&policy), false);
        let (_, section) = html.split_once("<h2 id=\"changed\">").expect("a section");
        let (section, _) = section.split_once("<ul>").expect("the editions");
        section.contains("This is the first version.")
    };
    assert!(said(1, ""));
    assert!(!said(1, "changes = \"Nothing.\""));
    assert!(!said(2, ""));
}

#[test]
fn an_earlier_edition_holds_nothing_of_today() {
    let (old, new) = (policy_page(true), policy_page(false));
    for today in [
        "id=\"choice\"",
        "__Host-consent",
        "180 days",
        "You have not chosen",
    ] {
        assert!(!old.contains(today), "{today}");
        assert!(new.contains(today), "{today}: the control");
    }
    let none = small("");
    let html = policy_page_of(frame_of(&none), true);
    for section in ["what", "kept", "recipients", "long"] {
        assert!(!html.contains(&format!("\"#{section}\"")), "{section}");
        assert!(!html.contains(&format!("id=\"{section}\"")), "{section}");
    }
}

#[test]
fn what_the_server_cannot_hold_back_is_not_promised() {
    let short = |script: &str| {
        let policy = small(&format!(
            "[[category]]\nid = \"analytics\"\ntitle = \"Analytics\"\nsummary = \"count visits\"\n\
             purposes = [\"usage-analytics\"]\n[[cookie]]\nname = \"visits\"\ncategory = \
             \"analytics\"\npurpose = \"Counts.\"\nduration = \"30 days\"\n{script}"
        ));
        let html = policy_page_of(frame_of(&policy), false);
        (
            html.contains("Everything else waits for your permission"),
            html.contains("Every other cookie that it sets waits for your permission"),
            html.contains("Our server cannot hold back"),
        )
    };
    assert_eq!(short(""), (true, false, false));
    assert_eq!(short("set_by = \"script\"\n"), (false, true, true));
}

#[test]
fn the_authority_is_a_sentence_with_a_link() {
    let policy =
        small("authority = \"that of your country. A list is at https://e.example/?a&b.\"\n");
    let html = policy_page_of(frame_of(&policy), false);
    assert!(html.contains(
        "<p>Supervisory authority: that of your country. A list is at \
         <a href=\"https://e.example/?a&#38;b\">https://e.<wbr>example/?a&#38;<wbr>b</a>.</p>"
    ));
}
