//! Sentences of the page.

use actix_consent::audit::rules::Severity;

use super::super::super::{judge::findings::Verdict, record::ProblemKind};

/// A text with names of code in it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece<'t> {
    pub(super) text: &'t str,
    pub(super) is_code: bool,
}

/// Takes apart what stands between backticks and what does not.
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
    let things = |count: usize| match count {
        1 => "one thing".to_owned(),
        count => format!("{count} things"),
    };
    match (
        of(Severity::Error).count(),
        of(Severity::Warning).count(),
        seen("-before-consent"),
        seen("-after-rejection"),
    ) {
        (_, _, true, true) => "Things that need consent happen before visitors have chosen, and \
                               also after they have said no."
            .to_owned(),
        (_, _, true, false) => {
            "Things that need consent happen before visitors have chosen.".to_owned()
        }
        (_, _, false, true) => {
            "Things that need consent happen after visitors have said no.".to_owned()
        }
        (0, 0, ..) => "The audit found nothing that has to change.".to_owned(),
        (0, 1, ..) => "The audit found nothing that has to change, and one thing that deserves \
                       a look."
            .to_owned(),
        (0, warnings, ..) => format!(
            "The audit found nothing that has to change, and {warnings} things that deserve a look."
        ),
        (1, ..) => format!("The audit found {} that has to change.", things(1)),
        (errors, ..) => format!("The audit found {} that have to change.", things(errors)),
    }
}

/// What went wrong with a page, in a few words.
pub(super) fn problem(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Hangs => "It did not answer any more",
        ProblemKind::NeverIdle => "It never came to rest",
        ProblemKind::RedirectLoop => "Its redirects did not end",
        ProblemKind::Dialog => "It opened a dialog",
        ProblemKind::Download => "It started a download",
        ProblemKind::Crashed => "Its tab crashed",
        ProblemKind::TooLarge => "It is too large",
        ProblemKind::BadCertificate => "Its certificate is not valid",
        ProblemKind::Unreachable => "It could not be reached",
        ProblemKind::ErrorStatus => "It was answered with an error",
    }
}

/// An address that may be linked to: that of a page, and never one that runs something.
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
        assert!(sentence(&verdict).contains("before visitors have chosen, and also after"));
        verdict
            .findings
            .retain(|finding| finding.rule.id() != "request-after-rejection");
        assert!(sentence(&verdict).ends_with("before visitors have chosen."));
        verdict
            .findings
            .retain(|finding| !finding.rule.id().ends_with("-before-consent"));
        assert_eq!(
            sentence(&verdict),
            "The audit found one thing that has to change."
        );
        verdict
            .findings
            .retain(|finding| finding.severity < Severity::Error);
        assert!(sentence(&verdict).contains("3 things that deserve a look"));
        verdict.findings.clear();
        assert_eq!(
            sentence(&verdict),
            "The audit found nothing that has to change."
        );
    }
}
