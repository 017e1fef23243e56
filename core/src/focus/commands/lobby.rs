//! The lobby: letting in and sending away (MS-CONFBAS facts 2.7 and 5.5, PRO-2-2-1-3-c).

use crate::conference_uri::user_key;
use crate::focus::asker::Asker;
use crate::focus::conference::ConferenceId;
use crate::focus::notify::publish;
use crate::focus::{Cx, Focus, Timer};
use crate::signal::DialogId;
use crate::wire::cccp::{Access, Outcome, SetLobbyAccess};

impl Focus {
    /// `setLobbyAccess`: the answer names those whom it concerned, then everybody sees what became of them.
    pub(super) fn set_lobby_access(
        &mut self,
        cx: &mut Cx<'_>,
        id: ConferenceId,
        asker: &Asker,
        command: &SetLobbyAccess<'static>,
    ) {
        let Some(conference) = self.conferences.get(&id) else { return };
        let waits = |user: &&std::borrow::Cow<'static, str>| {
            let key = user_key(user).unwrap_or_default();
            conference.roster.member(&key).is_some_and(|member| member.held)
        };
        let users: Vec<_> = command.users.iter().filter(waits).cloned().collect();
        asker.succeed(
            cx,
            Outcome::SetLobbyAccess {
                keys: Some(command.keys.clone()),
                users: users.clone(),
                access: Some(command.access),
            },
        );
        for user in users {
            let key = user_key(&user).unwrap_or_default();
            match command.access {
                Access::Granted => self.let_in(cx, id, &key),
                Access::Denied => self.send_away(cx, id, &key),
            }
        }
    }

    /// Nobody let him in in time.
    pub(in crate::focus) fn lobby_expired(&mut self, cx: &mut Cx<'_>, dialog: DialogId) {
        let Some(id) = self.dialogs.get(&dialog).copied() else { return };
        let leg = self.conferences.get(&id).and_then(|conference| conference.legs.get(&dialog));
        let Some(user) = leg.map(|leg| leg.user.clone()) else { return };
        self.send_away(cx, id, &user);
    }

    /// Lets in somebody who waits; nothing happens to others.
    pub(in crate::focus) fn let_in(&mut self, cx: &mut Cx<'_>, id: ConferenceId, user: &str) {
        let Some(conference) = self.conferences.get_mut(&id) else { return };
        for (dialog, _) in conference.legs_of(user) {
            cx.clear_timer(Timer::Lobby(dialog));
        }
        let change = conference.roster.admit(user);
        publish(cx, conference, change);
    }

    /// As an ejection. There is no IM session to end, but perhaps a call of the MCU that may be answered yet.
    fn send_away(&mut self, cx: &mut Cx<'_>, id: ConferenceId, user: &str) {
        let Some(conference) = self.conferences.get(&id) else { return };
        if conference.invited.values().any(|invited| *invited.user == *user) {
            self.remove_from_mcu(cx, id, user);
        }
        self.dismiss(cx, id, user);
        self.strike_out(cx, id, user);
    }
}
