//! One binary for all tests that drive an application through the public API.

mod helpers;
mod smoke;
