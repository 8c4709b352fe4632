//! Validation of the ready-made declarations in `use`.

use super::Validation;
use crate::policy::{Lifetime, Pattern, PolicyFile, Use, declarations};

/// Minimum similarity (0 to 1) at which another name is proposed.
const ALIKE: f64 = 0.85;

impl Validation<'_> {
    pub(super) fn ready_declarations(&mut self, file: &mut PolicyFile) {
        for (index, entry) in file.site.uses.iter().enumerate() {
            let place = format!("site.use[{index}]");
            let (package, name, duration) = match entry {
                Use::Named(package) => (package, None, None),
                Use::Renamed(renamed) => (
                    &renamed.package,
                    renamed.cookie.as_deref(),
                    renamed.duration,
                ),
            };
            let Some(mut cookie) = declarations::ready(package, name) else {
                self.fault(place, unknown(package));
                continue;
            };
            if let Some(duration) = duration {
                cookie.duration = Some(duration);
            }
            if duration == Some(Lifetime::Persistent) {
                self.fault(
                    format!("{place}.duration"),
                    "a cookie cannot be persistent: write `session` or a time such as `1 day`",
                );
            }
            self.cookie_name(&place, &cookie.name);
            self.exemption(&place, true, &cookie);
            if Pattern::of(&cookie.name).open {
                self.fault(
                    &place,
                    "a ready-made declaration is for one cookie: remove the `*`",
                );
            }
            // Two crates may share a cookie (identity is stored in the session), and the site's own
            // declaration is more precise.
            if !file.cookie.iter().any(|other| other.name == cookie.name) {
                file.cookie.push(cookie);
            }
        }
    }
}

fn unknown(package: &str) -> String {
    let known: Vec<_> = declarations::names().collect();
    let rated = known
        .iter()
        .map(|known| (strsim::jaro_winkler(known, package), *known));
    let nearest = rated
        .max_by(|one, other| one.0.total_cmp(&other.0))
        .filter(|(likeness, _)| *likeness >= ALIKE);
    match nearest {
        Some((_, nearest)) => {
            format!(
                "no ready-made declaration for the crate `{package}`: did you mean `{nearest}`?"
            )
        }
        None => format!(
            "no ready-made declaration for the crate `{package}`: use one of `{}`, or declare the cookie \
             under [[cookie]]",
            known.join("`, `")
        ),
    }
}
