//! Findings of the example audit.

use actix_consent::audit::rules::{self, Severity};

use super::{
    super::super::judge::{
        findings::{Finding, Item, Verdict},
        rule::{BrowserRule, Rule},
    },
    HOSTILE,
};

fn finding(rule: impl Into<Rule>, subject: &str, evidence: &str, places: &[&str]) -> Finding {
    let rule = rule.into();
    Finding {
        severity: rule.severity(),
        rule,
        subject: subject.to_owned(),
        evidence: evidence.to_owned(),
        places: places.iter().map(|&place| place.to_owned()).collect(),
    }
}

pub(crate) fn verdict() -> Verdict {
    use BrowserRule as B;
    let everywhere: Vec<String> = (0..9).map(|at| format!("/{at} (rejected)")).collect();
    let everywhere: Vec<&str> = everywhere.iter().map(String::as_str).collect();
    let long = "_very_long_name".repeat(40);
    let mut findings = vec![
        finding(
            rules::Rule::SetBeforeConsent,
            "_ga",
            "for analytics, kept for 2 years",
            &["/ (no choice)", "/ (rejected)"],
        ),
        finding(
            rules::Rule::SetBeforeConsent,
            HOSTILE,
            "it is not known",
            &["/ (no choice)"],
        ),
        finding(
            B::RequestBeforeConsent,
            "metrics.example",
            "1 request (script), by https://news.example/app.js:12:7",
            &["/ (no choice)"],
        ),
        finding(
            B::RequestAfterRejection,
            "ads.example",
            "2 requests (image)",
            &everywhere,
        ),
        finding(B::RejectIsLink, "the banner", HOSTILE, &["/ (no choice)"]),
        finding(
            B::LowContrast,
            "the button “Reject”",
            "2.9 to 1",
            &["/ (no choice)"],
        ),
        finding(
            B::Unclassified,
            &long,
            &"evidence ".repeat(200),
            &["/report (accepted)"],
        ),
        finding(
            B::PageProblem,
            "/report",
            "it went on fetching",
            &["/report (no choice)"],
        ),
        finding(
            rules::Rule::PolicyGap,
            "[controller]",
            "it has no address",
            &["consent.toml"],
        ),
    ];
    let mut allowed = finding(
        B::CoversContent,
        "the banner",
        "62 % of the window",
        &["/ (no choice)"],
    );
    allowed.severity = Severity::Note;
    findings.push(allowed);
    Verdict {
        findings,
        inventory: inventory(&long),
    }
}

/// An item of a kind, with its category, provider, purpose and source.
fn known([kind, name, host]: [&str; 3], about: [&str; 4], life: &str, seen: &[&str]) -> Item {
    let [category, provider, purpose, source] = about;
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    Item {
        kind: kind.to_owned(),
        name: name.to_owned(),
        host: host.to_owned(),
        third_party: host != "news.example",
        category: some(category),
        provider: some(provider),
        purpose: some(purpose),
        source: source.to_owned(),
        life: life.to_owned(),
        seen: seen.iter().map(|&state| state.to_owned()).collect(),
    }
}

fn inventory(long: &str) -> Vec<Item> {
    let metrics = [
        "analytics",
        "Metrics Ltd",
        "Counts visits.",
        "built-in table",
    ];
    let ads = [
        "marketing",
        "Ads Inc",
        "Shows advertisements.",
        "built-in table",
    ];
    let google = [
        "analytics",
        "Google",
        "Tells visitors apart.",
        "built-in table",
    ];
    let unknown = ["", "", "", ""];
    let always = [
        "no choice",
        "rejected",
        "accepted",
        "only analytics",
        "withdrawn",
        "no choice, GPC",
        "no choice, no JavaScript",
    ];
    let yes = ["accepted", "only analytics", "withdrawn"];
    vec![
        known(
            ["cookie", "sid", "news.example"],
            ["necessary", "", "Keeps the reading list.", "policy"],
            "session",
            &always,
        ),
        known(
            ["cookie", "_ga", "news.example"],
            google,
            "2 years",
            &always[..6],
        ),
        known(
            ["cookie", HOSTILE, "news.example"],
            unknown,
            "session",
            &always[..1],
        ),
        known(
            ["cookie", long, "ads.example"],
            ["marketing", HOSTILE, HOSTILE, "database"],
            "13 months",
            &yes,
        ),
        known(
            ["localStorage", "seen", "news.example"],
            unknown,
            "",
            &always[..6],
        ),
        known(
            ["host", "metrics.example", "metrics.example"],
            metrics,
            "",
            &always[..6],
        ),
        known(["host", "ads.example", "ads.example"], ads, "", &yes),
    ]
}
