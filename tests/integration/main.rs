//! One binary for all tests that drive an application through the public API.

mod choosing;
mod audit;
mod helpers;
mod same_origin;
mod site;
mod smoke;
mod stale_tabs;
mod banner;
mod implied;
mod state;
mod keys;
mod caches;
mod gate;
mod mounting;
mod request_cookies;
mod session;
mod stored_choice;
mod withdrawal;
