//! The factory's side of the link with the focus: which conferences are active (D-11, D-18).
//!
//! The focus asks for a conference by its URI when it activates it, and from then on tells by a conference-info document
//! whenever one becomes active or ends. A focus that is new, or new to us, has what it then tells and nothing else.
//! A conference that it tells of and that was deleted meanwhile is ended.

use super::commands::response;
use super::conference::{Conference, Key};
use super::record::Record;
use super::settings::Check;
use super::{Event, Factory, date_time};
use crate::link::{Kind, News};
use crate::signal::Context;
use crate::wire::cccp::{Command, CommandKind, Outcome, Reason, Request};
use crate::wire::conference_info::{self, ConferenceInfo};
use crate::wire::conference_key::ConferenceKey;

impl Factory {
    /// Acts on what came over the link.
    pub(super) fn hear_link(&mut self, cx: &mut Context<'_, Self>, news: Vec<News>) {
        for news in news {
            match news {
                News::Fresh => self.table.none_active(),
                News::Document(Kind::State, document) => {
                    if let Ok(info) = conference_info::read(&document) {
                        self.take_state(cx, &info);
                    }
                }
                News::Document(Kind::Command, document) => {
                    // Anything else is the answer to a deleteConference, which asks for nothing more.
                    if let Ok(request) = Request::parse(&document) {
                        self.focus_command(cx, &request);
                    }
                }
            }
        }
    }

    /// Does what the focus asks for: it activates a conference that it knows by its URI.
    fn focus_command(&mut self, cx: &mut Context<'_, Self>, request: &Request<'_>) {
        let kind = request.command.kind().unwrap_or(CommandKind::GetConference);
        let done = match &request.command {
            Command::GetConference { keys, .. } => {
                self.activate(cx, keys.conf_entity.as_deref().unwrap_or_default())
            }
            _ => Err(Reason::OtherFailure),
        };
        let done = done.map(|info| Outcome::GetConference(Some(Box::new(info))));
        let answer = response(request, kind, done).write();
        if let Some(link) = &mut self.link {
            link.send(cx, Kind::Command, answer);
        }
    }

    /// Gives the focus a conference and takes note of the activation (PRO-2-2-3-4-m). A store that cannot take the
    /// note keeps nobody from joining.
    fn activate(&mut self, cx: &mut Context<'_, Self>, entity: &str) -> Check<ConferenceInfo<'static>> {
        if self.broken.is_some() {
            return Err(Reason::OtherFailure);
        }
        let now = date_time::format(self.unix_time(cx));
        let known = Key::of(entity).and_then(|key| Some((self.table.get(&key)?.clone(), key)));
        let (mut conference, key) = known.ok_or(Reason::ConferenceDoesNotExist)?;
        if let Some(description) = &mut conference.info.description {
            description.last_activate = Some(now.into());
        }
        let info = for_focus(&conference, entity);
        let _ = self.commit(cx, Record::Put(key, Box::new(conference)));
        cx.event(Event::Activated { conference: entity.into() });
        Ok(info)
    }

    /// A conference became active or ended.
    fn take_state(&mut self, cx: &mut Context<'_, Self>, info: &ConferenceInfo<'_>) {
        let active = info.conference_state.as_ref().and_then(|state| state.active) == Some(true);
        let known = Key::of(&info.entity).is_some_and(|key| self.table.set_active(&key, active));
        if active && !known && self.broken.is_none() {
            self.deactivate(cx, &info.entity);
        }
    }
}

/// What the focus gets: everything but what is for the organizer alone, the passcode in the clear, and the URI as the
/// focus knows it (D-19).
fn for_focus(conference: &Conference, entity: &str) -> ConferenceInfo<'static> {
    let mut info = conference.info.clone();
    info.entity = entity.to_owned().into();
    if let Some(description) = &mut info.description {
        description.organizer_roaming_data = None;
        let passcode = conference.passcode.as_deref();
        description.conference_key =
            passcode.map(|passcode| ConferenceKey::Passcode(passcode.to_owned()).write());
    }
    info
}
