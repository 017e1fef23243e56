//! Values first: whatever can be said can be written, and reads back as it was.

use arbitrary::{Arbitrary, Result, Unstructured};
use confsim_core::wire::capabilities::ImCapabilities;
use confsim_core::wire::cccp::{Request, Response};
use confsim_core::wire::conf_invite::ConfInvite;
use confsim_core::wire::conference_info::{self, ConferenceInfo};
use confsim_core::wire::content_type::ContentType;
use confsim_core::wire::imdn::Imdn;
use confsim_core::wire::provisioning::{Provisioning, ProvisioningQuery};
use confsim_core::wire::sdp::ImSession;
use confsim_core::wire::sip::arbitrary::Sample;
use confsim_core::wire::sip::headers::{Delta, Header, Number};
use confsim_core::wire::sip::{
    CSeq, Credentials, Diagnostics, Event, KeepAlive, Message, NameAddr, Params, PoolLink, Reason,
    SessionExpires, SubscriptionState, Uri, Via,
};

use super::{headers, message};

macro_rules! reads_back {
    ($drawn:ident, $type:ty, $parse:expr, $write:expr) => {{
        let value = <$type>::arbitrary($drawn)?;
        let written = $write(&value);
        assert_eq!($parse(&written).as_ref(), Ok(&value));
    }};
}

macro_rules! valid_text {
    ($drawn:ident, $type:ident, $law:expr) => {{
        let sample = Sample::<$type>::arbitrary($drawn)?;
        if let Err(error) = $type::parse(sample.as_str()) {
            panic!("{sample:?} is valid: {error}");
        }
        $law(sample.as_str().as_bytes());
    }};
}

/// The first byte picks a type, the rest makes a value of it.
pub(super) fn values(bytes: &[u8]) {
    let Some((pick, bytes)) = bytes.split_first() else { return };
    let drawn = &mut Unstructured::new(bytes);
    // A value that the bytes do not suffice for is no finding.
    let _ = if pick % 2 == 0 { body(pick / 2, drawn) } else { sip(pick / 2, drawn) };
}

fn body(pick: u8, drawn: &mut Unstructured<'_>) -> Result<()> {
    match pick % 10 {
        0 => reads_back!(drawn, Imdn, Imdn::parse, Imdn::write),
        1 => reads_back!(drawn, ImCapabilities, ImCapabilities::parse, ImCapabilities::write),
        2 => reads_back!(drawn, ConfInvite, ConfInvite::parse, ConfInvite::write),
        3 => reads_back!(drawn, ProvisioningQuery, ProvisioningQuery::parse, ProvisioningQuery::write),
        4 => reads_back!(drawn, Provisioning, Provisioning::parse, Provisioning::write),
        5 => reads_back!(drawn, ImSession, ImSession::parse, ImSession::write),
        6 => reads_back!(drawn, ContentType<'_>, ContentType::parse, ContentType::to_string),
        7 => reads_back!(drawn, Request<'_>, Request::parse, Request::write),
        8 => reads_back!(drawn, Response<'_>, Response::parse, Response::write),
        _ => reads_back!(drawn, ConferenceInfo<'_>, conference_info::read, conference_info::write),
    }
    Ok(())
}

fn sip(pick: u8, drawn: &mut Unstructured<'_>) -> Result<()> {
    match pick % 16 {
        0 => valid_text!(drawn, Uri, headers::uri),
        1 => valid_text!(drawn, Params, headers::params),
        2 => valid_text!(drawn, Number, headers::number),
        3 => valid_text!(drawn, Delta, headers::delta),
        4 => valid_text!(drawn, CSeq, headers::cseq),
        5 => valid_text!(drawn, NameAddr, headers::name_addr),
        6 => valid_text!(drawn, Via, headers::via),
        7 => valid_text!(drawn, Event, headers::event),
        8 => valid_text!(drawn, SubscriptionState, headers::subscription_state),
        9 => valid_text!(drawn, SessionExpires, headers::session_expires),
        10 => valid_text!(drawn, Reason, headers::reason),
        11 => valid_text!(drawn, Diagnostics, headers::diagnostics),
        12 => valid_text!(drawn, KeepAlive, headers::keep_alive),
        13 => valid_text!(drawn, PoolLink, headers::pool_link),
        14 => valid_text!(drawn, Credentials, headers::credentials),
        _ => {
            let drawn = Message::arbitrary(drawn)?;
            message::message(&[&**drawn.head(), &**drawn.body()].concat());
        }
    }
    Ok(())
}
