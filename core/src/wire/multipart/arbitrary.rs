//! Valid values out of arbitrary bytes.

use std::borrow::Cow;

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{Multipart, Part};
use crate::wire::content_type::ContentType;

impl<'a> Arbitrary<'a> for Part<'static> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let content_type: ContentType<'static> = u.arbitrary()?;
        let mut part = Self::new(&content_type, u.arbitrary::<Vec<u8>>()?);
        if u.arbitrary()? {
            part.fields
                .push((Cow::Borrowed("Content-ID"), Cow::Owned(format!("<{}>", u.arbitrary::<u32>()?))));
        }
        if u.ratio(1, 8)? {
            part.fields.clear();
        }
        Ok(part)
    }
}

impl<'a> Arbitrary<'a> for Multipart<'static> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let parts = (0..u.int_in_range(1..=4)?).map(|_| u.arbitrary()).collect::<Result<_>>()?;
        let mut body = Self::new(parts);
        if u.arbitrary()? {
            body.preamble = Cow::Owned(u.arbitrary()?);
        }
        Ok(body)
    }
}
