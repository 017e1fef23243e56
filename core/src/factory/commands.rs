//! The commands of organizers (MS-CONFPRO 3.2.5).

use super::envelope::{self, Organizer};
use super::record::Record;
use super::settings::Check;
use super::{Factory, date_time, passcode, told};
use crate::link::Kind;
use crate::signal::{Context, ServerTransaction};
use crate::wire::cccp::{
    AccessNumbers, Capabilities, Code, Command, CommandKind, CommandResult, ConferenceKeys, Conferences,
    EncryptionKey, Outcome, PstnBridging, Reason, Request, Response, VERSION,
};
use crate::wire::conference_key::encode;

/// How a command went.
pub(super) type Done = Check<Outcome<'static>>;

impl Factory {
    /// Does what an organizer asks for and answers.
    pub(super) fn client_command(
        &mut self,
        cx: &mut Context<'_, Self>,
        tx: ServerTransaction,
        organizer: &Organizer,
        request: &Request<'_>,
    ) {
        let Some(kind) = request.command.kind() else { return };
        let done = match &request.command {
            _ if self.broken.is_some() => Err(Reason::OtherFailure),
            Command::AddConference(info) => self.add_conference(cx, organizer, info),
            Command::ModifyConference { info, .. } => self.modify_conference(cx, organizer, info),
            Command::DeleteConference(keys) => self.delete_conference(cx, organizer, keys),
            Command::GetConference { keys, certificate } => {
                self.get_conference(cx, organizer, keys, certificate.as_deref())
            }
            Command::GetConferences { is_static } => Ok(self.get_conferences(cx, organizer, *is_static)),
            Command::GetEncryptionKey => self.get_encryption_key(cx),
            Command::GetAvailableMcuTypes => Ok(self.get_available_mcu_types()),
            _ => Ok(Outcome::GetConferencingCapabilities(Some(Box::new(self.capabilities(organizer))))),
        };
        envelope::answer(cx, tx, &response(request, kind, done));
    }

    /// MS-CONFPRO 3.2.5.4. The entry goes first, so that nobody activates the conference again; then the focus ends
    /// it. It is told of every conference that it was ever given: it may be about to activate one, or we may not have
    /// heard from it since a restart, and there may soon be another conference with this URI.
    fn delete_conference(
        &mut self,
        cx: &mut Context<'_, Self>,
        organizer: &Organizer,
        keys: &ConferenceKeys<'_>,
    ) -> Done {
        let key = organizer.conference(keys.conference_id.as_deref().unwrap_or_default());
        let conference = self.table.get(&key).ok_or(Reason::ConferenceDoesNotExist)?;
        if keys.is_static.unwrap_or(false) != conference.is_static() {
            return Err(Reason::StaticFlagDoesntMatch);
        }
        let given = conference.was_activated().then(|| conference.info.entity.to_string());
        self.commit(cx, Record::Remove(key))?;
        if let Some(entity) = given {
            self.deactivate(cx, &entity);
        }
        Ok(Outcome::DeleteConference(None))
    }

    /// MS-CONFPRO 3.2.5.5. The certificate is looked at when there is a key to envelop for it.
    fn get_conference(
        &self,
        cx: &mut Context<'_, Self>,
        organizer: &Organizer,
        keys: &ConferenceKeys<'_>,
        certificate: Option<&str>,
    ) -> Done {
        let key = organizer.conference(keys.conference_id.as_deref().unwrap_or_default());
        let conference = self.table.get(&key).ok_or(Reason::ConferenceDoesNotExist)?;
        let enveloped = match (certificate, &conference.passcode) {
            (Some(certificate), Some(passcode)) => Some(self.enveloped(cx, certificate, passcode)?),
            _ => None,
        };
        Ok(Outcome::GetConference(Some(Box::new(told::whole(conference, enveloped)))))
    }

    /// MS-CONFPRO 3.2.5.6. An expired conference is not told, though kept for a while (PRO-2-2-3-5-e).
    fn get_conferences(
        &self,
        cx: &Context<'_, Self>,
        organizer: &Organizer,
        is_static: Option<bool>,
    ) -> Outcome<'static> {
        let now = self.unix_time(cx);
        let found = self.table.of_organizer(&organizer.key, is_static.unwrap_or(false));
        let lasting = found.into_iter().filter(|conference| {
            conference.active
                || conference.expiry().and_then(date_time::parse).is_none_or(|expiry| now <= expiry)
        });
        Outcome::GetConferences(Conferences {
            is_static,
            conferences: Some(lasting.map(told::listed).collect()),
        })
    }

    /// MS-CONFPRO 3.2.5.7.
    fn get_encryption_key(&self, cx: &Context<'_, Self>) -> Done {
        let certificate = self.cryptography.certificate().map_err(|_| Reason::OtherFailure)?;
        Ok(Outcome::GetEncryptionKey(Some(EncryptionKey {
            certificate: encode(&certificate).into(),
            issuing_server: Some(passcode::server_name(cx).into()),
        })))
    }

    /// MS-CONFPRO 3.2.5.8.
    fn get_available_mcu_types(&self) -> Outcome<'static> {
        let types = self.config.available().map(|kind| kind.to_owned().into());
        Outcome::GetAvailableMcuTypes(Some(types.collect()))
    }

    /// MS-CONFPRO 3.2.5.9.
    fn capabilities(&self, organizer: &Organizer) -> Capabilities<'static> {
        let (config, policy) = (&self.config, self.config.policy_of(&organizer.key));
        let numbers = config.advertised.pstn_bridging.as_ref().and_then(|it| it.access_numbers.clone());
        Capabilities {
            capability_version: Some(0),
            mcu_types: config.available().map(|kind| kind.to_owned().into()).collect(),
            // access-numbers has to be there, be it empty (PRO-2-2-3-8-ac).
            pstn_bridging: Some(PstnBridging {
                enabled: policy.telephone,
                access_numbers: Some(numbers.unwrap_or_else(AccessNumbers::default)),
            }),
            anonymous_scheduling: Some(policy.anonymous),
            default_admission_policy: Some(config.admission_policy_of(&organizer.key).to_owned().into()),
            schedule_locked: Some(policy.locked),
            autopromote_allowed: Some(policy.autopromote_mask()),
            default_autopromote: Some(policy.autopromote()),
            pstn_lobby_bypass_allowed: Some(policy.telephone_lobby_bypass),
            static_meeting_limit: Some(u32::from(policy.static_meeting)),
            // Both are deprecated (PRO-2-2-3-8-o, -r).
            conference_key_optional: None,
            schedule_key_optional: None,
            ..config.advertised.clone()
        }
    }

    /// Commits a change and makes it; a store that fails leaves everything as it was.
    pub(super) fn commit(&mut self, cx: &mut Context<'_, Self>, record: Record) -> Check {
        match self.journal.commit(&self.table, &record) {
            Ok(()) => {
                self.table.apply(record);
                Ok(())
            }
            Err(error) => {
                cx.event(super::Event::StoreFailed { error });
                Err(Reason::OtherFailure)
            }
        }
    }

    /// Has the focus end a conference that is deleted (PRO-3-2-5-4-b).
    pub(super) fn deactivate(&mut self, cx: &mut Context<'_, Self>, entity: &str) {
        self.commands += 1;
        let request = Request {
            request_id: self.commands,
            from: format!("sip:{}", cx.address()).into(),
            to: entity.into(),
            version: Some(VERSION),
            command: Command::DeleteConference(ConferenceKeys::entity(entity)),
        };
        if let Some(link) = &mut self.link {
            link.send(cx, Kind::Command, request.write());
        }
    }

    /// The time on the factory's clock, Unix time in seconds.
    pub(super) fn unix_time(&self, cx: &Context<'_, Self>) -> i64 {
        let seconds = i64::try_from(cx.now().as_micros() / 1_000_000).unwrap_or(i64::MAX);
        self.config.epoch.saturating_add(seconds)
    }
}

/// The C3P answer to a request.
pub(super) fn response<'a>(request: &Request<'a>, kind: CommandKind, done: Done) -> Response<'a> {
    match done {
        Ok(outcome) => Response::to(request, Code::Success, CommandResult::success(outcome)),
        Err(reason) => Response::to(request, Code::Failure, CommandResult::failure(kind, reason)),
    }
}
