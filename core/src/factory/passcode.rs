//! Conference keys on their way in and out (PRO-3-2-5-2-b, -c, PRO-3-2-5-5-c, D-30, D-31).

use super::Factory;
use super::settings::Check;
use crate::cryptography::CryptographyError;
use crate::refusal::host;
use crate::signal::Context;
use crate::wire::cccp::Reason;
use crate::wire::conference_info::ConferenceInfo;
use crate::wire::conference_key::{ConferenceKey, decode};
use crate::wire::xml::RawElement;

/// How many characters a passcode may have. Ours; no document says.
const PASSCODE_MAX: usize = 64;

impl Factory {
    /// Steps 2 and 3: the key of a request in the clear. A key for another server's certificate cannot be opened here,
    /// and no other server is configured to forward it to (D-31). Without a key there is no error (PRO-2-2-3-1-m).
    pub(super) fn passcode(
        &self,
        cx: &Context<'_, Self>,
        info: &ConferenceInfo<'_>,
    ) -> Check<Option<Box<str>>> {
        let Some(content) = info.description.as_deref().and_then(|it| it.conference_key.as_deref()) else {
            return Ok(None);
        };
        let Some(ConferenceKey::Enveloped { cms_data, issuing_server }) = ConferenceKey::read(content) else {
            return Err(Reason::InvalidPasscode);
        };
        if issuing_server.is_some_and(|server| !server.eq_ignore_ascii_case(&server_name(cx))) {
            return Err(Reason::InvalidEncryptionKeyUsed);
        }
        let opened = self.cryptography.open(&cms_data).map_err(|error| match error {
            CryptographyError::NotForUs => Reason::InvalidEncryptionKeyUsed,
            CryptographyError::Unavailable => Reason::OtherFailure,
            CryptographyError::Malformed | CryptographyError::BadCertificate => Reason::InvalidPasscode,
        })?;
        let passcode = String::from_utf8(opened).map_err(|_| Reason::InvalidPasscode)?;
        let length = passcode.chars().count();
        // U+FFFE and U+FFFF are no characters of XML: the passcode would not reach the focus as it is.
        let unfit = |it: char| it.is_control() || matches!(it, '\u{FFFE}' | '\u{FFFF}');
        if length == 0 || length > PASSCODE_MAX || passcode.chars().any(unfit) {
            return Err(Reason::InvalidPasscode);
        }
        Ok(Some(passcode.into()))
    }

    /// The content of `conference-key` for the holder of a certificate, base64.
    pub(super) fn enveloped(
        &self,
        cx: &mut Context<'_, Self>,
        certificate: &str,
        passcode: &str,
    ) -> Check<Vec<RawElement<'static>>> {
        let certificate = decode(certificate).ok_or(Reason::InvalidEncryptionKey)?;
        let enveloped = self.cryptography.envelop(cx.entropy(), &certificate, passcode.as_bytes());
        let cms_data = enveloped.map_err(|error| match error {
            CryptographyError::BadCertificate => Reason::InvalidEncryptionKey,
            _ => Reason::OtherFailure,
        })?;
        Ok(ConferenceKey::Enveloped { cms_data, issuing_server: None }.write())
    }
}

/// The fully qualified domain name of this factory: who issues its certificate (PRO-2-2-3-6-j).
pub(super) fn server_name(cx: &Context<'_, Factory>) -> String {
    host(cx.address()).to_owned()
}
