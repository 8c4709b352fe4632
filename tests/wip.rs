//! Temporary: compiles the tests that are being written.
#[path = "integration/helpers.rs"] mod helpers;
#[path = "integration/gate.rs"] mod gate;
#[path = "integration/request_cookies.rs"] mod request_cookies;
#[path = "integration/withdrawal.rs"] mod withdrawal;
#[path = "integration/caches.rs"] mod caches;
#[path = "integration/session.rs"] mod session;
#[path = "integration/mounting.rs"] mod mounting;
#[path = "integration/stored_choice.rs"] mod stored_choice;
