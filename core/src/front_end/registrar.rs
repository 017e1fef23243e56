//! The registrar's table: which endpoint of which user is to be reached over which connection.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::entropy;
use crate::node::ConnId;

/// A registration, for as long as it is renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BindingId(u64);

/// One endpoint of a user.
#[derive(Clone, Debug)]
pub(super) struct Binding {
    /// The user's address in lower case: the key.
    pub(super) user: Box<str>,
    /// What stands for the endpoint in its GRUU.
    pub(super) token: Box<str>,
    /// The address as the client spells it.
    pub(super) spelling: Box<str>,
    /// The Contact URI, only ever given back.
    pub(super) contact: Box<str>,
    /// Call-ID and CSeq of the last REGISTER (RFC 3261 10.3 step 7).
    pub(super) call_id: Box<str>,
    pub(super) cseq: u32,
    /// The connection it registered on, while that stands.
    pub(super) conn: Option<ConnId>,
}

/// Every registration. Users who have signed out stay known: they are unavailable (480), not unknown (404).
#[derive(Clone, Debug, Default)]
pub(super) struct Registrar {
    bindings: BTreeMap<BindingId, Binding>,
    /// The endpoints of each user, oldest first.
    users: BTreeMap<Box<str>, Vec<BindingId>>,
    by_conn: BTreeMap<ConnId, Vec<BindingId>>,
    next: u64,
}

impl Registrar {
    /// Takes over a registration: a new one, or in place of an earlier one of the same endpoint, whichever
    /// connection that came by (D-4).
    pub(super) fn insert(&mut self, binding: Binding) -> BindingId {
        let id = self.find(&binding.user, &binding.token).unwrap_or_else(|| {
            self.next += 1;
            let id = BindingId(self.next);
            self.users.entry(binding.user.clone()).or_default().push(id);
            id
        });
        self.detach(id);
        if let Some(conn) = binding.conn {
            self.by_conn.entry(conn).or_default().push(id);
        }
        self.bindings.insert(id, binding);
        id
    }

    /// Ends a registration.
    pub(super) fn remove(&mut self, id: BindingId) -> Option<Binding> {
        self.detach(id);
        let binding = self.bindings.remove(&id)?;
        if let Some(ids) = self.users.get_mut(&binding.user) {
            ids.retain(|other| *other != id);
        }
        Some(binding)
    }

    /// A connection is gone: its endpoints, which are given back, are registered still, and out of reach.
    pub(super) fn disconnected(&mut self, conn: ConnId) -> Vec<BindingId> {
        let ids = self.by_conn.remove(&conn).unwrap_or_default();
        for id in &ids {
            if let Some(binding) = self.bindings.get_mut(id) {
                binding.conn = None;
            }
        }
        ids
    }

    /// The endpoint of `user` on `conn`: the one with this token, else any.
    pub(super) fn endpoint_on(&self, conn: ConnId, user: &str, token: Option<&str>) -> Option<BindingId> {
        let ids = self.by_conn.get(&conn).map(Vec::as_slice).unwrap_or_default();
        let named = |id: &&BindingId| {
            self.bindings.get(id).is_some_and(|binding| token.is_some_and(|token| *binding.token == *token))
        };
        let his = |id: &&BindingId| self.bindings.get(id).is_some_and(|binding| *binding.user == *user);
        let mut all = ids.iter().filter(his);
        all.clone().find(named).or_else(|| all.next()).copied()
    }

    /// The registration of an endpoint.
    pub(super) fn find(&self, user: &str, token: &str) -> Option<BindingId> {
        let mut ids = self.endpoints(user).iter().copied();
        ids.find(|id| self.bindings.get(id).is_some_and(|binding| *binding.token == *token))
    }

    pub(super) fn get(&self, id: BindingId) -> Option<&Binding> {
        self.bindings.get(&id)
    }

    /// The registrations of a user, oldest first.
    pub(super) fn endpoints(&self, user: &str) -> &[BindingId] {
        self.users.get(user).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether `user` has ever registered.
    pub(super) fn knows(&self, user: &str) -> bool {
        self.users.contains_key(user)
    }

    /// Whether `user` is registered on `conn` (D-8).
    pub(super) fn is_registered_on(&self, conn: ConnId, user: &str) -> bool {
        let ids = self.by_conn.get(&conn).map(Vec::as_slice).unwrap_or_default();
        ids.iter().any(|id| self.bindings.get(id).is_some_and(|binding| *binding.user == *user))
    }

    /// Whether anybody is registered on `conn`.
    pub(super) fn is_used(&self, conn: ConnId) -> bool {
        self.by_conn.contains_key(&conn)
    }

    /// The connections on which a user, or one endpoint of his, is to be reached, each once.
    pub(super) fn connections(&self, user: &str, token: Option<&str>) -> Vec<ConnId> {
        let mut conns = Vec::new();
        for binding in self.endpoints(user).iter().filter_map(|id| self.bindings.get(id)) {
            if token.is_none_or(|token| *binding.token == *token)
                && let Some(conn) = binding.conn
                && !conns.contains(&conn)
            {
                conns.push(conn);
            }
        }
        conns
    }

    /// How many users are known.
    pub(super) fn users(&self) -> usize {
        self.users.len()
    }

    /// How many registrations stand.
    pub(super) fn len(&self) -> usize {
        self.bindings.len()
    }

    fn detach(&mut self, id: BindingId) {
        let Some(conn) = self.bindings.get(&id).and_then(|binding| binding.conn) else { return };
        if let Some(ids) = self.by_conn.get_mut(&conn) {
            ids.retain(|other| *other != id);
            if ids.is_empty() {
                self.by_conn.remove(&conn);
            }
        }
    }
}

impl Binding {
    /// The endpoint's own URI, under which requests reach it and no other endpoint of the user.
    pub(super) fn gruu(&self) -> String {
        format!("{};opaque=user:epid:{};gruu", self.spelling, self.token)
    }
}

/// What stands for the endpoint `epid` in GRUUs: the same for the same `epid`, in the form that the examples
/// show (EX-IM-4-1-1): 24 letters of base64, the last two `A`.
pub(super) fn token(epid: &str) -> String {
    let high = entropy::hash(epid.as_bytes());
    let low = entropy::hash_parts(&[high, epid.len() as u64]);
    let mut text = URL_SAFE_NO_PAD.encode([high.to_be_bytes(), low.to_be_bytes()].concat());
    text.push_str("AA");
    text
}
