//! Every typed body survives being written and read, and what is written is canonical.

use std::fmt::Debug;

use arbitrary::{Arbitrary, Unstructured};
use confsim_core::entropy::Entropy;
use confsim_core::wire::capabilities::ImCapabilities;
use confsim_core::wire::conf_invite::ConfInvite;
use confsim_core::wire::content_type::ContentType;
use confsim_core::wire::imdn::Imdn;
use confsim_core::wire::multipart::Multipart;
use confsim_core::wire::provisioning::{Provisioning, ProvisioningQuery};
use confsim_core::wire::sdp::ImSession;
use proptest::prelude::*;

fn any_valid<T: for<'a> Arbitrary<'a> + Debug>() -> impl Strategy<Value = T> {
    proptest::collection::vec(any::<u8>(), 0..1024)
        .prop_filter_map("too few bytes", |bytes| T::arbitrary(&mut Unstructured::new(&bytes)).ok())
}

macro_rules! round_trips {
    ($($name:ident: $type:ty;)*) => {
        proptest! {
            $(#[test]
            fn $name(value in any_valid::<$type>()) {
                let written = value.write();
                let read = <$type>::parse(&written);
                prop_assert_eq!(read.as_ref(), Ok(&value));
                prop_assert_eq!(read.map(|value| value.write()), Ok(written));
            })*
        }
    };
}

round_trips! {
    imdn: Imdn;
    capabilities: ImCapabilities;
    session: ImSession;
    invitation: ConfInvite;
    provisioning_query: ProvisioningQuery;
    provisioning: Provisioning;
}

proptest! {
    #[test]
    fn content_type(value in any_valid::<ContentType<'static>>()) {
        let written = value.to_string();
        let read = ContentType::parse(&written);
        prop_assert_eq!(read.as_ref(), Ok(&value));
        prop_assert_eq!(read.map(|value| value.to_string()), Ok(written.clone()));
    }

    #[test]
    fn multipart(value in any_valid::<Multipart<'static>>(), seed: u64) {
        let boundary = value.boundary(&mut Entropy::named(seed, "boundary"));
        let content_type = format!("multipart/mixed; boundary=\"{boundary}\"");
        let content_type = ContentType::parse(&content_type).unwrap();
        let written = value.write(&boundary).unwrap();
        let read = Multipart::parse(&content_type, &written);
        prop_assert_eq!(read.as_ref(), Ok(&value));
        prop_assert_eq!(read.unwrap().write(&boundary), Ok(written.clone()));
    }

    /// A boundary made of the very bytes of the content is either refused or ends no part early.
    #[test]
    fn a_boundary_never_cuts_a_part(value in any_valid::<Multipart<'static>>(), boundary in "[a-] ?[a-]{0,2}") {
        let Ok(written) = value.write(&boundary) else { return Ok(()) };
        let content_type = format!("multipart/mixed; boundary=\"{boundary}\"");
        let content_type = ContentType::parse(&content_type).unwrap();
        prop_assert_eq!(Multipart::parse(&content_type, &written), Ok(value));
    }
}
