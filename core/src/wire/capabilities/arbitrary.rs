//! Valid values out of arbitrary bytes.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::ImCapabilities;
use crate::wire::arbitrary::text;
use crate::wire::sdp::AcceptTypes;

impl<'a> Arbitrary<'a> for ImCapabilities {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let user_agent = if u.arbitrary()? { Some(text(u)?) } else { None };
        let mut capabilities = Self::new(&AcceptTypes::arbitrary(u)?, user_agent.as_deref());
        if u.ratio(1, 4)? {
            capabilities.formats = u.arbitrary::<bool>()?.then_some(AcceptTypes::PLAIN_ONLY);
        }
        Ok(capabilities)
    }
}
