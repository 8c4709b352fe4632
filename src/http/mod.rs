//! HTTP syntax and browser behaviour, independent of consent.

pub(crate) mod asset;
pub(crate) mod content_type;
pub(crate) mod cookie_expiry;
pub(crate) mod cookie_name;
pub(crate) mod destination;
pub(crate) mod domain;
pub(crate) mod forwarded_prefix;
pub(crate) mod head_size;
pub(crate) mod navigation;
pub(crate) mod origin;
pub(crate) mod return_to;
pub(crate) mod same_origin;
pub(crate) mod signals;
