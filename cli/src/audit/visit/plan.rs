//! Plan of the visits of an audit.

use actix_consent::audit::rules::State;

use crate::audit::record::{Banner, Circumstances};

/// Settings of the plan.
#[derive(Clone, Debug, Default)]
pub(crate) struct Plan {
    /// True to repeat every state with every kind of browser.
    pub(crate) thorough: bool,
    /// Ids of categories to accept alone.
    pub(crate) categories: Vec<String>,
}

fn visitor(state: State) -> Circumstances {
    Circumstances {
        state,
        gpc: false,
        scripts: true,
    }
}

/// The first visit, which discovers the pages and the banner.
pub(crate) fn first() -> Circumstances {
    visitor(State::NoChoice)
}

impl Plan {
    /// Returns the visits after the first.
    pub(crate) fn visits(&self, banner: Option<&Banner>) -> Vec<Circumstances> {
        let mut states = Vec::new();
        if let Some(banner) = banner {
            // Only answers that the banner offers can be given.
            if banner.reject.is_some() || banner.settings.is_some() {
                states.push(State::Rejected);
            }
            if banner.accept.is_some() {
                states.extend([State::Accepted, State::Withdrawn]);
            }
            let named = self.categories.iter().chain(&banner.categories);
            let mut categories: Vec<&String> = named.collect();
            categories.sort_unstable();
            categories.dedup();
            // A single category is the same as accepting everything.
            if categories.len() > 1 {
                states.extend(categories.into_iter().cloned().map(State::Only));
            }
            if banner.close.is_some() {
                states.push(State::WentOn);
            }
        }
        let mut visits: Vec<_> = states.iter().cloned().map(visitor).collect();
        let with = |state: &State, gpc, scripts| Circumstances {
            state: state.clone(),
            gpc,
            scripts,
        };
        let kinds = [(true, true), (false, false), (true, false)];
        for (gpc, scripts) in kinds {
            for state in std::iter::once(&State::NoChoice).chain(&states) {
                let usual = matches!(state, State::NoChoice | State::Accepted | State::Rejected);
                // Without `thorough`, do not combine the signal with disabled scripts.
                if self.thorough || (usual && gpc == scripts) {
                    visits.push(with(state, gpc, scripts));
                }
            }
        }
        visits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::record::Control;

    fn banner() -> Banner {
        Banner {
            accept: Some(Control::default()),
            reject: Some(Control::default()),
            categories: vec!["analytics".to_owned(), "marketing".to_owned()],
            ..Banner::default()
        }
    }

    #[test]
    fn without_a_banner_there_is_nothing_to_answer() {
        let visits = Plan::default().visits(None);
        assert!(visits.iter().all(|visit| visit.state == State::NoChoice));
        assert_eq!(visits.len(), 2, "one with the signal, one without scripts");
    }

    #[test]
    fn what_a_banner_does_not_offer_is_not_tried() {
        let notice = Banner {
            close: Some(Control::default()),
            ..Banner::default()
        };
        let states = Plan::default().visits(Some(&notice));
        let states: Vec<_> = states.into_iter().map(|visit| visit.state).collect();
        assert_eq!(states, [State::WentOn, State::NoChoice, State::NoChoice]);
    }

    #[test]
    fn each_answer_is_given_and_the_usual_ones_by_each_browser() {
        let visits = Plan::default().visits(Some(&banner()));
        assert_eq!(visits.len(), 5 + 3 + 3);
        let thorough = Plan {
            thorough: true,
            ..Plan::default()
        };
        // Six states with four kinds of browser, and the first visit is made already.
        assert_eq!(thorough.visits(Some(&banner())).len(), 6 * 4 - 1);
    }
}
