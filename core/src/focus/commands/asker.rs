//! A participant who waits for the result of a command.

use crate::focus::{Ask, Cx};
use crate::signal::{DialogId, Draft};
use crate::wire::cccp::{
    self, Code, Command, CommandKind, CommandResult, Outcome, Reason, Request, Response,
};
use crate::wire::sip::Method;

/// The dialog and the request that an answer goes to.
#[derive(Clone, Debug)]
pub(in crate::focus) struct Asker {
    dialog: DialogId,
    request: Request<'static>,
}

impl Asker {
    pub(super) const fn new(dialog: DialogId, request: Request<'static>) -> Self {
        Self { dialog, request }
    }

    pub(in crate::focus) const fn dialog(&self) -> DialogId {
        self.dialog
    }

    pub(super) const fn command(&self) -> &Command<'static> {
        &self.request.command
    }

    /// The command succeeded.
    pub(in crate::focus) fn succeed(&self, cx: &mut Cx<'_>, outcome: Outcome<'static>) {
        let result = CommandResult::success(outcome);
        self.inform(cx, &Response::to(&self.request, Code::Success, result));
    }

    /// The command failed.
    pub(in crate::focus) fn fail(&self, cx: &mut Cx<'_>, reason: Reason<'static>) {
        let kind = self.request.command.kind().unwrap_or(CommandKind::GetConference);
        let result = CommandResult::failure(kind, reason);
        self.inform(cx, &Response::to(&self.request, Code::Failure, result));
    }

    /// What an MCU answered, in its name (EX-IM-4-1-2-e); without answer, a time-out.
    pub(in crate::focus) fn relay(&self, cx: &mut Cx<'_>, answer: Option<&Response<'_>>) {
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
