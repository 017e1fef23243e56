//! A factory on a bench, whose store and keys the test holds.

use std::sync::{Arc, Mutex, MutexGuard};

use confsim_core::entropy::Entropy;
use confsim_core::factory::{Config, Factory, Policy, Store, StoreError};
use confsim_core::node::{Address, ConnId, Input};
use confsim_core::signal::{Endpoint, Settings};
use confsim_core::wire::cccp::{Code, Outcome, Reason, Response};
use confsim_core::wire::conference_info::ConferenceInfo;
use confsim_core::wire::sip::Name;

use crate::common::{Bench, Sent, only};
use crate::sealer::Sealer;

pub(crate) const FACTORY_URI: &str = "sip:alice@contoso.com;gruu;opaque=app:conf:focusfactory";
pub(crate) const FOCUS: &str = "focus.pool.contoso.com:5061";
pub(crate) const ID: &str = "FC275ECD12493E4E9C27C894FE91E104";

/// A factory with its connection to the front end.
pub(crate) struct Stage {
    pub(crate) bench: Bench<Endpoint<Factory>>,
    pub(crate) conn: ConnId,
    pub(crate) disk: Disk,
    config: Config,
    keys: Sealer,
}

pub(crate) fn config() -> Config {
    Config::new(Address::new(FOCUS))
}

pub(crate) fn with(policy: Policy) -> Config {
    Config { policy, ..config() }
}

impl Stage {
    /// A factory with an empty store.
    pub(crate) fn new(config: Config) -> Self {
        Self::with_keys(config, Sealer("cert factory"))
    }

    pub(crate) fn with_keys(config: Config, keys: Sealer) -> Self {
        let disk = Disk::default();
        let bench = started(config.clone(), &disk, &keys);
        let mut stage = Self { bench, conn: ConnId::accepted(0), disk, config, keys };
        stage.conn = stage.bench.accept("fe.contoso.com:5061");
        stage
    }

    /// The host goes down and comes up again: what was not committed is gone. Time goes on.
    pub(crate) fn restart(&mut self) {
        let now = self.bench.now;
        self.bench = started(self.config.clone(), &self.disk, &self.keys);
        self.bench.now = now;
        self.conn = self.bench.accept("fe.contoso.com:5061");
    }

    /// A command of alice's: the SIP response.
    #[track_caller]
    pub(crate) fn ask(&mut self, body: &str) -> Sent {
        self.hear(&service("alice", 1, body))
    }

    /// A whole request: the SIP response.
    #[track_caller]
    pub(crate) fn hear(&mut self, text: &str) -> Sent {
        only(self.bench.hear(self.conn, text))
    }

    /// A command of alice's that the factory refuses: code and reason. The phrase is the reason, and no conference is
    /// told (PRO-2-2-3-1-ad, PRO-2-2-3-4-i).
    #[track_caller]
    pub(crate) fn refused(&mut self, body: &str) -> (u16, Reason<'static>) {
        let sent = self.ask(body);
        let response = c3p(&sent);
        assert_eq!(response.code, Code::Failure, "{sent:?}");
        let reason = response.result.reason.expect("a reason");
        assert_eq!(sent.start().splitn(3, ' ').nth(2), Some(reason.as_str()));
        assert!(!sent.body().contains("conference-info>"), "{sent:?}");
        (sent.code().unwrap_or_default(), reason)
    }

    /// A command of alice's that succeeds.
    #[track_caller]
    pub(crate) fn done(&mut self, body: &str) -> Outcome<'static> {
        let sent = self.ask(body);
        assert_eq!(sent.start(), "SIP/2.0 200 OK", "{sent:?}");
        let response = c3p(&sent);
        assert_eq!((response.code, response.result.reason), (Code::Success, None));
        response.result.outcome
    }

    #[track_caller]
    pub(crate) fn created(&mut self, body: &str) -> ConferenceInfo<'static> {
        match self.done(body) {
            Outcome::AddConference(Some(info)) => *info,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn modified(&mut self, body: &str) -> ConferenceInfo<'static> {
        match self.done(body) {
            Outcome::ModifyConference(Some(info)) => *info,
            other => panic!("{other:?}"),
        }
    }

    #[track_caller]
    pub(crate) fn found(&mut self, id: &str) -> ConferenceInfo<'static> {
        match self.done(&get(id)) {
            Outcome::GetConference(Some(info)) => *info,
            other => panic!("{other:?}"),
        }
    }

    /// The conferences of a list, as ids.
    #[track_caller]
    pub(crate) fn listed(&mut self, is_static: bool) -> Vec<ConferenceInfo<'static>> {
        match self.done(&envelope(&format!("<getConferences static=\"{is_static}\"/>"))) {
            Outcome::GetConferences(found) => {
                assert_eq!(found.is_static, Some(is_static));
                found.conferences.expect("a list")
            }
            other => panic!("{other:?}"),
        }
    }

    /// How many conferences there are.
    pub(crate) fn count(&self) -> u64 {
        use confsim_core::node::Node as _;
        self.bench.node.dump()["conferences"]
    }
}

fn started(config: Config, disk: &Disk, keys: &Sealer) -> Bench<Endpoint<Factory>> {
    disk.lock().pending.clear();
    let settings = Settings::new(Address::new("factory.pool.contoso.com:5061"));
    let factory = Factory::new(config, Box::new(disk.clone()), Box::new(keys.clone()));
    let mut bench = Bench::new(Endpoint::new(factory, settings, Entropy::named(5, "factory")));
    bench.give(Input::Start);
    bench
}

/// A SERVICE request of `user`'s to the factory of alice.
pub(crate) fn service(user: &str, cseq: u32, body: &str) -> String {
    format!(
        "SERVICE {FACTORY_URI} SIP/2.0\n\
         Via: SIP/2.0/TCP fe.contoso.com:5061;branch=z9hG4bK{cseq}\n\
         From: <sip:{user}@contoso.com>;tag=f7588dc661;epid=1\n\
         To: <{FACTORY_URI}>\n\
         Call-ID: 72d6a36a36784cf58e7e7ab1a51deca2\n\
         CSeq: {cseq} SERVICE\n\
         Content-Type: application/cccp+xml\n\n{body}"
    )
}

/// The envelope of alice's request.
pub(crate) fn envelope(command: &str) -> String {
    format!(
        "<request xmlns=\"urn:ietf:params:xml:ns:cccp\" \
         xmlns:ci=\"urn:ietf:params:xml:ns:conference-info\" \
         xmlns:msci=\"http://schemas.microsoft.com/rtc/2005/08/confinfoextensions\" C3PVersion=\"1\" \
         to=\"{FACTORY_URI}\" from=\"sip:alice@contoso.com\" requestId=\"68537848\">{command}</request>"
    )
}

/// addConference with these children of conference-info, of its description first.
pub(crate) fn add(description: &str, more: &str) -> String {
    envelope(&format!(
        "<addConference><ci:conference-info entity=\"\"><ci:conference-description>{description}\
         </ci:conference-description>{more}</ci:conference-info></addConference>"
    ))
}

/// modifyConference of such a version.
pub(crate) fn modify(version: u32, description: &str, more: &str) -> String {
    add(description, more)
        .replace("addConference>", "modifyConference>")
        .replace("entity=\"\"", &format!("entity=\"\" version=\"{version}\""))
}

pub(crate) fn id_and_policy(id: &str, policy: &str) -> String {
    format!(
        "<msci:conference-id>{id}</msci:conference-id><msci:admission-policy>{policy}</msci:admission-policy>"
    )
}

/// The description of the smallest conference.
pub(crate) fn open(id: &str) -> String {
    id_and_policy(id, "openAuthenticated")
}

/// The smallest conference.
pub(crate) fn plain(id: &str) -> String {
    add(&open(id), "")
}

/// addConference of a static meeting.
pub(crate) fn fixed(id: &str) -> String {
    add(&format!("<msci:conference-id>{id}</msci:conference-id>"), "")
        .replace("entity=\"\"", "entity=\"\" static=\"true\"")
}

pub(crate) fn get(id: &str) -> String {
    envelope(&format!("<getConference><conferenceKeys msci:conference-id=\"{id}\"/></getConference>"))
}

/// deleteConference; `more` are further attributes of the keys.
pub(crate) fn delete(id: &str, more: &str) -> String {
    envelope(&format!(
        "<deleteConference><conferenceKeys msci:conference-id=\"{id}\" {more}/></deleteConference>"
    ))
}

/// The URI of a conference of alice's.
pub(crate) fn uri(id: &str) -> String {
    format!("sip:alice@contoso.com;gruu;opaque=app:conf:focus:id:{id}")
}

#[track_caller]
pub(crate) fn c3p(sent: &Sent) -> Response<'static> {
    assert_eq!(sent.header(Name::ContentType), "application/cccp+xml");
    Response::parse(sent.message.body()).expect("a C3P response").into_owned()
}

/// A store that outlives its factory and fails when it is told to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(Arc<Mutex<Platter>>);

#[derive(Debug, Default)]
pub(crate) struct Platter {
    pub(crate) records: Vec<Vec<u8>>,
    pending: Vec<Vec<u8>>,
    /// What append and replace answer.
    pub(crate) append: Option<StoreError>,
    /// What commit answers.
    pub(crate) commit: Option<StoreError>,
    /// What load answers.
    pub(crate) load: Option<StoreError>,
    /// How often everything was replaced.
    pub(crate) replaced: usize,
}

impl Disk {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().expect("no test panics with the lock")
    }
}

impl Store for Disk {
    fn load(&mut self) -> Result<Vec<Vec<u8>>, StoreError> {
        let platter = self.lock();
        platter.load.clone().map_or(Ok(platter.records.clone()), Err)
    }

    fn append(&mut self, record: &[u8]) -> Result<(), StoreError> {
        let mut platter = self.lock();
        if let Some(error) = platter.append.clone() {
            platter.pending.clear();
            return Err(error);
        }
        platter.pending.push(record.to_vec());
        Ok(())
    }

    fn commit(&mut self) -> Result<(), StoreError> {
        let mut platter = self.lock();
        let pending = std::mem::take(&mut platter.pending);
        if let Some(error) = platter.commit.clone() {
            return Err(error);
        }
        platter.records.extend(pending);
        Ok(())
    }

    fn replace(&mut self, records: &[Vec<u8>]) -> Result<(), StoreError> {
        let mut platter = self.lock();
        if let Some(error) = platter.append.clone() {
            return Err(error);
        }
        platter.records = records.to_vec();
        platter.replaced += 1;
        Ok(())
    }
}
