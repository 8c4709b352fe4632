//! From a file to a policy.

use std::{fs, path::Path};

use actix_consent::{Policy, policy::PolicyError};

use crate::{disk::utf8, trouble::Trouble};

use super::{report::Report, words::on_one_line};

/// Reads a text. Pipes are read as well, so that two editions can come out of a repository.
pub(super) fn text(path: &Path) -> Result<String, Report> {
    if path.is_dir() {
        let text = "is a directory: name the file in it, such as consent.toml";
        return Err(Report::error(path, text));
    }
    let bytes =
        fs::read(path).map_err(|error| Report::error(path, format!("cannot be read: {error}")))?;
    utf8(bytes).map_err(|trouble| Report::of(path, vec![trouble]))
}

/// What a text says, or everything that is wrong with it.
pub(super) fn policy(text: &str) -> Result<Policy, Vec<Trouble>> {
    let trouble = |line, text: &str| Trouble::error(line, on_one_line(text));
    Policy::parse(text).map_err(|error| match error {
        PolicyError::Syntax { line, message } => vec![trouble(Some(line), &message)],
        PolicyError::Faults(faults) => faults
            .iter()
            .map(|fault| trouble(fault.line, &format!("{}: {}", fault.place, fault.message)))
            .collect(),
        other => vec![trouble(None, &other.to_string())],
    })
}

/// A policy that has to be whole, so that something can be done with it.
pub(super) fn load(path: &Path) -> Result<Policy, Report> {
    policy(&text(path)?).map_err(|troubles| Report::of(path, troubles))
}
