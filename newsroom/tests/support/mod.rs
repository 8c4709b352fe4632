//! What the black-box tests, the browser tests and the picture command share.

// Each of the three uses a part of it.
#![allow(dead_code)]

pub(crate) mod http;
pub(crate) mod site;

use std::{
    thread,
    time::{Duration, Instant},
};

/// Asks again and again until there is an answer. What is waited for lies in another process, so
/// there is nothing to be woken by; nothing waits longer than the answer takes.
///
/// # Panics
///
/// After 30 seconds, saying `what` did not come.
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
