//! A participant who waits for the result of a command.

use super::{Ask, Cx};
use crate::signal::{DialogId, Draft};
use crate::wire::cccp::{
    self, Code, Command, CommandKind, CommandResult, Outcome, Reason, Request, Response,
};
use crate::wire::sip::Method;

/// The dialog and the request that an answer goes to.
#[derive(Clone, Debug)]
pub(super) struct Asker {
    dialog: DialogId,
    request: Request<'static>,
}

impl Asker {
    pub(super) const fn new(dialog: DialogId, request: Request<'static>) -> Self {
        Self { dialog, request }
    }

    pub(super) const fn dialog(&self) -> DialogId {
        self.dialog
    }

    pub(super) const fn command(&self) -> &Command<'static> {
        &self.request.command
    }

    /// The command succeeded.
    pub(super) fn succeed(&self, cx: &mut Cx<'_>, outcome: Outcome<'static>) {
        let result = CommandResult::success(outcome);
        self.inform(cx, &Response::to(&self.request, Code::Success, result));
    }

    /// The command failed, at the MCU if that is whom it was for (EX-IM-4-1-2-e).
    pub(super) fn fail(&self, cx: &mut Cx<'_>, reason: Reason<'static>) {
        let kind = self.request.command.kind().unwrap_or(CommandKind::GetConference);
        let result = CommandResult::failure(kind, reason);
        let mut response = Response::to(&self.request, Code::Failure, result);
        response.responder = self.request.command.mcu_uri().map(|uri| uri.to_owned().into());
        self.inform(cx, &response);
    }

    /// Who it is, as a URI.
    pub(super) fn sender(&self) -> &str {
        self.request.from.trim()
    }

    /// How far the MCU is with calling somebody: all of these look the same (EX-IM-4-1-2-d to -f).
    pub(super) fn progress(&self, cx: &mut Cx<'_>, code: Code) {
        let Command::AddUser(command) = &self.request.command else { return };
        let (keys, user) = (Some(command.keys.clone()), Some(command.user.clone()));
        let result = CommandResult::success(Outcome::AddUser { keys, user });
        let mut response = Response::to(&self.request, code, result);
        response.responder.clone_from(&command.mcu_uri);
        self.inform(cx, &response);
    }

    /// What an MCU answered, in its name (EX-IM-4-1-2-e); without answer, a time-out.
    pub(super) fn relay(&self, cx: &mut Cx<'_>, answer: Option<&Response<'_>>) {
        let Some(answer) = answer else { return self.fail(cx, Reason::Timeout) };
        let result = answer.result.clone().into_owned();
        let mut response = Response::to(&self.request, answer.code, result);
        response.responder = Some(answer.from.clone().into_owned().into());
        self.inform(cx, &response);
    }

    /// Sends the response; if the participant has left meanwhile, nobody wants it.
    fn inform(&self, cx: &mut Cx<'_>, response: &Response<'_>) {
        let draft = Draft::new().content(cccp::CONTENT_TYPE, response.write());
        cx.request(self.dialog, Method::Info, &draft, Ask::Info);
    }
}
