//! The rules, by their stable ids.

use std::fmt;

/// Severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Severity {
    /// Information: the policy declares it, and nothing is wrong.
    Note,
    /// The policy does not describe the site, or a cookie is less protected than it could be.
    Warning,
    /// A law is broken, browsers refuse the cookie, or the audit has seen nothing.
    Error,
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

macro_rules! rules {
    ($($rule:ident $id:literal $severity:ident $meaning:literal $law:literal)*) => {
        /// A rule of the audit. Ids never change their meaning; new ones may be added.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Rule {
            $(#[doc = concat!("`", $id, "`: ", $meaning)] $rule,)*
        }

        impl Rule {
            /// All rules, in the order in which a report lists them.
            pub const ALL: &[Self] = &[$(Self::$rule,)*];

            /// The stable id, such as `set-before-consent`.
            pub fn id(self) -> &'static str {
                match self { $(Self::$rule => $id,)* }
            }

            /// Severity of its findings.
            pub fn severity(self) -> Severity {
                match self { $(Self::$rule => Severity::$severity,)* }
            }

            /// Meaning of a finding, and the remedy.
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$rule => $meaning,)* }
            }

            /// Law or standard on which the rule is based; empty if it is about the audit itself.
            pub fn law(self) -> &'static str {
                match self { $(Self::$rule => $law,)* }
            }
        }
    };
}

rules! {
    NothingObserved "nothing-observed" Error
        "No request was made, so nothing could be found. Name at least one with `get` or `step`."
        ""
    Unguarded "unguarded" Error
        "No ConsentMiddleware ran round this request, so nothing was enforced. Mount it as the last `.wrap(..)` of the App."
        ""
    CompressedInside "compressed-inside" Error
        "HTML reached the gate compressed, so its markup could not be gated and visitors get a 500. The last `.wrap(..)` is the outermost: write `App::new().wrap(consent.clone()).wrap(Compress::default())`, and serve pages uncompressed that are stored or fetched compressed."
        "Art. 5(3) ePrivacy Directive"
    ChoiceWithoutEffect "choice-without-effect" Error
        "The visitor's choice had no effect, so the findings of that state are not reliable. Mount the middleware that was passed to the audit, and route its own paths to it."
        "Art. 7(3) GDPR"
    PlantedUnseen "planted-unseen" Error
        "A cookie that the visitor allows was sent but reached no handler, so the audit could not have seen a denied one either."
        ""
    Undeclared "undeclared" Error
        "The application sent a cookie that the policy does not declare. Declare it (`Report::to_toml` drafts the lines), or stop setting it."
        "Art. 5(3) ePrivacy Directive; Art. 13 GDPR; C-673/17 Planet49, para. 81"
    SetBeforeConsent "set-before-consent" Error
        "A cookie that needs consent was set before the visitor chose. Set it behind the middleware, or load its script only after consent."
        "Art. 5(3) ePrivacy Directive; Art. 4(11) GDPR; reg. 6 PECR"
    SetAfterRejection "set-after-rejection" Error
        "A cookie was set although the visitor had rejected its category, or had withdrawn consent. Find what sets it past the gate: an outer layer, a script, another server."
        "Art. 5(3) ePrivacy Directive; Art. 7(3) GDPR; reg. 6 PECR"
    SetDespiteSignal "set-despite-signal" Error
        "A cookie of a category that is sold or shared was set although the browser sent `Sec-GPC: 1`. Treat the signal as a rejection until the visitor accepts in a form that names it."
        "Cal. Civ. Code 1798.135; Global Privacy Control; Art. 21 GDPR"
    ReadableWithoutConsent "readable-without-consent" Error
        "A handler could read a cookie whose category is off, and reading needs consent as much as storing. Read it behind the middleware."
        "Art. 5(3) ePrivacy Directive; Art. 7(3) GDPR"
    SurvivesWithdrawal "survives-withdrawal" Error
        "The browser still holds a cookie after the visitor withdrew. Declare the `path` and `domains` that it is set with, so that it can be removed."
        "Art. 7(3) and 17(1)(b) GDPR"
    LivesLonger "lives-longer" Error
        "A cookie lives longer than the policy states. Shorten `Max-Age`, or declare the duration that is true."
        "C-673/17 Planet49, para. 81; Art. 13(2)(a) GDPR"
    ModelUnlawful "model-unlawful" Error
        "Silence counts as consent where the law requires an act. Use the model `OptIn` there."
        "Art. 4(11) and recital 32 GDPR; EDPB Guidelines 05/2020, para. 86; C-673/17 Planet49"
    PrefixBroken "prefix-broken" Error
        "The prefix of the name requires attributes that are missing, so browsers drop the cookie. Add them, or rename it."
        "RFC 6265bis, 4.1.3"
    TooLarge "too-large" Error
        "Name and value together are over 4096 bytes, so browsers drop the cookie. Keep the data on the server."
        "RFC 6265bis, 5.6"
    NoneWithoutSecure "none-without-secure" Error
        "`SameSite=None` without `Secure`: browsers drop the cookie. Add `Secure`."
        "RFC 6265bis, 5.7"
    PartitionedWithoutSecure "partitioned-without-secure" Error
        "`Partitioned` without `Secure`: browsers drop the cookie. Add `Secure`."
        "CHIPS"
    UndeclaredWithheld "undeclared-withheld" Warning
        "The application sets a cookie that the policy does not declare; the gate withheld it. Declare it, or stop setting it."
        "Art. 13 GDPR; C-673/17 Planet49, para. 81"
    DeclaredNeverSeen "declared-never-seen" Warning
        "The policy lists a cookie that the server never set. Add the request that sets it, or remove the declaration."
        "Art. 5(1)(a) and 12(1) GDPR"
    NotSecure "not-secure" Warning
        "A cookie of an https site without `Secure` travels over plain http as well."
        "Art. 32 GDPR; RFC 6265bis, 4.1.2.5"
    NotHttpOnly "not-http-only" Warning
        "Scripts can read a cookie that no script of the site sets. Add `HttpOnly`, or declare it with `set_by = \"script\"`."
        "Art. 32 GDPR; RFC 6265bis, 4.1.2.6"
    NoSameSite "no-same-site" Warning
        "Without `SameSite` browsers differ on whether other sites' requests carry the cookie."
        "Art. 32 GDPR; RFC 6265bis, 4.1.2.7"
    NoticeNotShown "notice-not-shown" Warning
        "Silence counts as consent once the notice has been shown, but no audited page shows it, so the pages after it were not audited. Add a page that renders the banner."
        ""
    UnexpectedStatus "unexpected-status" Warning
        "A request was answered with an error in every state, so its handler may not have been audited. Correct it, or allow this finding if the error is intended."
        ""
    PolicyGap "policy-gap" Note
        "The policy page is incomplete. `Policy::require_complete` makes gaps fatal."
        "Art. 13 GDPR"
    Overridden "overridden" Note
        "A cookie that looks like analytics or advertising is declared necessary, with a reason. Check the reason."
        "Art. 5(3) ePrivacy Directive; EDPB Cookie Banner Taskforce, report of 2023, type I"
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documentation_has_a_row_for_each_rule_with_its_severity_and_its_law() {
        let docs = include_str!("../../../docs/audit.md");
        for rule in Rule::ALL {
            let law = match rule.law() {
                "" => "–",
                law => law,
            };
            let row = format!(
                "| `{rule}` | {} | {} | {law} |",
                rule.severity(),
                rule.meaning()
            );
            assert!(docs.contains(&row), "docs/audit.md lacks this row:\n{row}");
        }
    }

    #[test]
    fn ids_are_in_kebab_case_and_each_stands_for_one_rule() {
        let mut ids: Vec<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
        assert!(
            ids.iter()
                .all(|id| id.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
        );
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), Rule::ALL.len());
    }
}
