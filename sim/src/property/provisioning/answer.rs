//! How the focus factory answers a request, and what a success tells of conferences.

use std::fmt;

use confsim_core::wire::sip::Message;
use confsim_core::wire::xml::{Ns, Reader, XmlError};

use super::plan::{Plan, conference};
use super::wish::is_c3p;

/// How a factory answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It was done.
    Done(Box<Told>),
    /// It was refused for a reason.
    Refused(String),
    /// It was not looked at.
    Rejected,
    /// Nobody knows whether it was done.
    Unknown,
}

/// What a success tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// The conferences told of: id, version, what they are.
    pub(super) conferences: Vec<(String, u32, Plan)>,
}

impl Answer {
    /// The answer in a final response to a SERVICE request.
    pub(super) fn of(message: &Message) -> Self {
        if is_c3p(message) {
            return read_answer(message.body()).unwrap_or(Self::Unknown);
        }
        match message.code() {
            // A proxy says these when it does not know what came of it (RFC 3261 section 16.7).
            Some(408 | 480 | 500..) | None => Self::Unknown,
            Some(_) => Self::Rejected,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done(told) => {
                let told: Vec<_> =
                    told.conferences.iter().map(|(id, version, _)| format!("{id} v{version}")).collect();
                write!(f, "success [{}]", told.join(", "))
            }
            Self::Refused(reason) => f.write_str(reason),
            Self::Rejected => f.write_str("a rejection"),
            Self::Unknown => f.write_str("nothing"),
        }
    }
}

impl Told {
    fn take(&mut self, reader: &mut Reader<'_>) -> Result<(), XmlError> {
        let entity = reader.attribute(Ns::None, "entity").unwrap_or_default().into_owned();
        let (id, version, _, plan) = conference(reader)?;
        let from_entity = entity.rsplit_once(":id:").map(|(_, id)| id.to_owned()).unwrap_or_default();
        self.conferences.push((if id.is_empty() { from_entity } else { id }, version, plan));
        Ok(())
    }
}

fn read_answer(body: &[u8]) -> Result<Answer, XmlError> {
    let mut reader = Reader::new(body)?;
    reader.any_root()?;
    let success = reader.attribute(Ns::None, "code").is_some_and(|code| code == "success");
    let Some(_) = reader.child()? else { return Ok(Answer::Unknown) };
    if !success {
        let reason = reader.attribute(Ns::None, "reason").unwrap_or_default();
        return Ok(Answer::Refused(reason.into_owned()));
    }
    let mut told = Told::default();
    while let Some(part) = reader.child()? {
        match part.local {
            "conference-info" => told.take(&mut reader)?,
            "conferences" => {
                while reader.child()?.is_some() {
                    told.take(&mut reader)?;
                }
            }
            _ => reader.skip()?,
        }
    }
    Ok(Answer::Done(Box::new(told)))
}
