//! Decrypting with a private key.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockCipher, BlockDecryptMut, KeyInit, KeyIvInit};
use cbc::Decryptor;
use cms::content_info::ContentInfo;
use cms::enveloped_data::{EncryptedContentInfo, EnvelopedData, KeyTransRecipientInfo, RecipientIdentifier};
use cms::enveloped_data::{RecipientInfo, RecipientInfos};
use confsim_core::cryptography::CryptographyError;
use rsa::Pkcs1v15Encrypt;
use rsa::pkcs8::ObjectIdentifier;
use x509_cert::Certificate;
use x509_cert::der::Decode;
use x509_cert::der::asn1::OctetStringRef;
use x509_cert::ext::pkix::SubjectKeyIdentifier;

use super::Read;
use super::seal::{ENVELOPED_DATA, RSA};

/// `aes128-CBC`, `aes192-CBC`, `aes256-CBC` (RFC 3565) and `des-ede3-cbc` (RFC 3370 section 5.1), which older
/// systems use.
const AES_128: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.2");
const AES_192: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.22");
const AES_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");
const TRIPLE_DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.3.7");

/// Decrypts `document`, a ContentInfo with EnvelopedData in DER.
pub(super) fn open(keys: &Read, document: &[u8]) -> Result<Vec<u8>, CryptographyError> {
    let outer = ContentInfo::from_der(document).map_err(|_| CryptographyError::Malformed)?;
    if outer.content_type != ENVELOPED_DATA {
        return Err(CryptographyError::Malformed);
    }
    let envelope: EnvelopedData = outer.content.decode_as().map_err(|_| CryptographyError::Malformed)?;
    let recipient = recipient(&keys.certificate, &envelope.recip_infos).ok_or(CryptographyError::NotForUs)?;
    let key = Some(recipient.enc_key.as_bytes()).filter(|_| recipient.key_enc_alg.oid == RSA);
    key.and_then(|key| keys.private.decrypt(Pkcs1v15Encrypt, key).ok())
        .and_then(|key| decrypt(&envelope.encrypted_content, &key))
        .ok_or(CryptographyError::Malformed)
}

/// The part of an envelope that is for `certificate`.
fn recipient<'a>(certificate: &Certificate, infos: &'a RecipientInfos) -> Option<&'a KeyTransRecipientInfo> {
    let signed = &certificate.tbs_certificate;
    let key_id = signed.get::<SubjectKeyIdentifier>().ok().flatten().map(|(_, id)| id);
    infos.0.iter().find_map(|info| {
        let RecipientInfo::Ktri(info) = info else { return None };
        let ours = match &info.rid {
            RecipientIdentifier::IssuerAndSerialNumber(named) => {
                named.issuer == signed.issuer && named.serial_number == signed.serial_number
            }
            RecipientIdentifier::SubjectKeyIdentifier(named) => key_id.as_ref() == Some(named),
        };
        ours.then_some(info)
    })
}

/// `None` for what does not decrypt, or is encrypted otherwise than with AES or triple DES in CBC mode.
fn decrypt(content: &EncryptedContentInfo, key: &[u8]) -> Option<Vec<u8>> {
    let sealed = content.encrypted_content.as_ref()?.as_bytes();
    let start = content.content_enc_alg.parameters.as_ref()?;
    let start = start.decode_as::<OctetStringRef<'_>>().ok()?.as_bytes();
    match content.content_enc_alg.oid {
        AES_128 => unchain::<aes::Aes128>(key, start, sealed),
        AES_192 => unchain::<aes::Aes192>(key, start, sealed),
        AES_256 => unchain::<aes::Aes256>(key, start, sealed),
        TRIPLE_DES => unchain::<des::TdesEde3>(key, start, sealed),
        _ => None,
    }
}

fn unchain<C>(key: &[u8], start: &[u8], sealed: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipher + BlockDecryptMut + KeyInit,
    Decryptor<C>: KeyIvInit,
{
    let cipher = Decryptor::<C>::new_from_slices(key, start).ok()?;
    cipher.decrypt_padded_vec_mut::<Pkcs7>(sealed).ok()
}
