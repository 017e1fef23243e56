//! SIP methods, an open set.

use std::fmt;

use super::grammar::{TOKEN, all};

macro_rules! methods {
    ($($variant:ident = $text:literal, $doc:literal;)*) => {
        /// A SIP method. Names are case-sensitive (RFC 3261 section 7.1).
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Method {
            $(#[doc = $doc] $variant,)*
            /// Any other token; empty for a response whose CSeq cannot be read.
            Other(Box<str>),
        }

        impl Method {
            /// The methods with a variant of their own.
            pub const KNOWN: &'static [Self] = &[$(Self::$variant),*];

            /// The method called `token`, or `None` when that is no token.
            pub fn parse(token: &str) -> Option<Self> {
                match token {
                    $($text => Some(Self::$variant),)*
                    _ if !token.is_empty() && all(token, TOKEN) => Some(Self::Other(token.into())),
                    _ => None,
                }
            }

            /// The name of the method.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Other(token) => token,
                }
            }
        }
    };
}

methods! {
    Ack = "ACK", "RFC 3261.";
    Benotify = "BENOTIFY", "A NOTIFY that gets no response (MS-SIP).";
    Bye = "BYE", "RFC 3261.";
    Cancel = "CANCEL", "RFC 3261.";
    Info = "INFO", "RFC 2976: focus commands and their responses.";
    Invite = "INVITE", "RFC 3261.";
    Message = "MESSAGE", "RFC 3428.";
    Notify = "NOTIFY", "RFC 3265.";
    Options = "OPTIONS", "RFC 3261.";
    Prack = "PRACK", "RFC 3262.";
    Publish = "PUBLISH", "RFC 3903.";
    Refer = "REFER", "RFC 3515.";
    Register = "REGISTER", "RFC 3261.";
    Service = "SERVICE", "Commands to the focus factory and between pool members.";
    Subscribe = "SUBSCRIBE", "RFC 3265.";
    Update = "UPDATE", "RFC 3311.";
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
