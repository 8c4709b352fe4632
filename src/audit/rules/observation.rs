//! What was seen, and in which circumstances.

use std::fmt;

use super::SetCookie;
use crate::decision::ConsentModel;

/// What a visitor has said so far.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum State {
    /// Nothing, and this is the first page.
    NoChoice,
    /// Nothing, and went on to further pages. Under [`ConsentModel::Implied`] that is read as
    /// agreement, under any other model it stays silence.
    WentOn,
    /// No to everything.
    Rejected,
    /// Yes to one category, no to the others.
    Only(String),
    /// Yes to everything. Where the browser sends `Sec-GPC: 1`, without acknowledging that signal.
    Accepted,
    /// Yes to everything, and later no to everything.
    Withdrawn,
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoChoice => f.write_str("no choice"),
            Self::WentOn => f.write_str("went on"),
            Self::Rejected => f.write_str("rejected"),
            Self::Only(category) => write!(f, "only {category}"),
            Self::Accepted => f.write_str("accepted"),
            Self::Withdrawn => f.write_str("withdrawn"),
        }
    }
}

/// The circumstances of an observation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Visit {
    /// What was requested, such as `GET /report`.
    pub source: String,
    /// What the visitor had said by then.
    pub state: State,
    /// Whether the browser sent `Sec-GPC: 1`.
    pub gpc: bool,
    /// How silence was read for this request.
    pub model: ConsentModel,
}

impl Visit {
    /// A visit without `Sec-GPC`, under [`ConsentModel::OptIn`].
    pub fn new(source: impl Into<String>, state: State) -> Self {
        Self {
            source: source.into(),
            state,
            gpc: false,
            model: ConsentModel::OptIn,
        }
    }

    /// The same with `Sec-GPC: 1`, or without.
    #[must_use]
    pub fn gpc(self, gpc: bool) -> Self {
        Self { gpc, ..self }
    }

    /// The same under another model.
    #[must_use]
    pub fn model(self, model: ConsentModel) -> Self {
        Self { model, ..self }
    }
}

impl fmt::Display for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gpc = if self.gpc { ", GPC" } else { "" };
        write!(f, "{} ({}{gpc})", self.source, self.state)
    }
}

/// One thing that was seen. Values of cookies have no place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Observation {
    /// When and where.
    pub visit: Visit,
    /// What.
    pub seen: Seen,
}

impl Observation {
    /// An observation.
    pub fn new(visit: Visit, seen: Seen) -> Self {
        Self { visit, seen }
    }
}

/// What can be seen of a cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen {
    /// A response set or removed it.
    Set(SetCookie),
    /// A handler could read the cookie of this name.
    Readable(String),
    /// The browser still holds it after a withdrawal, although nothing has set it since.
    Kept(String),
    /// The gate has held it back, because the policy does not name it.
    Withheld(String),
}
