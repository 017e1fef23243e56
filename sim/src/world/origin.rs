//! Who says what a node writes: the node, or somebody whose words it passes on.

use confsim_core::node::{Summary, Transmit};
use confsim_core::wire::sip::{Limits, Message, Method};

use crate::trace::{Cast, NodeId, Role};

/// What is known of the message a node is acting upon.
pub(super) struct Acting {
    pub(super) origin: NodeId,
    pub(super) summary: Summary,
}

/// Who says the message that `node` writes while `acting`.
pub(super) fn origin(cast: &Cast, node: NodeId, acting: Option<&Acting>, written: &Transmit) -> NodeId {
    let summary = &written.summary;
    if !relays(node, method(summary)) {
        return node;
    }
    match acting {
        Some(acting) if acting.summary == *summary => acting.origin,
        _ if matches!(summary, Summary::Request(_)) => sender(cast, written).unwrap_or(node),
        _ => node,
    }
}

/// Whose request it is that a node has kept until it had a connection: its sender is in the last Via (RFC 3261 18.1.1).
fn sender(cast: &Cast, request: &Transmit) -> Option<NodeId> {
    let (head, body) = (request.head.clone(), request.body.clone());
    let message = Message::from_parts(head, body, Limits::DEFAULT).ok()?;
    let via = message.vias().last()?.ok()?;
    let (host, port) = (via.host, via.port?);
    let sender = cast.find(host.split_once('.')?.0)?;
    (cast.address(sender).as_str() == format!("{host}:{port}")).then_some(sender)
}

const fn method(summary: &Summary) -> &Method {
    match summary {
        Summary::Request(method) | Summary::Response(_, method) => method,
    }
}

/// Whether `node` passes on what others say: the front end does, and the focus does with the INVITE that joins
/// the IM MCU (D-10).
fn relays(node: NodeId, method: &Method) -> bool {
    match node.role() {
        Role::FrontEnd => true,
        Role::Focus => *method == Method::Invite,
        _ => false,
    }
}
