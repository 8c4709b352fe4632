//! Rules that only a browser can judge, beside those of [`actix_consent::audit::rules::Rule`].

use actix_consent::audit::rules::{self, Severity};

macro_rules! rules {
    ($($rule:ident $id:literal $severity:ident $meaning:literal $law:literal)*) => {
        /// What is judged about a browser's visits. The ids never change their meaning.
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
        "The page called a third party that needs consent before the visitor chose. Gate the element with `data-consent-category`, or declare its origin as an embed."
        "Art. 5(3) ePrivacy Directive; Art. 6(1)(a) and 44 GDPR; C-40/17 Fashion ID"
    RequestAfterRejection "request-after-rejection" Error
        "The page called a third party that needs consent although the visitor had said no, or had withdrawn. Load it only where consent is given."
        "Art. 5(3) ePrivacy Directive; Art. 7(3) GDPR; C-40/17 Fashion ID"
    RequestDespiteSignal "request-despite-signal" Error
        "The page called a third party that sells or shares data although the browser sent `Sec-GPC: 1`. Treat the signal as a no until the visitor says yes knowing of it."
        "Cal. Civ. Code 1798.135; Global Privacy Control; Art. 21 GDPR"
    ThirdPartyUndeclared "third-party-undeclared" Warning
        "The page called another site that the policy does not name. Declare it as an embed, or serve its files yourself."
        "Art. 13(1)(e) GDPR"
    StoredBeforeConsent "stored-before-consent" Error
        "An item of storage that needs consent was written before the visitor chose. Load the script that writes it after a yes."
        "Art. 5(3) ePrivacy Directive; EDPB Guidelines 2/2023"
    StoredAfterRejection "stored-after-rejection" Error
        "An item of storage was written although the visitor had said no, or had withdrawn. Have the script ask for the choice before it writes."
        "Art. 5(3) ePrivacy Directive; Art. 7(3) GDPR"
    StoredUndeclared "stored-undeclared" Error
        "A script stored an item that the policy does not name. Declare it under `[[storage]]`, or stop storing it."
        "Art. 5(3) ePrivacy Directive; Art. 13 GDPR"
    StorageSurvives "storage-survives-withdrawal" Error
        "An item of storage is still there after the visitor withdrew. Declare it under `[[storage]]`, so that the page's script removes it."
        "Art. 7(3) and 17(1)(b) GDPR"
    Respawned "respawned" Error
        "A cookie came back with the value that it had before, out of another storage. Remove the copy together with the cookie, and keep none."
        "Art. 5(3) ePrivacy Directive; Art. 5(1)(a) GDPR"
    WorkerBeforeConsent "worker-before-consent" Warning
        "A service worker was installed before the visitor chose. Where it is not strictly necessary, wait for consent."
        "Art. 5(3) ePrivacy Directive"
    Unclassified "unclassified" Warning
        "No table knows what this is for. Name it in a policy, or in a file for `--cookie-database`."
        "Art. 13 GDPR; C-673/17 Planet49, para. 81"
    Miscategorised "miscategorised" Warning
        "The policy says that it is strictly necessary, and it is commonly known for something else. Check that the exemption holds."
        "Art. 5(3) ePrivacy Directive; EDPB Cookie Banner Taskforce, report of 2023, type I"
    NoBanner "no-banner" Error
        "Things that need consent are used, and no banner asks for it. Ask before they are used, or do without them."
        "Art. 5(3) ePrivacy Directive; Art. 4(11) and 7(1) GDPR (R1)"
    NoReject "no-reject" Error
        "The banner can be accepted and not refused. Put a refusing button of the same form beside the accepting one."
        "EDPB Cookie Banner Taskforce, report of 2023, type A; CNIL 2020-092 (R1)"
    RejectInSecondLayer "reject-in-second-layer" Error
        "Refusing stands behind another step, accepting does not. Put a refusing button beside the accepting one."
        "EDPB Cookie Banner Taskforce, report of 2023, type A; CNIL 2020-092 (R1, R7)"
    RejectTakesMore "reject-takes-more" Error
        "Refusing took more clicks than accepting. Let one click refuse everything."
        "CNIL 2020-092; 11 CCR 7004(a)(2) (R7)"
    RejectIsLink "reject-is-link" Error
        "Refusing is a link in a text, accepting a button. Make both buttons."
        "EDPB Cookie Banner Taskforce, report of 2023, types C and E (R3)"
    RejectLessVisible "reject-less-visible" Warning
        "Refusing is smaller, paler or further away than accepting. Give both the same form."
        "EDPB Cookie Banner Taskforce, report of 2023, types D and E (R4)"
    LowContrast "low-contrast" Warning
        "The text of a button of the banner has a contrast below 4.5 to 1. Use darker or lighter letters."
        "WCAG 2.2, 1.4.3; EDPB Cookie Banner Taskforce, report of 2023, types D and E (R4)"
    PreTicked "pre-ticked" Error
        "A box or switch for something that needs consent is on before the visitor touches it. Start with it off."
        "C-673/17 Planet49, paras. 52 to 65 (R2)"
    Wall "wall" Error
        "The page cannot be read or used before the banner is answered. Let the page be scrolled and used behind it."
        "EDPB Guidelines 05/2020, paras. 38 to 41 (R8)"
    CoversContent "covers-content" Warning
        "The banner covers more than half of a phone's window. Shorten its text, and put the details on a second page."
        "EDPB Guidelines 05/2020; WCAG 2.2, 1.4.10 (R8)"
    CoversFocus "covers-focus" Warning
        "The banner hides what the keyboard is on. Let it stand in the page, or reserve its room with `scroll-padding`."
        "WCAG 2.2, 2.4.11 (R113)"
    TrapsFocus "traps-focus" Error
        "The keyboard does not get out of the banner. Let Tab go on to the page."
        "WCAG 2.2, 2.1.2 (R113)"
    NeedsScripts "needs-scripts" Warning
        "Without JavaScript there is no banner that can be answered, and things that need consent are used. Draw the banner on the server, as a form."
        "Art. 7(3) GDPR (R16)"
    SilenceIsConsent "silence-is-consent" Error
        "Scrolling, going on or waiting is read as consent. Wait for a click that says yes."
        "Art. 4(11) and recital 32 GDPR; EDPB Guidelines 05/2020, para. 86 (R9)"
    CloseIsConsent "close-is-consent" Error
        "Closing the banner is read as consent. Treat it as a no."
        "EDPB Guidelines 05/2020, para. 86; Garante, 10 June 2021 (R10)"
    LegitimateInterest "legitimate-interest" Warning
        "The banner names legitimate interest where the law knows consent alone. Take the words and their boxes out."
        "Art. 5(3) ePrivacy Directive; EDPB Cookie Banner Taskforce, report of 2023, type H (R5)"
    AskedAgain "asked-again" Warning
        "The banner came back although the visitor had answered it. Keep a no as long as a yes."
        "Garante, 10 June 2021; CNIL 2020-092 (R14)"
    NoWithdrawal "no-withdrawal" Error
        "After accepting no way was found to withdraw as easily. Link the settings on every page."
        "Art. 7(3) GDPR (R34)"
    NotOperated "not-operated" Warning
        "A banner was seen, and could not be answered by the audit; what follows from an answer was not seen. Name its controls in a file for `--selectors`."
        ""
    PageProblem "page-trouble" Warning
        "A page could not be looked at as it is meant, so that it may do more than was seen. Open it by hand, and give it more time with `--timeout`."
        ""
    ViolatesOwnPolicy "csp-violation" Note
        "The page's own Content-Security-Policy stopped something. Remove it from the page, or allow it."
        "Content Security Policy Level 3"
}

/// A rule of either book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Rule {
    Cookies(rules::Rule),
    Browser(BrowserRule),
}

impl Rule {
    /// All of both books.
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

    /// What it means, and what to do.
    pub(crate) fn meaning(self) -> &'static str {
        match self {
            Self::Cookies(rule) => rule.meaning(),
            Self::Browser(rule) => rule.meaning(),
        }
    }

    /// The law behind it; empty where it is about the audit itself.
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
