//! The delivery report about one forwarded message, `application/ms-imdn+xml` (IM-2-2-2-a…k).

/// The report: whom the IM MCU could not reach, and why. Empty means that everybody was (IM-2-2-2-i).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imdn {
    /// The Message-Id of the message it is about (IM-2-2-2-c).
    pub message_id: u32,
    /// The outcomes listed, failures at least (IM-2-2-2-j, IM-2-2-2-k).
    pub recipients: Vec<Recipient>,
}

/// How the forward to one client went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The client, in the form `<sip:…;gruu>` with its brackets (EX-IM-4-2-2-a).
    pub uri: String,
    /// The SIP status of the forward (IM-2-2-2-f).
    pub status: u16,
    /// More about it, as pairs of key and value (IM-2-2-2-h).
    pub entries: Vec<(String, String)>,
}
