//! Records per second, compared with the database alone, without chain and queue.
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

use actix_consent::ledger::{ConsentRecord, Ledger};
use actix_consent_ledger::{Store, acceptance::record};
use sqlx::{
    ConnectOptions, QueryBuilder, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// Numbers of visitors who choose at the same time: a few, and more than one transaction takes.
const AT_ONCE: [usize; 2] = [256, 2048];
/// Number of records to write.
const COUNT: u64 = 200_000;

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
    let records: Vec<_> = (0..COUNT)
        .map(|number| record(number, Some(number)))
        .collect();
    let single = plain(&folder, 1, &records[..1000]).await?;
    println!("one INSERT a transaction: {single:.0} records/s");
    for (at_once, together) in AT_ONCE.into_iter().zip([256, 512]) {
        let plain = plain(&folder, together, &records).await?;
        println!("{together} rows a statement, no chain, no queue: {plain:.0} records/s");
        let path = folder.join("ledger.db");
        let _ = std::fs::remove_file(&path);
        let address = format!("sqlite:{}", path.display());
        let ledger = ledger(&address, at_once, &records).await?;
        let (of_single, of_plain) = (ledger / single, ledger / plain);
        println!(
            "the ledger, {at_once} at once: {ledger:.0} records/s, \
             {of_single:.1} x one INSERT a transaction, {of_plain:.2} x the statement"
        );
    }
    if let Some(address) = env::args().nth(2) {
        let [at_once, _] = AT_ONCE;
        let server = ledger(&address, at_once, &records).await?;
        println!("the ledger on PostgreSQL, {at_once} at once: {server:.0} records/s");
    }
    Ok(())
}

/// The median of several runs.
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

async fn insert(
    connection: &mut SqliteConnection,
    first: usize,
    records: &[ConsentRecord],
) -> Done<()> {
    let mut query = QueryBuilder::new("INSERT OR FAIL INTO entry ");
    query.push_values(
        records.iter().zip(first..),
        |mut values, (record, before)| {
            values
                .push_bind(before as i64 + 1)
                .push_bind(0_i64)
                .push_bind(record.id.as_bytes().to_vec())
                .push_bind(before as i64)
                .push_bind(record.subject.map(|subject| subject.as_bytes().to_vec()))
                .push_bind(vec![1_u8; 16])
                .push_bind(record.to_json().into_bytes())
                .push_bind(vec![2_u8; 32])
                .push_bind(vec![3_u8; 32]);
        },
    );
    query.build().execute(connection).await?;
    Ok(())
}

/// Inserts rows in statements of a given size, each in a transaction of its own.
async fn plain(folder: &Path, together: usize, records: &[ConsentRecord]) -> Done<f64> {
    let mut connection = table(&folder.join("plain.db")).await?;
    let began = Instant::now();
    for (number, some) in records.chunks(together).enumerate() {
        insert(&mut connection, number * together, some).await?;
    }
    Ok(records.len() as f64 / began.elapsed().as_secs_f64())
}

async fn ledger(address: &str, at_once: usize, records: &[ConsentRecord]) -> Done<f64> {
    let store = Arc::new(Store::open(address).await?);
    let of_one = |visitor| {
        records
            .iter()
            .skip(visitor)
            .step_by(at_once)
            .cloned()
            .collect()
    };
    let shared: Vec<Vec<ConsentRecord>> = (0..at_once).map(of_one).collect();
    let began = Instant::now();
    let visitors = shared.into_iter().map(|records| {
        let store = store.clone();
        tokio::spawn(async move {
            for record in records {
                store.append(record).await?;
            }
            Done::Ok(())
        })
    });
    for visitor in visitors.collect::<Vec<_>>() {
        visitor.await??;
    }
    Ok(records.len() as f64 / began.elapsed().as_secs_f64())
}
