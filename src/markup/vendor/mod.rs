//! Consent states for tags of other vendors: one small file per state, loaded before the tags.

mod google;
mod matomo;

pub use self::{google::Google, matomo::Matomo};

use std::borrow::Cow;

use crate::{decision::grants::Grants, http::asset::Asset, paths::Paths, policy::Policy};

/// Maximum number of categories and services that a vendor's states depend on. Each doubles the
/// number of files, which are generated at start-up.
const MAX_UNITS: usize = 6;

/// Files of one vendor, one for each state.
#[derive(Debug)]
pub(crate) struct VendorStates {
    /// Units that the states depend on. Bit n of the index of a file is set if unit n is on.
    units: Vec<usize>,
    assets: Vec<Asset>,
}

impl VendorStates {
    /// Creates one file for each combination of the units; `write` gets the units that are on.
    fn new(
        policy: &Policy,
        paths: &Paths,
        name: &str,
        units: &[&str],
        write: impl Fn(&dyn Fn(&str) -> bool) -> String,
    ) -> Result<Self, Cow<'static, str>> {
        let mut places = Vec::new();
        let mut ids = Vec::new();
        for id in units {
            let Some(place) = policy.unit(id) else {
                return Err(unknown(policy, "a tag", id));
            };
            if !places.contains(&place) {
                places.push(place);
                ids.push(*id);
            }
        }
        if places.len() > MAX_UNITS {
            return Err(format!(
                "a tag follows {} categories and services: use at most {MAX_UNITS}",
                places.len()
            )
            .into());
        }
        let asset = |state: usize| {
            let on = |id: &str| {
                let bit = ids.iter().position(|other| *other == id);
                bit.is_some_and(|bit| state >> bit & 1 == 1)
            };
            Asset::new(&paths.policy, name, write(&on))
        };
        Ok(Self {
            assets: (0..1 << places.len()).map(asset).collect(),
            units: places,
        })
    }

    /// Returns the file for the granted units.
    pub(crate) fn of(&self, grants: &Grants) -> &Asset {
        let bits = self.units.iter().enumerate();
        let state = bits.fold(0, |state, (bit, unit)| {
            state | usize::from(grants.allow(*unit)) << bit
        });
        &self.assets[state]
    }

    pub(crate) fn at(&self, path: &str) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.path == path)
    }
}

/// Returns an error message for a setting that names an undeclared category or service.
pub(in crate::markup) fn unknown(policy: &Policy, setting: &str, unit: &str) -> Cow<'static, str> {
    let known: Vec<&str> = policy.gated_units().map(|(_, unit)| &*unit.id).collect();
    let remedy = match known.is_empty() {
        true => "declare it under [[category]]".to_owned(),
        false => format!("use one of `{}`, or declare it", known.join("`, `")),
    };
    format!("{setting} names `{unit}`, which is no category or service of the policy: {remedy}")
        .into()
}
