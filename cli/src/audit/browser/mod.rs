//! A Chromium, its tabs, and the recorder of what their pages do.

pub(crate) mod chromium;
pub(crate) mod cookie_jar;
mod listeners;
pub(crate) mod recorder;
pub(crate) mod scripts;
pub(crate) mod tab;

use std::time::Duration;

/// Time limit for one answer of a page.
const ANSWERS_WITHIN: Duration = Duration::from_secs(5);

/// Error of a tab that has closed, crashed or stopped answering.
#[derive(Debug)]
pub(crate) struct Gone;
