//! Observations, and their circumstances.

use std::fmt;

use super::SetCookie;
use crate::decision::ConsentModel;

/// Answers of a visitor so far.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum State {
    /// No answer, on the first page.
    NoChoice,
    /// No answer, on further pages. [`ConsentModel::Implied`] treats that as consent; no other
    /// model does.
    WentOn,
    /// Rejected everything.
    Rejected,
    /// Accepted one category and rejected the others.
    Only(String),
    /// Accepted everything, by a form that does not name the signal `Sec-GPC: 1` if it is sent.
    Accepted,
    /// Accepted everything, and later rejected everything.
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
    /// The request, such as `GET /report`.
    pub source: String,
    /// Answers of the visitor at that time.
    pub state: State,
    /// True if the browser sent `Sec-GPC: 1`.
    pub gpc: bool,
    /// The consent model of this request.
    pub model: ConsentModel,
}

impl Visit {
    /// Creates a visit without `Sec-GPC`, under [`ConsentModel::OptIn`].
    pub fn new(source: impl Into<String>, state: State) -> Self {
        Self {
            source: source.into(),
            state,
            gpc: false,
            model: ConsentModel::OptIn,
        }
    }

    /// Sets whether the browser sends `Sec-GPC: 1`.
    #[must_use]
    pub fn gpc(self, gpc: bool) -> Self {
        Self { gpc, ..self }
    }

    /// Sets the consent model.
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

/// One observation of a cookie. It never has the cookie's value.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Observation {
    /// The circumstances.
    pub visit: Visit,
    /// The observed fact.
    pub seen: Seen,
}

impl Observation {
    /// Creates an observation.
    pub fn new(visit: Visit, seen: Seen) -> Self {
        Self { visit, seen }
    }
}

/// Fact about a cookie.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Seen {
    /// A response set or removed the cookie.
    Set(SetCookie),
    /// A handler could read the cookie of this name.
    Readable(String),
    /// The browser still has the cookie of this name after a withdrawal, and no response has set it
    /// since.
    Kept(String),
    /// The gate withheld the cookie of this name, because the policy does not declare it.
    Withheld(String),
}
