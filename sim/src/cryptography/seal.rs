//! Encrypting for a certificate.

use cms::builder::{
    ContentEncryptionAlgorithm, EnvelopedDataBuilder, KeyEncryptionInfo, KeyTransRecipientInfoBuilder,
};
use cms::cert::IssuerAndSerialNumber;
use cms::content_info::ContentInfo;
use cms::enveloped_data::{EnvelopedData, RecipientIdentifier, RecipientInfo, RecipientInfos};
use confsim_core::entropy::Entropy;
use rsa::RsaPublicKey;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pkcs8::ObjectIdentifier;
use x509_cert::Certificate;
use x509_cert::der::{Any, Decode, Encode};

use super::random::Random;

/// `id-envelopedData` (RFC 5652 section 6.1).
pub(super) const ENVELOPED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.3");
/// `rsaEncryption` (RFC 8017 appendix A.1).
pub(super) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// Encrypts `content` for the owner of `certificate` (X.509, DER): a ContentInfo with EnvelopedData in DER. `None`
/// for what is no such certificate, or has a key that is not for RSA, is broken, has more than
/// [`RsaPublicKey::MAX_SIZE`] bits, or too few to hold a content key.
pub(super) fn seal(certificate: &[u8], content: &[u8], entropy: &mut Entropy) -> Option<Vec<u8>> {
    let certificate = Certificate::from_der(certificate).ok()?;
    let mut envelope = envelope(&certificate, content, entropy)?;
    name_parameters(&mut envelope)?;
    let content = Any::encode_from(&envelope).ok()?;
    ContentInfo { content_type: ENVELOPED_DATA, content }.to_der().ok()
}

fn envelope(certificate: &Certificate, content: &[u8], entropy: &mut Entropy) -> Option<EnvelopedData> {
    let signed = &certificate.tbs_certificate;
    let info = &signed.subject_public_key_info;
    let key = info.subject_public_key.as_bytes().filter(|_| info.algorithm.oid == RSA)?;
    let key = KeyEncryptionInfo::Rsa(RsaPublicKey::from_pkcs1_der(key).ok()?);
    let recipient = RecipientIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
        issuer: signed.issuer.clone(),
        serial_number: signed.serial_number.clone(),
    });
    // The two parts ask for randomness of their own.
    let mut for_key = Random(entropy.split("content key"));
    let mut for_content = Random(entropy.split("content"));
    let recipient = KeyTransRecipientInfoBuilder::new(recipient, key, &mut for_key).ok()?;
    let cipher = ContentEncryptionAlgorithm::Aes256Cbc;
    let mut builder = EnvelopedDataBuilder::new(None, content, cipher, None).ok()?;
    builder.add_recipient_info(recipient).ok()?.build_with_rng(&mut for_content).ok()
}

/// Gives `rsaEncryption` its parameters, which have to be there and NULL (RFC 3370 section 4.2.1); the builder
/// leaves them out.
fn name_parameters(envelope: &mut EnvelopedData) -> Option<()> {
    let mut recipients = envelope.recip_infos.0.as_slice().to_vec();
    for recipient in &mut recipients {
        if let RecipientInfo::Ktri(info) = recipient {
            info.key_enc_alg.parameters = Some(Any::null());
        }
    }
    envelope.recip_infos = RecipientInfos::try_from(recipients).ok()?;
    Some(())
}
