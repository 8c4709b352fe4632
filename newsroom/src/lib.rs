//! *Plenary*, the demonstration news site of `actix-consent`.
//!
//! It uses the library as any application would: one policy ([`site::POLICY`]), one middleware,
//! `{{ banner }}` first in the body of each page. Its handlers set their cookies plainly and never
//! ask whether they may; what became of each cookie stands at the foot of the page
//! ([`footprint`]).

pub mod access_log;
pub mod assets;
pub mod content;
pub mod cookies;
pub mod display;
pub mod footprint;
pub mod keys;
pub mod pages;
pub mod server;
pub mod settings;
pub mod site;
pub mod twin;
