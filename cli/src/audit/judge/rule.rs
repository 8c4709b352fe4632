//! Rules that only a browser can judge, beside those of [`actix_consent::audit::rules::Rule`].

use actix_consent::audit::rules::{self, Severity};

macro_rules! rules {
    ($($rule:ident $id:literal $severity:ident $meaning:literal $law:literal)*) => {
        /// Rules about the visits of a browser. An id never changes its meaning.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub(crate) enum BrowserRule {
            $(#[doc = concat!("`", $id, "`: ", $meaning)] $rule,)*
        }

        impl BrowserRule {
            pub(crate) const ALL: &[Self] = &[$(Self::$rule,)*];

            fn id(self) -> &'static str {
                match self { $(Self::$rule => $id,)* }
            }

            fn severity(self) -> Severity {
                match self { $(Self::$rule => Severity::$severity,)* }
            }

            fn meaning(self) -> &'static str {
                match self { $(Self::$rule => $meaning,)* }
            }

            fn law(self) -> &'static str {
                match self { $(Self::$rule => $law,)* }
            }
        }
    };
}

rules! {
    RequestBeforeConsent "request-before-consent" Error
        "The page sent a request to a third party that needs consent before the visitor chose. Gate the element with `data-consent-category`, or declare its origin as an embed."
        "Art. 5(3) ePrivacy Directive; Art. 6(1)(a) and 44 GDPR; C-40/17 Fashion ID"
    RequestAfterRejection "request-after-rejection" Error
        "The page sent a request to a third party that needs consent after the visitor had rejected or withdrawn. Load it only after consent."
        "Art. 5(3) ePrivacy Directive; Art. 7(3) GDPR; C-40/17 Fashion ID"
    RequestDespiteSignal "request-despite-signal" Error
        "The page sent a request to a third party that sells or shares data although the browser sent `Sec-GPC: 1`. Treat the signal as a rejection until the visitor accepts despite it."
        "Cal. Civ. Code 1798.135; Global Privacy Control; Art. 21 GDPR"
    ThirdPartyUndeclared "third-party-undeclared" Warning
        "The page sent a request to another site that the policy does not declare. Declare it as an embed, or serve its files yourself."
        "Art. 13(1)(e) GDPR"
    StoredBeforeConsent "stored-before-consent" Error
        "A stored item that needs consent was written before the visitor chose. Load the script that writes it only after consent."
        "Art. 5(3) ePrivacy Directive; EDPB Guidelines 2/2023"
    StoredAfterRejection "stored-after-rejection" Error
        "A stored item was written after the visitor had rejected or withdrawn. Make the script check the choice before it writes."
        "Art. 5(3) ePrivacy Directive; Art. 7(3) GDPR"
    StoredUndeclared "stored-undeclared" Error
        "A script stored an item that the policy does not declare. Declare it under `[[storage]]`, or stop storing it."
        "Art. 5(3) ePrivacy Directive; Art. 13 GDPR"
    StorageSurvives "storage-survives-withdrawal" Error
        "A stored item is still present after the visitor withdrew. Declare it under `[[storage]]`, so that the script of the page removes it."
        "Art. 7(3) and 17(1)(b) GDPR"
    Respawned "respawned" Error
        "A removed cookie reappeared with its old value, copied from another storage. Remove the copy together with the cookie."
        "Art. 5(3) ePrivacy Directive; Art. 5(1)(a) GDPR"
    WorkerBeforeConsent "worker-before-consent" Warning
        "A service worker was installed before the visitor chose. Wait for consent unless it is strictly necessary."
        "Art. 5(3) ePrivacy Directive"
    Unclassified "unclassified" Warning
        "The purpose of this is unknown. Declare it in a policy, or in a file for `--cookie-database`."
        "Art. 13 GDPR; C-673/17 Planet49, para. 81"
    Miscategorised "miscategorised" Warning
        "The policy declares it as strictly necessary, but it is commonly used for another purpose. Check that the exemption applies."
        "Art. 5(3) ePrivacy Directive; EDPB Cookie Banner Taskforce, report of 2023, type I"
    NoBanner "no-banner" Error
        "The site uses cookies, storage or requests that need consent, and no banner asks for it. Ask before using them, or remove them."
        "Art. 5(3) ePrivacy Directive; Art. 4(11) and 7(1) GDPR (R1)"
    NoReject "no-reject" Error
        "The banner can be accepted but not rejected. Add a button to reject, of the same form, beside the button to accept."
        "EDPB Cookie Banner Taskforce, report of 2023, type A; CNIL 2020-092 (R1)"
    RejectInSecondLayer "reject-in-second-layer" Error
        "Rejecting takes an additional step, accepting does not. Add a button to reject beside the button to accept."
        "EDPB Cookie Banner Taskforce, report of 2023, type A; CNIL 2020-092 (R1, R7)"
    RejectTakesMore "reject-takes-more" Error
        "Rejecting took more clicks than accepting. Let one click reject everything."
        "CNIL 2020-092; 11 CCR 7004(a)(2) (R7)"
    RejectIsLink "reject-is-link" Error
        "The control to reject is a link in a text, the control to accept a button. Make both of them buttons."
        "EDPB Cookie Banner Taskforce, report of 2023, types C and E (R3)"
    RejectLessVisible "reject-less-visible" Warning
        "The control to reject is smaller, paler or further away than the control to accept. Give both the same form."
        "EDPB Cookie Banner Taskforce, report of 2023, types D and E (R4)"
    LowContrast "low-contrast" Warning
        "The text of a button of the banner has a contrast below 4.5 to 1. Use a darker or lighter text."
        "WCAG 2.2, 1.4.3; EDPB Cookie Banner Taskforce, report of 2023, types D and E (R4)"
    PreTicked "pre-ticked" Error
        "A checkbox or switch that needs consent is on before the visitor acts. Turn it off by default."
        "C-673/17 Planet49, paras. 52 to 65 (R2)"
    Wall "wall" Error
        "The page cannot be read or used before the banner is answered. Let the page be scrolled and used behind it."
        "EDPB Guidelines 05/2020, paras. 38 to 41 (R8)"
    CoversContent "covers-content" Warning
        "The banner covers more than half of the window of a phone. Shorten its text, and move details to a second page."
        "EDPB Guidelines 05/2020; WCAG 2.2, 1.4.10 (R8)"
    CoversFocus "covers-focus" Warning
        "The banner covers the element with the keyboard focus. Place the banner in the page, or reserve space with `scroll-padding`."
        "WCAG 2.2, 2.4.11 (R113)"
    TrapsFocus "traps-focus" Error
        "The keyboard focus cannot leave the banner. Let the Tab key continue to the page."
        "WCAG 2.2, 2.1.2 (R113)"
    NeedsScripts "needs-scripts" Warning
        "Without JavaScript no banner can be answered, but the site uses cookies, storage or requests that need consent. Render the banner on the server, as a form."
        "Art. 7(3) GDPR (R16)"
    SilenceIsConsent "silence-is-consent" Error
        "Scrolling, browsing or waiting counts as consent. Wait for a click on a control to accept."
        "Art. 4(11) and recital 32 GDPR; EDPB Guidelines 05/2020, para. 86 (R9)"
    CloseIsConsent "close-is-consent" Error
        "Closing the banner counts as consent. Treat it as a rejection."
        "EDPB Guidelines 05/2020, para. 86; Garante, 10 June 2021 (R10)"
    LegitimateInterest "legitimate-interest" Warning
        "The banner relies on legitimate interest although the law requires consent. Remove the text and its checkboxes."
        "Art. 5(3) ePrivacy Directive; EDPB Cookie Banner Taskforce, report of 2023, type H (R5)"
    AskedAgain "asked-again" Warning
        "The banner reappeared after the visitor had answered it. Store a rejection as long as an acceptance."
        "Garante, 10 June 2021; CNIL 2020-092 (R14)"
    NoWithdrawal "no-withdrawal" Error
        "After acceptance, no equally easy way to withdraw was found. Link the settings on every page."
        "Art. 7(3) GDPR (R34)"
    NotOperated "not-operated" Warning
        "The audit found a banner but could not answer it, so the effect of an answer was not tested. Name its controls in a file for `--selectors`."
        ""
    PageProblem "page-trouble" Warning
        "A page could not be loaded or used as intended, so it may do more than was recorded. Open it by hand, and allow more time with `--timeout`."
        ""
    ViolatesOwnPolicy "csp-violation" Note
        "The Content-Security-Policy of the page blocked a resource. Remove the resource from the page, or allow it."
        "Content Security Policy Level 3"
}

/// A rule about cookies or about visits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Rule {
    Cookies(rules::Rule),
    Browser(BrowserRule),
}

impl Rule {
    /// Iterates over all rules.
    pub(crate) fn all() -> impl Iterator<Item = Self> {
        let cookies = rules::Rule::ALL.iter().copied().map(Self::Cookies);
        cookies.chain(BrowserRule::ALL.iter().copied().map(Self::Browser))
    }

    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::Cookies(rule) => rule.id(),
            Self::Browser(rule) => rule.id(),
        }
    }

    pub(crate) fn severity(self) -> Severity {
        match self {
            Self::Cookies(rule) => rule.severity(),
            Self::Browser(rule) => rule.severity(),
        }
    }

    /// Meaning and remedy.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Cookies(rule) => rule.meaning(),
            Self::Browser(rule) => rule.meaning(),
        }
    }

    /// Legal basis; empty if the rule is about the audit itself.
    pub(crate) fn law(self) -> &'static str {
        match self {
            Self::Cookies(rule) => rule.law(),
            Self::Browser(rule) => rule.law(),
        }
    }
}

impl From<rules::Rule> for Rule {
    fn from(rule: rules::Rule) -> Self {
        Self::Cookies(rule)
    }
}

impl From<BrowserRule> for Rule {
    fn from(rule: BrowserRule) -> Self {
        Self::Browser(rule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_a_row_for_each_rule_with_its_severity_and_its_law() {
        let docs = include_str!("../../../../docs/audit-browser.md");
        for rule in BrowserRule::ALL.iter().copied().map(Rule::from) {
            let law = match rule.law() {
                "" => "–",
                law => law,
            };
            let (id, meaning) = (rule.id(), rule.meaning());
            let row = format!("| `{id}` | {} | {meaning} | {law} |", rule.severity());
            assert!(
                docs.contains(&row),
                "docs/audit-browser.md lacks this row:\n{row}"
            );
        }
    }

    #[test]
    fn an_id_stands_for_one_rule_of_both_books() {
        let mut ids: Vec<_> = Rule::all().map(Rule::id).collect();
        let all = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), all);
    }
}
