//! C3P as observers read it: which command, about whom, and how it ended.

use std::collections::BTreeMap;
use std::sync::Arc;

use confsim_core::wire::sip::{Message, Method, Name};
use confsim_core::wire::xml::Ns;

use super::dialog::DialogId;
use super::markup::{Malformed, Markup};
use super::naming::conference_named;
use super::recent::Recent;
use crate::trace::NodeId;

/// A C3P request or response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// Ties a response to its request.
    pub(super) request_id: String,
    /// The result, for a response: `success`, `failure`, `pending`.
    pub(super) code: Option<String>,
    /// The name of the command's element.
    pub(super) name: String,
    /// The conference it names by keys or by a document, see [`conference_named`].
    pub(super) conference: Option<String>,
    /// The user it names.
    pub(super) user: Option<String>,
    /// The users of a setLobbyAccess.
    pub(super) users: Vec<String>,
    /// What it sets: `locked`, `access`, or the role.
    pub(super) value: Option<String>,
    /// Whether it has the IM MCU call the user.
    pub(super) calls: bool,
    /// Whether it is about one MCU only, and not the conference.
    pub(super) mcu_only: bool,
}

impl Command {
    /// The conference that it ejects somebody from, and whom, if it asks for that.
    pub(super) fn ejects(&self) -> Option<(&str, &str)> {
        let asks = self.code.is_none() && self.name == "deleteUser";
        self.conference.as_deref().zip(self.user.as_deref()).filter(|_| asks)
    }

    /// What it tells the IM MCU of a conference as a whole, if it tells that.
    pub(super) fn term(&self) -> Option<Term<'_>> {
        let conference = self.conference.as_deref().filter(|_| self.code.is_none())?;
        match self.name.as_str() {
            "createConference" => Some(Term::Begins(conference)),
            "deleteConference" => Some(Term::Ends(conference)),
            _ => None,
        }
    }
}

/// Reads commands, each document once for those who say it and hear it soon.
#[derive(Default)]
pub(super) struct Docket(Recent<Command, 8>);

impl Docket {
    /// The command in `message`, if that is of a method that carries them and its body is C3P.
    pub(super) fn read(&mut self, message: &Message) -> Option<Arc<Command>> {
        let carries = matches!(message.method(), Method::Info | Method::Service);
        let content_type = message.header(Name::ContentType).filter(|_| carries)?;
        if !content_type.trim().eq_ignore_ascii_case("application/cccp+xml") {
            return None;
        }
        self.0.read(message.body(), |body| read(body).ok().flatten())
    }
}

/// The namespaces of requests and responses: one is printed with that of its content (MS-CONFBAS 4.4.7).
const ENVELOPES: [Ns; 2] = [Ns::Cccp, Ns::ConferenceInfo];

/// The first command of a document; `None` for a response without one.
fn read(body: &[u8]) -> Result<Option<Command>, Malformed> {
    let mut markup = Markup::root(body, &ENVELOPES, &["request", "response"])?;
    let id = attribute(&markup, "requestId").unwrap_or_default();
    // Answers have the number, however it was written.
    let request_id = id.parse::<u64>().map_or(id, |number| number.to_string());
    let code = attribute(&markup, "code");
    let Some(name) = markup.known_child()?.map(str::to_owned) else { return Ok(None) };
    let named = [Ns::CccpExtensions, Ns::None].map(|ns| markup.attribute(ns, "mcuUri").is_some());
    let mcu_only = named.contains(&true);
    let mut command = Command {
        request_id,
        code,
        name,
        conference: None,
        user: None,
        users: Vec::new(),
        value: None,
        calls: false,
        mcu_only,
    };
    while let Some(part) = markup.known_child()? {
        let names_it = if part == "conference-info" { "entity" } else { "confEntity" };
        if let Some(conference) = attribute(&markup, names_it) {
            command.conference = conference_named(&conference);
        }
        if let Some(user) = attribute(&markup, "userEntity") {
            command.user = Some(user);
        }
        match part {
            "locked" | "access" => command.value = Some(markup.text()?.trim().to_owned()),
            "userEntity" => command.users.push(markup.text()?.trim().to_owned()),
            "user-roles" => command.value = deep_text(&mut markup, &["entry"])?,
            "user" => {
                command.user = attribute(&markup, "entity");
                let method = deep_text(&mut markup, &["endpoint", "joining-method"])?;
                command.calls = method.as_deref() == Some("dialed-out");
            }
            _ => markup.skip()?,
        }
    }
    Ok(Some(command))
}

/// An attribute without the blanks around it.
fn attribute(markup: &Markup<'_>, name: &str) -> Option<String> {
    markup.attribute(Ns::None, name).map(|value| value.trim().to_owned())
}

/// The text of the last element at this path below the current one, which is read to its end.
fn deep_text(markup: &mut Markup<'_>, path: &[&str]) -> Result<Option<String>, Malformed> {
    let Some((first, rest)) = path.split_first() else {
        return Ok(Some(markup.text()?.trim().to_owned()));
    };
    let mut found = None;
    while let Some(child) = markup.known_child()? {
        if child == *first {
            found = deep_text(markup, rest)?.or(found);
        } else {
            markup.skip()?;
        }
    }
    Ok(found)
}

/// Commands to the focus, from the INFO that asks to the INFO that tells the result.
#[derive(Default)]
pub(super) struct Commands {
    /// Asked and not answered, by dialog and CSeq.
    asked: BTreeMap<(DialogId, u32), Command>,
    /// Accepted with 202 and without final result, by dialog and request id.
    running: BTreeMap<(DialogId, String), Command>,
}

/// What became of a command.
pub(super) enum Progress {
    /// The focus has accepted it.
    Accepted(Command),
    /// It is pending, or has its final result: the code tells.
    Told {
        /// What was asked; `None` when nothing is open under that request id.
        asked: Option<Command>,
        /// What is told.
        answer: Command,
    },
}

impl Commands {
    /// The focus hears an INFO in this dialog.
    pub(super) fn heard(&mut self, dialog: Option<DialogId>, message: &Message, command: Option<&Command>) {
        let asked = dialog.zip(message.cseq().ok()).zip(command);
        if let Some(((dialog, cseq), command)) = asked.filter(|_| message.is_request()) {
            self.asked.insert((dialog, cseq.seq), command.clone());
        }
    }

    /// The focus says an INFO, or answers one, in this dialog.
    pub(super) fn said(
        &mut self,
        dialog: Option<DialogId>,
        message: &Message,
        command: Option<&Command>,
    ) -> Option<Progress> {
        let dialog = dialog?;
        if let Some(code) = message.code() {
            let command = self.asked.remove(&(dialog, message.cseq().ok()?.seq)).filter(|_| code == 202)?;
            self.running.insert((dialog, command.request_id.clone()), command.clone());
            return Some(Progress::Accepted(command));
        }
        let answer = command?.clone();
        let key = (dialog, answer.request_id.clone());
        let pending = answer.code.as_deref() == Some("pending");
        let asked = if pending { self.running.get(&key).cloned() } else { self.running.remove(&key) };
        Some(Progress::Told { asked, answer })
    }
}

impl Progress {
    /// The command that the focus says was successful.
    pub(super) fn success(&self) -> Option<&Command> {
        match self {
            Self::Told { asked, answer } => {
                asked.as_ref().filter(|_| answer.code.as_deref() == Some("success"))
            }
            Self::Accepted(_) => None,
        }
    }
}

/// What the focus tells the IM MCU of a conference as a whole.
pub(super) enum Term<'a> {
    /// It is to be served from now on, or still.
    Begins(&'a str),
    /// It is over.
    Ends(&'a str),
}

/// Where a pool link stands, so that a document is taken for new once (D-11).
#[derive(Default)]
pub(super) struct Link {
    /// The incarnations of sender and receiver that the numbers count for.
    epochs: (String, String),
    taken: u64,
}

impl Link {
    /// Whether the document in a SERVICE that a pool member hears from `peer` is the next one from another member.
    pub(super) fn takes(&mut self, peer: NodeId, message: &Message) -> bool {
        let asks = peer.is_member() && message.is_request();
        let envelope = asks.then(|| message.pool_link().ok().flatten()).flatten();
        let Some((envelope, peer)) = envelope.and_then(|envelope| Some((envelope, envelope.peer?))) else {
            return false;
        };
        if (&*self.epochs.0, &*self.epochs.1) != (envelope.epoch, peer) {
            *self = Self { epochs: (envelope.epoch.to_owned(), peer.to_owned()), taken: 0 };
        }
        let next = envelope.seq == self.taken + 1;
        self.taken += u64::from(next);
        next
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_printed_deletion() {
        let body = br#"<?xml version="1.0"?> <request xmlns="urn:ietf:params:xml:ns:cccp" C3PVersion="1"
            to="x" from="sip:alice@contoso.com" requestId="63022864"> <deleteUser> <userKeys
            confEntity="sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:7ECB"
            userEntity="sip:carol@contoso.com" /> </deleteUser> </request>"#;
        let command = read(body).expect("well-formed").expect("a command");
        assert_eq!((command.name.as_str(), command.request_id.as_str()), ("deleteUser", "63022864"));
        assert_eq!(command.user.as_deref(), Some("sip:carol@contoso.com"));
        assert_eq!(command.conference.as_deref(), Some("sip:alice@contoso.com#7ECB"));
        assert_eq!((command.code, command.mcu_only), (None, false));
    }

    #[test]
    fn what_is_of_another_namespace_is_none_of_its_business() {
        let body = br#"<request xmlns="urn:ietf:params:xml:ns:conference-info" xmlns:x="urn:x" requestId=" 07">
            <x:deleteUser userEntity="sip:bob@contoso.com"/><modifyConferenceLock>
            <conferenceKeys confEntity=" sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:7ECB"/>
            <x:locked confEntity="other">false</x:locked><locked> true </locked></modifyConferenceLock></request>"#;
        let command = read(body).expect("well-formed").expect("a command");
        assert_eq!((command.name.as_str(), command.request_id.as_str()), ("modifyConferenceLock", "7"));
        assert_eq!(command.conference.as_deref(), Some("sip:alice@contoso.com#7ECB"));
        assert_eq!((command.user, command.value.as_deref()), (None, Some("true")));
    }
}
