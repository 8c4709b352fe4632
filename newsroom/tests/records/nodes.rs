//! Four sites on one PostgreSQL: one is killed, and the keys are replaced, while visitors choose.

use std::{
    path::Path,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
};

use actix_consent::SigningKeys;

use super::{
    Acknowledged, VISITORS, choose,
    cluster::Cluster,
    delivered, none_is_lost, program, records,
    support::{http::Request, site::Site, until},
};

const NODES: usize = 4;

/// Returns true if a node accepts the signature of a choice.
fn knows(port: u16, choice: &str) -> bool {
    let request = Request::new("GET", &format!("127.0.0.1:{port}"), "/privacy/state.json");
    let answer = request
        .header("Cookie", &format!("consent={choice}"))
        .send(port);
    answer.text().contains(r#""status":"decided""#)
}

fn start(data: &Path, ledger: &str) -> Site {
    Site::start_in(program(), data, &["--ledger", ledger])
}

#[actix_web::test]
#[ignore = "needs PostgreSQL"]
async fn four_sites_keep_one_chain_through_a_kill_and_new_keys() {
    let cluster = Cluster::start();
    let ledger = cluster.address();
    let data = tempfile::tempdir().expect("a directory can be made");
    let mut nodes: Vec<Site> = (0..NODES).map(|_| start(data.path(), &ledger)).collect();
    let ports = Mutex::new(nodes.iter().map(|node| node.port).collect::<Vec<u16>>());
    let acknowledged = Mutex::new(Acknowledged::default());
    let (ends, turn) = (AtomicBool::new(false), AtomicUsize::new(0));
    let accepted = || acknowledged.lock().expect("not poisoned").accepted.len();
    let more = |what: &str| {
        let before = accepted();
        until(what, || (accepted() > before + 20).then_some(()));
    };
    let mut old = String::new();
    thread::scope(|scope| {
        for _ in 0..VISITORS {
            scope.spawn(|| {
                let next = || {
                    let ports = ports.lock().expect("not poisoned");
                    ports[turn.fetch_add(1, Ordering::Relaxed) % ports.len()]
                };
                choose(next, &ends, &acknowledged);
            });
        }
        more("choices on four sites");
        old = acknowledged.lock().expect("not poisoned").latest.clone();
        for node in &nodes {
            assert!(knows(node.port, &old), "all of them share the key");
        }
        nodes[2].signal("KILL");
        more("choices on three sites");
        SigningKeys::rotate(data.path().join("consent.key"), 3).expect("it can be replaced");
        for number in 0..NODES {
            let node = nodes.remove(0);
            // The killed node cannot be stopped.
            if number != 2 {
                node.signal("TERM");
            }
            node.wait();
            let next = start(data.path(), &ledger);
            ports.lock().expect("not poisoned")[number] = next.port;
            nodes.push(next);
            more("choices while the sites are restarted");
        }
        ends.store(true, Ordering::Relaxed);
    });
    let acknowledged = acknowledged.into_inner().expect("not poisoned");
    for node in &nodes {
        assert!(knows(node.port, &old), "the key before still verifies");
        assert!(
            knows(node.port, &acknowledged.latest),
            "the new one is on all of them"
        );
        assert!(!knows(node.port, "1.20780..."), "the control");
    }
    delivered(data.path());
    for node in nodes {
        node.stop();
    }
    none_is_lost(&acknowledged, &records(&ledger).await);
}
