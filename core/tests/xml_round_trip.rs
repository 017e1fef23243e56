//! What is written reads back the same, for invented values of every kind.

use arbitrary::{Arbitrary, Unstructured};
use confsim_core::wire::cccp::{Request, Response};
use confsim_core::wire::conference_info::{self, ConferenceInfo};
use proptest::prelude::*;

/// Values made by `Arbitrary` from random bytes.
fn invented<T: for<'a> Arbitrary<'a> + std::fmt::Debug>() -> impl Strategy<Value = T> {
    proptest::collection::vec(any::<u8>(), 0..2048)
        .prop_filter_map("enough bytes", |bytes| T::arbitrary(&mut Unstructured::new(&bytes)).ok())
}

proptest! {
    #[test]
    fn conference_info_reads_back_as_written(info in invented::<ConferenceInfo<'static>>()) {
        let bytes = conference_info::write(&info);
        prop_assert_eq!(&conference_info::read(&bytes).unwrap(), &info);
        let read = conference_info::read(&bytes).unwrap().into_owned();
        prop_assert_eq!(conference_info::write(&read), bytes);
    }

    #[test]
    fn a_request_reads_back_as_written(request in invented::<Request<'static>>()) {
        let bytes = request.write();
        prop_assert_eq!(&Request::parse(&bytes).unwrap(), &request);
    }

    #[test]
    fn a_response_reads_back_as_written(response in invented::<Response<'static>>()) {
        let bytes = response.write();
        prop_assert_eq!(&Response::parse(&bytes).unwrap(), &response);
    }
}
