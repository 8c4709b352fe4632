//! The site is killed while visitors choose: what was acknowledged is recorded, and once.

#[path = "support/mod.rs"]
mod support;

use std::{
    collections::BTreeSet,
    path::Path,
    process::Command,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use actix_consent::ledger::{ConsentRecord, Event};
use actix_consent_ledger::{Entry, Store};
use support::{http::Request, site::Site, until};

/// Visitors who choose at once.
const VISITORS: usize = 8;

/// What the site has acknowledged.
#[derive(Debug, Default)]
struct Acknowledged {
    /// Consent ids of those who accepted.
    accepted: BTreeSet<String>,
    rejected: usize,
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_newsroom"))
}

/// How often it is killed: 10 times, or as often as `CONSENT_CRASHES` says.
fn crashes() -> usize {
    let asked = std::env::var("CONSENT_CRASHES");
    asked.map_or(10, |text| {
        text.parse().expect("CONSENT_CRASHES is a number")
    })
}

/// Chooses as one visitor after the other, until the site is gone.
fn choose(port: u16, ends: &AtomicBool, acknowledged: &Mutex<Acknowledged>) {
    for turn in 0.. {
        if ends.load(Ordering::Relaxed) {
            return;
        }
        let action = if turn % 3 == 0 { "reject" } else { "accept" };
        let request = Request::new("POST", &format!("127.0.0.1:{port}"), "/privacy/choices");
        let answer = request.form(&[("action", action)]).try_send(port);
        let Ok(answer) = answer else { continue };
        let choice = answer
            .all("set-cookie")
            .find_map(|value| value.strip_prefix("consent="));
        let (303, Some(choice)) = (answer.status, choice) else {
            continue;
        };
        let value = choice.split(';').next().unwrap_or_default();
        let mut acknowledged = acknowledged.lock().expect("not poisoned");
        match action {
            "accept" => {
                let id = value.rsplit('.').next().unwrap_or_default().to_owned();
                assert_eq!(id.len(), 22, "a consent id in {value}");
                acknowledged.accepted.insert(id);
            }
            _ => acknowledged.rejected += 1,
        }
    }
}

/// All records of a ledger that nobody writes to, if it is whole.
async fn records(ledger: &Path) -> Vec<ConsentRecord> {
    let store = Store::open(&format!("sqlite:{}", ledger.display())).await;
    let store = store.expect("it can be opened");
    let verified = store.verify(None, |_| ()).await.expect("it can be read");
    verified.unwrap_or_else(|fault| panic!("{fault}"));
    let (mut records, mut after) = (Vec::new(), 0);
    loop {
        let entries = store.entries(after).await.expect("it can be read");
        let Some(last) = entries.last() else {
            return records;
        };
        after = last.seq;
        records.extend(entries.into_iter().filter_map(|entry| match entry.entry {
            Some(Entry::Record(record)) => Some(record),
            _ => None,
        }));
    }
}

#[actix_web::test]
async fn no_acknowledged_choice_is_lost_and_none_is_there_twice_however_often_it_is_killed() {
    let data = tempfile::tempdir().expect("a directory can be made");
    let acknowledged = Mutex::new(Acknowledged::default());
    for crash in 0..crashes() {
        let site = Site::start_in(program(), data.path(), &[]);
        let ends = AtomicBool::new(false);
        let before = acknowledged.lock().expect("not poisoned").accepted.len();
        thread::scope(|scope| {
            for _ in 0..VISITORS {
                scope.spawn(|| choose(site.port, &ends, &acknowledged));
            }
            // Something has been acknowledged, and more is under way.
            until("an acknowledged choice", || {
                let now = acknowledged.lock().expect("not poisoned").accepted.len();
                (now > before + crash % 5).then_some(())
            });
            // At a moment that nothing in the site knows of.
            let moment = Duration::from_micros(u64::from(rand_micros()));
            thread::park_timeout(moment);
            site.signal("KILL");
            ends.store(true, Ordering::Relaxed);
        });
        site.wait();
    }
    // What waited in the outbox arrives when it is started again.
    let site = Site::start_in(program(), data.path(), &[]);
    let outbox = data.path().join("outbox");
    until("an empty outbox", || {
        let files = std::fs::read_dir(&outbox).ok()?;
        let empty = |file: std::fs::DirEntry| file.metadata().is_ok_and(|file| file.len() == 0);
        files.map_while(Result::ok).all(empty).then_some(())
    });
    site.signal("TERM");
    site.wait();

    let records = records(&data.path().join("ledger.db")).await;
    let ids: BTreeSet<_> = records.iter().map(|record| record.id).collect();
    assert_eq!(ids.len(), records.len(), "a record is there twice");
    let of = |event: Event| records.iter().filter(move |record| record.event == event);
    let accepted: Vec<String> = of(Event::Accepted)
        .map(|record| record.subject.expect("an id").to_string())
        .collect();
    let acknowledged = acknowledged.into_inner().expect("not poisoned");
    for id in &acknowledged.accepted {
        let times = accepted.iter().filter(|other| *other == id).count();
        assert_eq!(
            times,
            1,
            "{id} of {} acceptances",
            acknowledged.accepted.len()
        );
    }
    let rejected = of(Event::Rejected).count();
    assert!(
        rejected >= acknowledged.rejected,
        "{rejected} of {}",
        acknowledged.rejected
    );
    println!(
        "{} crashes, {} acceptances and {} rejections acknowledged, {} records, none lost",
        crashes(),
        acknowledged.accepted.len(),
        acknowledged.rejected,
        records.len()
    );
}

/// Up to a fifth of a second.
fn rand_micros() -> u32 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish() as u32 % 200_000
}
