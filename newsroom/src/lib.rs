//! *Plenary*, the demonstration news site of `actix-consent`.
//!
//! It uses the library as any application would: one policy ([`site::POLICY`]), one middleware. Its
//! handlers set their cookies plainly and never ask whether they may, its pages name what they load
//! from a [`partner`] as if it were always loaded; what became of all of it stands at the foot of
//! the page ([`footprint`]).

pub mod access_log;
pub mod assets;
pub mod content;
pub mod cookies;
pub mod display;
pub mod footprint;
pub mod keys;
pub mod loads;
pub mod pages;
pub mod partner;
pub mod server;
pub mod settings;
pub mod site;
pub mod twin;
