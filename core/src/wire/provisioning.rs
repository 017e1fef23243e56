//! What a client asks its pool at sign-in and what it is told: the lists of `vnd-microsoft-provisioning-v2`.

/// The question: names of the groups wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvisioningQuery {
    /// Names such as `ServerConfiguration`.
    pub groups: Vec<String>,
}

/// The answer: groups of settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provisioning {
    /// The groups, in order.
    pub groups: Vec<Group>,
}

/// One group of settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// `ServerConfiguration` and so on.
    pub name: String,
    /// Element name and text of each setting, in order.
    pub settings: Vec<(String, String)>,
}
