//! What a client asks its pool at sign-in: the package `vnd-microsoft-provisioning-v2`. No document at hand specifies it;
//! real clients create conferences only once it has told them where.

use super::routing;
use super::{FrontEnd, Refusal};
use crate::signal::{Context, Draft, Request};
use crate::wire::provisioning::Provisioning;
use crate::wire::sip::{Message, Method};

/// The only event package that the front end itself serves.
pub(super) const PACKAGE: &str = "vnd-microsoft-provisioning-v2";

/// The type of its documents.
const CONTENT_TYPE: &str = "application/vnd-microsoft-roaming-provisioning-v2+xml";

impl FrontEnd {
    /// Answers a request about a user that is no other user's to answer: there is neither presence nor storage here.
    /// False: it is none of these.
    pub(super) fn serve_user(&self, cx: &mut Context<'_, Self>, request: &Request) -> Result<bool, Refusal> {
        let message = &*request.message;
        if !routing::opens_dialog(message) {
            return Ok(false);
        }
        match message.method() {
            Method::Subscribe if is_provisioning(message) => {
                let from = message.from().map_err(|_| Refusal::new(400, "Bad Request"))?;
                let factory = format!("{};gruu;opaque=app:conf:focusfactory", from.uri.as_str());
                let draft = Draft::new()
                    .header("Event", PACKAGE)
                    .header("Expires", 0)
                    .header("subscription-state", "terminated;expires=0")
                    .header("ms-piggyback-cseq", 1)
                    .content(CONTENT_TYPE, Provisioning::focus_factory(factory).write());
                cx.respond(request.tx, 200, "OK", &draft);
                Ok(true)
            }
            Method::Subscribe => {
                let draft = Draft::new().header("Allow-Events", PACKAGE);
                Err(Refusal { draft, ..Refusal::new(489, "Bad Event") })
            }
            Method::Service => {
                let draft = Draft::new().header("Allow", "INVITE, ACK, CANCEL, BYE, MESSAGE, INFO, OPTIONS");
                Err(Refusal { draft, ..Refusal::new(405, "Method Not Allowed") })
            }
            _ => Ok(false),
        }
    }
}

fn is_provisioning(message: &Message) -> bool {
    message.event().ok().flatten().is_some_and(|event| event.package.eq_ignore_ascii_case(PACKAGE))
}
