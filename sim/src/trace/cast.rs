//! Who is who: stable numbers and names for the nodes of a run.

use std::sync::Arc;

use confsim_core::node::Address;

/// A node of the run: the roles of the pool first, then the participants in the scenario's order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u16);

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// The pool's registrar and proxy.
    FrontEnd,
    /// The focus factory.
    Factory,
    /// The focus.
    Focus,
    /// The IM MCU.
    Mcu,
    /// A participant's client.
    Client,
}

impl NodeId {
    /// The front end.
    pub const FRONT_END: Self = Self(0);
    /// The focus factory.
    pub const FACTORY: Self = Self(1);
    /// The focus.
    pub const FOCUS: Self = Self(2);
    /// The IM MCU.
    pub const MCU: Self = Self(3);

    /// All roles of the pool.
    pub const POOL: [Self; 4] = [Self::FRONT_END, Self::FACTORY, Self::FOCUS, Self::MCU];

    /// The client of the scenario's `n`-th participant, counting from zero.
    pub const fn client(n: usize) -> Self {
        Self(ROLES.len() as u16 + n as u16)
    }

    /// The number, for tables.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// What the node is.
    pub const fn role(self) -> Role {
        match self.0 {
            0 => Role::FrontEnd,
            1 => Role::Factory,
            2 => Role::Focus,
            3 => Role::Mcu,
            _ => Role::Client,
        }
    }

    /// Whether it speaks on the pool's link of its own (D-11).
    pub(crate) const fn is_member(self) -> bool {
        matches!(self.role(), Role::Factory | Role::Focus | Role::Mcu)
    }

    /// The participant's place in the scenario, for a client.
    pub const fn participant(self) -> Option<usize> {
        self.index().checked_sub(ROLES.len())
    }
}

/// The names of the pool's roles, in the order of their numbers.
pub(crate) const ROLES: [&str; 4] = ["front-end", "factory", "focus", "mcu"];

/// The nodes of one run.
#[derive(Clone, Debug)]
pub struct Cast {
    domain: Arc<str>,
    names: Vec<Arc<str>>,
    /// The SIP URIs of all nodes; a participant's is that of the user whose client it is.
    uris: Vec<Arc<str>>,
    /// The same as servers compare them, in lower case.
    keys: Vec<Arc<str>>,
}

impl Cast {
    /// A pool of somebody else's, and its clients by their names and users (`bob@contoso.com`).
    pub(crate) fn strangers(domain: &str, clients: &[(String, String)]) -> Self {
        let names = clients.iter().map(|(name, _)| name.as_str());
        Self::new(domain, names, clients.iter().map(|(_, user)| user.clone()))
    }

    /// The pool of `domain`, and clients by their names and users (`bob@contoso.com`), in the order of their numbers.
    pub(crate) fn new<'a>(
        domain: &str,
        names: impl Iterator<Item = &'a str>,
        users: impl Iterator<Item = String>,
    ) -> Self {
        let roles = ROLES.map(|role| format!("{role}@{domain}"));
        let uris: Vec<_> =
            roles.into_iter().chain(users).map(|user| Arc::from(format!("sip:{user}"))).collect();
        Self {
            domain: Arc::from(domain),
            names: ROLES.into_iter().chain(names).map(Arc::from).collect(),
            keys: uris.iter().map(|uri: &Arc<str>| Arc::from(uri.to_ascii_lowercase())).collect(),
            uris,
        }
    }

    /// Every node, in the order of their numbers.
    pub fn nodes(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..self.names.len()).map(|index| NodeId(index as u16))
    }

    /// The name of a node: `front-end`, `factory`, `focus`, `mcu`, or the participant's.
    pub fn name(&self, node: NodeId) -> &str {
        self.names.get(node.index()).map_or("?", |name| name)
    }

    /// The node called `name`.
    pub fn find(&self, name: &str) -> Option<NodeId> {
        self.nodes().find(|node| self.name(*node) == name)
    }

    /// The SIP URI of a participant's user: `sip:bob@contoso.com`.
    pub fn uri(&self, node: NodeId) -> &str {
        self.uris.get(node.index()).map_or("", |uri| uri)
    }

    /// The same as servers compare it (`Uri::address`).
    pub(crate) fn key(&self, node: NodeId) -> &str {
        self.keys.get(node.index()).map_or("", |key| key)
    }

    /// The user name in this SIP URI, if that is a participant's: for people.
    pub fn user<'a>(&'a self, uri: &str) -> Option<&'a str> {
        let user = self.users().find(|(_, user)| *user == uri)?.1.strip_prefix("sip:")?;
        user.split_once('@').map(|(name, _)| name)
    }

    /// The participant with this SIP URI, if only one has it: a user may have several clients.
    pub fn by_uri(&self, uri: &str) -> Option<NodeId> {
        let mut clients = self.users().filter(|(_, user)| *user == uri);
        let (client, _) = clients.next()?;
        clients.next().is_none().then_some(client)
    }

    /// The participants' clients, and whose they are.
    fn users(&self) -> impl Iterator<Item = (NodeId, &str)> {
        self.nodes().zip(&self.uris).skip(ROLES.len()).map(|(node, uri)| (node, &**uri))
    }

    /// Where a node listens, and where it connects from as its peers see it: `focus.contoso.com:5061`.
    pub fn address(&self, node: NodeId) -> Address {
        let place = if node.role() == Role::Client { "clients." } else { "" };
        Address::new(&format!("{}.{place}{}:5061", self.name(node), self.domain))
    }
}
