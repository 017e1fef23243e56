//! Making a key pair for a pool of one's own.

use std::borrow::Cow;

use confsim_core::entropy::Entropy;
use rcgen::{CertificateParams, DnType, KeyPair, PKCS_RSA_SHA256};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use tokio_rustls::rustls::pki_types::PrivatePkcs8KeyDer;

use super::Documents;
use super::random::Random;

/// How long the modulus is, in bits (NIST SP 800-57 part 1, table 2).
const BITS: usize = 2048;

/// What the certificate calls its owner.
const NAME: &str = "confsim focus factory";

/// An RSA key, and a certificate that it signs itself. `None` if the libraries refuse, which they have no reason to.
pub(super) fn make(entropy: Entropy) -> Option<Documents> {
    let private = RsaPrivateKey::new(&mut Random(entropy), BITS).ok()?;
    let key = private.to_pkcs8_der().ok()?.as_bytes().to_vec();
    let pair = KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(&*key), &PKCS_RSA_SHA256);
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, NAME);
    let certificate = parameters.self_signed(&pair.ok()?).ok()?.der().to_vec();
    Some(Documents { key: Cow::Owned(key), certificate: Cow::Owned(certificate) })
}
