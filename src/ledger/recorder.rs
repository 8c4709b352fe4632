//! Recorder between the middleware and a ledger: deadlines, and the outbox for when the ledger is
//! down.

use std::{fmt, io, path::PathBuf, sync::Arc, time::Duration};

use actix_web::rt::time::timeout;

use super::{ConsentRecord, DailyLimit, Ledger, LedgerError, Shown, outbox::Outbox};
use crate::choice::consent_id::ConsentId;

/// A ledger and its settings, passed to [`ConsentBuilder::ledger`](crate::ConsentBuilder::ledger).
#[must_use]
pub struct Recording {
    ledger: Arc<dyn Ledger>,
    outbox: PathBuf,
    capacity: usize,
    deadline: Duration,
}

/// Maximum number of records on a page and in a receipt, the latest ones. Each takes some kilobytes
/// there, and a visitor can create thousands.
const MAX_HISTORY: usize = 100;
/// Default capacity of the outbox. A site with a million visitors a day fills it in some hours.
const CAPACITY: usize = 100_000;

impl Recording {
    /// Records in `ledger`. `outbox` is a local directory for the records of rejections and
    /// withdrawals that wait; it is created if it does not exist. Several processes may share it.
    pub fn new(ledger: impl Ledger, outbox: impl Into<PathBuf>) -> Self {
        Self::shared(Arc::new(ledger), outbox)
    }

    /// Like [`new`](Self::new), with a ledger that the application uses as well.
    pub fn shared(ledger: Arc<dyn Ledger>, outbox: impl Into<PathBuf>) -> Self {
        Self {
            ledger,
            outbox: outbox.into(),
            capacity: CAPACITY,
            deadline: Duration::from_secs(2),
        }
    }

    /// Maximum time that a visitor who accepts waits for the ledger. Default: two seconds, after
    /// which most people consider a page broken. With a shorter time, more of them have to try
    /// again.
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Maximum number of records in the outbox. Default: 100,000, about 50 MB. Further records are
    /// dropped and counted in a [`Gap`](super::Gap).
    pub fn outbox_capacity(self, records: usize) -> Self {
        Self {
            capacity: records,
            ..self
        }
    }

    pub(crate) fn outbox(&self) -> &std::path::Path {
        &self.outbox
    }
}

impl fmt::Debug for Recording {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recording")
            .field("outbox", &self.outbox)
            .field("capacity", &self.capacity)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// Recorder with an open outbox.
pub(crate) struct Recorder {
    ledger: Arc<dyn Ledger>,
    outbox: Outbox,
    deadline: Duration,
    pub(crate) daily_limit: DailyLimit,
}

impl Recorder {
    /// Opens the outbox and queues what visitors are shown.
    pub(crate) fn open(recording: Recording, shown: Vec<Shown>) -> io::Result<Self> {
        let Recording {
            ledger,
            outbox,
            capacity,
            deadline,
        } = recording;
        Ok(Self {
            outbox: Outbox::open(&outbox, capacity, ledger.clone(), shown)?,
            ledger,
            deadline,
            daily_limit: DailyLimit::default(),
        })
    }

    /// Records immediately while the visitor waits, and returns whether the ledger stored the
    /// record. Queued records are delivered first, unless the outbox itself fails.
    pub(crate) async fn now(&self, record: ConsentRecord) -> bool {
        let append = async {
            if self.outbox.delivered().await {
                self.ledger.append(record).await
            } else {
                let why = "earlier records are not stored either".to_owned();
                Err(LedgerError::Unavailable(why))
            }
        };
        self.within("an acceptance was not recorded and has no effect", append)
            .await
            .is_some()
    }

    /// Queues the record.
    pub(crate) fn later(&self, record: &ConsentRecord) {
        self.outbox.push(record);
    }

    /// Queues the record and returns whether it is safely on disk.
    pub(crate) fn later_on_disk(&self, record: &ConsentRecord) -> bool {
        self.outbox.push_synced(record)
    }

    /// Returns the latest records of a subject; `None` if the ledger does not answer.
    pub(crate) async fn history(&self, subject: ConsentId) -> Option<Vec<ConsentRecord>> {
        let asked = self.ledger.latest(subject, MAX_HISTORY);
        self.within("cannot read the history of a consent id", asked)
            .await
    }

    async fn within<T>(
        &self,
        what: &str,
        asked: impl Future<Output = Result<T, LedgerError>>,
    ) -> Option<T> {
        let why = match timeout(self.deadline, asked).await {
            Ok(Ok(answer)) => return Some(answer),
            Ok(Err(error)) => error.to_string(),
            Err(_) => format!("the ledger did not answer within {:?}", self.deadline),
        };
        log::error!("{what}: {why}");
        None
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}
