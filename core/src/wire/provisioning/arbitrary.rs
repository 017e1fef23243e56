//! Valid values out of arbitrary bytes.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{Group, Provisioning, ProvisioningQuery};
use crate::wire::arbitrary::{several, text, word};

impl<'a> Arbitrary<'a> for ProvisioningQuery {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { groups: several(u, 4, text)? })
    }
}

impl<'a> Arbitrary<'a> for Provisioning {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { groups: several(u, 4, Group::arbitrary)? })
    }
}

impl<'a> Arbitrary<'a> for Group {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            name: text(u)?,
            focus_factory_uri: if u.arbitrary()? { Some(word(u)?) } else { None },
            properties: several(u, 4, |u| Ok((text(u)?, text(u)?)))?,
        })
    }
}
