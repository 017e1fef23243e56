//! Why an envelope was refused.

use crate::wire::xml::XmlError;

/// What is wrong with a request or response. Always the sender's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CccpError {
    /// Not XML, beyond our limits, or not the elements and attributes C3P asks for.
    #[error(transparent)]
    Xml(#[from] XmlError),
    /// The envelope holds no command (PRO-2-2-2-i, PRO-2-2-3-j).
    #[error("no command in the envelope at byte {offset}")]
    NoCommand {
        /// Where the envelope starts.
        offset: usize,
    },
    /// The envelope holds a second command (PRO-2-2-2-i, PRO-2-2-3-j).
    #[error("a second command at byte {offset}")]
    SeveralCommands {
        /// Where the second command starts.
        offset: usize,
    },
}

impl CccpError {
    /// Byte offset of what is wrong.
    pub const fn offset(&self) -> usize {
        match self {
            Self::Xml(error) => error.offset,
            Self::NoCommand { offset } | Self::SeveralCommands { offset } => *offset,
        }
    }
}
