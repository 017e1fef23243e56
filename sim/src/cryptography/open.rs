//! Decrypting with a private key.

use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockCipher, BlockDecryptMut, KeyInit, KeyIvInit};
use cbc::Decryptor;
use cms::content_info::ContentInfo;
use cms::enveloped_data::{EncryptedContentInfo, EnvelopedData, KeyTransRecipientInfo, RecipientIdentifier};
use cms::enveloped_data::{RecipientInfo, RecipientInfos};
use rsa::Pkcs1v15Encrypt;
use rsa::pkcs8::ObjectIdentifier;
use x509_cert::der::Decode;
use x509_cert::der::asn1::OctetStringRef;
use x509_cert::ext::pkix::SubjectKeyIdentifier;

use super::Keys;
use super::seal::{ENVELOPED_DATA, RSA};

/// `aes128-CBC`, `aes192-CBC`, `aes256-CBC` (RFC 3565) and `des-ede3-cbc` (RFC 3370 section 5.1), which older
/// systems use.
const AES_128: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.2");
const AES_192: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.22");
const AES_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");
const TRIPLE_DES: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.3.7");

/// What was encrypted cannot be read: the fault of whoever sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// No CMS ContentInfo with EnvelopedData, in DER.
    #[error("no CMS EnvelopedData")]
    Form,
    /// It was encrypted for other certificates, such as one this factory had before.
    #[error("encrypted for somebody else")]
    Recipient,
    /// An algorithm other than RSA with AES or triple DES in CBC mode.
    #[error("encrypted in an unknown manner")]
    Algorithm,
    /// The key does not fit, or the content was damaged.
    #[error("does not decrypt")]
    Content,
}

impl Keys {
    /// Decrypts `document`, a ContentInfo with EnvelopedData in DER.
    ///
    /// # Errors
    /// When it is something else, was not encrypted for this certificate, or does not decrypt.
    pub fn open(&self, document: &[u8]) -> Result<Vec<u8>, OpenError> {
        let outer = ContentInfo::from_der(document).map_err(|_| OpenError::Form)?;
        if outer.content_type != ENVELOPED_DATA {
            return Err(OpenError::Form);
        }
        let envelope: EnvelopedData = outer.content.decode_as().map_err(|_| OpenError::Form)?;
        let recipient = self.recipient(&envelope.recip_infos).ok_or(OpenError::Recipient)?;
        if recipient.key_enc_alg.oid != RSA {
            return Err(OpenError::Algorithm);
        }
        let key = self.private.decrypt(Pkcs1v15Encrypt, recipient.enc_key.as_bytes());
        decrypt(&envelope.encrypted_content, &key.map_err(|_| OpenError::Content)?)
    }

    /// The part of an envelope that is for this certificate.
    fn recipient<'a>(&self, infos: &'a RecipientInfos) -> Option<&'a KeyTransRecipientInfo> {
        let signed = &self.certificate.tbs_certificate;
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
}

fn decrypt(content: &EncryptedContentInfo, key: &[u8]) -> Result<Vec<u8>, OpenError> {
    let sealed = content.encrypted_content.as_ref().ok_or(OpenError::Form)?.as_bytes();
    let parameters = content.content_enc_alg.parameters.as_ref().ok_or(OpenError::Form)?;
    let start = parameters.decode_as::<OctetStringRef<'_>>().map_err(|_| OpenError::Form)?;
    let unchain = match content.content_enc_alg.oid {
        AES_128 => unchain::<aes::Aes128>,
        AES_192 => unchain::<aes::Aes192>,
        AES_256 => unchain::<aes::Aes256>,
        TRIPLE_DES => unchain::<des::TdesEde3>,
        _ => return Err(OpenError::Algorithm),
    };
    unchain(key, start.as_bytes(), sealed).ok_or(OpenError::Content)
}

fn unchain<C>(key: &[u8], start: &[u8], sealed: &[u8]) -> Option<Vec<u8>>
where
    C: BlockCipher + BlockDecryptMut + KeyInit,
    Decryptor<C>: KeyIvInit,
{
    let cipher = Decryptor::<C>::new_from_slices(key, start).ok()?;
    cipher.decrypt_padded_vec_mut::<Pkcs7>(sealed).ok()
}
