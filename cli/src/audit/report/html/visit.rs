//! Numbers, timeline and table of a visit.

use std::collections::BTreeSet;

use actix_consent::audit::rules::Life;

use super::{
    super::{
        super::record::{Choosing, Event, Kept, Visit, What},
        sanitize,
        tally::many,
        time_format,
    },
    timeline::{Timeline, timeline},
};

/// Maximum number of rows. The JSON report has all of them.
const MOST_ROWS: usize = 400;

#[derive(Debug)]
pub(super) struct Told {
    pub(super) number: usize,
    pub(super) title: String,
    pub(super) answer: String,
    pub(super) failed: bool,
    pub(super) pages: usize,
    pub(super) others: usize,
    pub(super) hosts: usize,
    pub(super) cookies: usize,
    pub(super) kept_cookies: usize,
    pub(super) kept_items: usize,
    pub(super) timeline: Timeline,
    pub(super) rows: Vec<Happened>,
    /// Number of omitted rows.
    pub(super) left_out: usize,
    /// Number of requests to the site itself, which have no row.
    pub(super) own: usize,
}

/// A row of the table.
#[derive(Debug)]
pub(super) struct Happened {
    pub(super) when: String,
    pub(super) page: usize,
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) who: String,
    pub(super) third: bool,
    pub(super) by: String,
}

pub(super) fn told((at, visit): (usize, &Visit)) -> Told {
    let (mut hosts, mut cookies) = (BTreeSet::new(), BTreeSet::new());
    let (mut others, mut own) = (0, 0);
    for event in &visit.events {
        match &event.what {
            What::Requested(request) if request.third_party => {
                others += 1;
                hosts.insert(&request.host);
            }
            What::Requested(_) => own += 1,
            What::Set(set) if !set.refused && set.cookie.life != Life::Removed => {
                cookies.insert((&set.cookie.name, &set.host));
            }
            _ => {}
        }
    }
    let is_cookie = |kept: &&Kept| matches!(kept, Kept::Cookie(_));
    let kept_cookies = visit.kept.iter().filter(is_cookie).count();
    let rows: Vec<Happened> = visit.events.iter().filter_map(happened).collect();
    let left_out = rows.len().saturating_sub(MOST_ROWS);
    Told {
        number: at + 1,
        title: visit.circumstances.to_string(),
        answer: answer(&visit.choice),
        failed: matches!(visit.choice, Choosing::Failed { .. }),
        pages: visit.pages.len(),
        others,
        hosts: hosts.len(),
        cookies: cookies.len(),
        kept_cookies,
        kept_items: visit.kept.len() - kept_cookies,
        timeline: timeline(visit),
        rows: rows.into_iter().take(MOST_ROWS).collect(),
        left_out,
        own,
    }
}

fn answer(choice: &Choosing) -> String {
    match choice {
        Choosing::Silent => "no answer".to_owned(),
        Choosing::Said { clicks } => many(*clicks as usize, "click"),
        Choosing::Failed { why } => format!("could not answer: {why}"),
    }
}

fn happened(event: &Event) -> Option<Happened> {
    let (kind, name, who, third) = match &event.what {
        What::Requested(request) if !request.third_party => return None,
        What::Requested(request) => (
            format!("Request ({})", request.kind),
            request.address.clone(),
            request.host.clone(),
            true,
        ),
        What::Set(set) => {
            let kind = match (set.refused, set.cookie.life) {
                (true, _) => "Cookie rejected by the browser",
                (_, Life::Removed) => "Cookie removed",
                _ => "Cookie set",
            };
            let (name, host) = (set.cookie.name.clone(), set.host.clone());
            (kind.to_owned(), name, host, set.third_party)
        }
        What::Stored(stored) => (
            stored.kind.to_string(),
            stored.key.clone(),
            stored.origin.clone(),
            stored.third_party,
        ),
        What::Worker(address) => (
            "Service worker".to_owned(),
            address.clone(),
            String::new(),
            false,
        ),
        What::Violation { directive, blocked } => (
            format!("Blocked by {directive}"),
            blocked.clone(),
            String::new(),
            false,
        ),
        What::Answered(by) => (
            format!("Answer: {}", event.said),
            by.clone(),
            String::new(),
            false,
        ),
    };
    let by = event.by.as_ref().map(ToString::to_string);
    Some(Happened {
        when: time_format::seconds(event.at),
        page: event.page + 1,
        kind,
        name: sanitize::cut(&name, 160).into_owned(),
        who,
        third,
        by: sanitize::cut(&by.unwrap_or_default(), 160).into_owned(),
    })
}
