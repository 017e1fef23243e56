//! Names of header fields.

use std::fmt;

macro_rules! names {
    ($($variant:ident = $text:literal $(/ $compact:literal)?;)*) => {
        /// A header field name that this crate knows. Comparison with text ignores case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Name {
            $(#[doc = $text] $variant,)*
            /// A name this crate does not know; the field keeps its spelling.
            Other,
        }

        impl Name {
            /// Every known name.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// The canonical spelling; empty for [`Name::Other`].
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other => "",
                }
            }

            /// The compact form, where RFC 3261 and its extensions define one.
            pub const fn compact(self) -> Option<u8> {
                match self {
                    $($(Self::$variant => Some($compact),)?)*
                    _ => None,
                }
            }
        }
    };
}

names! {
    Accept = "Accept";
    AcceptEncoding = "Accept-Encoding";
    AcceptLanguage = "Accept-Language";
    Allow = "Allow";
    AllowEvents = "Allow-Events" / b'u';
    AuthenticationInfo = "Authentication-Info";
    Authorization = "Authorization";
    CSeq = "CSeq";
    CallId = "Call-ID" / b'i';
    CallInfo = "Call-Info";
    Contact = "Contact" / b'm';
    ContentDisposition = "Content-Disposition";
    ContentEncoding = "Content-Encoding" / b'e';
    ContentLength = "Content-Length" / b'l';
    ContentTransferEncoding = "Content-Transfer-Encoding";
    ContentType = "Content-Type" / b'c';
    Date = "Date";
    EndPoints = "EndPoints";
    Event = "Event" / b'o';
    Expires = "Expires";
    From = "From" / b'f';
    MaxForwards = "Max-Forwards";
    MessageId = "Message-Id";
    MimeVersion = "MIME-Version";
    MinExpires = "Min-Expires";
    MinSe = "Min-SE";
    MsConversationId = "Ms-Conversation-ID";
    MsDiagnostics = "ms-diagnostics";
    MsDiagnosticsPublic = "ms-diagnostics-public";
    MsFocusUri = "Ms-Focus-Uri";
    MsKeepAlive = "ms-keep-alive";
    MsPiggybackCseq = "ms-piggyback-cseq";
    MsSender = "Ms-Sender";
    PSessionOnBehalfOf = "P-Session-On-Behalf-Of";
    PoolLink = "Pool-Link";
    ProxyAuthenticate = "Proxy-Authenticate";
    ProxyAuthenticationInfo = "Proxy-Authentication-Info";
    ProxyAuthorization = "Proxy-Authorization";
    ProxyRequire = "Proxy-Require";
    Reason = "Reason";
    RecordRoute = "Record-Route";
    ReferTo = "Refer-To" / b'r';
    ReferredBy = "Referred-By" / b'b';
    ReplyTo = "Reply-To";
    Require = "Require";
    RetryAfter = "Retry-After";
    RosterManager = "Roster-Manager";
    Route = "Route";
    Server = "Server";
    SessionExpires = "Session-Expires" / b'x';
    Subject = "Subject" / b's';
    SubscriptionState = "Subscription-State";
    Supported = "Supported" / b'k';
    To = "To" / b't';
    Unsupported = "Unsupported";
    UserAgent = "User-Agent";
    Via = "Via" / b'v';
    Warning = "Warning";
    WwwAuthenticate = "WWW-Authenticate";
}

impl Name {
    /// The name spelled `text` in full or compact form, in any case; [`Name::Other`] for one not known.
    pub fn parse(text: &str) -> Self {
        let length = text.len();
        if length == 1 {
            return Self::of_compact(text);
        }
        let (Some(from), Some(to)) = (BY_LENGTH.starts.get(length), BY_LENGTH.starts.get(length + 1)) else {
            return Self::Other;
        };
        let candidates = BY_LENGTH.names.get(usize::from(*from)..usize::from(*to)).unwrap_or_default();
        let found = candidates.iter().find(|(spelling, _)| spelling.eq_ignore_ascii_case(text));
        found.map_or(Self::Other, |(_, name)| *name)
    }

    fn of_compact(text: &str) -> Self {
        let letter = text.bytes().next().map(|letter| letter.to_ascii_lowercase());
        Self::KNOWN.iter().copied().find(|name| name.compact() == letter).unwrap_or(Self::Other)
    }

    /// True for a header field that may stand only once in a message (RFC 3261 section 7.3.1).
    pub const fn is_single(self) -> bool {
        matches!(
            self,
            Self::CSeq
                | Self::CallId
                | Self::ContentLength
                | Self::ContentType
                | Self::Event
                | Self::Expires
                | Self::From
                | Self::MaxForwards
                | Self::MessageId
                | Self::MinSe
                | Self::MsFocusUri
                | Self::MsPiggybackCseq
                | Self::MsSender
                | Self::PoolLink
                | Self::SessionExpires
                | Self::SubscriptionState
                | Self::To
        )
    }
}

/// The known names sorted by length, so that a lookup compares with two or three of them.
struct ByLength {
    names: [(&'static str, Name); Name::KNOWN.len()],
    /// Where the names of each length start in `names`, and one more for the end.
    starts: [u8; LONGEST + 2],
}

/// The length of the longest known name.
const LONGEST: usize = longest();

const BY_LENGTH: &ByLength = &by_length();

const fn longest() -> usize {
    let mut longest = 0;
    let mut index = 0;
    while index < Name::KNOWN.len() {
        let length = Name::KNOWN[index].as_str().len();
        longest = if length > longest { length } else { longest };
        index += 1;
    }
    longest
}

const fn by_length() -> ByLength {
    let mut table = ByLength { names: [("", Name::Other); Name::KNOWN.len()], starts: [0; LONGEST + 2] };
    let mut filled = 0;
    let mut length = 0;
    while length <= LONGEST {
        table.starts[length] = filled as u8;
        let mut index = 0;
        while index < Name::KNOWN.len() {
            let name = Name::KNOWN[index];
            if name.as_str().len() == length {
                table.names[filled] = (name.as_str(), name);
                filled += 1;
            }
            index += 1;
        }
        length += 1;
    }
    table.starts[LONGEST + 1] = filled as u8;
    table
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
