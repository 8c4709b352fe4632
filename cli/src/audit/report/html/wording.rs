//! Sentences and links of the page.

use actix_consent::audit::rules::Severity;

use super::super::super::{judge::findings::Verdict, record::ProblemKind};

/// A piece of a text, code or not.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'t> {
    pub(super) text: &'t str,
    pub(super) is_code: bool,
}

/// Splits a text at backticks into code and other text.
pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let pieces = text.split('`').enumerate().map(|(at, text)| Piece {
        text,
        is_code: at % 2 == 1,
    });
    pieces.filter(|piece| !piece.text.is_empty()).collect()
}

/// The verdict in one sentence.
pub(super) fn sentence(verdict: &Verdict) -> String {
    let of = |severity: Severity| {
        let findings = verdict.findings.iter();
        findings.filter(move |finding| finding.severity == severity)
    };
    let seen = |end: &str| of(Severity::Error).any(|finding| finding.rule.id().ends_with(end));
    match (
        of(Severity::Error).count(),
        of(Severity::Warning).count(),
        seen("-before-consent"),
        seen("-after-rejection"),
    ) {
        (_, _, true, true) => "The site uses cookies, storage or third parties that need consent \
                               before visitors choose, and also after they reject."
            .to_owned(),
        (_, _, true, false) => {
            "The site uses cookies, storage or third parties that need consent before visitors choose.".to_owned()
        }
        (_, _, false, true) => {
            "The site uses cookies, storage or third parties that need consent after visitors reject.".to_owned()
        }
        (0, 0, ..) => "The audit found no errors and no warnings.".to_owned(),
        (0, 1, ..) => "The audit found no errors, and one warning to review."
            .to_owned(),
        (0, warnings, ..) => format!(
            "The audit found no errors, and {warnings} warnings to review."
        ),
        (1, ..) => "The audit found one error.".to_owned(),
        (errors, ..) => format!("The audit found {errors} errors."),
    }
}

/// Short description of a problem.
pub(super) fn problem(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Hangs => "The page stopped responding",
        ProblemKind::NeverIdle => "The page kept sending requests",
        ProblemKind::RedirectLoop => "The redirects did not end",
        ProblemKind::Dialog => "The page opened a dialog",
        ProblemKind::Download => "The page started a download",
        ProblemKind::Crashed => "The tab crashed",
        ProblemKind::TooLarge => "The page is too large",
        ProblemKind::BadCertificate => "The certificate is not valid",
        ProblemKind::Unreachable => "The page could not be reached",
        ProblemKind::ErrorStatus => "The server returned an error",
    }
}

/// Returns an address if it is safe to link, that is, HTTP or HTTPS.
pub(super) fn link(address: &str) -> Option<&str> {
    let is_page = address.starts_with("https://") || address.starts_with("http://");
    is_page.then_some(address)
}

#[cfg(test)]
mod tests {
    use super::{super::super::fixture, *};

    #[test]
    fn code_is_told_from_words() {
        let read = pieces("Gate it with `data-category`, or not.");
        assert_eq!(read.len(), 3);
        assert!(read[1].is_code && read[1].text == "data-category");
        assert_eq!(pieces("`a`")[0].text, "a");
        assert!(pieces("").is_empty());
    }

    #[test]
    fn the_verdict_is_one_sentence_whatever_was_found() {
        let mut verdict = fixture::verdict();
        assert!(sentence(&verdict).contains("before visitors choose, and also after"));
        verdict
            .findings
            .retain(|finding| finding.rule.id() != "request-after-rejection");
        assert!(sentence(&verdict).ends_with("before visitors choose."));
        verdict
            .findings
            .retain(|finding| !finding.rule.id().ends_with("-before-consent"));
        assert_eq!(sentence(&verdict), "The audit found one error.");
        verdict
            .findings
            .retain(|finding| finding.severity < Severity::Error);
        assert!(sentence(&verdict).contains("3 warnings to review"));
        verdict.findings.clear();
        assert_eq!(
            sentence(&verdict),
            "The audit found no errors and no warnings."
        );
    }
}
