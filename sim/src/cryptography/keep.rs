//! A key pair that outlives the process.

use std::borrow::Cow;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use confsim_core::entropy::Entropy;

use super::make::make;
use super::{Documents, Keys, Origin};

/// The key, PKCS #8 in DER: nobody else's to read.
const KEY: &str = "factory.key";
/// The certificate, X.509 in DER.
const CERTIFICATE: &str = "factory.cer";

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// A file cannot be read or written.
    #[error("{}: {error}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// Key and certificate are there and no such things.
    #[error("{}: no RSA key in PKCS #8, or {CERTIFICATE} beside it no certificate", .0.display())]
    Unusable(PathBuf),
    /// The libraries refuse to make a pair.
    #[error("no RSA key can be made")]
    Making,
}

impl Keys {
    /// The pair in `folder`, which is made of `entropy` if there is none yet. The key is written last: what a power
    /// failure leaves of a pair counts as none.
    ///
    /// # Errors
    /// [`KeysError`]: which file is to blame, and why.
    pub fn kept_in(folder: &Path, entropy: Entropy) -> Result<Self, KeysError> {
        let (key, certificate) = (folder.join(KEY), folder.join(CERTIFICATE));
        let documents = if key.exists() {
            Documents { key: Cow::Owned(read(&key)?), certificate: Cow::Owned(read(&certificate)?) }
        } else {
            let made = make(entropy).ok_or(KeysError::Making)?;
            write(&certificate, &made.certificate)?;
            write(&key, &made.key)?;
            made
        };
        if documents.read().is_none() {
            return Err(KeysError::Unusable(key));
        }
        Ok(Self::of(Origin::Documents(documents)))
    }
}

fn read(path: &Path) -> Result<Vec<u8>, KeysError> {
    fs::read(path).map_err(|error| KeysError::File { path: path.to_owned(), error })
}

/// Writes a file whole or not at all.
fn write(path: &Path, bytes: &[u8]) -> Result<(), KeysError> {
    let beside = path.with_extension("new");
    let write = || {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&beside, path)
    };
    write().map_err(|error| KeysError::File { path: path.to_owned(), error })
}
