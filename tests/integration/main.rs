//! One binary for all tests that drive an application through the public API.

mod choosing;
mod helpers;
mod same_origin;
mod site;
mod smoke;
mod stale_tabs;
