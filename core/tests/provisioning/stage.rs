//! Bob's client on a bench; the test plays the factory.

use std::sync::Arc;

use confsim_core::client::{Action, Client, Command, Config, Event, Kind, Plan, Provision, Provisioned};
use confsim_core::cryptography::Cryptography;
use confsim_core::entropy::Entropy;
use confsim_core::node::{Address, ConnId, Input};
use confsim_core::signal::Endpoint;
use confsim_core::wire::cccp::{self, Code, CommandKind, CommandResult, Outcome, Reason, Request, Response};
use confsim_core::wire::conference_info::{ConferenceInfo, Description, State};
use confsim_core::wire::sip::Method;

use crate::common::{Bench, Sent, messages, only};
use crate::sealer::Sealer;

pub(crate) const CONN: ConnId = ConnId::opened(0);
pub(crate) const BOB: &str = "sip:bob@contoso.com";
pub(crate) const ID: &str = "FC275ECD12493E4E9C27C894FE91E104";

pub(crate) struct Stage {
    pub(crate) bench: Bench<Endpoint<Client>>,
}

impl Stage {
    /// A client that has signed in.
    pub(crate) fn new() -> Self {
        Self::with(Arc::new(Sealer("cert bob")))
    }

    pub(crate) fn with(cryptography: Arc<dyn Cryptography>) -> Self {
        let mut stage = Self::signed_out(cryptography);
        stage.bench.give(Input::Command(Command::SignIn));
        let register = only(messages(stage.bench.give(Input::Connected { conn: CONN })));
        let contact = "Contact: <sip:bob@contoso.com>;gruu=\"sip:bob@contoso.com;opaque=user:epid:B;gruu\"\n";
        assert!(stage.bench.hear(CONN, &register.response("200 OK", "far", contact)).is_empty());
        assert_eq!(stage.bench.seen(), [Event::SignedIn]);
        stage
    }

    pub(crate) fn signed_out(cryptography: Arc<dyn Cryptography>) -> Self {
        let at = |address| Address::new(address);
        let (address, front_end) = (at("bob.example:5061"), at("fe.contoso.com:5061"));
        let config = Config::new(BOB, "01010101aa", Kind::Cwa, address, front_end);
        let config = Config { cryptography, ..config };
        let settings = config.settings();
        let mut bench = Bench::new(Endpoint::new(Client::new(config), settings, Entropy::named(3, "bob")));
        bench.give(Input::Start);
        Self { bench }
    }

    /// Bob wants something of his factory: the request that leaves his client.
    #[track_caller]
    pub(crate) fn wish(&mut self, action: Action) -> Sent {
        only(self.wishes(None, action))
    }

    /// Bob wants something of a factory: what leaves his client.
    pub(crate) fn wishes(&mut self, organizer: Option<&str>, action: Action) -> Vec<Sent> {
        let organizer = organizer.map(Arc::from);
        self.bench.command(Command::Provision(Box::new(Provision { organizer, action })))
    }

    /// The factory does what a request asks for: what the client sends next.
    #[track_caller]
    pub(crate) fn succeed(&mut self, request: &Sent, outcome: Outcome<'_>) -> Vec<Sent> {
        let result = CommandResult::success(outcome);
        let body = Response::to(&c3p(request), Code::Success, result).write();
        self.answer(request, "200 OK", &body)
    }

    /// The factory refuses what a request asks for: what the client sends next.
    #[track_caller]
    pub(crate) fn refuse(&mut self, request: &Sent, kind: CommandKind, reason: Reason<'static>) -> Vec<Sent> {
        let status = format!("400 {}", reason.as_str());
        let result = CommandResult::failure(kind, reason);
        let body = Response::to(&c3p(request), Code::Failure, result).write();
        self.answer(request, &status, &body)
    }

    /// The factory answers with a body.
    pub(crate) fn answer(&mut self, request: &Sent, status: &str, body: &[u8]) -> Vec<Sent> {
        let body = std::str::from_utf8(body).expect("UTF-8");
        let more = format!("Content-Type: {}\n\n{body}", cccp::CONTENT_TYPE);
        self.bench.hear(CONN, &request.response(status, "far", &more))
    }

    /// What bob has been told.
    #[track_caller]
    pub(crate) fn told(&mut self) -> Provisioned {
        match &mut self.bench.seen()[..] {
            [Event::Provisioned(told)] => told.clone(),
            other => panic!("{other:?}"),
        }
    }

    /// What bob failed at: what, status, reason.
    #[track_caller]
    pub(crate) fn failed(&mut self) -> (&'static str, u16, String) {
        match &mut self.bench.seen()[..] {
            [Event::Failed(failure)] => (failure.what, failure.status, failure.reason.clone()),
            other => panic!("{other:?}"),
        }
    }
}

/// The command in a SERVICE request.
#[track_caller]
pub(crate) fn c3p(sent: &Sent) -> Request<'static> {
    assert!(sent.is(&Method::Service), "{sent:?}");
    Request::parse(sent.message.body()).expect("a command").into_owned()
}

/// The name of the command in a SERVICE request.
#[track_caller]
pub(crate) fn name(sent: &Sent) -> &'static str {
    c3p(sent).command.kind().expect("a known command").as_str()
}

/// A plan for the conference [`ID`].
pub(crate) fn plan(subject: &str) -> Plan {
    let description = Description {
        subject: Some(subject.to_owned().into()),
        admission_policy: Some("openAuthenticated".into()),
        ..Description::default()
    };
    let info = ConferenceInfo { description: Some(Box::new(description)), ..ConferenceInfo::default() };
    Plan { id: Some(ID.into()), info, passcode: None }
}

/// A conference as the factory tells it.
pub(crate) fn conference(state: State, version: u32) -> Box<ConferenceInfo<'static>> {
    let description = Description { conference_id: Some(ID.into()), ..Description::default() };
    Box::new(ConferenceInfo {
        entity: format!("{BOB};gruu;opaque=app:conf:focus:id:{ID}").into(),
        state: Some(state),
        version: Some(version),
        description: Some(Box::new(description)),
        ..ConferenceInfo::default()
    })
}
