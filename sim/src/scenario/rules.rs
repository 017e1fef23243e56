//! What a conference is to be like, as its organizer provisions it.

/// Who may come in and what they may do; the default is a conference open to everybody of the domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Who is admitted.
    pub admission: Admission,
    /// Whether it is locked from the beginning (D-18).
    pub locked: bool,
    /// Whether there is no lobby: who is not admitted is refused.
    pub no_lobby: bool,
    /// Who becomes presenter by joining.
    pub autopromote: Autopromote,
    /// Members with the presenter role, by participant name.
    pub presenters: Vec<String>,
    /// Members with the attendee role, by participant name.
    pub attendees: Vec<String>,
}

/// Who is admitted to a conference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Admission {
    /// `closedAuthenticated`: the members.
    Closed,
    /// `openAuthenticated`: users of the domain.
    #[default]
    Open,
    /// `anonymous`: anybody.
    Anonymous,
}

/// Who becomes presenter by joining.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Autopromote {
    /// Only whom the rules name.
    #[default]
    Nobody,
    /// Users of the domain.
    Company,
    /// Everybody.
    Everyone,
}

impl Rules {
    /// The members, by participant name.
    pub fn members(&self) -> impl Iterator<Item = &str> {
        self.presenters.iter().chain(&self.attendees).map(String::as_str)
    }
}

impl Admission {
    /// All of them, with the words for them in scenario files.
    pub const ALL: [(Self, &str); 3] =
        [(Self::Closed, "closed"), (Self::Open, "open"), (Self::Anonymous, "anonymous")];

    /// The word for it in documents (MS-CONFPRO 2.2.1.2).
    pub const fn policy(self) -> &'static str {
        match self {
            Self::Closed => "closedAuthenticated",
            Self::Open => "openAuthenticated",
            Self::Anonymous => "anonymous",
        }
    }
}

impl Autopromote {
    /// All of them, with the words for them in scenario files.
    pub const ALL: [(Self, &str); 3] =
        [(Self::Nobody, "nobody"), (Self::Company, "company"), (Self::Everyone, "everyone")];

    /// The bit mask in documents (MS-CONFPRO 2.2.1.2).
    pub const fn mask(self) -> Option<u32> {
        match self {
            Self::Nobody => None,
            Self::Company => Some(0x8000),
            Self::Everyone => Some(0x8000_0000),
        }
    }
}
