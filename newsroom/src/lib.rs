//! *Plenary*, the demo news site of `actix-consent`.
//!
//! It uses the library as any application would: one policy ([`consent::POLICY`]) and one
//! middleware. Its handlers set their cookies without asking for consent, and its pages name the
//! content of a [`partner`] as if it always loaded. The foot of each page shows the outcome
//! ([`page_account`]).

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
