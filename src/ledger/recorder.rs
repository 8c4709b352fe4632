//! Between the middleware and a ledger: deadlines, and what happens when it is down.

use std::{fmt, io, path::PathBuf, sync::Arc, time::Duration};

use actix_web::rt::time::timeout;

use super::{ConsentRecord, Ledger, LedgerError, Repeats, Shown, outbox::Outbox};
use crate::choice::consent_id::ConsentId;

/// A ledger, and how it is used. Handed to
/// [`ConsentBuilder::ledger`](crate::ConsentBuilder::ledger).
#[must_use]
pub struct Recording {
    ledger: Arc<dyn Ledger>,
    outbox: PathBuf,
    holds: usize,
    deadline: Duration,
}

/// So many records a page and a receipt tell, the latest: each of them is some kilobytes there, and
/// whoever wants to can make thousands.
const MOST_TOLD: usize = 100;
/// A site of a million visitors a day has some hours until then.
const HOLDS: usize = 100_000;

impl Recording {
    /// Records in `ledger`. `outbox` is a directory of this machine, which is made where it is not
    /// there: records of rejections and withdrawals wait in it. Several processes may share it.
    pub fn new(ledger: impl Ledger, outbox: impl Into<PathBuf>) -> Self {
        Self::shared(Arc::new(ledger), outbox)
    }

    /// The same with a ledger that the application uses, too.
    pub fn shared(ledger: Arc<dyn Ledger>, outbox: impl Into<PathBuf>) -> Self {
        Self {
            ledger,
            outbox: outbox.into(),
            holds: HOLDS,
            deadline: Duration::from_secs(2),
        }
    }

    /// How long a visitor who accepts waits for the ledger. Default: two seconds, after which most
    /// people take a page to be broken. Shorter makes more of them try again.
    pub fn deadline(self, deadline: Duration) -> Self {
        Self { deadline, ..self }
    }

    /// Number of records that the outbox takes. Default: 100,000, about 50 MB. Further records are
    /// dropped and counted in a [`Gap`](super::Gap).
    pub fn outbox_capacity(self, records: usize) -> Self {
        Self {
            holds: records,
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
            .field("holds", &self.holds)
            .field("deadline", &self.deadline)
            .finish_non_exhaustive()
    }
}

/// The same, at work.
pub(crate) struct Recorder {
    ledger: Arc<dyn Ledger>,
    outbox: Outbox,
    deadline: Duration,
    pub(crate) repeats: Repeats,
}

impl Recorder {
    /// Opens the outbox, and keeps what visitors are shown.
    pub(crate) fn open(recording: Recording, shown: Vec<Shown>) -> io::Result<Self> {
        let Recording {
            ledger,
            outbox,
            holds,
            deadline,
        } = recording;
        Ok(Self {
            outbox: Outbox::open(&outbox, holds, ledger.clone(), shown)?,
            ledger,
            deadline,
            repeats: Repeats::default(),
        })
    }

    /// Whether the record is in the ledger. The visitor waits for it. What was put into the outbox
    /// before comes before it, unless the outbox is the one that fails.
    pub(crate) async fn now(&self, record: ConsentRecord) -> bool {
        let append = async {
            match self.outbox.delivered().await {
                true => self.ledger.append(record).await,
                false => {
                    let why = "what came before is not recorded either".to_owned();
                    Err(LedgerError::Unavailable(why))
                }
            }
        };
        self.within("a yes was not recorded, so it does not count", append)
            .await
            .is_some()
    }

    /// Has it recorded later.
    pub(crate) fn later(&self, record: &ConsentRecord) {
        self.outbox.push(record);
    }

    /// Has it recorded later, and says whether that is certain.
    pub(crate) fn later_for_certain(&self, record: &ConsentRecord) -> bool {
        self.outbox.push_or_not(record)
    }

    /// What a subject has said, as far as the ledger answers.
    pub(crate) async fn history(&self, subject: ConsentId) -> Option<Vec<ConsentRecord>> {
        let asked = self.ledger.latest(subject, MOST_TOLD);
        self.within("a history could not be read", asked).await
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
