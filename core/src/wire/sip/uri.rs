//! URIs (RFC 3261 section 19.1), with the parameters these protocols add: `gruu`, `opaque`, `epid`.

use std::fmt;

use super::grammar::{HOST, IPV6, Scan, TOKEN, URI, USER, all};
use super::{ErrorKind, SipError};

/// A URI as it came, taken apart. `sip:` and `sips:` URIs are checked part by part; of other schemes (`tel:`,
/// `im:`, `urn:` …) only the scheme, what stands before the first semicolon ([`Uri::user`]) and the
/// parameters are read.
///
/// Equality is that of the text; see [`Uri::address`] for comparing users.
#[derive(Clone, Copy, Debug)]
pub struct Uri<'a> {
    text: &'a str,
    scheme: &'a str,
    user: Option<&'a str>,
    password: Option<&'a str>,
    host: &'a str,
    port: Option<u16>,
    params: &'a str,
    headers: Option<&'a str>,
}

impl<'a> Uri<'a> {
    /// Reads `text`, all of it.
    pub fn parse(text: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(text);
        let scheme = scan.run(TOKEN);
        if !scheme.starts_with(|first: char| first.is_ascii_alphabetic()) || !scan.eat(b':') {
            return Err(SipError::new(ErrorKind::Uri, 0));
        }
        let start = scan.at();
        let rest = scan.rest();
        let hostless = Self {
            text,
            scheme,
            user: None,
            password: None,
            host: "",
            port: None,
            params: "",
            headers: None,
        };
        let read = if hostless.is_sip() { hostless.read_sip(rest) } else { hostless.read_other(rest) };
        read.map_err(|error| error.shifted(start as u64))
    }

    fn read_sip(mut self, rest: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(rest);
        let userinfo = scan.run(USER);
        if scan.eat(b'@') {
            let (user, password) = match userinfo.split_once(':') {
                Some((user, password)) => (user, Some(password)),
                None => (userinfo, None),
            };
            if user.is_empty() {
                return Err(SipError::new(ErrorKind::Uri, 0));
            }
            self.user = Some(user);
            self.password = password;
        } else {
            scan.seek(0);
        }
        self.host = read_host(&mut scan)?;
        if scan.eat(b':') {
            self.port = Some(read_port(&mut scan)?);
        }
        if scan.peek() == Some(b';') {
            let start = scan.at();
            let tail = scan.run(URI);
            let length = tail.find('?').unwrap_or(tail.len());
            scan.seek(start + length);
            self.params = scan.since(start);
        }
        if scan.eat(b'?') {
            self.headers = Some(scan.run(URI));
        }
        if scan.peek().is_some() { Err(scan.error(ErrorKind::Uri)) } else { Ok(self) }
    }

    fn read_other(mut self, rest: &'a str) -> Result<Self, SipError> {
        if rest.is_empty() || !all(rest, URI) {
            return Err(SipError::new(ErrorKind::Uri, 0));
        }
        let length = rest.find(';').unwrap_or(rest.len());
        let (before, params) = rest.split_at_checked(length).unwrap_or((rest, ""));
        self.user = Some(before);
        self.params = params;
        Ok(self)
    }

    /// The text of the URI.
    pub const fn as_str(&self) -> &'a str {
        self.text
    }

    /// The scheme as spelled, without the colon.
    pub const fn scheme(&self) -> &'a str {
        self.scheme
    }

    /// True for `sip:` and `sips:`.
    pub const fn is_sip(&self) -> bool {
        self.scheme.eq_ignore_ascii_case("sip") || self.scheme.eq_ignore_ascii_case("sips")
    }

    /// The user part, escapes untouched; for other schemes what stands before the first semicolon.
    pub const fn user(&self) -> Option<&'a str> {
        self.user
    }

    /// The password, escapes untouched.
    pub const fn password(&self) -> Option<&'a str> {
        self.password
    }

    /// The host as spelled, an IPv6 address with its brackets; empty for schemes other than SIP's.
    pub const fn host(&self) -> &'a str {
        self.host
    }

    /// The port, if given.
    pub const fn port(&self) -> Option<u16> {
        self.port
    }

    /// The parameter called `name` (any case): `None` when absent, `Some(None)` when it has no value.
    pub fn param(&self, name: &str) -> Option<Option<&'a str>> {
        self.params().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// The parameters in order, escapes untouched.
    pub fn params(&self) -> impl Iterator<Item = (&'a str, Option<&'a str>)> + use<'a> {
        self.params.split(';').skip(1).map(|param| match param.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (param, None),
        })
    }

    /// The `opaque` parameter: `app:conf:focus:id:…` names a conference, `user:epid:…` an endpoint (D-9).
    pub fn opaque(&self) -> Option<&'a str> {
        self.param("opaque").flatten()
    }

    /// True when the URI is marked as globally routable (`gruu`).
    pub fn is_gruu(&self) -> bool {
        self.param("gruu").is_some()
    }

    /// The `epid` parameter.
    pub fn epid(&self) -> Option<&'a str> {
        self.param("epid").flatten()
    }

    /// The `maddr` parameter.
    pub fn maddr(&self) -> Option<&'a str> {
        self.param("maddr").flatten()
    }

    /// The `transport` parameter.
    pub fn transport(&self) -> Option<&'a str> {
        self.param("transport").flatten()
    }

    /// True when the URI asks for loose routing (`lr`).
    pub fn is_loose(&self) -> bool {
        self.param("lr").is_some()
    }

    /// The embedded header fields, without the question mark.
    pub const fn headers(&self) -> Option<&'a str> {
        self.headers
    }

    /// The user this URI belongs to, as a key: `sip:user@host` in lower case, without port and parameters.
    /// Case is dropped from the user part too, as these servers do; real traffic varies it.
    pub fn address(&self) -> String {
        let mut key = String::with_capacity(self.text.len());
        key.push_str(self.scheme);
        key.push(':');
        if let Some(user) = self.user {
            key.push_str(user);
        }
        if !self.host.is_empty() {
            if self.user.is_some() {
                key.push('@');
            }
            key.push_str(self.host);
        }
        key.make_ascii_lowercase();
        key
    }
}

/// Reads a host name or address, an IPv6 address with its brackets.
pub(super) fn read_host<'a>(scan: &mut Scan<'a>) -> Result<&'a str, SipError> {
    let start = scan.at();
    let error = scan.error(ErrorKind::Host);
    if scan.eat(b'[') {
        if scan.run(IPV6).is_empty() || !scan.eat(b']') {
            return Err(error);
        }
    } else if scan.run(HOST).is_empty() {
        return Err(error);
    }
    Ok(scan.since(start))
}

/// Reads a port.
pub(super) fn read_port(scan: &mut Scan<'_>) -> Result<u16, SipError> {
    let error = scan.error(ErrorKind::Host);
    scan.number().ok().and_then(|port| u16::try_from(port).ok()).ok_or(error)
}

impl PartialEq for Uri<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Uri<'_> {}

impl fmt::Display for Uri<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}
