//! Writing the heads of messages.

use bytes::Bytes;

use super::dialog::{Dialog, Path};
use super::draft::Draft;
use super::transaction::{COOKIE, Sent, Server};
use crate::wire::sip::{CSeq, Message, Method, Name, Writer};

/// The hops a request of ours may take (RFC 3261 8.1.1.6).
const MAX_FORWARDS: u64 = 70;

/// The Via value of a request of ours. UCCP-like clients put no branch into it.
pub(super) fn via(sent_by: &str, branch: Option<&str>) -> String {
    match branch {
        Some(branch) => format!("SIP/2.0/TCP {sent_by};branch={branch}"),
        None => format!("SIP/2.0/TCP {sent_by}"),
    }
}

/// A branch that no other request of this node has: `number` is the transaction, `salt` the node's.
pub(super) fn branch(number: u64, salt: u64) -> String {
    format!("{COOKIE}{salt:08x}.{number:x}")
}

/// A request within a dialog.
pub(super) fn in_dialog(
    writer: &mut Writer,
    dialog: &Dialog,
    method: &Method,
    (path, via): (&Path, &str),
    seq: u32,
    draft: &Draft,
) -> Bytes {
    writer.start_request(method, &path.target).text(Name::Via, via);
    writer.number(Name::MaxForwards, MAX_FORWARDS);
    writer.text(Name::From, &dialog.local).text(Name::To, &dialog.remote);
    writer.text(Name::CallId, &dialog.call_id);
    cseq(writer, seq, method);
    path.routes.iter().for_each(|route| {
        writer.text(Name::Route, route);
    });
    if matches!(method, Method::Invite | Method::Subscribe | Method::Update | Method::Notify) {
        writer.text(Name::Contact, &dialog.contact);
    }
    writer.rendered(draft.lines()).finish(draft.body().len())
}

/// A request outside dialogs.
pub(super) fn outside(
    writer: &mut Writer,
    sent: &Sent,
    method: &Method,
    contact: Option<&str>,
    draft: &Draft,
) -> Bytes {
    begin(writer, sent, method, &sent.to);
    if let Some(contact) = contact {
        writer.text(Name::Contact, contact);
    }
    writer.rendered(draft.lines()).finish(draft.body().len())
}

/// The ACK or CANCEL that goes with an INVITE, hop by hop (RFC 3261 17.1.1.3, 9.1).
pub(super) fn companion(writer: &mut Writer, sent: &Sent, method: &Method, to: &str) -> Bytes {
    begin(writer, sent, method, to);
    writer.finish(0)
}

fn begin(writer: &mut Writer, sent: &Sent, method: &Method, to: &str) {
    writer.start_request(method, &sent.path.target).text(Name::Via, &sent.via);
    writer.number(Name::MaxForwards, MAX_FORWARDS);
    writer.text(Name::From, &sent.from).text(Name::To, to).text(Name::CallId, &sent.call_id);
    cseq(writer, sent.cseq, method);
    sent.path.routes.iter().for_each(|route| {
        writer.text(Name::Route, route);
    });
}

fn cseq(writer: &mut Writer, seq: u32, method: &Method) {
    writer.header(Name::CSeq, CSeq { seq, method: method.clone() });
}

/// A response to the request of `server`, with our tag once it has one.
pub(super) fn response(
    writer: &mut Writer,
    server: &Server,
    (code, reason): (u16, &str),
    contact: Option<&str>,
    draft: &Draft,
) -> Bytes {
    let request = &server.request;
    writer.start_response(code, reason).copy_fields(request, |name| name == Name::Via);
    // What a request lacks, the refusal of it lacks too.
    for name in [Name::From, Name::To, Name::CallId, Name::CSeq] {
        let Some(value) = request.header(name) else { continue };
        match &server.local_tag {
            Some(tag) if name == Name::To && code > 100 && !has_tag(request) => {
                writer.header(name, format_args!("{value};tag={tag}"));
            }
            _ => {
                writer.text(name, value);
            }
        }
    }
    if let Some(contact) = contact {
        writer.copy_fields(request, |name| name == Name::RecordRoute);
        writer.text(Name::Contact, contact);
    }
    writer.rendered(draft.lines()).finish(draft.body().len())
}

/// Whether the To header of `request` has a tag.
pub(super) fn has_tag(request: &Message) -> bool {
    request.to().is_ok_and(|to| to.tag().is_some())
}

/// A From or To value with a tag right behind the address, before other parameters such as `epid`.
pub(super) fn with_tag(value: &str, tag: &str) -> String {
    match value.rfind('>') {
        Some(end) => {
            let (address, parameters) = value.split_at(end + 1);
            format!("{address};tag={tag}{parameters}")
        }
        None => format!("{value};tag={tag}"),
    }
}
