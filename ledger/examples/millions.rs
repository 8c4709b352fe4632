//! Speed of a ledger with millions of records, at its end.
//!
//! ```sh
//! cargo run --release -p actix-consent-ledger --all-features --example millions -- 10 FILE
//! ```

use std::{
    env,
    error::Error,
    sync::Arc,
    time::{Duration, Instant},
};

use actix_consent::ledger::{ConsentId, ConsentRecord, Ledger};
use actix_consent_ledger::{Store, acceptance::record};

type Done<T> = Result<T, Box<dyn Error + Send + Sync>>;

const MILLION: u64 = 1_000_000;
/// Visitors who choose at the same time.
const AT_ONCE: u64 = 1024;
/// Records of one day.
const A_DAY: u64 = 100_000;

#[tokio::main]
async fn main() -> Done<()> {
    let mut arguments = env::args().skip(1);
    let (Some(millions), Some(path)) = (arguments.next(), arguments.next()) else {
        return Err("say how many millions, and name a file".into());
    };
    let millions: u64 = millions.parse()?;
    let store = Arc::new(Store::open(&format!("sqlite:{path}")).await?);
    for million in 0..millions {
        let began = Instant::now();
        append(&store, million * MILLION).await?;
        let rate = MILLION as f64 / began.elapsed().as_secs_f64();
        println!("million {}: {rate:.0} records/s", million + 1);
    }
    let count = millions * MILLION;
    let mut times = Vec::new();
    for turn in 0..1000 {
        let began = Instant::now();
        let history = store.history(subject(turn * 7_919 % count)).await?;
        times.push(began.elapsed());
        assert!(!history.is_empty(), "it is there");
    }
    times.sort();
    println!(
        "the record of one subject: {:.3} ms, the median of {}",
        ms(times[500]),
        times.len()
    );
    let began = Instant::now();
    let verified = store.verify(&[], |_| ()).await??;
    let rate = verified.entries as f64 / began.elapsed().as_secs_f64();
    println!("verified: {} entries, {rate:.0} a second", verified.entries);
    let bytes = std::fs::metadata(&path)?.len();
    println!("{} bytes a record", bytes / count);
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find(|line| line.starts_with("VmHWM"));
        println!(
            "memory at most:{}",
            peak.unwrap_or_default().trim_start_matches("VmHWM:")
        );
    }
    Ok(())
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

async fn append(store: &Arc<Store>, first: u64) -> Done<()> {
    let visitors = (0..AT_ONCE).map(|visitor| {
        let store = store.clone();
        tokio::spawn(async move {
            for number in (first + visitor..first + MILLION).step_by(AT_ONCE as usize) {
                store.append(made(number)).await?;
            }
            Done::Ok(())
        })
    });
    for visitor in visitors.collect::<Vec<_>>() {
        visitor.await??;
    }
    Ok(())
}

/// Builds a record as a site does: the id has its time, and is random otherwise.
fn made(number: u64) -> ConsentRecord {
    let mut record = record(number, Some(0));
    record.subject = Some(subject(number));
    record
}

fn subject(number: u64) -> ConsentId {
    // Mixed by the constants of SplitMix64, so that the ids of a day are not in order.
    let mut mixed = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    let mut bytes = [0; 16];
    bytes[..3].copy_from_slice(&(20_000 + number / A_DAY).to_be_bytes()[5..]);
    bytes[3..11].copy_from_slice(&mixed.to_be_bytes());
    ConsentId::from_bytes(bytes)
}
