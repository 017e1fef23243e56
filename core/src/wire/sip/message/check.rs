//! What every element of a path has to check before it acts on a message.

use super::super::headers::{CSeq, Header, Number};
use super::super::{Elements, ErrorKind, Name, NameAddr, SipError, Via};
use super::{Field, Message};

/// The header fields no message can do without (RFC 3261 section 8.1.1). Max-Forwards is not among them:
/// RFC 2543 does not know it.
const MANDATORY: [Name; 5] = [Name::Via, Name::From, Name::To, Name::CallId, Name::CSeq];

impl Message {
    /// Checks what transactions, dialogs and routing rest upon (RFC 3261 sections 8.1.1, 8.2 and 16.3): the
    /// Request-URI, the mandatory header fields, no repeats of single ones, From, To, CSeq, Max-Forwards and
    /// every Via, Contact, Route and Record-Route value. Other headers are not looked at: a receiver ignores
    /// those it does not need.
    pub fn check(&self) -> Result<(), SipError> {
        if self.is_request() {
            let uri = self.request_uri()?;
            if uri.headers().is_some() {
                return Err(SipError::new(ErrorKind::UriHeaders, self.method().as_str().len() as u64 + 1));
            }
        }
        let mut seen = 0_u64;
        for field in self.fields() {
            let bit = 1_u64 << field.name() as u8;
            let error = |error: SipError| error.shifted(field.offset() as u64);
            if field.name().is_single() && seen & bit != 0 {
                return Err(error(SipError::new(ErrorKind::Repeated(field.name()), 0)));
            }
            seen |= bit;
            self.check_value(&field).map_err(error)?;
        }
        match MANDATORY.into_iter().find(|name| seen & 1_u64 << *name as u8 == 0) {
            Some(name) => Err(SipError::new(ErrorKind::Missing(name), self.head().len() as u64)),
            None => Ok(()),
        }
    }

    fn check_value(&self, field: &Field<'_>) -> Result<(), SipError> {
        let value = field.value();
        match field.name() {
            Name::From | Name::To => NameAddr::parse(value).map(drop),
            Name::CallId => <&str>::parse(value).map(drop),
            Name::MaxForwards => Number::parse(value).map(drop),
            Name::CSeq if CSeq::parse(value)?.method != *self.method() => {
                Err(SipError::new(ErrorKind::CSeqMismatch, 0))
            }
            Name::Contact if value == "*" => Ok(()),
            Name::Contact | Name::Route | Name::RecordRoute => check_list::<NameAddr<'_>>(value),
            Name::Via => check_list::<Via<'_>>(value),
            _ => Ok(()),
        }
    }
}

fn check_list<'a, T: Header<'a>>(value: &'a str) -> Result<(), SipError> {
    let mut elements = Elements::of(value);
    while let Some((at, element)) = elements.step() {
        T::parse(element).map_err(|error| error.shifted(at as u64))?;
    }
    Ok(())
}
