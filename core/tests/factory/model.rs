//! The factory against a model that a child could read: any sequence of commands, failures and restarts.

use std::collections::BTreeMap;

use confsim_core::covers;
use confsim_core::factory::{Policy, StoreError};
use confsim_core::wire::cccp::Outcome;
use proptest::prelude::*;

use crate::stage::{Stage, c3p, delete, envelope, fixed, get, modify, open, plain, service, with};

const IDS: [&str; 3] = ["AAAAAAAA", "BBBBBBBB", "CCCCCCCC"];
const ORGANIZERS: [&str; 2] = ["alice", "bob"];

#[derive(Clone, Debug)]
enum Step {
    Add {
        who: usize,
        id: usize,
        is_static: bool,
    },
    Modify {
        who: usize,
        id: usize,
        version: u32,
    },
    Delete {
        who: usize,
        id: usize,
        is_static: bool,
    },
    Get {
        who: usize,
        id: usize,
    },
    List {
        who: usize,
        is_static: bool,
    },
    /// The store fails from now on, or is well again.
    Store {
        fails: bool,
    },
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let who = || 0..ORGANIZERS.len();
    let id = || 0..IDS.len();
    prop_oneof![
        4 => (who(), id(), prop::bool::weighted(0.3)).prop_map(|(who, id, is_static)| Step::Add { who, id, is_static }),
        6 => (who(), id(), 0..5_u32).prop_map(|(who, id, version)| Step::Modify { who, id, version }),
        2 => (who(), id(), any::<bool>()).prop_map(|(who, id, is_static)| Step::Delete { who, id, is_static }),
        2 => (who(), id()).prop_map(|(who, id)| Step::Get { who, id }),
        1 => (who(), any::<bool>()).prop_map(|(who, is_static)| Step::List { who, is_static }),
        1 => any::<bool>().prop_map(|fails| Step::Store { fails }),
        1 => Just(Step::Restart),
    ]
}

/// What there is: (organizer, id) → (order, version, static).
#[derive(Default)]
struct Model {
    conferences: BTreeMap<(usize, usize), (u32, u32, bool)>,
    added: u32,
    fails: bool,
}

/// An answer: the reason, or the versions it tells.
type Answer = Result<Vec<u32>, &'static str>;

impl Model {
    fn step(&mut self, step: &Step) -> Option<Answer> {
        Some(match *step {
            Step::Add { who, id, is_static } => self.add(who, id, is_static),
            Step::Modify { who, id, version } => match self.conferences.get(&(who, id)).copied() {
                None => Err("conferenceDoesNotExist"),
                Some((_, _, true)) => Err("invalidStaticMeetingRequest"),
                Some((_, now, _)) if now != version => Err("invalidVersion"),
                Some(_) if self.fails => Err("otherFailure"),
                Some((order, now, _)) => {
                    self.conferences.insert((who, id), (order, now + 1, false));
                    Ok(vec![now + 1])
                }
            },
            Step::Delete { who, id, is_static } => match self.conferences.get(&(who, id)).copied() {
                None => Err("conferenceDoesNotExist"),
                Some((.., flag)) if flag != is_static => Err("staticFlagDoesntMatch"),
                Some(_) if self.fails => Err("otherFailure"),
                Some(_) => {
                    self.conferences.remove(&(who, id));
                    Ok(vec![])
                }
            },
            Step::Get { who, id } => match self.conferences.get(&(who, id)) {
                None => Err("conferenceDoesNotExist"),
                Some((_, version, _)) => Ok(vec![*version]),
            },
            Step::List { who, is_static } => {
                let all = self.conferences.iter().filter(|((owner, _), _)| *owner == who);
                let mut found: Vec<_> =
                    all.map(|(_, found)| *found).filter(|found| found.2 == is_static).collect();
                found.sort_unstable();
                Ok(found.into_iter().map(|(_, version, _)| version).collect())
            }
            Step::Store { fails } => {
                self.fails = fails;
                return None;
            }
            Step::Restart => return None,
        })
    }

    fn add(&mut self, who: usize, id: usize, is_static: bool) -> Answer {
        let held =
            self.conferences.iter().filter(|((owner, _), found)| *owner == who && found.2 == is_static);
        match (is_static, held.count()) {
            (true, 1..) => return Err("maxStaticMeetingsExceeded"),
            (false, 2..) => return Err("maxConferencesExceeded"),
            _ if self.conferences.contains_key(&(who, id)) => return Err("conferenceExistsAlready"),
            _ if self.fails => return Err("otherFailure"),
            _ => {}
        }
        self.added += 1;
        self.conferences.insert((who, id), (self.added, 1, is_static));
        Ok(vec![1])
    }
}

fn body(step: &Step) -> Option<(usize, String)> {
    Some(match *step {
        Step::Add { who, id, is_static } => (who, if is_static { fixed(IDS[id]) } else { plain(IDS[id]) }),
        Step::Modify { who, id, version } => (who, modify(version, &open(IDS[id]), "")),
        Step::Delete { who, id, is_static } => {
            (who, delete(IDS[id], if is_static { "static=\"true\"" } else { "" }))
        }
        Step::Get { who, id } => (who, get(IDS[id])),
        Step::List { who, is_static } => {
            (who, envelope(&format!("<getConferences static=\"{is_static}\"/>")))
        }
        Step::Store { .. } | Step::Restart => return None,
    })
}

/// What a real factory makes of a step.
fn real(stage: &mut Stage, step: &Step) -> Option<Result<Vec<u32>, String>> {
    match step {
        Step::Store { fails } => stage.disk.lock().commit = fails.then_some(StoreError::Full),
        Step::Restart => stage.restart(),
        _ => {}
    }
    let (who, body) = body(step)?;
    let sent = stage.hear(&service("alice", 1, &body).replace("alice@", &format!("{}@", ORGANIZERS[who])));
    let result = c3p(&sent).result;
    if let Some(reason) = result.reason {
        return Some(Err(reason.as_str().to_owned()));
    }
    let told = match result.outcome {
        Outcome::AddConference(info) | Outcome::ModifyConference(info) | Outcome::GetConference(info) => {
            vec![info.expect("a conference").version.expect("a version")]
        }
        Outcome::GetConferences(found) => {
            found.conferences.expect("a list").iter().map(|info| info.version.expect("a version")).collect()
        }
        Outcome::DeleteConference(None) => vec![],
        other => panic!("{other:?}"),
    };
    Some(Ok(told))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_factory_does_what_the_model_does(steps in prop::collection::vec(step(), 1..60)) {
        covers!("PRO-2-2-1-1-h", "PRO-2-2-1-1-i", "PRO-2-2-1-1-j", "PRO-3-2-1-a", "PRO-3-2-5-2-g", "PRO-3-2-5-3-b");
        let mut stage = Stage::new(with(Policy { conferences_max: 2, ..Policy::default() }));
        let mut model = Model::default();
        for step in &steps {
            let expected = model.step(step).map(|answer| answer.map_err(str::to_owned));
            prop_assert_eq!(real(&mut stage, step), expected, "{:?}", step);
            prop_assert_eq!(stage.count(), model.conferences.len() as u64);
        }
    }
}
