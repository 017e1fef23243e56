//! Invents values for tests and fuzzing: only such as can be written and read again unchanged.

use std::borrow::Cow;

use arbitrary::{Arbitrary, Result, Unstructured};

use super::characters::is_legal;
use super::lexical::token;
use super::raw::RawElement;
use crate::wire::cccp::{Access, Code, Command, CommandKind, CommandResult, Outcome, Reason, Request, Response};
use crate::wire::conference_info::{
    DisconnectionMethod, EndpointStatus, Extension, JoiningMethod, MediaStatus, Role, State,
};

/// Members of a list, at most.
const MAX_LIST: usize = 3;

/// A value made from bytes.
pub(crate) trait Sample<'a>: Sized {
    fn sample(bytes: &mut Unstructured<'a>) -> Result<Self>;

    /// Puts a list in the order in which it is written.
    fn arrange(_list: &mut [Self]) {}
}

/// Text without white space at its ends, where reading drops it from URIs and tokens.
impl<'a> Sample<'a> for Cow<'a, str> {
    fn sample(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let text: String = String::arbitrary(bytes)?.chars().filter(|&character| is_legal(character)).collect();
        Ok(Cow::Owned(token(&text).to_owned()))
    }
}

impl<'a, T: Sample<'a>> Sample<'a> for Option<T> {
    fn sample(bytes: &mut Unstructured<'a>) -> Result<Self> {
        if bool::arbitrary(bytes)? { T::sample(bytes).map(Some) } else { Ok(None) }
    }
}

impl<'a, T: Sample<'a>> Sample<'a> for Vec<T> {
    fn sample(bytes: &mut Unstructured<'a>) -> Result<Self> {
        let length = bytes.int_in_range(0..=MAX_LIST)?;
        let mut list = (0..length).map(|_| T::sample(bytes)).collect::<Result<Self>>()?;
        T::arrange(&mut list);
        Ok(list)
    }
}

impl<'a, T: Sample<'a>> Sample<'a> for Box<T> {
    fn sample(bytes: &mut Unstructured<'a>) -> Result<Self> {
        T::sample(bytes).map(Self::new)
    }
}

macro_rules! arbitrary {
    ($($type:ty),+ $(,)?) => {$(
        impl<'a> Sample<'a> for $type {
            fn sample(bytes: &mut Unstructured<'a>) -> Result<Self> {
                Self::arbitrary(bytes)
            }
        }
    )+};
}

arbitrary!(
    bool,
    u32,
    u64,
    State,
    EndpointStatus,
    JoiningMethod,
    DisconnectionMethod,
    MediaStatus,
    Access,
    Code
);

/// Elements of vocabularies that no field is for.
const FOREIGN: [&str; 5] = [
    r#"<x:a xmlns:x="urn:x"/>"#,
    r#"<AnyXml xmlns="">text &amp; <b c="d"/></AnyXml>"#,
    r#"<x:a xmlns:x="urn:x" x:b="&lt;&quot;"><!-- c --><x:a><![CDATA[<]]></x:a></x:a>"#,
    r#"<settings xmlns="http://schemas.microsoft.com/rtc/2005/08/avconfinfoextensions"><audio/></settings>"#,
    "<nothing xmlns=\"urn:example:nothing\">\r\n\u{E9}\u{1F600}</nothing>",
];

impl<'a> Sample<'a> for RawElement<'a> {
    fn sample(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(RawElement::trusted(Cow::Borrowed(*bytes.choose(&FOREIGN)?)))
    }
}

impl<'a> Sample<'a> for Extension<'a> {
    fn sample(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { generation: bytes.int_in_range(0..=3)?, element: Sample::sample(bytes)? })
    }

    fn arrange(list: &mut [Self]) {
        list.sort_by_key(|extension| extension.generation);
    }
}

impl<'a> Sample<'a> for Role<'a> {
    fn sample(bytes: &mut Unstructured<'a>) -> Result<Self> {
        Cow::sample(bytes).map(Self::parse)
    }
}

impl<'a> Sample<'a> for Reason<'a> {
    fn sample(bytes: &mut Unstructured<'a>) -> Result<Self> {
        if bool::arbitrary(bytes)? {
            return Cow::sample(bytes).map(Self::parse);
        }
        Ok(bytes.choose(&Reason::SPELLINGS)?.0.clone())
    }
}
