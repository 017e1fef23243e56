//! Valid values out of arbitrary bytes.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{Imdn, Recipient};
use crate::wire::arbitrary::{name, several, text};

impl<'a> Arbitrary<'a> for Imdn {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { message_id: u.arbitrary()?, recipients: several(u, 4, Recipient::arbitrary)? })
    }
}

impl<'a> Arbitrary<'a> for Recipient {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            uri: name(u)?,
            status: u.int_in_range(100..=699)?,
            entries: several(u, 3, |u| Ok((text(u)?, text(u)?)))?,
        })
    }
}
