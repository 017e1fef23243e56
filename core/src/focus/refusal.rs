//! How requests are refused: status, phrase and the numbered diagnosis (D-20, MS-CONFBAS facts on MS-OCER).

use crate::signal::{Context, Draft, Machine, ServerTransaction};

/// A final answer that refuses a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The SIP status.
    pub(super) code: u16,
    phrase: &'static str,
    diagnosis: Option<(u32, &'static str)>,
    /// Told to everybody, and not only inside the enterprise: without naming the server.
    public: bool,
}

const fn refusal(code: u16, phrase: &'static str, number: u32, text: &'static str) -> Refusal {
    Refusal { code, phrase, diagnosis: Some((number, text)), public: false }
}

const fn plain(code: u16, phrase: &'static str) -> Refusal {
    Refusal { code, phrase, diagnosis: None, public: false }
}

impl Refusal {
    pub(super) const WRONG_FROM: Self = refusal(403, "Forbidden", 3000, "C3P From is not the sender");
    pub(super) const WRONG_TO: Self = refusal(400, "Bad Request", 3001, "C3P To is not this conference");
    pub(super) const WRONG_USER: Self = refusal(403, "Forbidden", 3002, "Target user is not the sender");
    pub(super) const WRONG_CONFERENCE: Self =
        refusal(400, "Bad Request", 3003, "Conference entity is not this conference");
    pub(super) const UNKNOWN_COMMAND: Self = Self {
        code: 603,
        phrase: "Decline",
        diagnosis: Some((3004, "C3P command not implemented")),
        public: true,
    };
    pub(super) const NOT_A_POOL_MEMBER: Self =
        refusal(403, "Forbidden", 3005, "Request cannot target a pool member");
    pub(super) const MALFORMED: Self = refusal(400, "Bad Request", 3006, "C3P parse failure");
    pub(super) const WRONG_ENDPOINT: Self = refusal(400, "Bad Request", 3009, "Malformed endpoint entity");
    pub(super) const NO_CONFERENCE_URI: Self = refusal(404, "Not Found", 3012, "Invalid conference URI");
    pub(super) const NO_SUCH_CONFERENCE: Self =
        refusal(404, "conferenceDoesntExist", 3003, "Conference does not exist");
    pub(super) const NO_SUCH_MCU: Self = refusal(603, "Decline", 3013, "Invalid MCU URI");
    pub(super) const UNAUTHORIZED: Self = refusal(403, "Forbidden", 3014, "Authorization failed");
    pub(super) const NOT_FOR_ATTENDEES: Self =
        refusal(403, "Forbidden", 3015, "No third-party dial-out by attendees");
    pub(super) const WRONG_ROLE: Self = refusal(400, "Bad Request", 3016, "Invalid role");
    pub(super) const WRONG_JOINING_METHOD: Self = refusal(400, "Bad Request", 3018, "Invalid joining method");
    pub(super) const NO_DIALOG: Self = plain(481, "Dialog does not exist");
    pub(super) const UNAVAILABLE: Self = plain(503, "Service Unavailable");
    pub(super) const TOO_MANY_HOPS: Self = plain(483, "Too Many Hops");
    pub(super) const CANCELLED: Self = plain(487, "Request Terminated");
    pub(super) const TIMED_OUT: Self = plain(408, "Request Timeout");

    /// Answers with it.
    pub(super) fn answer<M: Machine>(self, cx: &mut Context<'_, M>, tx: ServerTransaction) {
        let draft = self.explained(cx, Draft::new());
        cx.respond(tx, self.code, self.phrase, &draft);
    }

    /// Answers with it and a C3P document.
    pub(super) fn answer_with<M: Machine>(
        self,
        cx: &mut Context<'_, M>,
        tx: ServerTransaction,
        document: Vec<u8>,
    ) {
        let draft = self.explained(cx, Draft::new()).content(crate::wire::cccp::CONTENT_TYPE, document);
        cx.respond(tx, self.code, self.phrase, &draft);
    }

    fn explained<M: Machine>(self, cx: &Context<'_, M>, draft: Draft) -> Draft {
        let Some((number, text)) = self.diagnosis else { return draft };
        if self.public {
            return draft.header("ms-diagnostics-public", format_args!("{number};reason=\"{text}\""));
        }
        let source = cx.address();
        draft.header("ms-diagnostics", format_args!("{number};source=\"{source}\";reason=\"{text}\""))
    }
}
