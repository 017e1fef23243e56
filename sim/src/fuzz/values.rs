//! Values first: whatever can be said can be written, and reads back as it was.

use arbitrary::{Arbitrary, Unstructured};
use confsim_core::wire::capabilities::ImCapabilities;
use confsim_core::wire::conf_invite::ConfInvite;
use confsim_core::wire::content_type::ContentType;
use confsim_core::wire::imdn::Imdn;
use confsim_core::wire::provisioning::{Provisioning, ProvisioningQuery};
use confsim_core::wire::sdp::ImSession;

/// The first byte picks a type, the rest makes a value of it.
pub(super) fn values(bytes: &[u8]) {
    let Some((pick, bytes)) = bytes.split_first() else { return };
    let drawn = &mut Unstructured::new(bytes);
    // A value that the bytes do not suffice for is no finding.
    let _ = match pick % 7 {
        0 => check(drawn, Imdn::parse, Imdn::write),
        1 => check(drawn, ImCapabilities::parse, ImCapabilities::write),
        2 => check(drawn, ConfInvite::parse, ConfInvite::write),
        3 => check(drawn, ProvisioningQuery::parse, ProvisioningQuery::write),
        4 => check(drawn, Provisioning::parse, Provisioning::write),
        5 => check(drawn, ImSession::parse, ImSession::write),
        _ => content_type(drawn),
    };
}

fn check<'a, T, E>(
    drawn: &mut Unstructured<'a>,
    parse: impl Fn(&[u8]) -> Result<T, E>,
    write: impl Fn(&T) -> Vec<u8>,
) -> arbitrary::Result<()>
where
    T: Arbitrary<'a> + PartialEq + std::fmt::Debug,
    E: PartialEq + std::fmt::Debug,
{
    let value = T::arbitrary(drawn)?;
    assert_eq!(parse(&write(&value)).as_ref(), Ok(&value));
    Ok(())
}

fn content_type(drawn: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let value = ContentType::arbitrary(drawn)?;
    assert_eq!(ContentType::parse(&value.to_string()).as_ref(), Ok(&value));
    Ok(())
}
