//! Code shared by the black-box tests, the browser tests and the program for pictures.

// Each of the three uses a part of it.
#![allow(dead_code)]

pub(crate) mod http;
pub(crate) mod site;

use std::{
    thread,
    time::{Duration, Instant},
};

/// Repeats a question until it has an answer. The event happens in another process, so nothing can
/// wake the test, and the test waits no longer than needed.
///
/// # Panics
///
/// After 30 seconds, with `what` in the message.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "it never came: {what}");
        thread::park_timeout(Duration::from_millis(10));
    }
}
