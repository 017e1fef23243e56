//! What a message is, in a word.

use std::fmt;

use super::Method;

/// The start line of a message in short, enough to name it in a trace without parsing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Summary {
    /// A request.
    Request(Method),
    /// A response: its code and the method it answers.
    Response(u16, Method),
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Request(method) => write!(f, "{method}"),
            Self::Response(code, method) => write!(f, "{code} ({method})"),
        }
    }
}
