//! Encryption of conference keys: CMS EnvelopedData (RFC 5652 section 6) for RSA certificates.
//!
//! A client encrypts a conference key for the factory's certificate, and gets it back encrypted for a
//! certificate of its own (D-30). Randomness comes from [`confsim_core::entropy::Entropy`], so that equal runs
//! give equal bytes; which also means that nothing here keeps a secret.

mod open;
mod random;
mod seal;

use rsa::RsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;
use x509_cert::Certificate;
use x509_cert::der::Decode;

pub use open::OpenError;
pub use seal::{SealError, seal};

/// A private key and the certificate of its public key.
#[derive(Debug)]
pub struct Keys {
    private: RsaPrivateKey,
    certificate: Certificate,
    /// The certificate in DER.
    document: Vec<u8>,
}

/// Key or certificate cannot be read: the fault of whoever configured them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// No RSA key in PKCS #8, DER.
    #[error("the private key is no RSA key in PKCS #8")]
    Key,
    /// No X.509 certificate in DER.
    #[error("the certificate is no X.509 certificate in DER")]
    Certificate,
}

impl Keys {
    /// A private key (PKCS #8, DER) and its certificate (X.509, DER).
    ///
    /// # Errors
    /// When either cannot be read. That they belong together is not looked at.
    pub fn new(key: &[u8], certificate: &[u8]) -> Result<Self, KeyError> {
        Ok(Self {
            private: RsaPrivateKey::from_pkcs8_der(key).map_err(|_| KeyError::Key)?,
            certificate: Certificate::from_der(certificate).map_err(|_| KeyError::Certificate)?,
            document: certificate.to_vec(),
        })
    }

    /// The factory's key in the simulator, the same in every run (D-30).
    ///
    /// # Errors
    /// None that can come about: the files are part of the program.
    pub fn of_factory() -> Result<Self, KeyError> {
        Self::new(include_bytes!("../data/keys/factory.key"), include_bytes!("../data/keys/factory.cer"))
    }

    /// The key of clients in the simulator that ask to be sent a conference key, one for all.
    ///
    /// # Errors
    /// None that can come about: the files are part of the program.
    pub fn of_client() -> Result<Self, KeyError> {
        Self::new(include_bytes!("../data/keys/client.key"), include_bytes!("../data/keys/client.cer"))
    }

    /// The certificate in DER; it has the public key only (PRO-2-2-3-6-h).
    pub fn certificate(&self) -> &[u8] {
        &self.document
    }
}
