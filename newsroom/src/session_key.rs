//! The key that encrypts the session cookie, in a file so that sessions survive a restart.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use actix_web::cookie::Key;
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};
use tempfile::NamedTempFile;

/// Reads the key from `path`, or creates it there.
///
/// # Errors
///
/// If the file exists but is not a key or cannot be read. It is never replaced, since that would
/// end every visitor's session.
pub fn load_or_create(path: &Path) -> Result<Key, String> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text).ok_or_else(|| {
            format!(
                "{}: not a session key, which has 128 hexadecimal digits. Restore it, or move it \
                 away so that a new one is created (visitors then lose their reading lists)",
                path.display()
            )
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path).map_err(|error| {
            format!("{}: cannot write the session key: {error}. Choose a writable directory with --data-dir", path.display())
        }),
        Err(error) => Err(format!(
            "{}: cannot read the session key: {error}. Make it readable by this user",
            path.display()
        )),
    }
}

/// Writes a new key to `path`, readable by its owner alone. A file that appeared meanwhile stays.
fn create(path: &Path) -> io::Result<Key> {
    let key = Key::try_generate()
        .ok_or_else(|| io::Error::other("the system provides no random numbers"))?;
    let dir = path.parent().unwrap_or(Path::new("."));
    let mut file = NamedTempFile::new_in(dir)?;
    writeln!(file, "{}", HEXLOWER.encode(key.master()))?;
    file.as_file().sync_all()?;
    file.persist_noclobber(path)?;
    Ok(key)
}

fn parse(text: &str) -> Option<Key> {
    let bytes = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).ok()?;
    (bytes.len() == 64).then(|| Key::from(&bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_written_is_read_again() {
        let key = Key::generate();
        let text: String = key.master().iter().map(|b| format!("{b:02x}")).collect();
        assert!(parse(&format!("{text}\n")) == Some(key));
    }

    #[test]
    fn anything_else_is_no_key() {
        for text in [
            "",
            "zz",
            &"g".repeat(128),
            &"a".repeat(126),
            &"é".repeat(64),
        ] {
            assert!(parse(text).is_none(), "{text}");
        }
    }
}
