//! Keys that sign the library's cookies, and the file that stores them.

use std::{
    fmt,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use cookie::Key;
use hkdf::Hkdf;
use sha2::Sha256;
use tempfile::NamedTempFile;

use super::seal::Seal;

/// Minimum length of a key: 32 bytes, the size of the digest that it keys.
const MIN_BYTES: usize = 32;

/// Length of the signature at the start of a signed value: 32 bytes in base64.
const SIGNATURE_CHARS: usize = 44;

/// One secret of at least 32 bytes.
#[derive(Clone)]
pub struct SigningKey(Box<[u8]>);

impl SigningKey {
    /// Creates a key from its bytes.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError::Short`] if there are fewer than 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.len() < MIN_BYTES {
            return Err(KeyError::Short {
                line: None,
                bytes: bytes.len(),
            });
        }
        Ok(Self(bytes.into()))
    }

    /// Creates a random key.
    pub fn generate() -> Self {
        Self(Key::generate().master()[..MIN_BYTES * 2].into())
    }

    /// Derives the key for one cookie. The signed jar authenticates only the value, so a shared key
    /// would let a value be moved from one cookie to another.
    fn derive(&self, cookie: &str) -> Key {
        let mut material = [0; 64];
        Hkdf::<Sha256>::new(Some(b"actix-consent 1"), &self.0)
            .expand(cookie.as_bytes(), &mut material)
            .expect("64 bytes are fewer than HKDF-SHA256 can give");
        Key::from(&material)
    }
}

/// Prints nothing of the secret.
impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// Keys of a site, the newest first. The newest signs and all of them verify, so that a key can be
/// replaced without asking every visitor again.
#[derive(Clone, Debug)]
pub struct SigningKeys(Vec<SigningKey>);

impl SigningKeys {
    /// Creates a set of keys, the newest first.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError::Empty`] if there is none.
    pub fn new(newest_first: impl IntoIterator<Item = SigningKey>) -> Result<Self, KeyError> {
        let keys: Vec<_> = newest_first.into_iter().collect();
        if keys.is_empty() {
            return Err(KeyError::Empty);
        }
        Ok(Self(keys))
    }

    /// Creates one random key that lives as long as the process, for tests. A real site would lose
    /// every choice at each start.
    pub fn generate() -> Self {
        Self(vec![SigningKey::generate()])
    }

    /// Loads keys from a file: one per line in base64, at least 32 bytes each, the newest first;
    /// lines that start with `#` are comments. If the file does not exist, it is created with one
    /// new key, readable by its owner only. An existing file is never replaced.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, parsed or created.
    pub fn load_or_create(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let at = |source| KeyError::File {
            path: path.to_owned(),
            source,
        };
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                let key = SigningKey::generate();
                let text = format!(
                    "# Signs the choices of visitors. Keep it secret. The newest key comes first;\n\
                     # older ones below it still verify.\n{}\n",
                    STANDARD.encode(&key.0)
                );
                // Does not replace the file of another process, as `persist` would.
                let created = temporary(path, &text)
                    .and_then(|file| file.persist_noclobber(path).map_err(io::Error::from));
                match created {
                    Ok(_) => return Ok(Self(vec![key])),
                    // Another process was faster, so its key counts.
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                        fs::read_to_string(path)
                    }
                    Err(error) => Err(error),
                }
            }
            read => read,
        };
        Self::parse(&text.map_err(at)?).map_err(|error| KeyError::Content {
            path: path.to_owned(),
            error: Box::new(error),
        })
    }

    /// Adds a new key in front of those in a file and keeps at most `keep` keys, the new one
    /// included. The file is replaced atomically and keeps its owner, group and mode; if `path` is
    /// a symbolic link, its target is replaced. Only the leading comments are kept.
    ///
    /// # Errors
    ///
    /// Fails if the file cannot be read, parsed or replaced, and leaves it unchanged then.
    pub fn rotate(path: impl AsRef<Path>, keep: usize) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let at = |source| KeyError::File {
            path: path.to_owned(),
            source,
        };
        let file = fs::canonicalize(path).map_err(at)?;
        let text = fs::read_to_string(&file).map_err(at)?;
        let mut keys = Self::parse(&text).map_err(|error| KeyError::Content {
            path: path.to_owned(),
            error: Box::new(error),
        })?;
        keys.0.insert(0, SigningKey::generate());
        keys.0.truncate(keep.max(1));
        let head = text.lines().take_while(|line| line.starts_with('#'));
        let mut lines: Vec<String> = head.map(str::to_owned).collect();
        lines.extend(keys.0.iter().map(|key| STANDARD.encode(&key.0)));
        let replacement = temporary(&file, &(lines.join("\n") + "\n")).map_err(at)?;
        copy_ownership(&file, replacement.as_file()).map_err(at)?;
        replacement
            .persist(&file)
            .map_err(|error| at(error.error))?;
        Ok(keys)
    }

    /// Parses the format that [`load_or_create`](Self::load_or_create) describes.
    ///
    /// # Errors
    ///
    /// Fails if a line is not base64 or too short, or if there is no key.
    pub fn parse(text: &str) -> Result<Self, KeyError> {
        let mut keys = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let number = index + 1;
            let bytes = STANDARD
                .decode(line)
                .map_err(|_| KeyError::NotBase64 { line: number })?;
            if bytes.len() < MIN_BYTES {
                return Err(KeyError::Short {
                    line: Some(number),
                    bytes: bytes.len(),
                });
            }
            keys.push(SigningKey(bytes.into()));
        }
        Self::new(keys)
    }

    /// Signs `text` for one `purpose`. The signature is not valid for any other purpose.
    ///
    /// ```
    /// let keys = actix_consent::SigningKeys::generate();
    /// let signature = keys.attest("example", "text");
    /// assert!(keys.attested("example", "text", &signature));
    /// assert!(!keys.attested("another", "text", &signature));
    /// ```
    pub fn attest(&self, purpose: &str, text: &str) -> String {
        let mut signed = self.seal_for(&format!("attest {purpose}")).sign(text);
        signed.truncate(SIGNATURE_CHARS);
        signed
    }

    /// Returns whether one of the keys made this signature with [`attest`](Self::attest).
    pub fn attested(&self, purpose: &str, text: &str, signature: &str) -> bool {
        let seal = self.seal_for(&format!("attest {purpose}"));
        signature.len() == SIGNATURE_CHARS
            && seal
                .open::<String>(format!("{signature}{text}").as_bytes())
                .is_some()
    }

    pub(crate) fn seal_for(&self, cookie: &str) -> Seal {
        Seal {
            name: cookie.to_owned(),
            keys: self.0.iter().map(|key| key.derive(cookie)).collect(),
        }
    }
}

/// Writes a temporary file beside `path`, readable by its owner only, and syncs it to disk. It is
/// deleted when dropped, unless it is persisted first.
fn temporary(path: &Path, text: &str) -> io::Result<NamedTempFile> {
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut file = tempfile::Builder::new()
        .prefix(&format!(".{name}."))
        .tempfile_in(parent.unwrap_or(Path::new(".")))?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Gives a file the owner, group and mode of another, so that a site can still read a key file
/// that its operator has rotated.
fn copy_ownership(from: &Path, to: &File) -> io::Result<()> {
    let from = fs::metadata(from)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let own = to.metadata()?;
        if (own.uid(), own.gid()) != (from.uid(), from.gid()) {
            fchown(to, Some(from.uid()), Some(from.gid()))?;
        }
    }
    // After the owner, since changing that clears some of the bits.
    to.set_permissions(from.permissions())
}

/// Error in signing keys or their file.
#[non_exhaustive]
pub enum KeyError {
    /// The file cannot be read or created.
    File {
        /// Path of the file.
        path: PathBuf,
        /// Underlying error.
        source: io::Error,
    },
    /// The file does not contain valid keys.
    Content {
        /// Path of the file.
        path: PathBuf,
        /// Fault in its content.
        error: Box<KeyError>,
    },
    /// A line is not base64.
    NotBase64 {
        /// Number of the line, from 1.
        line: usize,
    },
    /// A key has fewer than 32 bytes.
    Short {
        /// Number of the line, from 1; `None` if the key is not from a file.
        line: Option<usize>,
        /// Length of the key in bytes.
        bytes: usize,
    },
    /// There is no key.
    Empty,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, source } => {
                write!(f, "the key file {}: {source}", path.display())
            }
            Self::Content { path, error } => write!(
                f,
                "the key file {}: {error}. The file is left as it is, since a new key would void \
                 every choice",
                path.display()
            ),
            Self::NotBase64 { line } => write!(f, "line {line} is not base64"),
            Self::Short { line, bytes } => {
                if let Some(line) = line {
                    write!(f, "line {line}: ")?;
                }
                write!(
                    f,
                    "a key of {bytes} bytes is too short: give at least {MIN_BYTES}"
                )
            }
            Self::Empty => f.write_str("there is no signing key: give at least one"),
        }
    }
}

debug_as_display!(KeyError);

impl std::error::Error for KeyError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::File { source, .. } => Some(source),
            _ => None,
        }
    }
}
