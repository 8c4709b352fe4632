//! The key that encrypts the session cookie, kept in a file so that a restart loses no list.

use std::{
    fmt::Write as _,
    fs::{self, OpenOptions},
    io::{self, Write as _},
    path::Path,
};

use actix_web::cookie::Key;

/// Reads the key from `path`, or makes one there.
///
/// A file that is there and cannot be read is an error and is never replaced: that would throw
/// away every visitor's session without a word.
pub fn load_or_create(path: &Path) -> Result<Key, String> {
    match fs::read_to_string(path) {
        Ok(text) => parse(&text).ok_or_else(|| {
            format!(
                "{}: this is not a session key; it has to be 128 hexadecimal digits. Restore it, \
                 or move it away to have a new one made (visitors then lose their reading lists)",
                path.display()
            )
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(path).map_err(|error| {
            format!("{}: cannot write the session key: {error}. Choose a directory that can be written with --data-dir", path.display())
        }),
        Err(error) => Err(format!(
            "{}: cannot read the session key: {error}. Make it readable for this user",
            path.display()
        )),
    }
}

fn create(path: &Path) -> io::Result<Key> {
    let key = Key::try_generate()
        .ok_or_else(|| io::Error::other("the system has no random numbers to give"))?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut text = String::with_capacity(2 * key.master().len() + 1);
    for byte in key.master() {
        let _ = write!(text, "{byte:02x}");
    }
    text.push('\n');
    let mut file = options.open(path)?;
    let written = file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all());
    if let Err(error) = written {
        // Half a key would stop the next start.
        let _ = fs::remove_file(path);
        return Err(error);
    }
    Ok(key)
}

fn parse(text: &str) -> Option<Key> {
    let digits = text.trim();
    if digits.len() != 128 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let bytes: Option<Vec<u8>> = (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).ok())
        .collect();
    Some(Key::from(&bytes?))
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
