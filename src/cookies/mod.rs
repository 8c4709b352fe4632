//! The gate for cookies, in both directions.

pub(crate) mod clear_site_data;
pub(crate) mod declaration;
pub(crate) mod removal;
pub(crate) mod request;
pub(crate) mod set_cookie;
