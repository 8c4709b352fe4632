//! What is a gap, and that it stops nobody who does not ask for a complete policy.

use actix_consent::{ConsentMiddleware, Policy, policy::PolicyError};

use super::Wrong;
use crate::helpers::{keys, policy};

/// What Art. 13 GDPR asks for, each with what is left out to miss it.
#[test]
fn gaps_prevent_the_start_only_if_completeness_is_required() {
    let whole = policy();
    assert_eq!(whole.gaps(), [], "the tests' policy is complete");
    assert!(whole.require_complete().is_ok());
    for (line, place) in [
        ("serves = [\"EU\"]\n", "site.serves"),
        ("effective = 2026-11-22\n", "policy.effective"),
        (
            "changes = \"The campaign cookie is new.\"\n",
            "policy.changes",
        ),
        (
            "authority = \"the data protection authority of your country\"\n",
            "controller.authority",
        ),
        (
            "provision = \"You do not have to give us any data.\"\n",
            "policy.provision",
        ),
        (
            "automated_decisions = \"There are none.\"\n",
            "policy.automated_decisions",
        ),
        (
            "legal_basis = \"legitimate-interests\"\n",
            "processing `server-logs`",
        ),
        (
            "interest = \"A site that works.\"\n",
            "processing `server-logs`",
        ),
        (
            "data = \"Path, status and time of each request.\"\n",
            "processing `server-logs`",
        ),
        ("recipients = \"Nobody.\"\n", "processing `server-logs`"),
        (
            "transfers = \"None.\"\nretention",
            "processing `server-logs`",
        ),
        ("retention = \"7 days.\"\n", "processing `server-logs`"),
        (
            "provider_url = \"https://video.example/privacy\"\n",
            "service `example-video`",
        ),
        ("transfers = \"None.\"\npurposes", "service `example-video`"),
    ] {
        let keep = line.rsplit_once('\n').map_or("", |(_, keep)| keep);
        let text = include_str!("../consent.toml").replacen(line, keep, 1);
        assert_ne!(text, include_str!("../consent.toml"), "{line}");
        let policy = Policy::parse(&text).unwrap_or_else(|error| panic!("{line}: {error}"));
        let places: Vec<_> = policy.gaps().iter().map(|gap| gap.place.clone()).collect();
        assert_eq!(places, [place], "{line}");
        assert!(
            ConsentMiddleware::new(policy.clone(), keys()).is_ok(),
            "{line}"
        );
        let error = policy.require_complete().expect_err(line);
        assert!(
            matches!(&error, PolicyError::Gaps(gaps) if gaps.len() == 1),
            "{line}: {error}"
        );
        assert!(error.to_string().contains(place), "{line}: {error}");
    }
    let text = include_str!("../consent.toml").replacen("\"13 months\"", "\"2 years\"", 1);
    let long = Policy::parse(&text).expect("valid");
    assert_eq!(long.gaps().len(), 1, "R: at most 13 months");
    let at = text.find("[[cookie]]").expect("it has cookies");
    let line = long.gaps()[0].line.expect("it came from a text");
    let before = text.lines().take(line - 1).collect::<Vec<_>>().join("\n");
    assert!(
        before.len() >= at && text.lines().nth(line - 1) == Some("[[cookie]]"),
        "line {line}"
    );
}

#[test]
fn an_empty_text_is_a_gap_like_one_that_is_missing() {
    let mut wrong = Wrong::default();
    for (line, empty) in [
        (
            "provision = \"You do not have to give us any data.\"",
            "provision = \"\"",
        ),
        ("retention = \"7 days.\"", "retention = \" \""),
        (
            "authority = \"the data protection authority of your country\"",
            "authority = \"\"",
        ),
        ("interest = \"A site that works.\"", "interest = \"\""),
        (
            "changes = \"The campaign cookie is new.\"",
            "changes = \"\"",
        ),
    ] {
        let text = include_str!("../consent.toml").replacen(line, empty, 1);
        assert_ne!(text, include_str!("../consent.toml"), "{line}");
        let gaps = Policy::parse(&text).expect("valid").gaps().len();
        wrong.unless_equal(empty, gaps, 1);
    }
}

#[test]
fn storage_that_measures_needs_an_end_within_13_months() {
    for (category, duration, expected) in [
        ("analytics", "persistent", true),
        ("marketing", "persistent", true),
        ("analytics", "14 months", true),
        ("preferences", "2 years", true),
        ("analytics", "13 months", false),
        ("analytics", "session", false),
        ("preferences", "persistent", false),
    ] {
        let text = format!(
            "{}\n[[storage]]\nkey = \"seen\"\ncategory = \"{category}\"\npurpose = \"P.\"\n\
             duration = \"{duration}\"\n",
            include_str!("../consent.toml")
        );
        let policy = Policy::parse(&text).expect("valid");
        let gaps: Vec<_> = policy.gaps().iter().map(ToString::to_string).collect();
        assert_eq!(
            gaps.len(),
            usize::from(expected),
            "{category} {duration}: {gaps:?}"
        );
        assert!(
            gaps.iter()
                .all(|gap| gap.contains("storage `seen`") && gap.contains("13 months"))
        );
    }
    let necessary = format!(
        "{}\n[[storage]]\nkey = \"seen\"\ncategory = \"necessary\"\npurpose = \"P.\"\n\
         duration = \"persistent\"\nexemption = \"user-input\"\n",
        include_str!("../consent.toml")
    );
    assert_eq!(Policy::parse(&necessary).expect("valid").gaps().len(), 0);
}
