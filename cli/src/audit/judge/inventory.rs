//! The inventory of observed cookies, items and hosts.

use std::collections::BTreeMap;

use actix_consent::audit::rules::Life;

use super::{Judge, findings::Item};
use crate::audit::{
    classify::Classification,
    record::{Kept, Stored, What},
};

/// Items by kind, host and name.
#[derive(Default)]
struct Inventory(BTreeMap<(Kind, String, String), Item>);

/// Kind of an item, in display order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Cookie,
    Storage,
    Host,
}

/// One observation of an item.
struct Observed<'r> {
    kind: Kind,
    name: &'r str,
    host: &'r str,
    third_party: bool,
    class: Classification,
    /// Lifetime in words; empty if not applicable.
    life: String,
}

impl Inventory {
    /// Adds an observation with its circumstances. `label` is the kind in words.
    fn add(&mut self, label: String, observed: Observed<'_>, seen: &str) {
        let key = (
            observed.kind,
            observed.host.to_owned(),
            observed.name.to_owned(),
        );
        let class = observed.class;
        let item = self.0.entry(key).or_insert_with(|| Item {
            kind: label,
            name: observed.name.to_owned(),
            host: observed.host.to_owned(),
            third_party: observed.third_party,
            category: class.category,
            provider: class.provider,
            purpose: class.purpose,
            source: class.source.to_owned(),
            life: String::new(),
            seen: Vec::new(),
        });
        if item.life.is_empty() {
            item.life = observed.life;
        }
        if !item.seen.iter().any(|known| known == seen) {
            item.seen.push(seen.to_owned());
        }
    }
}

impl Judge<'_> {
    pub(super) fn inventory(&self) -> Vec<Item> {
        let mut inventory = Inventory::default();
        for (visit, event) in self.events() {
            let mut seen = visit.circumstances.clone();
            seen.state = event.said.clone();
            self.add_event(&mut inventory, &event.what, &seen.to_string());
        }
        // Items without a recorded event.
        for visit in &self.record.visits {
            let seen = visit.circumstances.to_string();
            for kept in &visit.kept {
                self.add_kept(&mut inventory, kept, &seen);
            }
        }
        inventory.0.into_values().collect()
    }

    fn add_event(&self, inventory: &mut Inventory, what: &What, seen: &str) {
        match what {
            What::Set(set) if !set.refused && !set.cookie.is_removal() => {
                let observed = Observed {
                    kind: Kind::Cookie,
                    name: &set.cookie.name,
                    host: &set.host,
                    third_party: set.third_party,
                    class: self.classifier.set(set),
                    life: match set.cookie.life {
                        Life::Seconds(seconds) => in_words(seconds),
                        _ => "session".to_owned(),
                    },
                };
                inventory.add("cookie".to_owned(), observed, seen);
            }
            What::Stored(stored) => self.add_stored(inventory, stored, seen),
            What::Requested(request) if request.third_party => {
                let observed = Observed {
                    kind: Kind::Host,
                    name: &request.host,
                    host: &request.host,
                    third_party: true,
                    class: self.classifier.request(request),
                    life: String::new(),
                };
                inventory.add("host".to_owned(), observed, seen);
            }
            _ => {}
        }
    }

    fn add_kept(&self, inventory: &mut Inventory, kept: &Kept, seen: &str) {
        match kept {
            Kept::Cookie(cookie) => {
                let life = cookie.expires.map(in_words);
                let observed = Observed {
                    kind: Kind::Cookie,
                    name: &cookie.name,
                    host: cookie.domain.trim_start_matches('.'),
                    third_party: cookie.third_party,
                    class: self.classifier.kept(cookie),
                    life: life.unwrap_or_else(|| "session".to_owned()),
                };
                inventory.add("cookie".to_owned(), observed, seen);
            }
            Kept::Item(item) => self.add_stored(inventory, item, seen),
        }
    }

    fn add_stored(&self, inventory: &mut Inventory, stored: &Stored, seen: &str) {
        let observed = Observed {
            kind: Kind::Storage,
            name: &stored.key,
            host: &stored.origin,
            third_party: stored.third_party,
            class: self.classifier.stored(stored),
            life: String::new(),
        };
        inventory.add(stored.kind.to_string(), observed, seen);
    }
}

/// Formats a time in the largest unit of which there are at least two.
fn in_words(seconds: u64) -> String {
    let units = [
        ("years", 365 * 86_400),
        ("months", 30 * 86_400),
        ("days", 86_400),
        ("hours", 3_600),
        ("minutes", 60),
    ];
    let fitting = units
        .into_iter()
        .find(|(_, length)| seconds >= 2 * length - length / 20);
    let (unit, length) = fitting.unwrap_or(("seconds", 1));
    format!("{} {unit}", (seconds + length / 2) / length)
}
