//! *Plenary*, the demonstration news site of `actix-consent`.
//!
//! It uses the library as any application would: one policy ([`consent::POLICY`]), one middleware. Its
//! handlers set their cookies plainly and never ask whether they may, its pages name what they load
//! from a [`partner`] as if it were always loaded; what became of all of it stands at the foot of
//! the page ([`page_account`]).

pub mod assets;
pub mod consent;
pub mod content;
pub mod cookies;
pub mod display;
pub mod gated_content;
pub mod implied_host;
pub mod page_account;
pub mod pages;
pub mod partner;
pub mod resource;
pub mod routes;
pub mod server;
pub mod session_key;
pub mod settings;
pub mod site;
