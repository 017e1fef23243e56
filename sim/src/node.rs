//! The nodes of a run: the machines of the protocol, in one type that a world can drive.

use std::sync::Arc;

use confsim_core::client::{self, Client};
use confsim_core::entropy::Entropy;
use confsim_core::factory::{self, Factory, Store};
use confsim_core::focus::{self, Focus};
use confsim_core::front_end::{self, FrontEnd};
use confsim_core::im_mcu::{self, ImMcu};
use confsim_core::node::{Address, Dump, Input, Node, Output};
use confsim_core::signal::{Endpoint, Settings};
use confsim_core::time::{Duration, Instant};

use crate::cryptography::Keys;
use crate::disk::Disk;
use crate::scenario::{Answer, Kind, Limits, Participant, Scenario};
use crate::trace::{Cast, NodeId, Role};

/// What a node is made of.
pub struct Part<'a> {
    /// Which node.
    pub node: NodeId,
    /// Who is who.
    pub cast: &'a Cast,
    /// The scenario.
    pub scenario: &'a Scenario,
    /// Which life of the node this is, counting from 1.
    pub incarnation: u32,
    /// The node's own randomness, of this incarnation.
    pub entropy: Entropy,
    /// The node's own randomness, the same in every incarnation: for what outlives them.
    pub lasting: Entropy,
    /// What the focus factory keeps its conferences in: the disk of its host, the same in every incarnation.
    pub store: Box<dyn Store>,
}

impl<'a> Part<'a> {
    /// The part of `node` under `seed`.
    pub fn new(
        node: NodeId,
        cast: &'a Cast,
        scenario: &'a Scenario,
        seed: u64,
        incarnation: u32,
        disk: &Disk,
    ) -> Self {
        let name = cast.name(node);
        let entropy = Entropy::named(seed, &format!("{name}#{incarnation}"));
        let lasting = Entropy::named(seed, name);
        Self { node, cast, scenario, incarnation, entropy, lasting, store: Box::new(disk.clone()) }
    }
}

/// A node of any role.
#[derive(Debug)]
pub enum Peer {
    /// The pool's registrar and proxy.
    FrontEnd(Box<Endpoint<FrontEnd>>),
    /// The focus factory.
    Factory(Box<Endpoint<Factory>>),
    /// The focus.
    Focus(Box<Endpoint<Focus>>),
    /// The IM MCU.
    Mcu(Box<Endpoint<ImMcu>>),
    /// A participant's client.
    Client(Box<Endpoint<Client>>),
    /// Nobody: takes everything and says nothing.
    Absent,
}

impl Peer {
    /// The node that `part` describes.
    pub fn new(part: Part<'_>) -> Self {
        let Part { node, cast, scenario, entropy, mut lasting, store, .. } = part;
        let (address, limits) = (|node| cast.address(node), scenario.limits);
        let mut settings = Settings::new(address(node));
        match node.role() {
            Role::FrontEnd => {
                let mut config = front_end::Config::new(
                    address(NodeId::FACTORY),
                    address(NodeId::FOCUS),
                    address(NodeId::MCU),
                );
                config.registration = limits.registration.unwrap_or(config.registration);
                Self::FrontEnd(Box::new(Endpoint::new(FrontEnd::new(config), settings, entropy)))
            }
            Role::Factory => {
                let config = factory_config(scenario, address(NodeId::FOCUS));
                let factory = Factory::new(config, store, Box::new(Keys::of_factory()));
                Self::Factory(Box::new(Endpoint::new(factory, settings, entropy)))
            }
            Role::Focus => {
                let mut config = focus::Config::new(
                    address(NodeId::FRONT_END),
                    address(NodeId::MCU),
                    address(NodeId::FACTORY),
                );
                limit_focus(&mut config, limits);
                Self::Focus(Box::new(Endpoint::new(Focus::new(config), settings, entropy)))
            }
            Role::Mcu => {
                let mut config = im_mcu::Config::new(address(NodeId::FOCUS), address(NodeId::FRONT_END));
                config.ringing_timeout = limits.ringing_timeout.unwrap_or(config.ringing_timeout);
                settings.request_timeout = limits.forward_timeout.unwrap_or(settings.request_timeout);
                Self::Mcu(Box::new(Endpoint::new(ImMcu::new(config), settings, entropy)))
            }
            Role::Client => {
                let participant = node.participant().and_then(|index| scenario.participants.get(index));
                let Some(participant) = participant else { return Self::Absent };
                let kind = match participant.kind {
                    Kind::Uccp => client::Kind::Uccp,
                    Kind::Legacy => client::Kind::Legacy,
                    Kind::Cwa => client::Kind::Cwa,
                };
                let (user, epid) = (cast.uri(node), lasting.hex(10));
                let mut config =
                    client::Config::new(user, &epid, kind, address(node), address(NodeId::FRONT_END));
                config.display_name = Some(participant.display_name.clone());
                config.answer = match participant.answer {
                    Answer::Accept(after) => client::Answer::Accept { after },
                    Answer::Decline => client::Answer::Decline,
                    Answer::Ignore => client::Answer::Ignore,
                };
                config.session_timer = participant.timer.unwrap_or(config.session_timer);
                config.autoextend = participant.autoextend;
                config.lobby_capable = participant.lobby;
                config.rejoin = participant.rejoin;
                config.passcode.clone_from(&participant.passcode);
                config.cryptography = Arc::new(Keys::of_client());
                let settings = config.settings();
                Self::Client(Box::new(Endpoint::new(Client::new(config), settings, entropy)))
            }
        }
    }
}

/// What the scenario says of the factory.
fn factory_config(scenario: &Scenario, focus: Address) -> factory::Config {
    let rules = &scenario.factory;
    let mut config = factory::Config::new(focus);
    let uri = |name: &String| -> Box<str> {
        let user = scenario.participants.iter().find(|participant| participant.name == *name);
        format!("sip:{}@{}", user.map_or(name.as_str(), Participant::user), scenario.domain).into()
    };
    for (organizer, delegates) in &rules.delegates {
        config.delegates.entry(uri(organizer)).or_default().extend(delegates.iter().map(uri));
    }
    if let Some(types) = &rules.mcu_types {
        config.mcu_types = types.iter().map(|kind| kind.as_str().into()).collect();
    }
    config.epoch = rules.epoch().unwrap_or(config.epoch);
    let policy = &mut config.policy;
    policy.anonymous = rules.anonymous.unwrap_or(policy.anonymous);
    policy.federated = rules.federated.unwrap_or(policy.federated);
    policy.locked = rules.locked.unwrap_or(policy.locked);
    policy.telephone = rules.telephone.unwrap_or(policy.telephone);
    policy.telephone_lobby_bypass = rules.lobby_bypass.unwrap_or(policy.telephone_lobby_bypass);
    policy.autopromote_allowed = rules.autopromote.unwrap_or(policy.autopromote_allowed);
    policy.conferences_max = rules.conferences.map_or(policy.conferences_max, |most| most as usize);
    policy.static_meeting = rules.static_meeting.unwrap_or(policy.static_meeting);
    config
}

/// Sets what the scenario says of the focus.
fn limit_focus(config: &mut focus::Config, limits: Limits) {
    let seconds = |span: Duration| u32::try_from(span.as_secs()).unwrap_or(u32::MAX);
    // The MCU gives up first.
    config.dial_out_timeout =
        limits.ringing_timeout.map_or(config.dial_out_timeout, |ringing| ringing + config.link_timeout);
    config.lobby_timeout = limits.lobby_timeout.unwrap_or(config.lobby_timeout);
    config.idle_timeout = limits.idle_timeout.unwrap_or(config.idle_timeout);
    config.link_timeout = limits.link_timeout.unwrap_or(config.link_timeout);
    config.session_expires = limits.session_expires.map_or(config.session_expires, seconds);
    config.subscription_expires = limits.subscription_expires.map_or(config.subscription_expires, seconds);
}

impl Node for Peer {
    type Command = client::Command;
    type Event = client::Event;

    fn handle(&mut self, now: Instant, input: Input<client::Command>) {
        match self {
            Self::FrontEnd(node) => hand_over(node.as_mut(), now, input),
            Self::Factory(node) => hand_over(node.as_mut(), now, input),
            Self::Focus(node) => hand_over(node.as_mut(), now, input),
            Self::Mcu(node) => hand_over(node.as_mut(), now, input),
            Self::Client(node) => node.handle(now, input),
            Self::Absent => {}
        }
    }

    fn poll(&mut self) -> Output<client::Event> {
        match self {
            Self::FrontEnd(node) => next(node.as_mut()),
            Self::Factory(node) => next(node.as_mut()),
            Self::Focus(node) => next(node.as_mut()),
            Self::Mcu(node) => next(node.as_mut()),
            Self::Client(node) => node.poll(),
            Self::Absent => Output::Wait(None),
        }
    }

    fn dump(&self) -> Dump {
        match self {
            Self::FrontEnd(node) => node.dump(),
            Self::Factory(node) => node.dump(),
            Self::Focus(node) => node.dump(),
            Self::Mcu(node) => node.dump(),
            Self::Client(node) => node.dump(),
            Self::Absent => Dump::new(),
        }
    }
}

/// Gives a server everything but commands: what its operator would ask is no part of a run.
fn hand_over(node: &mut impl Node, now: Instant, input: Input<client::Command>) {
    node.handle(
        now,
        match input {
            Input::Start => Input::Start,
            Input::Accepted { conn, from } => Input::Accepted { conn, from },
            Input::Connected { conn } => Input::Connected { conn },
            Input::Received { conn, bytes } => Input::Received { conn, bytes },
            Input::Closed { conn } => Input::Closed { conn },
            Input::Timeout => Input::Timeout,
            Input::Command(_) => return,
        },
    );
}

/// A server's next output. What its operator would see is no part of a run: neither a user nor a wire tap
/// sees it.
fn next(node: &mut impl Node) -> Output<client::Event> {
    loop {
        return match node.poll() {
            Output::Event(_) => continue,
            Output::Heard { conn, message, end } => Output::Heard { conn, message, end },
            Output::Garbage { conn, error } => Output::Garbage { conn, error },
            Output::Fired { timer } => Output::Fired { timer },
            Output::Send(transmit) => Output::Send(transmit),
            Output::Open { conn, to } => Output::Open { conn, to },
            Output::Close { conn } => Output::Close { conn },
            Output::Wait(deadline) => Output::Wait(deadline),
        };
    }
}
