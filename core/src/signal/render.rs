//! Writing the heads of messages.

use bytes::Bytes;

use super::dialog::Dialog;
use super::draft::Draft;
use super::transaction::{COOKIE, Sent, Server};
use crate::wire::sip::{Message, Method, Name};

/// A head under construction.
pub(super) struct Head(Vec<u8>);

impl Head {
    pub(super) fn request(method: &Method, target: &str) -> Self {
        let mut head = Self(Vec::with_capacity(512));
        head.text(method.as_str()).text(" ").text(target).text(" SIP/2.0\r\n");
        head
    }

    pub(super) fn response(code: u16, reason: &str) -> Self {
        let mut head = Self(Vec::with_capacity(512));
        head.text("SIP/2.0 ").number(u64::from(code)).text(" ").text(reason).text("\r\n");
        head
    }

    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.0.extend_from_slice(text.as_bytes());
        self
    }

    pub(super) fn number(&mut self, number: u64) -> &mut Self {
        let mut digits = [0_u8; 20];
        let mut rest = number;
        let mut at = digits.len();
        loop {
            at -= 1;
            if let Some(digit) = digits.get_mut(at) {
                *digit = b'0' + (rest % 10) as u8;
            }
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        self.0.extend_from_slice(digits.get(at..).unwrap_or_default());
        self
    }

    /// One header line; the folds of a copied value become blanks.
    pub(super) fn line(&mut self, name: &str, value: &str) -> &mut Self {
        self.text(name).text(": ");
        if memchr::memchr2(b'\r', b'\n', value.as_bytes()).is_some() {
            self.0.extend(value.bytes().map(|byte| if matches!(byte, b'\r' | b'\n') { b' ' } else { byte }));
        } else {
            self.text(value);
        }
        self.text("\r\n")
    }

    pub(super) fn cseq(&mut self, seq: u32, method: &Method) -> &mut Self {
        self.text("CSeq: ").number(u64::from(seq)).text(" ").text(method.as_str()).text("\r\n")
    }

    /// The machine's own lines, then the length of its body, then the empty line.
    pub(super) fn finish(mut self, draft: &Draft) -> Bytes {
        self.text(draft.lines());
        self.end(draft.body().len())
    }

    /// Content-Length and the empty line.
    pub(super) fn end(mut self, length: usize) -> Bytes {
        self.text("Content-Length: ").number(length as u64).text("\r\n\r\n");
        Bytes::from(self.0)
    }
}

/// The Via line of a request of ours. UCCP-like clients put no branch into it.
pub(super) fn via_line(sent_by: &str, branch: Option<&str>) -> String {
    match branch {
        Some(branch) => format!("Via: SIP/2.0/TCP {sent_by};branch={branch}\r\n"),
        None => format!("Via: SIP/2.0/TCP {sent_by}\r\n"),
    }
}

/// A branch that no other request of this node has: `number` is the transaction, `salt` the node's.
pub(super) fn branch(number: u64, salt: u64) -> String {
    format!("{COOKIE}{salt:08x}.{number:x}")
}

/// Request-URI and Route lines for a dialog: loose, or strict when the first hop asks for it
/// (RFC 3261 12.2.1.1).
pub(super) fn route(dialog: &Dialog) -> (String, String) {
    let strict = dialog.routes.first().filter(|first| !first.contains(";lr"));
    let mut lines = String::new();
    let mut push = |value: &str| {
        lines.push_str("Route: ");
        lines.push_str(value);
        lines.push_str("\r\n");
    };
    let Some(first) = strict else {
        dialog.routes.iter().for_each(|value| push(value));
        return (dialog.target.to_string(), lines);
    };
    dialog.routes.iter().skip(1).for_each(|value| push(value));
    push(&format!("<{}>", dialog.target));
    (first.trim_matches(['<', '>']).to_owned(), lines)
}

/// A request within a dialog.
pub(super) fn in_dialog(
    dialog: &Dialog,
    method: &Method,
    (target, routes): &(String, String),
    via: &str,
    seq: u32,
    draft: &Draft,
) -> Bytes {
    let mut head = Head::request(method, target);
    head.text(via).text("Max-Forwards: 70\r\n");
    head.line("From", &dialog.local).line("To", &dialog.remote).line("Call-ID", &dialog.call_id);
    head.cseq(seq, method).text(routes);
    if matches!(method, Method::Invite | Method::Subscribe | Method::Update | Method::Notify) {
        head.line("Contact", &dialog.contact);
    }
    head.finish(draft)
}

/// A response to the request of `server`, with our tag once it has one.
pub(super) fn response(
    server: &Server,
    code: u16,
    reason: &str,
    contact: Option<&str>,
    draft: &Draft,
) -> Bytes {
    let mut head = Head::response(code, reason);
    let request = &server.request;
    for field in request.fields().filter(|field| field.name() == Name::Via) {
        head.line("Via", field.value());
    }
    // What a request lacks, the refusal of it lacks too.
    for name in [Name::From, Name::To, Name::CallId, Name::CSeq] {
        let Some(value) = request.header(name) else { continue };
        match &server.local_tag {
            Some(tag) if name == Name::To && code > 100 && !has_tag(request) => {
                head.line("To", &format!("{value};tag={tag}"));
            }
            _ => {
                head.line(name.as_str(), value);
            }
        }
    }
    if let Some(contact) = contact {
        for value in request.headers(Name::RecordRoute) {
            head.line("Record-Route", value);
        }
        head.line("Contact", contact);
    }
    head.finish(draft)
}

/// The ACK or CANCEL that goes with an INVITE, hop by hop (RFC 3261 17.1.1.3, 9.1).
pub(super) fn companion(sent: &Sent, method: &Method, to: &str) -> Bytes {
    let mut head = Head::request(method, &sent.target);
    head.text(&sent.via).text("Max-Forwards: 70\r\n");
    head.line("From", &sent.from).line("To", to).line("Call-ID", &sent.call_id);
    head.cseq(sent.cseq, method).text(&sent.routes);
    head.end(0)
}

/// Whether the To header of `request` has a tag.
pub(super) fn has_tag(request: &Message) -> bool {
    request.to().is_ok_and(|to| to.tag().is_some())
}
