//! The second reading: every message once more, by other parsers than the nodes', so that a parser's error cannot
//! hide itself.

use std::collections::BTreeSet;

use bytes::Bytes;
use confsim_core::wire::sip::{Limits, Message};
use roxmltree::{Document, Node};

use super::document;
use super::element::Element;
use super::sight::{Observe, Reading, Scene, Sight, Topic, Written};
use super::{Kind, Property, Verdict};
use crate::trace::{MsgId, NodeId};

/// SIP, read twice.
pub(super) const HEADS: Property = Property {
    id: "wire.heads",
    kind: Kind::Always,
    needs: &[],
    requirements: &["IM-2-2-a", "IM-2-1-a"],
    sentence: "What our parser reads in the head of a message (method, code, Call-ID, CSeq, tags, numbers of Via, Route \
               and Record-Route) its plain text has.",
};

/// XML, read twice.
pub(super) const DOCUMENTS: Property = Property {
    id: "wire.documents",
    kind: Kind::Always,
    needs: &[],
    requirements: &[
        "IM-2-2-c", "IM-1-7-a", "IM-6-2-a", "IM-6-2-b", "IM-6-2-c", "IM-6-2-d", "IM-6-2-e", "IM-6-2-f",
    ],
    sentence: "Each XML body that a node writes is well-formed, has the root that its Content-Type says, and the \
               attributes and values that its schema asks for.",
};

/// Rosters, read twice.
pub(super) const ROSTERS: Property = Property {
    id: "wire.rosters",
    kind: Kind::Always,
    needs: &[],
    requirements: &["EX-IM-4-1-1-q", "D-12"],
    sentence: "In a roster document another XML parser finds the version, the users and the endpoints that ours finds.",
};

const CCCP: &str = "urn:ietf:params:xml:ns:cccp";
const CONFERENCE_INFO: &str = "urn:ietf:params:xml:ns:conference-info";
const IMDN: &str = "http://schemas.microsoft.com/rtc/2005/08/imdn";

/// Values of an endpoint's status (RFC 4575 section 5.5).
const STATUS: [&str; 9] = [
    "pending",
    "dialing-out",
    "dialing-in",
    "alerting",
    "on-hold",
    "connected",
    "muted-via-focus",
    "disconnecting",
    "disconnected",
];

#[derive(Default)]
pub(super) struct SecondReading {
    /// The last body: one goes to many.
    last: Bytes,
    /// What forgers have written, and what answers it or passes such an answer on.
    forged: BTreeSet<MsgId>,
    heads: u64,
    documents: u64,
}

impl Observe for SecondReading {
    const TOPICS: &'static [Topic] = &[Topic::Wrote, Topic::Read];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        let written = match sight {
            Sight::Wrote(written) => written,
            Sight::Read(reading) => return self.read(scene, reading),
            _ => return,
        };
        if scene.forges(written.origin) {
            self.forged.insert(written.id);
            return;
        }
        let repeats = self.repeats(scene, written);
        let Ok(message) = Message::from_parts(written.head.clone(), written.body.clone(), Limits::DEFAULT)
        else {
            let words = "writes what cannot be read".to_owned();
            return verdict.violate(&HEADS, scene.finding(written.from, &[written.id], words));
        };
        self.heads += 1;
        if let Some(words) = disagreement(&message, written).filter(|_| !repeats) {
            let words = format!("writes a head that is read in two ways: {words}");
            verdict.violate(&HEADS, scene.finding(written.from, &[written.id], words));
        }
        // What is passed on was read when it was said.
        if is_its_own(written) && !written.body.is_empty() && *written.body != self.last {
            self.last = written.body.clone();
            self.body(scene, written, message.content_type().unwrap_or_default(), verdict);
        }
    }

    fn end(&mut self, _: &Scene, verdict: &mut Verdict) {
        verdict.exercise_times(&HEADS, self.heads);
        verdict.exercise_times(&DOCUMENTS, self.documents);
    }
}

impl SecondReading {
    fn read(&mut self, scene: &Scene, reading: &Reading<'_>) {
        if scene.forges(reading.from) {
            self.forged.insert(reading.id);
        }
    }

    /// Whether this is an answer that has to repeat what a forger wrote, however that is to be read.
    fn repeats(&mut self, scene: &Scene, written: &Written<'_>) -> bool {
        let forged = written.cause.is_some_and(|cause| self.forged.contains(&cause));
        let repeats = written.letter.code().is_some() && (forged || scene.forges(written.to));
        if repeats {
            self.forged.insert(written.id);
        }
        repeats
    }

    fn body(&mut self, scene: &Scene, written: &Written<'_>, content_type: &str, verdict: &mut Verdict) {
        let media = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let (namespace, names): (&str, &[&str]) = match media.as_str() {
            "application/cccp+xml" => (CCCP, &["request", "response"]),
            "application/conference-info+xml" => (CONFERENCE_INFO, &["conference-info"]),
            "application/ms-imdn+xml" => (IMDN, &["imdn"]),
            _ => return,
        };
        self.documents += 1;
        let text = std::str::from_utf8(written.body).map_err(|error| error.to_string());
        let document = text.and_then(|text| Document::parse(text).map_err(|error| error.to_string()));
        let words = match &document {
            Err(error) => Some(format!("that is not well-formed: {error}")),
            Ok(document) => {
                let root = document.root_element();
                let name = root.tag_name();
                let fits = name.namespace() == Some(namespace) && names.contains(&name.name());
                let rule = match media.as_str() {
                    "application/cccp+xml" => cccp(root),
                    "application/ms-imdn+xml" => imdn(root),
                    _ => conference_info(root),
                };
                if fits { rule } else { Some(format!("with the root {}", name.name())) }
            }
        };
        if let Some(words) = words {
            let words = format!("writes a body of {media} {words}");
            verdict.violate(&DOCUMENTS, scene.finding(written.from, &[written.id], words));
        }
        if let Ok(document) = &document
            && namespace == CONFERENCE_INFO
        {
            verdict.exercise(&ROSTERS);
            if let Some(words) = otherwise(document.root_element(), written.body) {
                verdict.violate(&ROSTERS, scene.finding(written.from, &[written.id], words));
            }
        }
    }
}

/// Whether a body is the writer's. In MESSAGE and INFO the IM MCU forwards what its participants wrote, a forger's too.
fn is_its_own(written: &Written<'_>) -> bool {
    let forwards = ["MESSAGE ", "INFO "].iter().any(|method| written.letter.start.starts_with(method));
    written.own && !(written.from == NodeId::MCU && forwards)
}

/// Where two readings of a head differ.
fn disagreement(message: &Message, written: &Written<'_>) -> Option<String> {
    let letter = written.letter;
    let tags = |value: Result<confsim_core::wire::sip::NameAddr<'_>, _>| {
        value.map(|value| value.tag().unwrap_or_default().to_owned()).unwrap_or_default()
    };
    let method = message.method().as_str();
    let start = letter.start.split(' ').next().unwrap_or_default();
    let checks = [
        ("method", letter.cseq.ends_with(method) && (message.code().is_some() || start == method)),
        ("code", message.code() == letter.code()),
        ("Call-ID", message.call_id().ok() == Some(letter.call_id)),
        ("CSeq", message.cseq().is_ok_and(|cseq| cseq.seq == written.brief.cseq)),
        ("From tag", tags(message.from()) == letter.from_tag),
        ("To tag", tags(message.to()) == letter.to_tag),
        // Several on one line stay together in the plain text.
        ("Via", message.vias().flatten().count() >= letter.vias()),
        ("Route", message.routes().flatten().count() >= letter.routes.len()),
        ("Record-Route", message.record_routes().flatten().count() >= letter.record_routes.len()),
    ];
    checks.into_iter().find(|(_, alike)| !alike).map(|(what, _)| what.to_owned())
}

fn cccp(root: Node<'_, '_>) -> Option<String> {
    let number = root.attribute("requestId").unwrap_or_default();
    if number.is_empty() || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(format!("with the requestId [{number}]"));
    }
    if root.attribute("C3PVersion").is_some_and(|version| version != "1") {
        return Some("with another C3PVersion than 1".to_owned());
    }
    if let Some(missing) = ["from", "to"].into_iter().find(|name| root.attribute(*name).is_none()) {
        return Some(format!("without {missing}"));
    }
    let code = root.attribute("code");
    let expected = root.tag_name().name() == "response";
    let known = code.is_some_and(|code| matches!(code, "success" | "pending" | "failure"));
    (known != expected || code.is_some() != expected).then(|| format!("with the code {code:?}"))
}

fn imdn(root: Node<'_, '_>) -> Option<String> {
    let numbers = |name: &'static str| {
        let all = root.descendants().filter(move |node| node.has_tag_name((IMDN, name)));
        all.map(|node| node.text().unwrap_or_default().trim().parse::<u32>())
    };
    if numbers("message-id").count() != 1 {
        return Some("without its one message-id".to_owned());
    }
    if numbers("message-id").chain(numbers("status")).any(|number| number.is_err()) {
        return Some("with a message-id or status that is no number".to_owned());
    }
    let mut recipients = root.descendants().filter(|node| node.has_tag_name((IMDN, "recipient")));
    let poor = recipients.any(|recipient| {
        let status = recipient.children().any(|child| child.has_tag_name((IMDN, "status")));
        recipient.attribute("uri").is_none() || !status
    });
    poor.then(|| "with a recipient without uri or status".to_owned())
}

fn conference_info(root: Node<'_, '_>) -> Option<String> {
    for node in root.descendants().filter(Node::is_element) {
        let name = node.tag_name();
        if name.namespace() != Some(CONFERENCE_INFO) {
            continue;
        }
        if let Some(state) =
            node.attribute("state").filter(|state| !matches!(*state, "full" | "partial" | "deleted"))
        {
            return Some(format!("with the state {state}"));
        }
        let inside = node.parent_element().map_or("", |parent| parent.tag_name().name());
        if name.name() == "status"
            && inside == "endpoint"
            && !STATUS.contains(&node.text().unwrap_or_default().trim())
        {
            return Some(format!("with the status {:?}", node.text()));
        }
        if matches!(name.name(), "users" | "user") {
            let mut seen = BTreeSet::new();
            let children =
                node.children().filter(|child| matches!(child.tag_name().name(), "user" | "endpoint"));
            let twice =
                children.filter_map(|child| child.attribute("entity")).find(|entity| !seen.insert(*entity));
            if let Some(entity) = twice {
                return Some(format!("with {entity} twice"));
            }
        }
    }
    let version = root.attribute("version").is_none_or(|version| version.parse::<u32>().is_ok());
    (!version).then(|| "with a version that is no number".to_owned())
}

/// Where the observers' reading of a roster differs from this one.
fn otherwise(root: Node<'_, '_>, body: &[u8]) -> Option<String> {
    let Ok(ours) = document::Document::read(body) else {
        return Some("writes a roster that only the other parser reads".to_owned());
    };
    let version = root.attribute("version").and_then(|version| version.parse().ok()).unwrap_or(0_u32);
    let of = |node: Node<'_, '_>, name: &str| {
        let all = node.children().filter(|child| child.has_tag_name((CONFERENCE_INFO, name)));
        all.filter_map(|child| child.attribute("entity").map(str::to_owned)).collect::<BTreeSet<_>>()
    };
    let users = root.children().find(|child| child.has_tag_name((CONFERENCE_INFO, "users")));
    let entity = |element: &Element| element.attribute("entity").map(str::to_owned);
    let theirs: BTreeSet<String> = users.into_iter().flat_map(|users| of(users, "user")).collect();
    let found: BTreeSet<String> = ours.root.users().filter_map(|user| entity(user)).collect();
    if (version, &theirs) != (ours.version, &found) {
        return Some(format!(
            "writes a roster of version {version} with {theirs:?}; ours reads {} with {found:?}",
            ours.version
        ));
    }
    let mut all = users.into_iter().flat_map(|users| users.children());
    all.find_map(|user| {
        let name = user.attribute("entity")?;
        let endpoints: BTreeSet<String> =
            ours.root.user(name)?.all("endpoint").filter_map(|it| entity(it)).collect();
        let theirs = of(user, "endpoint");
        (theirs != endpoints)
            .then(|| format!("writes {name} with the endpoints {theirs:?}; ours reads {endpoints:?}"))
    })
}
