//! Valid values out of arbitrary bytes.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{Group, Provisioning, ProvisioningQuery};
use crate::wire::arbitrary::{name, several, text, word};

impl<'a> Arbitrary<'a> for ProvisioningQuery {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self { groups: several(u, 4, name)? })
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
            name: name(u)?,
            focus_factory_uri: if u.arbitrary()? { Some(word(u)?) } else { None },
            properties: several(u, 4, |u| Ok((name(u)?, text(u)?)))?,
        })
    }
}
