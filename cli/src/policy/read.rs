//! From a file to a policy.

use std::{fs, path::Path};

use actix_consent::{Policy, policy::PolicyError};

use crate::trouble::{Lines, Trouble};

use super::{report::Report, words::on_one_line};

/// Reads a text. Pipes are read as well, so that two editions can come out of a repository.
pub(super) fn text(path: &Path) -> Result<String, Report> {
    if path.is_dir() {
        let text = "is a directory: name the file in it, such as consent.toml";
        return Err(Report::error(path, text));
    }
    let bytes =
        fs::read(path).map_err(|error| Report::error(path, format!("cannot be read: {error}")))?;
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let line = Lines::of(error.as_bytes()).line(at);
        let text = "is not UTF-8 from here on: convert it first, as with iconv";
        Report::of(path, vec![Trouble::error(Some(line), text)])
    })
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
