//! What conference keys need of cryptography, as a trait: core draws no entropy of its own and knows no cipher (D-30).
//!
//! Factory and client use it alike. The factory's certificate lets clients envelop conference keys for it; a
//! client's self-signed certificate lets the factory send a key back (MS-CONFPRO 3.1.4.5, 3.2.5.2, 3.2.5.5).

use std::fmt::Debug;

use crate::entropy::Entropy;

/// A key pair with its certificate, and what can be done with certificates of others.
///
/// An implementation is deterministic: equal arguments and equal [`Entropy`] give equal results.
pub trait Cryptography: Debug + Send + Sync {
    /// The X.509 certificate of this party, DER, with the public key alone (PRO-2-2-3-6-h, PRO-3-1-7-3-b).
    ///
    /// # Errors
    /// [`CryptographyError::Unavailable`].
    fn certificate(&self) -> Result<Vec<u8>, CryptographyError>;

    /// Opens a CMS EnvelopedData, DER, with the private key of [`certificate`](Self::certificate).
    ///
    /// # Errors
    /// [`CryptographyError::NotForUs`] when no recipient is this certificate, [`CryptographyError::Malformed`] when
    /// it is no EnvelopedData or does not decrypt, [`CryptographyError::Unavailable`] without a key.
    fn open(&self, enveloped: &[u8]) -> Result<Vec<u8>, CryptographyError>;

    /// Envelops `content` as CMS EnvelopedData, DER, for the holder of an X.509 certificate, DER. Content key and
    /// padding come from `entropy`.
    ///
    /// # Errors
    /// [`CryptographyError::BadCertificate`] when the certificate cannot be used (PRO-2-2-3-4-e).
    fn envelop(
        &self,
        entropy: &mut Entropy,
        certificate: &[u8],
        content: &[u8],
    ) -> Result<Vec<u8>, CryptographyError>;
}

/// Why cryptography failed, by who is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptographyError {
    /// This party has no usable key.
    #[error("no key is available")]
    Unavailable,
    /// The sender enveloped for another certificate, perhaps an earlier one of ours.
    #[error("enveloped for another certificate")]
    NotForUs,
    /// The sender's data is no EnvelopedData, or does not decrypt.
    #[error("malformed or damaged enveloped data")]
    Malformed,
    /// The certificate the peer gave is no X.509 certificate with a public key that can be used.
    #[error("unusable certificate")]
    BadCertificate,
}

/// The cryptography of a party that has none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absent;

impl Cryptography for Absent {
    fn certificate(&self) -> Result<Vec<u8>, CryptographyError> {
        Err(CryptographyError::Unavailable)
    }

    fn open(&self, _enveloped: &[u8]) -> Result<Vec<u8>, CryptographyError> {
        Err(CryptographyError::Unavailable)
    }

    fn envelop(
        &self,
        _entropy: &mut Entropy,
        _certificate: &[u8],
        _content: &[u8],
    ) -> Result<Vec<u8>, CryptographyError> {
        Err(CryptographyError::Unavailable)
    }
}
