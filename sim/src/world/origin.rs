//! Who says what a node writes: the node, or somebody whose words it passes on.

use confsim_core::node::Summary;
use confsim_core::wire::sip::Method;

use crate::trace::{NodeId, Role};

/// What is known of the message a node is acting upon.
pub(super) struct Acting {
    pub(super) origin: NodeId,
    pub(super) summary: Summary,
}

/// Who says the message that `node` writes while `acting`.
pub(super) fn origin(node: NodeId, acting: Option<&Acting>, summary: &Summary) -> NodeId {
    match acting {
        Some(acting) if acting.summary == *summary && relays(node, method(summary)) => acting.origin,
        _ => node,
    }
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
