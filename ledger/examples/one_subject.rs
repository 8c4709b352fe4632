//! Cost to other visitors of one visitor with very many records.
//!
//! ```sh
//! cargo run --release -p actix-consent-ledger --all-features --example one_subject -- FOLDER [POSTGRES]
//! ```

use std::{
    env,
    error::Error,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use actix_consent::{
    ConsentMiddleware, Policy, SigningKeys,
    ledger::{ConsentId, Ledger, Recording},
};
use actix_consent_ledger::{Store, acceptance::record};
use actix_web::{
    App,
    http::header,
    test::{TestRequest, call_service, init_service, read_body},
};

type Done<T> = Result<T, Box<dyn Error>>;

/// Number of records of the one subject.
const RECORDS: u64 = 50_000;
/// Number of receipts, and of acceptances by others, that are measured.
const MEASURED: u64 = 500;
/// Number of readers of the one subject while others accept.
const READERS: usize = 8;
/// Number of records that a page or a receipt reads.
const LATEST: usize = 100;

const POLICY: &str = r#"
version = 1
site.name = "Example"
controller = { name = "Example Ltd", email = "privacy@example.org" }
category = [
    { id = "preferences", title = "P", summary = "p", purposes = ["interface-preferences"] },
    { id = "analytics", title = "A", summary = "a", purposes = ["usage-analytics"] },
    { id = "marketing", title = "M", summary = "m", purposes = ["advertising"] },
]
"#;

#[actix_web::main]
async fn main() -> Done<()> {
    let mut arguments = env::args().skip(1);
    let folder = arguments
        .next()
        .ok_or("name a folder on the disk in question")?;
    let folder = PathBuf::from(folder);
    let path = folder.join("one_subject.db");
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    let mut addresses = vec![format!("sqlite:{}", path.display())];
    addresses.extend(arguments.next());
    for address in addresses {
        let store = Store::open(&address).await?;
        println!("{}", address.split(':').next().unwrap_or_default());
        measure(&store, &folder).await?;
    }
    Ok(())
}

async fn measure(store: &Store, folder: &std::path::Path) -> Done<()> {
    let ledger: Arc<dyn Ledger> = Arc::new(store.clone());
    let consent = ConsentMiddleware::builder(Policy::parse(POLICY)?, SigningKeys::generate())
        .ledger(Recording::shared(ledger, folder.join("outbox")))
        .build()?;
    let app = init_service(App::new().wrap(consent)).await;
    let accept = TestRequest::post()
        .uri("/privacy/choices")
        .insert_header((header::HOST, "example.org"))
        .insert_header(("Sec-Fetch-Site", "same-origin"))
        .set_form([("action", "accept")]);
    let accepted = call_service(&app, accept.to_request()).await;
    let mut cookies = accepted.headers().get_all(header::SET_COOKIE);
    let choice = cookies
        .find_map(|cookie| {
            cookie
                .to_str()
                .ok()?
                .split(';')
                .next()?
                .strip_prefix("__Host-consent=")
        })
        .ok_or("nobody accepted")?;
    let id = choice.rsplit('.').next().unwrap_or_default();
    let subject: ConsentId = id.parse().map_err(|_| "a choice without an id")?;
    let records = (0..RECORDS).map(|number| {
        let mut record = record(number, Some(0));
        record.subject = Some(subject);
        record
    });
    store.append_all(records.collect()).await?;
    let cookie = format!("__Host-consent={choice}");
    for path in ["/privacy/receipt.json", "/privacy/choices"] {
        let mut times = Vec::new();
        let mut bytes = 0;
        for _ in 0..MEASURED {
            let request = TestRequest::get()
                .uri(path)
                .insert_header((header::HOST, "example.org"))
                .insert_header((header::COOKIE, cookie.clone()));
            let began = Instant::now();
            let answer = call_service(&app, request.to_request()).await;
            assert!(answer.status().is_success(), "{path}: {}", answer.status());
            bytes = read_body(answer).await.len();
            times.push(began.elapsed());
        }
        tell(&format!("{path}, {bytes} bytes"), times);
    }
    let mut times = Vec::new();
    for number in 0..MEASURED {
        let mut record = record(2 * RECORDS + number, Some(0));
        record.subject = Some(subject);
        let began = Instant::now();
        store.append(record).await?;
        times.push(began.elapsed());
    }
    tell("one more record of the subject", times);
    tell(
        "an acceptance of another visitor",
        accept_as_others(store, 0).await?,
    );
    accept_beside_readers(store, subject).await
}

/// Measures acceptances by others while the one subject's records are read.
async fn accept_beside_readers(store: &Store, subject: ConsentId) -> Done<()> {
    let (ends, reads) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
    );
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let (store, ends, reads) = (store.clone(), ends.clone(), reads.clone());
            actix_web::rt::spawn(async move {
                while !ends.load(Ordering::Relaxed) {
                    if store.latest(subject, LATEST).await.is_ok() {
                        reads.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    let beside = accept_as_others(store, MEASURED).await?;
    ends.store(true, Ordering::Relaxed);
    for reader in readers {
        reader.await?;
    }
    let reads = reads.load(Ordering::Relaxed);
    tell(
        &format!("an acceptance of another visitor beside {READERS} readers with {reads} reads"),
        beside,
    );
    Ok(())
}

/// Measures acceptances by others, one after the other.
async fn accept_as_others(store: &Store, from: u64) -> Done<Vec<Duration>> {
    let mut times = Vec::new();
    for number in RECORDS + from..RECORDS + from + MEASURED {
        let record = record(number, Some(number));
        let began = Instant::now();
        store.append(record).await?;
        times.push(began.elapsed());
    }
    Ok(times)
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort_unstable();
    let at = |part: usize| times[(times.len() - 1) * part / 100].as_secs_f64() * 1e3;
    println!(
        "  {what}: median {:.2} ms, 99 of 100 within {:.2} ms, longest {:.2} ms",
        at(50),
        at(99),
        at(100)
    );
}
