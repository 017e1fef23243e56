//! The namespaces these protocols use.

/// A namespace, known by its name (URI) and never by the prefix a document chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ns {
    /// No namespace: unprefixed attributes, and elements outside any default namespace.
    None,
    /// C3P requests and responses.
    Cccp,
    /// Microsoft's extensions to C3P (`mscp`).
    CccpExtensions,
    /// The conference data model of RFC 4575 (`ci`).
    ConferenceInfo,
    /// Marks the start of a newer generation of extensions (`cis`).
    Separator,
    /// Microsoft's extensions to the conference data model (`msci`).
    ConferenceExtensions,
    /// The same, generation of 2008/12 (`msci2`).
    ConferenceExtensions2,
    /// Endpoint extensions of 2008/12 (`msendpt`).
    EndpointExtensions,
    /// Audio/video MCU (`msav`, `tns`).
    AvExtensions,
    /// Application sharing MCU (`msas`).
    SharingExtensions,
    /// Telephone conferencing provider (`msacp`).
    AcpExtensions,
    /// Data MCU (`msdata`).
    DataExtensions,
    /// IM MCU (`msim`).
    ImExtensions,
    /// IM delivery notifications.
    Imdn,
    /// Declared by servers as `msls`; nothing in it is known.
    Msls,
    /// `xml:`, bound by definition.
    Xml,
    /// Any other namespace, and prefixes without declaration.
    Foreign,
}

impl Ns {
    /// Every namespace with a name, the most usual ones first.
    const NAMED: [Self; 15] = [
        Self::ConferenceInfo,
        Self::ConferenceExtensions,
        Self::Cccp,
        Self::CccpExtensions,
        Self::Separator,
        Self::ConferenceExtensions2,
        Self::EndpointExtensions,
        Self::AvExtensions,
        Self::SharingExtensions,
        Self::AcpExtensions,
        Self::DataExtensions,
        Self::ImExtensions,
        Self::Imdn,
        Self::Msls,
        Self::Xml,
    ];

    /// The namespace with this name; [`Ns::Foreign`] if it is none of ours, [`Ns::None`] for the empty name.
    pub fn from_name(name: &str) -> Self {
        if name.is_empty() {
            return Self::None;
        }
        Self::NAMED.into_iter().find(|known| known.name() == name).unwrap_or(Self::Foreign)
    }

    /// The name (URI); empty for [`Ns::None`] and [`Ns::Foreign`].
    pub const fn name(self) -> &'static str {
        match self {
            Self::ConferenceInfo => "urn:ietf:params:xml:ns:conference-info",
            Self::ConferenceExtensions => "http://schemas.microsoft.com/rtc/2005/08/confinfoextensions",
            Self::Cccp => "urn:ietf:params:xml:ns:cccp",
            Self::CccpExtensions => "http://schemas.microsoft.com/rtc/2005/08/cccpextensions",
            Self::Separator => "urn:ietf:params:xml:ns:conference-info-separator",
            Self::ConferenceExtensions2 => "http://schemas.microsoft.com/rtc/2008/12/confinfoextensions",
            Self::EndpointExtensions => "http://schemas.microsoft.com/rtc/2008/12/endpointinfoextensions",
            Self::AvExtensions => "http://schemas.microsoft.com/rtc/2005/08/avconfinfoextensions",
            Self::SharingExtensions => "http://schemas.microsoft.com/rtc/2005/08/asconfinfoextensions",
            Self::AcpExtensions => "http://schemas.microsoft.com/rtc/2005/08/acpconfinfoextensions",
            Self::DataExtensions => "http://schemas.microsoft.com/rtc/2005/08/dataconfinfoextensions",
            Self::ImExtensions => "http://schemas.microsoft.com/rtc/2005/08/imconfinfoextensions",
            Self::Imdn => "http://schemas.microsoft.com/rtc/2005/08/imdn",
            Self::Msls => "urn:ietf:params:xml:ns:msls",
            Self::Xml => "http://www.w3.org/XML/1998/namespace",
            Self::None | Self::Foreign => "",
        }
    }
}
