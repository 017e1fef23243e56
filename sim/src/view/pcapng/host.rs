//! Addresses of nodes.

use crate::trace::{Cast, NodeId};

/// The port that everybody listens on: SIP over TCP (RFC 3261 section 19.1.2).
pub(super) const PORT: u16 = 5060;

/// Where nobody listens.
pub(super) const NOWHERE: [u8; 4] = [10, 0, 0, 254];

/// The address of a node: the pool's are `10.0.0.x`, the participants' `10.1.x.x`.
pub(super) fn address(node: NodeId) -> [u8; 4] {
    match node.participant() {
        None => [10, 0, 0, node.index() as u8 + 1],
        Some(place) => {
            let [high, low] = (place as u16).to_be_bytes();
            [10, 1, high, low]
        }
    }
}

/// Every address with its name.
pub(super) fn names(cast: &Cast) -> Vec<([u8; 4], String)> {
    let host = |node| {
        let name = cast.address(node);
        let name = name.as_str().rsplit_once(':').map_or(name.as_str(), |(name, _)| name);
        (address(node), name.to_owned())
    };
    cast.nodes().map(host).collect()
}
