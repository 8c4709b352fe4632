//! Files as they are read and replaced.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use crate::{diagnostic::Diagnostic, text::utf8};

/// Endings of files that are no HTML, whatever tags they have.
const SCRIPTS: [&str; 8] = ["js", "jsx", "ts", "tsx", "mjs", "mts", "cjs", "cts"];

/// A file that can be rewritten.
#[derive(Debug)]
pub(crate) struct File {
    /// The file itself, where a symbolic link was named.
    target: PathBuf,
    /// All of it.
    pub(crate) text: String,
}

impl File {
    /// Reads a file of HTML.
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
            return Err(Diagnostic::error(None, "is no file: name one"));
        }
        let ending = path.extension().and_then(|ending| ending.to_str());
        if ending.is_some_and(|ending| SCRIPTS.iter().any(|no| ending.eq_ignore_ascii_case(no))) {
            return Err(Diagnostic::error(
                None,
                "is a script, and only HTML and templates are rewritten: do it by hand",
            ));
        }
        let bytes = fs::read(&target).map_err(|error| cannot("read", &error))?;
        Ok(Self {
            target,
            text: utf8(bytes)?,
        })
    }

    /// Whether the file may be replaced.
    pub(crate) fn check_writable(&self) -> Result<(), Diagnostic> {
        // A file that is renamed over another one asks for no permission of that one.
        match fs::metadata(&self.target) {
            Ok(metadata) if metadata.permissions().readonly() => Err(Diagnostic::error(
                None,
                "is read-only: make it writable, as with `chmod u+w`",
            )),
            Ok(_) => Ok(()),
            Err(error) => Err(Diagnostic::error(None, format!("cannot be read: {error}"))),
        }
    }

    /// Puts `text` in place of the file: all of it or, where that fails, nothing.
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
            // The file with the new text is of no use any more; that it stays is no other error.
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
