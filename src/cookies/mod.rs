//! The gate for cookies: hides denied ones in requests, and filters and removes them in responses.

pub(crate) mod classification;
pub(crate) mod clear_site_data;
pub(crate) mod removal;
pub(crate) mod request;
pub(crate) mod set_cookie;
