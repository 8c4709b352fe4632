//! How many records a second, beside what the database does without chain and queue.
//!
//! ```sh
//! cargo run --release -p actix-consent-ledger --all-features --example throughput -- FOLDER [POSTGRES]
//! ```

use std::{
    env,
    error::Error,
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use actix_consent::ledger::Ledger;
use actix_consent_ledger::{Store, acceptance::record};
use sqlx::{
    ConnectOptions, QueryBuilder, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Visitors who choose at once.
const AT_ONCE: u64 = 256;
/// Rows of one statement.
const TOGETHER: u64 = 512;

#[tokio::main]
async fn main() -> Done<()> {
    let folder = PathBuf::from(
        env::args()
            .nth(1)
            .ok_or("name a folder on the disk in question")?,
    );
    println!(
        "one flush of the disk: {:.2} ms",
        flush(&folder)?.as_secs_f64() * 1e3
    );
    let single = single(&folder, 500).await?;
    println!("one INSERT a transaction: {single:.0} records/s");
    let plain = plain(&folder, 200 * TOGETHER).await?;
    println!("{TOGETHER} rows a statement, no chain, no queue: {plain:.0} records/s");
    let path = folder.join("ledger.db");
    let _ = std::fs::remove_file(&path);
    let ledger = ledger(&format!("sqlite:{}", path.display()), 200 * TOGETHER).await?;
    println!(
        "the ledger, {AT_ONCE} at once: {ledger:.0} records/s, {:.1} x the first, {:.2} x the second",
        ledger / single,
        ledger / plain
    );
    if let Some(address) = env::args().nth(2) {
        let server = self::ledger(&address, 100 * TOGETHER).await?;
        println!("the ledger on PostgreSQL, {AT_ONCE} at once: {server:.0} records/s");
    }
    Ok(())
}

/// The median of many.
fn flush(folder: &Path) -> Done<Duration> {
    let path = folder.join("flush");
    let mut file = OpenOptions::new().create(true).append(true).open(&path)?;
    let mut times = Vec::new();
    for _ in 0..200 {
        file.write_all(&[b'x'; 4096])?;
        let began = Instant::now();
        file.sync_data()?;
        times.push(began.elapsed());
    }
    std::fs::remove_file(path)?;
    times.sort();
    Ok(times[times.len() / 2])
}

/// A table with the columns and indexes of the ledger.
async fn table(path: &Path) -> Done<SqliteConnection> {
    let _ = std::fs::remove_file(path);
    let options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .disable_statement_logging();
    let mut connection = options.connect().await?;
    let sql = "CREATE TABLE entry (seq INTEGER PRIMARY KEY, kind INTEGER, id BLOB, at INTEGER, \
               subject BLOB, salt BLOB, content BLOB, digest BLOB, link BLOB) STRICT; \
               CREATE UNIQUE INDEX entry_id ON entry (id); \
               CREATE INDEX entry_subject ON entry (subject, seq);";
    sqlx::raw_sql(sql).execute(&mut connection).await?;
    Ok(connection)
}

async fn insert(connection: &mut SqliteConnection, numbers: std::ops::Range<u64>) -> Done<()> {
    let mut query = QueryBuilder::new("INSERT INTO entry ");
    query.push_values(numbers, |mut values, number| {
        let record = record(number, Some(number));
        values
            .push_bind(number as i64 + 1)
            .push_bind(0_i64)
            .push_bind(record.id.as_bytes().to_vec())
            .push_bind(number as i64)
            .push_bind(record.subject.map(|subject| subject.as_bytes().to_vec()))
            .push_bind(vec![1_u8; 16])
            .push_bind(record.to_json().into_bytes())
            .push_bind(vec![2_u8; 32])
            .push_bind(vec![3_u8; 32]);
    });
    query.build().execute(connection).await?;
    Ok(())
}

async fn single(folder: &Path, count: u64) -> Done<f64> {
    let mut connection = table(&folder.join("single.db")).await?;
    let began = Instant::now();
    for number in 0..count {
        insert(&mut connection, number..number + 1).await?;
    }
    Ok(count as f64 / began.elapsed().as_secs_f64())
}

async fn plain(folder: &Path, count: u64) -> Done<f64> {
    let mut connection = table(&folder.join("plain.db")).await?;
    let began = Instant::now();
    for first in (0..count).step_by(TOGETHER as usize) {
        insert(&mut connection, first..first + TOGETHER).await?;
    }
    Ok(count as f64 / began.elapsed().as_secs_f64())
}

async fn ledger(address: &str, count: u64) -> Done<f64> {
    let store = Arc::new(Store::open(address).await?);
    let began = Instant::now();
    let visitors = (0..AT_ONCE).map(|visitor| {
        let store = store.clone();
        tokio::spawn(async move {
            for number in (visitor..count).step_by(AT_ONCE as usize) {
                store.append(record(number, Some(number))).await?;
            }
            Done::Ok(())
        })
    });
    for visitor in visitors.collect::<Vec<_>>() {
        visitor.await??;
    }
    Ok(count as f64 / began.elapsed().as_secs_f64())
}
