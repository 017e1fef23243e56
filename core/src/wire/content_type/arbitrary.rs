//! Valid values out of arbitrary bytes.

use std::borrow::Cow;

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{ContentType, MAX_PARAMS, MediaType};

impl<'a> Arbitrary<'a> for MediaType {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        if u.arbitrary()? {
            return u.choose(&Self::KNOWN).cloned();
        }
        Ok(Self::of(&token(u)?, &token(u)?))
    }
}

impl<'a> Arbitrary<'a> for ContentType<'static> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut value = Self::new(u.arbitrary()?);
        for _ in 0..u.int_in_range(0..=MAX_PARAMS)? {
            let name = match u.int_in_range(0..=3)? {
                0 => "boundary".to_owned(),
                1 => "msgr".to_owned(),
                _ => token(u)?,
            };
            if u.ratio(1, 8)? {
                value.params.push(super::Param { name: Cow::Owned(name), value: None });
            } else {
                let text: String = u.arbitrary::<&str>()?.chars().filter(|c| !c.is_ascii_control()).collect();
                value = value.with_param(name, text).map_err(|_| arbitrary::Error::IncorrectFormat)?;
            }
        }
        Ok(value)
    }
}

/// A token of one to eight characters.
fn token(u: &mut Unstructured<'_>) -> Result<String> {
    const ALPHABET: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCXYZ0189-.!%*_+`'~";
    let length = u.int_in_range(1..=8)?;
    (0..length).map(|_| u.choose(ALPHABET).map(|byte| char::from(*byte))).collect()
}
