//! Valid values out of arbitrary bytes.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{ConfInvite, ImInvite, Medium};
use crate::wire::arbitrary::{text, word};

impl<'a> Arbitrary<'a> for ConfInvite {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut media = Vec::new();
        for (medium, _) in Medium::NAMES {
            if u.arbitrary()? {
                media.push((medium, u.arbitrary()?));
            }
        }
        Ok(Self {
            focus_uri: word(u)?,
            subject: text(u)?,
            conversation_id: if u.arbitrary()? { Some(word(u)?) } else { None },
            im: u.arbitrary()?,
            media,
        })
    }
}

impl<'a> Arbitrary<'a> for ImInvite {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            available: u.arbitrary()?,
            additional: u.arbitrary()?,
            first_im: if u.arbitrary()? { Some(text(u)?) } else { None },
        })
    }
}
