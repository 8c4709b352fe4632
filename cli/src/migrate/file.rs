//! Reading and atomic replacement of files.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{diagnostic::Diagnostic, text::utf8};

/// Extensions of script files, which are not migrated even if they contain tags.
const SCRIPTS: [&str; 8] = ["js", "jsx", "ts", "tsx", "mjs", "mts", "cjs", "cts"];

/// A file to migrate.
#[derive(Debug)]
pub(crate) struct File {
    /// Target of the path, with symbolic links resolved.
    target: PathBuf,
    /// Contents of the file.
    pub(crate) text: String,
}

impl File {
    /// Reads an HTML file or template.
    pub(crate) fn read(path: &Path) -> Result<Self, Diagnostic> {
        let cannot = |what: &str, error: &io::Error| {
            Diagnostic::error(None, format!("cannot be {what}: {error}"))
        };
        let target = fs::canonicalize(path).map_err(|error| cannot("found", &error))?;
        let metadata = fs::metadata(&target).map_err(|error| cannot("read", &error))?;
        if metadata.is_dir() {
            return Err(Diagnostic::error(
                None,
                "is a directory: name the files, as in `find DIRECTORY -name '*.html' -exec \
                 consent migrate {} +`",
            ));
        }
        if !metadata.is_file() {
            return Err(Diagnostic::error(None, "is not a regular file: name one"));
        }
        let ending = path.extension().and_then(|ending| ending.to_str());
        if ending.is_some_and(|ending| SCRIPTS.iter().any(|no| ending.eq_ignore_ascii_case(no))) {
            return Err(Diagnostic::error(
                None,
                "is a script: only HTML and templates are migrated; change it by hand",
            ));
        }
        let bytes = fs::read(&target).map_err(|error| cannot("read", &error))?;
        Ok(Self {
            target,
            text: utf8(bytes)?,
        })
    }

    /// Returns an error if the file is read-only.
    pub(crate) fn check_writable(&self) -> Result<(), Diagnostic> {
        // A rename over a read-only file would succeed.
        match fs::metadata(&self.target) {
            Ok(metadata) if metadata.permissions().readonly() => Err(Diagnostic::error(
                None,
                "is read-only: make it writable, as with `chmod u+w`",
            )),
            Ok(_) => Ok(()),
            Err(error) => Err(Diagnostic::error(None, format!("cannot be read: {error}"))),
        }
    }

    /// Replaces the contents with `text`, or leaves the file unchanged on an error.
    pub(crate) fn replace(&self, text: &str) -> Result<(), Diagnostic> {
        let cannot =
            |error: io::Error| Diagnostic::error(None, format!("cannot be written: {error}"));
        let directory = self.target.parent().unwrap_or(Path::new("."));
        let mut name = self.target.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.consent-new", std::process::id()));
        let new = directory.join(name);
        let written =
            write_new(&new, text, &self.target).and_then(|()| fs::rename(&new, &self.target));
        if let Err(error) = written {
            // A failure to remove the temporary file is not reported on top.
            if error.kind() != io::ErrorKind::AlreadyExists {
                let _ = fs::remove_file(&new);
            }
            return Err(cannot(error));
        }
        Ok(())
    }
}

fn write_new(new: &Path, text: &str, like: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(new)?;
    file.set_permissions(fs::metadata(like)?.permissions())?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
