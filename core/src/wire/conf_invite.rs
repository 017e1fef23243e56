//! The invitation to a conference that one user sends another, `application/ms-conf-invite+xml`
//! (EX-CWA-0-i).

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfInvite {
    /// The conference, as the URI of its focus.
    pub focus_uri: String,
    /// What it is about; empty if nothing is said.
    pub subject: String,
    /// The conversation that it continues.
    pub conversation_id: Option<String>,
    /// Instant messaging takes part.
    pub im: Option<ImInvite>,
    /// The other media by element name, and whether each is available.
    pub media: Vec<(String, bool)>,
}

/// What an invitation says about instant messaging.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImInvite {
    /// Whether there is any.
    pub available: bool,
    /// Whether it comes on top of another medium.
    pub additional: Option<bool>,
    /// The message that started it all, in brief; empty if there is none.
    pub first_im: String,
}
