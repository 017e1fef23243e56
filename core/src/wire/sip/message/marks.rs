//! What transactions and dialogs are found by, read once for all who ask: every node that hears a message does, and so
//! do those who watch it.

use super::Message;
use super::head::Span;
use crate::wire::sip::Name;

/// Where the marks of a message stand in its head.
#[derive(Clone, Copy)]
pub(super) struct Marks {
    from_tag: Option<Span>,
    to_tag: Option<Span>,
    branch: Option<Span>,
    complete: bool,
}

impl Message {
    /// The tag of the From header; `None` as well where From cannot be read.
    pub fn from_tag(&self) -> Option<&str> {
        self.marks().from_tag.map(|tag| tag.of(&self.text))
    }

    /// The tag of the To header; `None` as well where To cannot be read.
    pub fn to_tag(&self) -> Option<&str> {
        self.marks().to_tag.map(|tag| tag.of(&self.text))
    }

    /// The branch of the topmost Via; `None` as well where that cannot be read.
    pub fn branch(&self) -> Option<&str> {
        self.marks().branch.map(|branch| branch.of(&self.text))
    }

    /// Whether it has what every message must have, and can be read (RFC 3261 8.1.1): Via, From, To, Call-ID, and a
    /// CSeq of its own method.
    pub fn is_complete(&self) -> bool {
        self.marks().complete
    }

    fn marks(&self) -> &Marks {
        self.marks.get_or_init(|| {
            let (via, from, to) = (self.top_via(), self.from(), self.to());
            let own_method = self.cseq().is_ok_and(|cseq| cseq.method == *self.method());
            let named = via.is_ok() && from.is_ok() && to.is_ok() && self.header(Name::CallId).is_some();
            let place = |part| Span::within(&self.text, part);
            Marks {
                from_tag: from.ok().and_then(|from| from.tag()).and_then(place),
                to_tag: to.ok().and_then(|to| to.tag()).and_then(place),
                branch: via.ok().and_then(|via| via.branch()).and_then(place),
                complete: own_method && named,
            }
        })
    }
}
