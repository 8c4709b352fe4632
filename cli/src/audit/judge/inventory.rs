//! Each cookie, item and host that was seen, with what is known of it.

use std::collections::BTreeMap;

use actix_consent::audit::rules::Life;

use super::{Judge, findings::Item};
use crate::audit::{
    classify::Class,
    record::{Kept, What},
};

impl Judge<'_> {
    pub(super) fn inventory(&self) -> Vec<Item> {
        let mut items: BTreeMap<(u8, String, String), Item> = BTreeMap::new();
        let mut add = |rank: u8,
                       kind: &str,
                       name: &str,
                       host: &str,
                       third,
                       class: Class,
                       life: String,
                       seen: String| {
            let key = (rank, host.to_owned(), name.to_owned());
            let item = items.entry(key).or_insert_with(|| Item {
                kind: kind.to_owned(),
                name: name.to_owned(),
                host: host.to_owned(),
                third_party: third,
                category: class.category,
                provider: class.provider,
                purpose: class.purpose,
                source: class.source.to_owned(),
                life: String::new(),
                seen: Vec::new(),
            });
            if item.life.is_empty() {
                item.life = life;
            }
            if !item.seen.contains(&seen) {
                item.seen.push(seen);
            }
        };
        for (visit, event) in self.events() {
            let mut seen = visit.circumstances.clone();
            seen.state = event.said.clone();
            let seen = seen.to_string();
            match &event.what {
                What::Set(set) if !set.refused && !set.cookie.is_removal() => {
                    let life = match set.cookie.life {
                        Life::Seconds(seconds) => in_words(seconds),
                        _ => "session".to_owned(),
                    };
                    let (name, class) = (&set.cookie.name, self.classes.set(set));
                    add(
                        0,
                        "cookie",
                        name,
                        &set.host,
                        set.third_party,
                        class,
                        life,
                        seen,
                    );
                }
                What::Stored(stored) => {
                    let class = self.classes.stored(stored);
                    let kind = stored.kind.to_string();
                    add(
                        1,
                        &kind,
                        &stored.key,
                        &stored.origin,
                        stored.third_party,
                        class,
                        String::new(),
                        seen,
                    );
                }
                What::Requested(request) if request.third_party => {
                    let class = self.classes.request(request);
                    add(
                        2,
                        "host",
                        &request.host,
                        &request.host,
                        true,
                        class,
                        String::new(),
                        seen,
                    );
                }
                _ => {}
            }
        }
        // What came by ways that nobody watched.
        for visit in &self.record.visits {
            for kept in &visit.kept {
                let seen = visit.circumstances.to_string();
                match kept {
                    Kept::Cookie(cookie) => {
                        let life = cookie
                            .expires
                            .map_or_else(|| "session".to_owned(), in_words);
                        let host = cookie.domain.trim_start_matches('.');
                        let class = self.classes.kept(cookie);
                        add(
                            0,
                            "cookie",
                            &cookie.name,
                            host,
                            cookie.third_party,
                            class,
                            life,
                            seen,
                        );
                    }
                    Kept::Item(item) => {
                        let class = self.classes.stored(item);
                        let kind = item.kind.to_string();
                        add(
                            1,
                            &kind,
                            &item.key,
                            &item.origin,
                            item.third_party,
                            class,
                            String::new(),
                            seen,
                        );
                    }
                }
            }
        }
        items.into_values().collect()
    }
}

/// A time in the largest unit that it fills at least twice.
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
