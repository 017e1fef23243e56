//! Pool-Link: the envelope of a message between pool members (D-11).

use std::fmt;

use super::super::grammar::{Scan, TOKEN, all};
use super::super::{ErrorKind, Params, SipError};
use super::Header;
use super::number::number_of;

/// `EPOCH;seq=N;ack=M;peer=EPOCH`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolLink<'a> {
    /// The incarnation of the sender, a token.
    pub epoch: &'a str,
    /// The sequence number of this message.
    pub seq: u64,
    /// The highest sequence number of the peer that was taken over without a gap.
    pub ack: u64,
    /// The incarnation that the sender believes it speaks to; absent towards a stranger.
    pub peer: Option<&'a str>,
}

impl<'a> Header<'a> for PoolLink<'a> {
    fn parse(text: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(text);
        scan.space();
        let epoch = scan.token()?;
        let error = scan.error(ErrorKind::Parameter);
        let params = Params::read(&mut scan)?;
        let number = |name| params.value(name).and_then(number_of).ok_or(error);
        let peer = params.value("peer");
        if peer.is_some_and(|peer| peer.is_empty() || !all(peer, TOKEN)) {
            return Err(error);
        }
        Ok(Self { epoch, seq: number("seq")?, ack: number("ack")?, peer })
    }
}

impl fmt::Display for PoolLink<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{};seq={};ack={}", self.epoch, self.seq, self.ack)?;
        self.peer.map_or(Ok(()), |peer| write!(f, ";peer={peer}"))
    }
}
