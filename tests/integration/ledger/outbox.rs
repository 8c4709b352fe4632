//! What waits for the ledger: over a restart, in a full disk, after a crash.

use std::{fs, path::Path};

use actix_consent::{
    ConsentMiddleware,
    error::ConfigError,
    ledger::{Event, Recording},
};
use actix_web::http::StatusCode;
use tokio::sync::Mutex;

use super::{Mood, Notebook, recording};
use crate::{
    helpers::{COOKIE, Visitor, builder},
    site::site,
};

/// A disk that is full. Processes lock the file that they write, and there is one such disk.
static FULL: Mutex<()> = Mutex::const_new(());

fn with_outbox(notebook: &Notebook, outbox: &Path) -> ConsentMiddleware {
    let recording = Recording::new(notebook.clone(), outbox);
    builder().ledger(recording).build().expect("it can be used")
}

/// What the files of an outbox hold.
fn waiting(outbox: &Path) -> String {
    let files = fs::read_dir(outbox).expect("it is there");
    let read = |file: std::io::Result<fs::DirEntry>| {
        fs::read_to_string(file.expect("a file").path()).expect("text")
    };
    files.map(read).collect()
}

#[actix_web::test]
async fn what_waits_survives_a_restart_and_is_recorded_once() {
    let outbox = tempfile::tempdir().expect("a directory can be made");
    let down = Notebook::new(Mood::Fails);
    {
        let app = site(with_outbox(&down, outbox.path())).await;
        Visitor::new().press(&app, "reject").await;
        Visitor::new().press(&app, "reject").await;
    }
    assert_eq!(waiting(outbox.path()).lines().count(), 2);
    let up = Notebook::default();
    let consent = with_outbox(&up, outbox.path());
    let first = up.records(2);
    drop(consent);
    assert_eq!(waiting(outbox.path()), "");
    // A process that was killed before it could say what it has delivered delivers it again.
    let left: String = first.iter().map(|record| record.to_json() + "\n").collect();
    fs::write(outbox.path().join("outbox-3.jsonl"), left).expect("it can be written");
    let app = site(with_outbox(&up, outbox.path())).await;
    Visitor::new().press(&app, "reject").await;
    assert_eq!(up.records(3)[..2], first[..]);
}

#[actix_web::test]
async fn two_processes_share_a_directory_and_not_a_file() {
    let outbox = tempfile::tempdir().expect("a directory can be made");
    let notebook = Notebook::new(Mood::Fails);
    let one = site(with_outbox(&notebook, outbox.path())).await;
    let other = site(with_outbox(&notebook, outbox.path())).await;
    Visitor::new().press(&one, "reject").await;
    Visitor::new().press(&other, "reject").await;
    for file in ["outbox-0.jsonl", "outbox-1.jsonl"] {
        let text = fs::read_to_string(outbox.path().join(file)).expect(file);
        assert_eq!(text.lines().count(), 1, "{file}");
    }
    notebook.feels(Mood::Answers);
    notebook.records(2);
}

#[actix_web::test]
async fn partial_and_invalid_lines_are_skipped_and_count_as_a_gap() {
    let outbox = tempfile::tempdir().expect("a directory can be made");
    let down = Notebook::new(Mood::Fails);
    let consent = with_outbox(&down, outbox.path());
    Visitor::new().press(&site(consent).await, "reject").await;
    let mut left = waiting(outbox.path());
    left.push_str("\u{0}not a record\n{\"v\":1,\"id\":\"019a");
    fs::write(outbox.path().join("outbox-0.jsonl"), left).expect("it can be written");
    let up = Notebook::default();
    let app = site(with_outbox(&up, outbox.path())).await;
    let records = up.records(3);
    let told: Vec<_> = records
        .iter()
        .map(|record| (record.event, record.gap.map(|gap| gap.count)))
        .collect();
    // That half a line is missing is known before the others are read.
    let expected = [
        (Event::Gap, Some(1)),
        (Event::Rejected, None),
        (Event::Gap, Some(1)),
    ];
    assert_eq!(told, expected);
    // What comes now begins on a line of its own.
    Visitor::new().press(&app, "reject").await;
    assert_eq!(up.records(4)[3].event, Event::Rejected);
}

#[actix_web::test]
async fn a_truncated_outbox_counts_as_a_gap_and_blocks_nobody() {
    let notebook = Notebook::new(Mood::Fails);
    let (consent, outbox) = recording(&notebook);
    let app = site(consent).await;
    for _ in 0..3 {
        Visitor::new().press(&app, "reject").await;
    }
    fs::write(outbox.path().join("outbox-0.jsonl"), "").expect("it can be written");
    notebook.feels(Mood::Answers);
    let answer = Visitor::new().press(&app, "accept").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let records = notebook.records(2);
    let gap = records.iter().find_map(|record| record.gap);
    assert_eq!(gap.map(|gap| gap.count), Some(3), "{records:?}");
    // The control: what comes now is kept.
    Visitor::new().press(&app, "reject").await;
    notebook.records(3);
}

#[actix_web::test]
async fn an_outbox_that_is_no_directory_stops_the_start() {
    let outbox = tempfile::tempdir().expect("a directory can be made");
    let file = outbox.path().join("file");
    fs::write(&file, "").expect("it can be written");
    let recording = Recording::new(Notebook::default(), &file);
    let error = builder()
        .ledger(recording)
        .build()
        .expect_err("it is a file");
    assert!(matches!(&error, ConfigError::Outbox { .. }), "{error:?}");
    let told = error.to_string();
    assert!(told.contains(&*file.to_string_lossy()), "{told}");
}

#[cfg(unix)]
#[actix_web::test]
async fn a_rejection_on_a_full_disk_takes_effect_and_is_a_gap() {
    let outbox = tempfile::tempdir().expect("a directory can be made");
    let _alone = FULL.lock().await;
    let full = Path::new("/dev/full");
    if !full.exists() {
        return;
    }
    std::os::unix::fs::symlink(full, outbox.path().join("outbox-0.jsonl")).expect("a link");
    let notebook = Notebook::new(Mood::Fails);
    let app = site(with_outbox(&notebook, outbox.path())).await;
    for _ in 0..3 {
        let mut visitor = Visitor::new();
        let answer = visitor.press(&app, "reject").await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER);
        assert!(visitor.cookies.contains_key(COOKIE), "it counts");
    }
    notebook.feels(Mood::Answers);
    let gap = &notebook.records(1)[0];
    assert_eq!(gap.event, Event::Gap);
    let told = gap.gap.expect("it counts");
    assert_eq!(told.count, 3);
    assert!(told.since <= told.until);
}

#[actix_web::test]
async fn silence_is_no_yes_where_that_cannot_be_recorded() {
    let _alone = FULL.lock().await;
    let full = Path::new("/dev/full");
    if !full.exists() {
        return;
    }
    let outbox = tempfile::tempdir().expect("a directory can be made");
    let model = actix_consent::ConsentModel::Implied;
    let notebook = Notebook::default();
    let implied = |outbox: &Path| {
        let recording = Recording::new(notebook.clone(), outbox);
        builder()
            .model(model)
            .ledger(recording)
            .build()
            .expect("it can be used")
    };
    // The control: with room in the outbox, going on turns it on.
    let app = site(implied(outbox.path())).await;
    let mut visitor = Visitor::new();
    visitor.get(&app, "/").await;
    visitor.get(&app, "/page").await;
    assert_ne!(visitor.on(&app).await, "");
    drop(app);
    let outbox = tempfile::tempdir().expect("a directory can be made");
    #[cfg(unix)]
    std::os::unix::fs::symlink(full, outbox.path().join("outbox-0.jsonl")).expect("a link");
    let app = site(implied(outbox.path())).await;
    let mut visitor = Visitor::new();
    visitor.get(&app, "/").await;
    visitor.get(&app, "/page").await;
    assert_eq!(visitor.on(&app).await, "");
}

#[actix_web::test]
async fn only_its_owner_reads_what_waits() {
    let notebook = Notebook::new(Mood::Fails);
    let (consent, outbox) = recording(&notebook);
    Visitor::new().press(&site(consent).await, "reject").await;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = fs::metadata(outbox.path().join("outbox-0.jsonl")).expect("it is there");
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(waiting(outbox.path()).lines().count(), 1);
}
