//! Few words for messages, actions and events.

use std::sync::Arc;

use confsim_core::client::{EndpointView, Event, Provisioned, UserView};
use confsim_core::node::Summary;
use confsim_core::wire::sip::{Message, Method, Name, StartLine};

use crate::scenario::Action;
use crate::trace::{Cast, HostChange, Skip};

/// Longest quotation from an instant message, in characters.
const QUOTE: usize = 32;

/// Most users of a roster that are named.
const NAMED: usize = 12;

/// A message by its start line: `INFO`, `202 INFO`.
pub(super) fn message(summary: &Summary) -> String {
    match summary {
        Summary::Request(method) => method.to_string(),
        Summary::Response(code, method) => format!("{code} {method}"),
    }
}

/// What a user does.
pub(super) fn action(action: &Action) -> String {
    match action {
        Action::SignIn => "signs in".to_owned(),
        Action::Create { .. } => "creates".to_owned(),
        Action::Join { .. } => "joins".to_owned(),
        Action::Send { .. } => "says".to_owned(),
        Action::Typing { .. } => "types".to_owned(),
        Action::Eject { user, .. } => format!("ejects {user}"),
        Action::LobbyAdmit { user, .. } => format!("admits {user}"),
        Action::LobbyDeny { user, .. } => format!("denies {user}"),
        Action::Lock { .. } => "locks".to_owned(),
        Action::Unlock { .. } => "unlocks".to_owned(),
        Action::Promote { user, .. } => format!("promotes {user}"),
        Action::Demote { user, .. } => format!("demotes {user}"),
        Action::Invite { user, .. } => format!("calls {user}"),
        Action::ConfInvite { user, .. } => format!("invites {user}"),
        Action::End { .. } => "ends it".to_owned(),
        Action::GetState { .. } => "asks".to_owned(),
        Action::Refresh { .. } => "refreshes".to_owned(),
        Action::SetFormats { formats, .. } => format!("takes {formats}"),
        Action::Leave { .. } => "leaves".to_owned(),
        Action::Provision(wish) => match &wish.on_behalf_of {
            Some(organizer) => format!("wants {} for {organizer}", wish.deed.verb()),
            None => format!("wants {}", wish.deed.verb()),
        },
        Action::Say(_) => "forges".to_owned(),
    }
}

/// Why a user does not.
pub(super) const fn skip(why: Skip) -> &'static str {
    match why {
        Skip::NoConference => "skipped: there is no such conference",
        Skip::Down => "skipped: the host is down",
        Skip::NotConnected => "skipped: there is no connection",
        Skip::Unknown => "skipped: what it names was never seen",
    }
}

/// What becomes of a node.
pub(super) fn change(change: HostChange) -> String {
    match change {
        HostChange::Crashed => "crashes".to_owned(),
        HostChange::Back { incarnation } => format!("is back (#{incarnation})"),
        HostChange::Paused => "stands still".to_owned(),
        HostChange::Resumed => "goes on".to_owned(),
        HostChange::Clock => "is out of time".to_owned(),
        HostChange::DiskFull => "has a full disk".to_owned(),
        HostChange::DiskFree => "has room again".to_owned(),
    }
}

/// What a user sees.
pub(super) fn event(event: &Event, cast: &Cast) -> String {
    match event {
        Event::SignedIn => "is signed in".to_owned(),
        Event::Created { .. } => "has a conference".to_owned(),
        Event::Provisioned(provisioned) => provisioned_label(provisioned),
        Event::Joined { .. } => "is in".to_owned(),
        Event::ChatJoined { .. } => "can talk".to_owned(),
        Event::ChatEnded { .. } => "can talk no longer".to_owned(),
        Event::Called { .. } => "is called".to_owned(),
        Event::ConfInvite { from, .. } => format!("is invited by {}", person(from, cast)),
        Event::Typing { sender, .. } => {
            format!(
                "sees {} type",
                sender.as_deref().map_or_else(|| "somebody".to_owned(), |uri| person(uri, cast))
            )
        }
        Event::State { version, roster, .. } => {
            format!(
                "is told v{version}: {}",
                some(roster.len(), roster.iter().map(|(uri, _)| person(uri, cast)))
            )
        }
        Event::Roster { version, roster, .. } => {
            let user = |(uri, user): (&Arc<str>, &Arc<UserView>)| {
                let mut sessions: Vec<_> = user.endpoints.values().map(session).collect();
                // Not in the order of the endpoints' names, which are drawn.
                sessions.sort_unstable_by(|a, b| b.cmp(a));
                format!("{}[{}]", person(uri, cast), sessions.join(" "))
            };
            format!("sees v{version}: {}", some(roster.len(), roster.iter().map(user)))
        }
        Event::RosterGap { have, got, .. } => format!("misses what is between v{have} and v{got}"),
        Event::Received { message_id, content_type, body, .. } => {
            format!("reads #{message_id} {}", quote(content_type, body))
        }
        Event::Accepted { message_id, notification_follows, .. } => {
            let rest = if *notification_follows { "report follows" } else { "nobody else is there" };
            format!("said #{message_id}, {rest}")
        }
        Event::Delivered { message_id, timed_out: true, .. } => format!("waits no longer for #{message_id}"),
        Event::Delivered { message_id, failures, .. } if failures.is_empty() => {
            format!("knows that #{message_id} reached all")
        }
        Event::Delivered { message_id, failures, .. } => {
            let failures: Vec<_> =
                failures.iter().map(|(uri, status)| format!("{} ({status})", person(uri, cast))).collect();
            format!("knows that #{message_id} did not reach {}", failures.join(", "))
        }
        Event::CommandDone { command, .. } => format!("has done {command}"),
        Event::Failed(failure) => {
            format!("fails at {}: {} {}", failure.what, failure.status, failure.reason)
        }
        Event::Ended { by_server: true, .. } => "is out, by the server".to_owned(),
        Event::Ended { .. } => "is out".to_owned(),
    }
}

/// The first few of `all`, and how many more there are.
fn some(all: usize, users: impl Iterator<Item = String>) -> String {
    let mut text = users.take(NAMED).collect::<Vec<_>>().join(" ");
    if all > NAMED {
        text.push_str(&format!(" and {} more", all - NAMED));
    }
    text
}

/// What a focus factory told a user.
fn provisioned_label(provisioned: &Provisioned) -> String {
    match provisioned {
        Provisioned::Modified { version, .. } => format!("has modified to v{version}"),
        Provisioned::VersionConflict { current } => {
            format!("finds v{} instead", current.version.unwrap_or(1))
        }
        Provisioned::Deleted { .. } => "has deleted".to_owned(),
        Provisioned::Details { info, .. } => format!("looks at v{}", info.version.unwrap_or(1)),
        Provisioned::List { conferences, .. } => format!("lists {}", conferences.len()),
        Provisioned::EncryptionKey { .. } => "has the factory's certificate".to_owned(),
        Provisioned::McuTypes(types) => format!("knows the MCU types {}", types.join(" ")),
        Provisioned::Capabilities(_) => "knows the capabilities".to_owned(),
    }
}

/// The user's name for any form of a SIP URI, with parameters or brackets; the URI for strangers.
pub(super) fn person(uri: &str, cast: &Cast) -> String {
    let bare = uri.trim().trim_start_matches('<').trim_end_matches('>').trim();
    let bare = bare.split(';').next().unwrap_or(bare);
    cast.user(bare).unwrap_or(bare).to_owned()
}

/// What a message is about, beyond method and status: command, roster version, Message-Id, reason.
pub(super) fn about(message: &Message) -> Option<String> {
    let mut parts = Vec::new();
    if let Some(code) = message.code()
        && code >= 300
        && let StartLine::Response { reason, .. } = message.start()
    {
        parts.push(reason.to_owned());
    }
    if let Some(id) = message.header(Name::MessageId) {
        parts.push(format!("#{}", id.trim()));
    }
    if let Some(state) = message.header(Name::SubscriptionState)
        && state.trim_start().to_ascii_lowercase().starts_with("terminated")
    {
        parts.push("terminated".to_owned());
    }
    if *message.method() == Method::Subscribe && message.header(Name::Expires).map(str::trim) == Some("0") {
        parts.push("the end".to_owned());
    }
    parts.extend(body(message));
    if parts.is_empty() { None } else { Some(parts.join(" ")) }
}

/// What a body says, from its first few tags: a look at it, not a reading.
fn body(message: &Message) -> Option<String> {
    let content_type = message.content_type()?.to_ascii_lowercase();
    let text = std::str::from_utf8(message.body()).ok()?;
    if text.is_empty() {
        return None;
    }
    if content_type.starts_with("application/cccp+xml") {
        let mut tags = tags(text);
        let root = tags.next()?;
        let command = local_name(tags.find(|tag| !tag.starts_with('/'))?);
        return Some(match attribute(root, "code") {
            Some(code) => format!("{command} {code}"),
            None => command.to_owned(),
        });
    }
    if content_type.starts_with("application/conference-info+xml") {
        let root = tags(text).next()?;
        let state = attribute(root, "state").unwrap_or("full");
        return Some(match attribute(root, "version") {
            Some(version) => format!("v{version} {state}"),
            None => format!("roster {state}"),
        });
    }
    if content_type.starts_with("application/ms-imdn+xml") {
        let id = text.split_once("<message-id>")?.1.split_once('<')?.0;
        return Some(format!("report on #{}", id.trim()));
    }
    (*message.method() == Method::Message).then(|| quote(&content_type, message.body()))
}

/// The opening and closing tags of a document, without brackets, declarations and comments.
fn tags(text: &str) -> impl Iterator<Item = &str> {
    let tag = |piece: &'_ str| piece.split('>').next().map(str::len);
    text.split('<')
        .skip(1)
        .filter(|piece| !piece.starts_with(['?', '!']))
        .filter_map(move |piece| piece.get(..tag(piece)?))
}

fn local_name(tag: &str) -> &str {
    let name = tag.split([' ', '/', '\r', '\n', '\t']).next().unwrap_or(tag);
    name.rsplit(':').next().unwrap_or(name)
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let after = tag.split_once(&format!(" {name}=\""))?.1;
    after.split('"').next()
}

/// The beginning of a plain text, the type of anything else.
fn quote(content_type: &str, body: &[u8]) -> String {
    if !content_type.starts_with("text/plain") {
        return content_type.split(';').next().unwrap_or(content_type).trim().to_owned();
    }
    let text = String::from_utf8_lossy(body);
    let mut start: String =
        text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).take(QUOTE).collect();
    if text.chars().count() > QUOTE {
        start.push('…');
    }
    format!("\"{start}\"")
}

/// `focus`, or with its status if that is not the usual one: `focus:on-hold`.
fn session(endpoint: &EndpointView) -> String {
    match endpoint.status.as_str() {
        "" | "connected" => endpoint.session.clone(),
        status => format!("{}:{status}", endpoint.session),
    }
}
