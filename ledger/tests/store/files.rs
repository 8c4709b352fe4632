//! Files in an unusual state, and the errors they cause.

use std::{fs, path::Path};

use actix_consent::ledger::{Ledger, LedgerError};
use actix_consent_ledger::{Store, acceptance::record};
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};

use super::{append, assert_unavailable, file, hold, intact, tamper, verify};

fn broken(opened: Result<Store, LedgerError>) -> String {
    match opened {
        Err(LedgerError::Broken(why)) => why,
        other => panic!("it is not told that it is broken: {other:?}"),
    }
}

/// Creates the database of another program.
async fn foreign_database(path: &Path) {
    let options = SqliteConnectOptions::new().filename(path);
    let connection = options.create_if_missing(true).connect().await;
    let mut connection = connection.expect("it can be made");
    let made = sqlx::raw_sql("CREATE TABLE guests (name TEXT)").execute(&mut connection);
    made.await.expect("it can be done");
    connection.close().await.expect("it can be closed");
}

#[tokio::test]
async fn an_invalid_address_is_reported_with_the_remedy() {
    for address in [
        "",
        "ledger.db",
        "mysql://x/y",
        "sqlite",
        "sqlite:",
        "sqlite::memory:",
    ] {
        let why = broken(Store::open(address).await);
        assert!(why.contains("sqlite:FILE"), "{why}");
    }
}

#[tokio::test]
async fn leaves_files_that_are_no_ledger_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let path = folder.path().join("letter.txt");
    let letter = "Dear reader, this is a letter and no database. ".repeat(40);
    fs::write(&path, &letter).expect("it can be written");
    let why = broken(Store::open(&format!("sqlite:{}", path.display())).await);
    assert!(why.contains("damaged"), "{why}");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), letter);

    let path = folder.path().join("other.db");
    foreign_database(&path).await;
    let why = broken(Store::open(&format!("sqlite:{}", path.display())).await);
    assert!(why.contains("something else"), "{why}");
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused_and_left_as_it_is() {
    let (folder, store) = file(1..3).await;
    drop(store);
    tamper(
        &folder,
        "UPDATE entry SET at = at; PRAGMA user_version = 99",
    )
    .await;
    let path = folder.path().join("ledger.db");
    let why = broken(Store::open(&format!("sqlite:{}", path.display())).await);
    assert!(why.contains("version 99"), "{why}");
    tamper(&folder, "UPDATE entry SET at = at; PRAGMA user_version = 2").await;
    let store = super::open(&path).await;
    assert_eq!(intact(&store).await.entries, 2);
}

/// Records in a file that has been moved away prove nothing.
#[cfg(unix)]
#[tokio::test]
async fn refuses_writes_while_the_file_is_moved_or_replaced() {
    let (folder, store) = file(1..3).await;
    let (path, aside) = (folder.path().join("ledger.db"), folder.path().join("aside"));
    fs::rename(&path, &aside).expect("it can be moved");
    for _ in 0..2 {
        let failed = store.append(record(3, Some(3))).await;
        let Err(LedgerError::Unavailable(why)) = failed else {
            panic!("it was written to: {failed:?}")
        };
        assert!(why.contains("put it back"), "{why}");
        fs::write(&path, "another").expect("it can be written");
    }
    fs::rename(&aside, &path).expect("it can be moved");
    append(&store, 3, 3).await;
    assert_eq!(intact(&store).await.entries, 3);
}

#[tokio::test]
async fn leaves_foreign_files_untouched_and_reads_a_locked_ledger() {
    let (folder, store) = file(1..3).await;
    let path = folder.path().join("other.db");
    foreign_database(&path).await;
    let before = fs::read(&path).expect("it is there");
    broken(Store::open(&format!("sqlite:{}", path.display())).await);
    assert_eq!(fs::read(&path).expect("it is there"), before);

    let holder = hold(&folder, "BEGIN IMMEDIATE").await;
    let reader = super::open(&folder.path().join("ledger.db")).await;
    assert_eq!(intact(&reader).await.entries, 2);
    drop((holder, store));
}

#[tokio::test]
async fn upgrades_a_file_of_an_older_version() {
    let (folder, store) = file(1..4).await;
    let before = intact(&store).await;
    drop(store);
    // The tables of version 1.
    let older = "UPDATE entry SET at = at; DROP TABLE erased; \
                 CREATE INDEX entry_erasure ON entry (seq) WHERE kind = 1; PRAGMA user_version = 1";
    tamper(&folder, older).await;
    let path = folder.path().join("ledger.db");
    let store = super::open(&path).await;
    assert_eq!(verify(&store).await, Ok(before));
    assert_eq!(store.erase(super::subject(2)).await, Ok(1), "it is new");
    drop(store);
    let again = super::open(&path).await;
    assert_eq!(intact(&again).await.erased, 1);
}

#[tokio::test]
async fn reports_a_locked_file_and_works_once_it_is_free() {
    let (folder, store) = file(1..2).await;
    let mut holder = hold(&folder, "BEGIN EXCLUSIVE").await;
    let failed = store.append(record(2, Some(2))).await;
    assert_unavailable(&failed);
    sqlx::raw_sql("ROLLBACK")
        .execute(&mut holder)
        .await
        .expect("it is free");
    append(&store, 2, 2).await;
    assert_eq!(intact(&store).await.entries, 2);
}

/// SQLite refuses to write a file whose header names a newer write version, even as root.
#[tokio::test]
async fn reads_a_read_only_file_and_refuses_writes() {
    let (folder, store) = file(1..3).await;
    drop(store);
    let path = folder.path().join("ledger.db");
    tamper(
        &folder,
        "UPDATE entry SET at = at; PRAGMA wal_checkpoint(TRUNCATE)",
    )
    .await;
    let set = |version: u8| {
        let mut bytes = fs::read(&path).expect("it is there");
        bytes[18] = version;
        fs::write(&path, bytes).expect("it can be written");
    };
    let _ = fs::remove_file(folder.path().join("ledger.db-wal"));
    set(9);
    let store = super::open(&path).await;
    assert_eq!(intact(&store).await.entries, 2);
    let failed = store.append(record(3, Some(3))).await;
    let Err(LedgerError::Unavailable(why)) = failed else {
        panic!("it was written to: {failed:?}")
    };
    assert!(why.contains("readonly"), "{why}");
    drop(store);
    set(2);
    let store = super::open(&path).await;
    append(&store, 3, 3).await;
    assert_eq!(intact(&store).await.entries, 3);
}

#[tokio::test]
async fn reports_a_missing_directory() {
    let opened = Store::open("sqlite:/no/such/folder/ledger.db").await;
    assert_unavailable(&opened);
}

#[tokio::test]
async fn reports_a_damaged_page_and_invents_nothing() {
    let (folder, store) = file(1..200).await;
    drop(store);
    let path = folder.path().join("ledger.db");
    // Moves the log into the file.
    tamper(
        &folder,
        "UPDATE entry SET at = at WHERE seq = 1; PRAGMA wal_checkpoint(TRUNCATE)",
    )
    .await;
    let mut bytes = fs::read(&path).expect("it is there");
    for page in bytes.chunks_mut(4096).skip(2) {
        page[..100].fill(0xAA);
    }
    fs::write(&path, bytes).expect("it can be written");
    let _ = fs::remove_file(folder.path().join("ledger.db-wal"));
    let _ = fs::remove_file(folder.path().join("ledger.db-shm"));
    let opened = Store::open(&format!("sqlite:{}", path.display())).await;
    let told = match opened {
        Ok(store) => match store.verify(&[], |_| ()).await {
            Ok(Ok(verified)) => panic!("it is said to be whole: {verified:?}"),
            Ok(Err(fault)) => fault.to_string(),
            Err(error) => error.to_string(),
        },
        Err(error) => error.to_string(),
    };
    assert!(
        told.contains("damaged") || told.contains("missing"),
        "{told}"
    );
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_a_ledger_file() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, _store) = file(1..2).await;
    for name in ["ledger.db", "ledger.db-wal"] {
        let file = fs::metadata(folder.path().join(name)).expect(name);
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
}
