//! Valid values out of arbitrary bytes.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{AcceptTypes, ImSession, OtherMedia};
use crate::wire::content_type::MediaType;

impl<'a> Arbitrary<'a> for AcceptTypes {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        if u.ratio(1, 4)? {
            return Ok(Self::Any);
        }
        let mut list: Vec<MediaType> = Vec::new();
        for _ in 0..u.int_in_range(0..=6)? {
            let media = u.arbitrary()?;
            if !list.contains(&media) {
                list.push(media);
            }
        }
        Ok(Self::List(list))
    }
}

impl<'a> Arbitrary<'a> for ImSession {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            address: (*u.choose(&["0.0.0.0", "10.56.64.122", "::1", "2001:db8::7", "alice.contoso.com"])?)
                .to_owned(),
            version: u.arbitrary()?,
            accept: u.arbitrary()?,
            rejected: u.arbitrary()?,
            before: media(u)?,
            after: media(u)?,
        })
    }
}

fn media(u: &mut Unstructured<'_>) -> Result<Vec<OtherMedia>> {
    (0..u.int_in_range(0..=3)?).map(|_| u.arbitrary()).collect()
}

impl<'a> Arbitrary<'a> for OtherMedia {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            kind: (*u.choose(&["audio", "video", "application"])?).to_owned(),
            protocol: (*u.choose(&["RTP/AVP", "RTP/SAVP", "udp", "sip"])?).to_owned(),
            formats: (*u.choose(&["0", "0 8 101", "x-data"])?).to_owned(),
        })
    }
}
