//! Why an input could not be shown.

use std::io;

use confsim_core::wire::cccp::CccpError;
use confsim_core::wire::content_type::ContentTypeError;
use confsim_core::wire::multipart::MultipartError;
use confsim_core::wire::sdp::SdpError;
use confsim_core::wire::sip::SipError;
use confsim_core::wire::xml::XmlError;

/// Why an input could not be shown. Its text is one line and holds nothing of the input.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The input is malformed.
    #[error("{what} at byte {offset}")]
    Malformed {
        /// What is wrong with it.
        what: String,
        /// Where, in bytes from the start of the input.
        offset: u64,
    },
    /// It could not be read, or the view not written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Fault {
    pub(super) fn malformed(what: &(impl ToString + ?Sized), offset: u64) -> Self {
        Self::Malformed { what: what.to_string(), offset }
    }

    /// The same fault of an input that has `bytes` more in front.
    pub(super) fn shifted(self, bytes: usize) -> Self {
        match self {
            Self::Malformed { what, offset } => Self::Malformed { what, offset: offset + bytes as u64 },
            io => io,
        }
    }
}

impl From<SipError> for Fault {
    fn from(error: SipError) -> Self {
        Self::malformed(&error.kind, error.offset)
    }
}

impl From<XmlError> for Fault {
    fn from(error: XmlError) -> Self {
        Self::malformed(&error.kind, error.offset as u64)
    }
}

impl From<CccpError> for Fault {
    fn from(error: CccpError) -> Self {
        match error {
            CccpError::Xml(error) => error.into(),
            CccpError::NoCommand { offset } => Self::malformed("no command in the envelope", offset as u64),
            CccpError::SeveralCommands { offset } => Self::malformed("a second command", offset as u64),
        }
    }
}

impl From<SdpError> for Fault {
    fn from(error: SdpError) -> Self {
        Self::malformed(&error.kind, error.offset as u64)
    }
}

impl From<MultipartError> for Fault {
    fn from(error: MultipartError) -> Self {
        Self::malformed(&error.kind, error.offset as u64)
    }
}

impl From<ContentTypeError> for Fault {
    fn from(error: ContentTypeError) -> Self {
        Self::malformed(&error.kind, error.offset as u64)
    }
}
