//! Substitute for the module `markup` in builds without the feature. None of its types has a value.
#![doc(hidden)]

use std::sync::Arc;

use crate::{
    decision::Decision, error::ConfigError, http::asset::Asset, pages::Pages, paths::Paths,
    policy::Policy,
};

/// False: this build does not gate markup.
pub(crate) const ENABLED: bool = false;

/// Settings of the gate.
#[derive(Clone)]
pub(crate) enum Markup {}

impl Markup {
    pub(crate) fn is_keyed(&self) -> bool {
        match *self {}
    }

    pub(crate) fn contradiction(&self, _: &Policy, _: bool) -> Option<&'static str> {
        match *self {}
    }
}

/// Gate of one policy and prefix.
pub(crate) enum Gating {}

impl Gating {
    pub(crate) fn new(
        settings: Markup,
        _: &Policy,
        _: Arc<dyn Pages>,
        _: &Paths,
        _: [String; 2],
        _: Arc<Decision>,
    ) -> Result<Self, ConfigError> {
        match settings {}
    }

    pub(crate) fn settings(&self) -> &Markup {
        match *self {}
    }

    pub(crate) fn clears_storage(&self) -> bool {
        match *self {}
    }

    pub(crate) fn is_keyed(&self) -> bool {
        match *self {}
    }

    pub(crate) fn advanced(&self) -> &[usize] {
        match *self {}
    }

    pub(crate) fn has_script(&self) -> bool {
        match *self {}
    }

    pub(crate) fn script_at(&self, _: &str) -> Option<&Asset> {
        match *self {}
    }

    pub(crate) fn traces(&self, _: &Policy, _: &Decision) -> Option<Vec<&str>> {
        match *self {}
    }
}
