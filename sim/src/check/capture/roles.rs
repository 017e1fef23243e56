//! Who is who in a capture of somebody else's system, guessed from what everybody does.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use confsim_core::wire::sip::{Message, Method, Name};

use super::stream::{Happening, Line, What};
use super::teller::{Ends, role_of};
use crate::scenario::MAX_PARTICIPANTS;
use crate::trace::{Cast, NodeId};

/// What an address does, by how often.
#[derive(Default)]
struct Deeds(BTreeMap<NodeId, usize>);

impl Deeds {
    fn add(&mut self, role: NodeId) {
        *self.0.entry(role).or_default() += 1;
    }

    /// The role that it is, and whether it is several at once.
    fn role(&self) -> Option<(NodeId, bool)> {
        let several = self.0.len() > 1 && self.0.contains_key(&NodeId::FRONT_END);
        let most = self.0.iter().max_by_key(|(_, count)| **count).map(|(role, _)| *role)?;
        Some((if several { NodeId::FRONT_END } else { most }, several))
    }
}

/// A cast for the connections, and who has which.
pub(super) fn guess(lines: &[Line], happenings: &[Happening]) -> (Cast, Vec<Option<Ends>>) {
    let deeds = deeds(lines, happenings);
    let servers: BTreeMap<IpAddr, (NodeId, bool)> =
        deeds.iter().filter_map(|(address, deeds)| Some((*address, deeds.role()?))).collect();
    let users = users(lines, happenings, &servers);
    let mut clients: Vec<(IpAddr, String)> = users.values().cloned().collect();
    clients.sort();
    clients.dedup();
    clients.truncate(MAX_PARTICIPANTS);
    let cast = cast(&clients);
    let ends = lines.iter().enumerate().map(|(number, line)| {
        let node = |side: usize| {
            let address = line.sockets[side].address;
            servers.get(&address).copied().or_else(|| {
                let place = clients.iter().position(|client| users.get(&(number, side)) == Some(client));
                place.map(|place| (NodeId::client(place), false))
            })
        };
        let [(one, together), (other, as_well)] = [node(0)?, node(1)?];
        line.sip.then_some(Ends { nodes: [one, other], collapsed: together || as_well })
    });
    let ends = ends.collect();
    (cast, ends)
}

/// What each address does that only a role of a pool does.
fn deeds(lines: &[Line], happenings: &[Happening]) -> BTreeMap<IpAddr, Deeds> {
    let mut deeds = BTreeMap::<IpAddr, Deeds>::new();
    let mut heard = BTreeSet::new();
    for Happening { line, what, .. } in happenings {
        let (What::Said { side, message, .. }, Some(line)) = (what, lines.get(*line)) else { continue };
        let (from, to) = (line.sockets[*side].address, line.sockets[1 - *side].address);
        let name = name_of(message);
        let passed_on = heard.contains(&(from, name.clone()));
        heard.insert((to, name));
        if passed_on || message.header(Name::PoolLink).is_some() {
            continue;
        }
        let final_code = message.code().is_some_and(|code| (200..300).contains(&code));
        let role = match (message.method(), message.is_request()) {
            (Method::Register, false) if final_code => Some(NodeId::FRONT_END),
            (Method::Register | Method::Ack | Method::Cancel, _) => None,
            (_, true) => Some(role_of(message, false)).filter(|role| *role != NodeId::FRONT_END),
            (_, false) if final_code => {
                Some(role_of(message, false)).filter(|role| *role != NodeId::FRONT_END)
            }
            _ => None,
        };
        if let Some(role) = role {
            deeds.entry(from).or_default().add(role);
        }
    }
    deeds
}

/// Tells a message from others, but for where it passes.
fn name_of(message: &Message) -> (String, String, String, String) {
    let part = |name| message.header(name).unwrap_or_default().to_owned();
    let code = message.code().map(|code| code.to_string()).unwrap_or_default();
    (part(Name::CallId), part(Name::CSeq), part(Name::From), code)
}

/// Whose client has an end of a connection, where it is no server's.
fn users(
    lines: &[Line],
    happenings: &[Happening],
    servers: &BTreeMap<IpAddr, (NodeId, bool)>,
) -> BTreeMap<(usize, usize), (IpAddr, String)> {
    let mut users = BTreeMap::new();
    for Happening { line: number, what, .. } in happenings {
        let (What::Said { side, message, .. }, Some(line)) = (what, lines.get(*number)) else { continue };
        let address = line.sockets[*side].address;
        let inside = message.header(Name::PoolLink).is_some();
        if inside || servers.contains_key(&address) || users.contains_key(&(*number, *side)) {
            continue;
        }
        let said = if message.is_request() { message.from() } else { message.to() };
        if let Ok(said) = said {
            let user = said.uri.address();
            let user = user.strip_prefix("sip:").unwrap_or(&user).to_owned();
            users.insert((*number, *side), (address, user));
        }
    }
    users
}

fn cast(clients: &[(IpAddr, String)]) -> Cast {
    let mut names = BTreeSet::new();
    let named: Vec<(String, String)> = clients
        .iter()
        .map(|(_, user)| {
            let own = user.split('@').next().unwrap_or_default();
            let mut name = own.to_owned();
            let mut nth = 2;
            while !names.insert(name.clone()) {
                name = format!("{own}-{nth}");
                nth += 1;
            }
            (name, user.clone())
        })
        .collect();
    let domain =
        clients.first().and_then(|(_, user)| user.split_once('@')).map_or("invalid", |(_, domain)| domain);
    Cast::strangers(domain, &named)
}
