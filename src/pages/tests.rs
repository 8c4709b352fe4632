//! What the tests of the pages share, and tests of whole pages.

use time::macros::date;

use super::*;
use crate::{
    Policy,
    decision::{Basis, ConsentModel, Status},
    policy::CookieSpec,
};

const POLICY: &str = r#"
version = 1

[site]
name = "Plenary"

[controller]
name = "Plenary Society"
address = "1 Example Street\nExample Town"
email = "privacy@plenary.example"
phone = "+48 22 000 00 00"
authority = "the Example Data Protection Authority"

[policy]
version = 2
effective = 2026-11-22
changes = "Videos were added."
provision = "You do not have to give us anything in order to read."
automated_decisions = "We make none."

[[processing]]
id = "server-logs"
purpose = "We keep a log of requests, so that faults and attacks can be found."
legal_basis = "legitimate-interests"
interest = "A site that works and is safe."
data = "Time, method, address of the page, status. No IP addresses."
recipients = "Our hosting provider, Example Hosting."
retention = "14 days"

[[processing]]
id = "letters"
purpose = "We answer letters to the editors."
legal_basis = "consent"
data = "What you write, and your address."
transfers = "None."
retention = "One year after our last answer"

[[category]]
id = "necessary"
title = "Necessary"
summary = "A necessary cookie keeps your reading list."

[[category]]
id = "preferences"
title = "Preferences"
summary = "remember your settings"
purposes = ["interface-preferences"]

[[category]]
id = "analytics"
title = "Analytics"
summary = "count visits"
purposes = ["usage-analytics"]

[[category]]
id = "marketing"
title = "Marketing"
summary = "see which letter brought you here"
purposes = ["advertising"]

[[cookie]]
name = "newsroom_session"
category = "necessary"
purpose = "Keeps your reading list."
duration = "session"
exemption = "user-input"

[[cookie]]
name = "preferences"
category = "preferences"
purpose = "Remembers text size and colours."
duration = "1 year"

[[cookie]]
name = "visits"
category = "analytics"
purpose = "Counts your visits."
duration = "30 days"

[[cookie]]
name = "visitor"
category = "analytics"
purpose = "Tells new visitors from returning ones."
duration = "13 months"

[[storage]]
kind = "local"
key = "reading-position-*"
category = "preferences"
purpose = "Remembers how far you have read."
duration = "persistent"

[[cookie]]
name = "campaign"
category = "marketing"
purpose = "Holds the letter or page that brought you here."
duration = "30 days"
"#;

const VIDEO: &str = r#"
[[service]]
id = "video"
category = "marketing"
provider = "Example Video"
provider_url = "https://video.example/privacy"
access = ["Example Adverts"]
transfers = "To the United States, under standard contractual clauses."

[[cookie]]
name = "vid_*"
service = "video"
purpose = "Chooses advertising inside the video."
duration = "6 months"
set_by = "third-party"
host = "video.example"
"#;

/// A policy like that of a real site, with or without a third party.
pub(super) fn policy(with_video: bool) -> &'static Policy {
    use std::sync::LazyLock;
    static BOTH: LazyLock<[Policy; 2]> = LazyLock::new(|| {
        [POLICY.to_owned(), format!("{POLICY}{VIDEO}")]
            .map(|text| Policy::parse(&text).expect("a valid policy"))
    });
    &BOTH[usize::from(with_video)]
}

pub(super) fn frame() -> Frame<'static> {
    Frame {
        policy: policy(true),
        language: "en",
        model: ConsentModel::OptIn,
        policy_path: "/privacy",
        settings_path: "/privacy/choices",
        gpc: false,
        asked: "1.preferences.analytics.marketing.video-Xk3f9Q",
        return_to: "/reports/partners",
    }
}

pub(super) fn words_in(text: &str) -> usize {
    text.split_whitespace().count()
}

fn settings(chosen: &[&str], saved: Option<Outcome>) -> String {
    settings_of(frame(), chosen, saved)
}

fn settings_of(frame: Frame<'_>, chosen: &[&str], saved: Option<Outcome>) -> String {
    let policy = frame.policy;
    let categories = policy.categories().iter().map(|category| CategoryView {
        id: &category.id,
        title: category.title.get("en"),
        necessary: category.id == "necessary",
        basis: Basis::Unanswered,
        chosen: chosen.contains(&&*category.id),
        services: (policy.services().iter())
            .filter(|service| service.category == category.id)
            .map(|service| ServiceView {
                id: &service.id,
                provider: &service.provider,
                basis: Basis::Unanswered,
                chosen: chosen.contains(&&*service.id),
            })
            .collect(),
    });
    DefaultPages::new().settings(&SettingsView {
        state: state(),
        categories: categories.collect(),
        saved,
        frame,
    })
}

fn state() -> StateView<'static> {
    StateView {
        status: Status::Undecided,
        day: None,
        on: Vec::new(),
        off_by_signal: Vec::new(),
    }
}

fn policy_page(superseded: bool) -> String {
    policy_page_of(frame(), superseded)
}

fn policy_page_of(frame: Frame<'_>, superseded: bool) -> String {
    let own = [CookieSpec {
        name: "__Host-consent".to_owned(),
        purpose: "Holds what you chose.".into(),
        duration: "180 days".parse().ok(),
        ..CookieSpec::default()
    }];
    let editions = [(2, date!(2026 - 11 - 22)), (1, date!(2026 - 03 - 01))];
    DefaultPages::new().policy(&PolicyView {
        frame,
        state: state(),
        own_cookies: &own,
        editions: editions
            .map(|(version, day)| EditionView {
                version,
                effective: Some(day),
                path: format!("/privacy/versions/{version}"),
            })
            .into(),
        superseded,
    })
}

/// The smallest policy there is, with more lines at its end.
fn small(more: &str) -> Policy {
    let text = format!(
        "version = 1\n[site]\nname = \"N\"\n[controller]\nname = \"N\"\nemail = \"n@n.example\"\n\
         {more}"
    );
    Policy::parse(&text).expect("a valid policy")
}

fn frame_of(policy: &Policy) -> Frame<'_> {
    Frame {
        policy,
        language: policy.language(),
        ..frame()
    }
}

fn rejected_post(reason: Rejection) -> String {
    DefaultPages::new().rejected_post(&RejectedPostView {
        frame: frame(),
        reason,
    })
}

fn documents() -> [String; 3] {
    [
        settings(&[], None),
        policy_page(false),
        rejected_post(Rejection::CrossSite),
    ]
}

#[test]
fn documents_hold_one_style_and_nothing_else_that_a_strict_policy_forbids() {
    let pages = DefaultPages::new();
    for html in documents() {
        let style = style::first_style(&html).expect("a style");
        assert_eq!(style_source(style), pages.page_style_hash());
        assert_eq!(html.matches("<style").count(), 1);
        assert!(!html.contains(" style="), "{html}");
        assert!(!html.contains("<script"), "{html}");
        assert!(!html.contains("src="), "{html}");
    }
}

#[test]
fn an_added_style_changes_the_source() {
    let pages = DefaultPages::new().style(":root{--consent-link:#7a2e1d}");
    let html = pages.rejected_post(&RejectedPostView {
        frame: frame(),
        reason: Rejection::Malformed,
    });
    let style = style::first_style(&html).expect("a style");
    assert!(style.ends_with("#7a2e1d}"));
    assert_eq!(style_source(style), pages.page_style_hash());
    assert_ne!(
        pages.page_style_hash(),
        DefaultPages::new().page_style_hash()
    );
}

#[test]
fn ids_and_classes_hold_no_word_that_filter_lists_hide() {
    let names = |html: &str| -> Vec<String> {
        [" id=\"", " class=\""]
            .iter()
            .flat_map(|attribute| {
                html.split(attribute)
                    .skip(1)
                    .map(str::to_owned)
                    .collect::<Vec<_>>()
            })
            .filter_map(|rest| Some(rest.split_once('"')?.0.to_lowercase()))
            .collect()
    };
    for html in documents() {
        for name in names(&html) {
            for word in [
                "cookie", "consent", "gdpr", "banner", "privacy", "accept", "advert",
            ] {
                assert!(!name.contains(word), "{name}");
            }
        }
    }
}

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
    let html = policy_page(false);
    let declared = frame().policy.cookies().iter().map(|cookie| &*cookie.name);
    for name in declared.chain(["__Host-consent", "reading-position-*"]) {
        assert!(html.contains(&format!("<code>{name}</code>")), "{name}");
    }
    assert!(html.contains("Example Video and Example Adverts, set by video.example"));
    assert!(html.contains("Marketing: two cookies, off unless you turn them on"));
}

#[test]
fn the_policy_names_who_is_responsible_the_grounds_and_the_rights() {
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
        "it counts as a no to marketing",
        "Version 2, in force since 22 November 2026.",
        "href=\"/privacy/versions/1\"",
    ] {
        assert!(html.contains(text), "{text}");
    }
}

#[test]
fn an_earlier_edition_says_so_and_leads_to_the_current_one() {
    let notice = "This is an earlier version of the policy. It no longer holds. \
                  <a href=\"/privacy\">Read the current version</a>";
    assert!(policy_page(true).contains(notice));
    assert!(!policy_page(false).contains("earlier version of the policy"));
}

#[test]
fn the_applications_frame_is_put_in_as_it_is() {
    let html = DefaultPages::new()
        .head("<link rel=\"stylesheet\" href=\"/site.css\">")
        .header("<header>Masthead</header>")
        .footer("<footer>Foot</footer>")
        .rejected_post(&RejectedPostView {
            frame: frame(),
            reason: Rejection::TooLarge,
        });
    let places = [
        "<link rel=\"stylesheet\" href=\"/site.css\">",
        "</head>",
        "<header>Masthead</header>",
        "<main",
        "</main>",
        "<footer>Foot</footer>",
    ]
    .map(|part| html.find(part).expect(part));
    assert!(places.is_sorted());
    assert!(!html.contains("axc-top\">"));
}

#[test]
fn texts_of_the_application_are_found_by_language() {
    let mut words = Words::english();
    words.policy_title = "Datenschutz".into();
    let pages = DefaultPages::new().words("de", words);
    let found = |language: &'static str| {
        let (words, lang) = pages.words_for(language);
        (words.policy_title.clone(), lang.page.to_owned())
    };
    for (language, title, page) in [
        ("de-AT", "Datenschutz", "de-AT"),
        ("de", "Datenschutz", "de"),
        ("en-GB", "Privacy policy", "en-GB"),
        ("pl", "Privacy policy", "en"),
    ] {
        assert_eq!(found(language), (title.into(), page.into()), "{language}");
    }
}

#[test]
fn the_right_to_object_stands_apart_from_the_others() {
    let html = policy_page(false);
    let (_, section) = html.split_once("<h2 id=\"object\">").expect("a section");
    let (section, rights) = section.split_once("</section>").expect("its end");
    assert!(section.contains("on the ground of our legitimate interests."));
    assert!(section.contains("direct marketing") && section.contains("mailto:"));
    assert!(!rights.contains("Objection"));
    let none = small("");
    let html = policy_page_of(frame_of(&none), true);
    assert!(!html.contains("id=\"object\"") && html.contains("<li>Objection"));
    let task = small(
        "[[processing]]\nid = \"a\"\npurpose = \"We archive.\"\nlegal_basis = \"public-task\"\n",
    );
    let html = policy_page_of(frame_of(&task), true);
    assert!(html.contains("on the ground of a task in the public interest."));
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
fn where_nothing_is_optional_nobody_is_asked_to_choose() {
    let none = small("");
    let nothing = "so there is nothing to choose.";
    let html = policy_page_of(frame_of(&none), false);
    assert!(html.contains(nothing));
    for claim in [
        "You have not chosen",
        "Change it",
        "Nobody.",
        "Besides this",
        "Withdrawal",
        "Your choice we keep",
    ] {
        assert!(!html.contains(claim), "{claim}");
    }
    let settings = settings_of(frame_of(&none), &[], None);
    assert_eq!(settings.matches(nothing).count(), 1);
    assert!(!settings.contains("You have not chosen") && !settings.contains("What you choose"));
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
            html.contains("Anything else waits for your yes"),
            html.contains("Any other cookie that our server sets waits for your yes"),
            html.contains("Our server cannot hold back"),
        )
    };
    assert_eq!(short(""), (true, false, false));
    assert_eq!(short("set_by = \"script\"\n"), (false, true, true));
}

#[test]
fn reading_on_is_not_called_valid_where_it_is_not() {
    let claim = "reading on is not valid consent.";
    for (model, expected) in [(ConsentModel::OptIn, 0), (ConsentModel::Implied, 1)] {
        let mut frame = frame();
        frame.model = model;
        for html in [
            policy_page_of(frame.clone(), false),
            settings_of(frame, &[], None),
        ] {
            assert_eq!(html.matches(claim).count(), expected, "{model}");
        }
    }
}

#[test]
fn a_page_is_in_the_language_of_its_sentences_and_marks_what_is_not() {
    let text = POLICY.replace(
        "name = \"Plenary\"\n",
        "name = \"Plenary\"\nlanguages = [\"pl\"]\n",
    );
    let polish = Policy::parse(&text).expect("a valid policy");
    let policy = policy_page_of(frame_of(&polish), false);
    let settings = settings_of(frame_of(&polish), &[], None);
    for html in [&policy, &settings] {
        assert!(html.contains("<html lang=\"en\">"));
    }
    for part in [
        "<p lang=\"pl\">Videos were added.</p>",
        "<dd lang=\"pl\">14 days</dd>",
        "<dd>Our legitimate interests, Art. 6(1)(f) GDPR</dd>",
        "lang=\"pl\">Counts your visits.</td>",
        "data-label=\"What it is for\">Holds what you chose.</td>",
    ] {
        assert!(policy.contains(part), "{part}");
    }
    assert!(settings.contains("<h2 lang=\"pl\">Analytics</h2>"));
    assert!(!settings.contains("lang=\"en\">Save settings"));
}

#[test]
fn the_authority_is_a_sentence_with_a_link() {
    let policy =
        small("authority = \"that of your country. A list is at https://e.example/?a&b.\"\n");
    let html = policy_page_of(frame_of(&policy), false);
    assert!(html.contains(
        "<p>Supervisory authority: that of your country. A list is at \
         <a href=\"https://e.example/?a&#38;b\">https://e.example/?a&#38;b</a>.</p>"
    ));
}
