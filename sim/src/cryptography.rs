//! Encryption of conference keys: CMS EnvelopedData (RFC 5652 section 6) for RSA certificates.
//!
//! A client encrypts a conference key for the factory's certificate, and gets it back encrypted for a
//! certificate of its own (D-30). Randomness comes from [`confsim_core::entropy::Entropy`], so that equal runs
//! give equal bytes; what is to be secret needs one from outside, and [`Keys`] of its own.

mod keep;
mod make;
mod open;
mod random;
mod seal;

use std::borrow::Cow;
use std::sync::OnceLock;

use confsim_core::cryptography::{Cryptography, CryptographyError};
use confsim_core::entropy::Entropy;
use rsa::RsaPrivateKey;
use rsa::pkcs8::DecodePrivateKey;
use x509_cert::Certificate;
use x509_cert::der::Decode;

pub use self::keep::KeysError;

/// A private key and the certificate of its public key. They are read, or made, when first needed, which most runs
/// never do.
#[derive(Debug)]
pub struct Keys {
    origin: Origin,
    read: OnceLock<Option<Read>>,
}

/// Where they come from.
#[derive(Debug)]
enum Origin {
    /// They are there.
    Documents(Documents),
    /// They are made of this.
    Entropy(Entropy),
}

/// A key pair as it is kept.
#[derive(Clone, Debug)]
struct Documents {
    /// PKCS #8, DER.
    key: Cow<'static, [u8]>,
    /// X.509, DER.
    certificate: Cow<'static, [u8]>,
}

/// What the documents say.
#[derive(Debug)]
struct Read {
    private: RsaPrivateKey,
    certificate: Certificate,
    /// The same, DER.
    document: Cow<'static, [u8]>,
}

impl Keys {
    /// A private key (PKCS #8, DER) and its certificate (X.509, DER). That they belong together is not looked at.
    pub const fn new(key: &'static [u8], certificate: &'static [u8]) -> Self {
        Self::of(Origin::Documents(Documents {
            key: Cow::Borrowed(key),
            certificate: Cow::Borrowed(certificate),
        }))
    }

    /// A pair that is made of `entropy` when it is first needed, which then takes about a second.
    pub const fn made_of(entropy: Entropy) -> Self {
        Self::of(Origin::Entropy(entropy))
    }

    const fn of(origin: Origin) -> Self {
        Self { origin, read: OnceLock::new() }
    }

    /// The factory's key in the simulator, the same in every run (D-30).
    pub const fn of_factory() -> Self {
        Self::new(include_bytes!("../data/keys/factory.key"), include_bytes!("../data/keys/factory.cer"))
    }

    /// The key of clients in the simulator that ask to be sent a conference key, one for all.
    pub const fn of_client() -> Self {
        Self::new(include_bytes!("../data/keys/client.key"), include_bytes!("../data/keys/client.cer"))
    }

    fn read(&self) -> Option<&Read> {
        let read = || match &self.origin {
            Origin::Documents(documents) => documents.read(),
            Origin::Entropy(entropy) => make::make(entropy.clone())?.read(),
        };
        self.read.get_or_init(read).as_ref()
    }
}

impl Documents {
    /// What they say, if that can be used.
    fn read(&self) -> Option<Read> {
        let private = RsaPrivateKey::from_pkcs8_der(&self.key).ok()?;
        let certificate = Certificate::from_der(&self.certificate).ok()?;
        Some(Read { private, certificate, document: self.certificate.clone() })
    }
}

impl Cryptography for Keys {
    fn certificate(&self) -> Result<Vec<u8>, CryptographyError> {
        match &self.origin {
            Origin::Documents(documents) => Ok(documents.certificate.to_vec()),
            Origin::Entropy(_) => Ok(self.read().ok_or(CryptographyError::Unavailable)?.document.to_vec()),
        }
    }

    fn open(&self, enveloped: &[u8]) -> Result<Vec<u8>, CryptographyError> {
        open::open(self.read().ok_or(CryptographyError::Unavailable)?, enveloped)
    }

    /// AES-256-CBC, and RSA with PKCS #1 v1.5. Whether the certificate is valid now is not looked at: clients sign
    /// theirs themselves (PRO-3-1-7-3-b).
    fn envelop(
        &self,
        entropy: &mut Entropy,
        certificate: &[u8],
        content: &[u8],
    ) -> Result<Vec<u8>, CryptographyError> {
        seal::seal(certificate, content, entropy).ok_or(CryptographyError::BadCertificate)
    }
}
