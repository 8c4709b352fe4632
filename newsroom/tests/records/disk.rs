//! A full disk, imitated by a limit on file sizes.

use std::{path::Path, process::Command, sync::Mutex};

use super::{
    Acknowledged, delivered, none_is_lost, program, records,
    support::{http::Request, site::Site},
};

/// Starts the site with a limit on the size of its files, in blocks of 1024 bytes.
fn bounded(blocks: u32) -> Command {
    let mut shell = Command::new("bash");
    // Without the trap the signal would kill the site; a full disk only fails its writes.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    shell.arg("-c").arg(script).arg(program().get_program());
    shell
}

fn choose(port: u16, action: &str) -> (u16, String) {
    let request = Request::new("POST", &format!("127.0.0.1:{port}"), "/privacy/choices");
    let answer = request.form(&[("action", action)]).send(port);
    let choice = answer
        .all("set-cookie")
        .find_map(|value| value.strip_prefix("consent="));
    let value = choice.and_then(|choice| choice.split(';').next());
    (answer.status, value.unwrap_or_default().to_owned())
}

fn start(data: &Path) -> Site {
    Site::start_in(program(), data, &[])
}

#[actix_web::test]
async fn a_full_disk_refuses_acceptances_and_counts_rejections() {
    let data = tempfile::tempdir().expect("a directory can be made");
    // The tables are created before the limit is reached.
    start(data.path()).stop();
    let acknowledged = Mutex::new(Acknowledged::default());
    let site = Site::start_in(bounded(256), data.path(), &[]);
    let full = (0..5000).any(|_| {
        let (status, choice) = choose(site.port, "accept");
        if status == 303 {
            let id = choice.rsplit('.').next().unwrap_or_default().to_owned();
            acknowledged
                .lock()
                .expect("not poisoned")
                .accepted
                .insert(id);
        }
        status == 503
    });
    assert!(full, "the disk never was full");
    for _ in 0..20 {
        let (status, choice) = choose(site.port, "reject");
        assert_eq!(status, 303);
        assert!(!choice.is_empty(), "it counts");
    }
    let (status, choice) = choose(site.port, "accept");
    assert_eq!(
        (status, choice.as_str()),
        (503, ""),
        "nothing is granted without a record"
    );
    site.stop();
    // With room on the disk it continues.
    let site = start(data.path());
    assert_eq!(choose(site.port, "accept").0, 303);
    delivered(data.path());
    site.stop();
    let ledger = format!("sqlite:{}", data.path().join("ledger.db").display());
    let acknowledged = acknowledged.into_inner().expect("not poisoned");
    assert!(!acknowledged.accepted.is_empty(), "the control");
    none_is_lost(&acknowledged, &records(&ledger).await);
}
