//! Steps in TOML.

use serde::Deserialize;

use super::value::{FileBytes, FileSpan, FileWord};
use crate::scenario::{Action, Admission, Autopromote, Rules, Speech, Step};

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(in crate::scenario::file) struct FileStep {
    at: FileSpan,
    who: String,
    pub(in crate::scenario::file) what: FileVerb,
    conference: Option<String>,
    subject: Option<String>,
    user: Option<String>,
    format: Option<String>,
    text: Option<String>,
    formats: Option<String>,
    admission: Option<FileWord<Admission>>,
    locked: Option<bool>,
    lobby: Option<bool>,
    autopromote: Option<FileWord<Autopromote>>,
    presenters: Option<Vec<String>>,
    attendees: Option<Vec<String>>,
    bytes: Option<FileBytes>,
    pub(in crate::scenario::file) document: Option<String>,
    pub(in crate::scenario::file) id: Option<String>,
    pub(in crate::scenario::file) passcode: Option<String>,
    pub(in crate::scenario::file) version: Option<u32>,
    #[serde(rename = "static")]
    pub(in crate::scenario::file) is_static: Option<bool>,
    pub(in crate::scenario::file) with_passcode: Option<bool>,
    pub(in crate::scenario::file) on_behalf_of: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(in crate::scenario::file) enum FileVerb {
    SignIn,
    Create,
    Join,
    Send,
    Typing,
    Eject,
    LobbyAdmit,
    LobbyDeny,
    Lock,
    Unlock,
    Promote,
    Demote,
    Invite,
    ConfInvite,
    End,
    GetState,
    Refresh,
    SetFormats,
    Leave,
    Say,
    Provision,
    CreateStatic,
    Modify,
    Delete,
    Get,
    List,
    GetEncryptionKey,
    GetMcuTypes,
    GetCapabilities,
}

impl FileStep {
    pub(in crate::scenario::file) fn step(mut self) -> Result<Step, String> {
        let (at, who) = (self.at.0, std::mem::take(&mut self.who));
        let action = self.action()?;
        let verb = action.verb();
        let surplus = [
            ("conference", self.conference.is_some()),
            ("subject", self.subject.is_some()),
            ("user", self.user.is_some()),
            ("format", self.format.is_some()),
            ("text", self.text.is_some()),
            ("formats", self.formats.is_some()),
            ("admission", self.admission.is_some()),
            ("locked", self.locked.is_some()),
            ("lobby", self.lobby.is_some()),
            ("autopromote", self.autopromote.is_some()),
            ("presenters", self.presenters.is_some()),
            ("attendees", self.attendees.is_some()),
            ("bytes", self.bytes.is_some()),
        ];
        let surplus = surplus.into_iter().find_map(|(key, given)| given.then_some(key));
        match surplus.or_else(|| self.surplus_of_wish()) {
            Some(key) => Err(format!("`{key}` has no meaning for `{verb}`")),
            None => Ok(Step { at, who, action }),
        }
    }

    /// Takes what the verb needs and leaves the rest.
    fn action(&mut self) -> Result<Action, String> {
        if let Some(wish) = self.wish()? {
            return Ok(Action::Provision(Box::new(wish)));
        }
        match self.what {
            FileVerb::SignIn => return Ok(Action::SignIn),
            FileVerb::Say => return Ok(Action::Say(self.speech()?)),
            _ => {}
        }
        let conference = self.conference()?;
        Ok(match self.what {
            FileVerb::Create => {
                let subject = self.subject.take().unwrap_or_default();
                Action::Create { conference, subject, rules: self.rules() }
            }
            FileVerb::Join => Action::Join { conference },
            FileVerb::Send => Action::Send {
                conference,
                format: self.format.take().unwrap_or_else(|| "text/plain".to_owned()),
                text: self.text.take().ok_or("`text` is missing")?,
            },
            FileVerb::Typing => Action::Typing { conference },
            FileVerb::Eject => Action::Eject { conference, user: self.user()? },
            FileVerb::LobbyAdmit => Action::LobbyAdmit { conference, user: self.user()? },
            FileVerb::LobbyDeny => Action::LobbyDeny { conference, user: self.user()? },
            FileVerb::Lock => Action::Lock { conference },
            FileVerb::Unlock => Action::Unlock { conference },
            FileVerb::Promote => Action::Promote { conference, user: self.user()? },
            FileVerb::Demote => Action::Demote { conference, user: self.user()? },
            FileVerb::Invite => Action::Invite { conference, user: self.user()? },
            FileVerb::ConfInvite => Action::ConfInvite { conference, user: self.user()? },
            FileVerb::End => Action::End { conference },
            FileVerb::GetState => Action::GetState { conference },
            FileVerb::Refresh => Action::Refresh { conference },
            FileVerb::SetFormats => {
                Action::SetFormats { conference, formats: self.formats.take().ok_or("`formats` is missing")? }
            }
            FileVerb::Leave => Action::Leave { conference },
            verb => return Err(format!("`{verb:?}` takes no conference")),
        })
    }

    fn rules(&mut self) -> Rules {
        Rules {
            admission: self.admission.take().map(|word| word.0).unwrap_or_default(),
            locked: self.locked.take().unwrap_or_default(),
            no_lobby: !self.lobby.take().unwrap_or(true),
            autopromote: self.autopromote.take().map(|word| word.0).unwrap_or_default(),
            presenters: self.presenters.take().unwrap_or_default(),
            attendees: self.attendees.take().unwrap_or_default(),
        }
    }

    pub(in crate::scenario::file) fn conference(&mut self) -> Result<String, String> {
        self.conference.take().ok_or_else(|| "`conference` is missing".to_owned())
    }

    fn user(&mut self) -> Result<String, String> {
        self.user.take().ok_or_else(|| "`user` is missing".to_owned())
    }

    fn speech(&mut self) -> Result<Speech, String> {
        match (self.text.take(), self.bytes.take()) {
            (Some(text), None) => Ok(Speech::Text(text)),
            (None, Some(bytes)) => Ok(Speech::Bytes(bytes.0)),
            _ => Err("`text` or `bytes` is missing, or one of them is too much".to_owned()),
        }
    }
}
