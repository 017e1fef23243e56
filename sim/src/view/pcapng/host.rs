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

/// The node at an address.
pub(crate) fn node(cast: &Cast, of: [u8; 4]) -> Option<NodeId> {
    let found = match of {
        [10, 0, 0, place] => cast.nodes().nth(usize::from(place).checked_sub(1)?)?,
        [10, 1, high, low] => NodeId::client(usize::from(u16::from_be_bytes([high, low]))),
        _ => return None,
    };
    (address(found) == of && found.index() < cast.nodes().count()).then_some(found)
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
