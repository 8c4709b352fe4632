//! Tests of whole pages, and their fixtures.

mod documents;
mod policy;
mod settings;

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

/// Returns a policy like that of a real site, with or without a third party.
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
        home_path: "/",
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
        record: None,
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
        gates_markup: false,
        recorded: false,
        editions: editions
            .map(|(version, day)| EditionView {
                version,
                effective: Some(day),
                path: format!("/privacy/versions/{version}"),
            })
            .into(),
        superseded,
        saved: None,
        former_consent_id: None,
    })
}

/// Returns a minimal policy with `more` lines at its end.
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
        framed: false,
    })
}

fn documents() -> [String; 3] {
    [
        settings(&[], None),
        policy_page(false),
        rejected_post(Rejection::CrossSite),
    ]
}
