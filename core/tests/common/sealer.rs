//! Cryptography that hides nothing, for tests that look at what is in an envelope.

use confsim_core::cryptography::{Cryptography, CryptographyError};
use confsim_core::entropy::Entropy;

/// A party by its certificate, which starts with `cert`; without one it has no key. An envelope names its recipient
/// and holds eight drawn bytes and the content.
#[derive(Clone, Debug)]
pub(crate) struct Sealer(pub(crate) &'static str);

impl Cryptography for Sealer {
    fn certificate(&self) -> Result<Vec<u8>, CryptographyError> {
        if self.0.is_empty() { Err(CryptographyError::Unavailable) } else { Ok(self.0.into()) }
    }

    fn open(&self, enveloped: &[u8]) -> Result<Vec<u8>, CryptographyError> {
        self.certificate()?;
        let split = enveloped.iter().position(|byte| *byte == b'|').ok_or(CryptographyError::Malformed)?;
        if enveloped[..split] != *self.0.as_bytes() {
            return Err(CryptographyError::NotForUs);
        }
        enveloped.get(split + 9..).map(<[u8]>::to_vec).ok_or(CryptographyError::Malformed)
    }

    fn envelop(
        &self,
        entropy: &mut Entropy,
        certificate: &[u8],
        content: &[u8],
    ) -> Result<Vec<u8>, CryptographyError> {
        self.certificate()?;
        if !certificate.starts_with(b"cert") {
            return Err(CryptographyError::BadCertificate);
        }
        let mut drawn = [0; 8];
        entropy.fill(&mut drawn);
        Ok([certificate, b"|", &drawn, content].concat())
    }
}
