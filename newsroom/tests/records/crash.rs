//! The site is killed while visitors choose.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use super::{
    Acknowledged, VISITORS, choose, delivered, none_is_lost, program, records,
    support::{site::Site, until},
};

/// Number of kills: 10, or the value of `CONSENT_CRASHES`.
fn crashes() -> usize {
    let asked = std::env::var("CONSENT_CRASHES");
    asked.map_or(10, |text| text.parse().expect("it is a number"))
}

#[actix_web::test]
async fn keeps_each_acknowledged_choice_once_when_killed_repeatedly() {
    let data = tempfile::tempdir().expect("a directory can be made");
    let acknowledged = Mutex::new(Acknowledged::default());
    for crash in 0..crashes() {
        let site = Site::start_in(program(), data.path(), &[]);
        let ends = AtomicBool::new(false);
        let before = acknowledged.lock().expect("not poisoned").accepted.len();
        thread::scope(|scope| {
            for _ in 0..VISITORS {
                scope.spawn(|| choose(|| site.port, &ends, &acknowledged));
            }
            // Some choices have been acknowledged, and others are being sent.
            until("an acknowledged choice", || {
                let now = acknowledged.lock().expect("not poisoned").accepted.len();
                (now > before + crash % 5).then_some(())
            });
            // At a moment that the site cannot foresee.
            thread::park_timeout(moment());
            site.signal("KILL");
            ends.store(true, Ordering::Relaxed);
        });
        site.wait();
    }
    // The records in the outbox arrive after a restart.
    let site = Site::start_in(program(), data.path(), &[]);
    delivered(data.path());
    site.stop();
    let ledger = format!("sqlite:{}", data.path().join("ledger.db").display());
    let acknowledged = acknowledged.into_inner().expect("not poisoned");
    println!("{} crashes", crashes());
    none_is_lost(&acknowledged, &records(&ledger).await);
}

/// At most a fifth of a second.
fn moment() -> Duration {
    let random = RandomState::new().build_hasher().finish();
    Duration::from_micros(random % 200_000)
}
