//! The keys that sign what the visitor keeps, and the file they live in.

use std::{
    fmt, fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use cookie::Key;
use hkdf::Hkdf;
use sha2::Sha256;

use super::seal::Seal;

/// The shortest key that is accepted: 32 bytes, as long as the digest that it keys.
const MIN_BYTES: usize = 32;

/// How many characters of a signed value are its signature: 32 bytes in base64.
const SIGNATURE_CHARS: usize = 44;

/// One secret, of at least 32 bytes.
#[derive(Clone)]
pub struct SigningKey(Box<[u8]>);

impl SigningKey {
    /// A key from its bytes.
    ///
    /// # Errors
    ///
    /// When there are fewer than 32.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        if bytes.len() < MIN_BYTES {
            return Err(KeyError::Short {
                line: None,
                bytes: bytes.len(),
            });
        }
        Ok(Self(bytes.into()))
    }

    /// A random key.
    pub fn generate() -> Self {
        Self(Key::generate().master()[..MIN_BYTES * 2].into())
    }

    /// The key for one purpose, bound to the name of the cookie: the signed jar authenticates the
    /// value alone, so without this a value could be moved from one cookie to another.
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

/// The keys of a site, the newest first. The newest signs, all of them verify, so that a key can
/// be replaced without asking every visitor again.
#[derive(Clone, Debug)]
pub struct SigningKeys(Vec<SigningKey>);

impl SigningKeys {
    /// The keys, the newest first.
    ///
    /// # Errors
    ///
    /// When there is none.
    pub fn new(newest_first: impl IntoIterator<Item = SigningKey>) -> Result<Self, KeyError> {
        let keys: Vec<_> = newest_first.into_iter().collect();
        if keys.is_empty() {
            return Err(KeyError::Empty);
        }
        Ok(Self(keys))
    }

    /// One random key that lives as long as the process: for tests. In front of a real site it
    /// would forget every choice at each start.
    pub fn generate() -> Self {
        Self(vec![SigningKey::generate()])
    }

    /// The keys of a file: one a line, base64, at least 32 bytes, the newest first; lines that
    /// start with `#` are comments. Where there is no file it is made, with one new key and
    /// readable by its owner alone. One that is there is never replaced.
    ///
    /// # Errors
    ///
    /// When the file is there and cannot be read or understood, or cannot be made.
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
                match make_whole(path, &text) {
                    Ok(()) => return Ok(Self(vec![key])),
                    // Another process was faster: its key is the one.
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

    /// Puts a new key in front of those of a file, of which so many stay, the new one among them.
    /// The file is there whole at any moment, and belongs to whom it belonged before; where `path`
    /// is a link, what it leads to is replaced. Comments are dropped but for the first ones.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, understood or replaced. It stays as it is then.
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
        let draft = draft_beside(&file);
        let replaced = write_draft(&draft, &(lines.join("\n") + "\n"))
            .and_then(|()| give_alike(&draft, &file))
            .and_then(|()| fs::rename(&draft, &file));
        if replaced.is_err() {
            let _ = fs::remove_file(&draft);
        }
        replaced.map_err(at)?;
        Ok(keys)
    }

    /// Reads what [`load_or_create`](Self::load_or_create) describes.
    ///
    /// # Errors
    ///
    /// When a line is not base64 or too short, or when there is no key.
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

    /// A signature on `text`, for one `purpose`: a signature for another one is none for this.
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

    /// Whether one of the keys made this signature by [`attest`](Self::attest).
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

/// Makes a file that is there whole or not at all, readable by its owner alone. One that is there
/// is an error, and stays.
fn make_whole(path: &Path, text: &str) -> io::Result<()> {
    let draft = draft_beside(path);
    // Unlike renaming, linking never replaces what another process has just made.
    let made = write_draft(&draft, text).and_then(|()| fs::hard_link(&draft, path));
    let _ = fs::remove_file(&draft);
    made
}

/// A name that nothing which a killed process has left behind is in the way of.
fn draft_beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let unique = URL_SAFE_NO_PAD.encode(&Key::generate().master()[..9]);
    path.with_file_name(format!(".{name}.{unique}"))
}

/// Writes a new file that its owner alone can read, and has it on disk.
fn write_draft(draft: &Path, text: &str) -> io::Result<()> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

/// Gives a draft to whom a file belongs, so that a site can read what its operator has written.
fn give_alike(draft: &Path, file: &Path) -> io::Result<()> {
    let like = fs::metadata(file)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        let own = fs::metadata(draft)?;
        if (own.uid(), own.gid()) != (like.uid(), like.gid()) {
            chown(draft, Some(like.uid()), Some(like.gid()))?;
        }
    }
    // After the owner, since a new one takes some of them away.
    fs::set_permissions(draft, like.permissions())
}

/// Keys that cannot be used.
#[non_exhaustive]
pub enum KeyError {
    /// The file cannot be read or made.
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else than keys.
    Content {
        /// Which.
        path: PathBuf,
        /// What is wrong in it.
        error: Box<KeyError>,
    },
    /// A line is not base64.
    NotBase64 {
        /// Its number, from 1.
        line: usize,
    },
    /// A key has fewer than 32 bytes.
    Short {
        /// The number of its line, from 1.
        line: Option<usize>,
        /// How many it has.
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
