//! Pages that could not be looked at as they are meant.

use super::{Findings, Judge};
use crate::audit::{record::TroubleKind, rule::BrowserRule, site::short};

impl Judge<'_> {
    pub(super) fn trouble(&self, findings: &mut Findings) {
        for visit in &self.record.visits {
            for trouble in &visit.troubles {
                let place = self.at(visit, &trouble.page, &visit.circumstances.state);
                let subject = format!(
                    "{} {}",
                    name(trouble.kind),
                    short(&trouble.page, &self.record.address)
                );
                findings.add(BrowserRule::PageTrouble, &subject, &*trouble.detail, place);
            }
        }
    }
}

fn name(kind: TroubleKind) -> &'static str {
    match kind {
        TroubleKind::Hangs => "hangs:",
        TroubleKind::NeverIdle => "never at rest:",
        TroubleKind::RedirectLoop => "redirects without end:",
        TroubleKind::Dialog => "dialog:",
        TroubleKind::Download => "download:",
        TroubleKind::Crashed => "crashed:",
        TroubleKind::TooLarge => "too large:",
        TroubleKind::BadCertificate => "bad certificate:",
        TroubleKind::Unreachable => "unreachable:",
        TroubleKind::ErrorStatus => "error status:",
    }
}
