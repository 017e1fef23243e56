//! `name-addr` and `addr-spec` with header parameters: From, To, Contact, Route and their like.

use std::borrow::Cow;
use std::fmt;

use super::grammar::{SPACE, Scan, TOKEN, one_line, trim, write_one_line};
use super::headers::Header;
use super::{ErrorKind, Params, SipError, Uri, unquoted};

/// A URI with an optional display name and header parameters.
///
/// Without angle brackets, what follows the first semicolon belongs to the header and not to the URI, which
/// then may carry no embedded header fields (RFC 3261 section 20).
#[derive(Clone, Copy, Debug)]
pub struct NameAddr<'a> {
    display: &'a str,
    /// The URI.
    pub uri: Uri<'a>,
    /// The parameters of the header, not of the URI.
    pub params: Params<'a>,
}

impl<'a> Header<'a> for NameAddr<'a> {
    fn parse(text: &'a str) -> Result<Self, SipError> {
        let mut scan = Scan::new(text);
        scan.space();
        if let Some(display) = read_display(&mut scan)? {
            let start = scan.at();
            let length = scan.rest().find('>').ok_or(scan.error(ErrorKind::Uri))?;
            scan.seek(start + length);
            let uri = Uri::parse(scan.since(start)).map_err(|error| error.shifted(start as u64))?;
            scan.eat(b'>');
            return Ok(Self { display, uri, params: Params::read(&mut scan)? });
        }
        let start = scan.at();
        let rest = scan.rest();
        scan.seek(start + rest.find([';', ' ', '\t', '\r']).unwrap_or(rest.len()));
        let uri = Uri::parse(scan.since(start)).map_err(|error| error.shifted(start as u64))?;
        if uri.headers().is_some() {
            return Err(SipError::new(ErrorKind::UriHeaders, start as u64));
        }
        Ok(Self { display: "", uri, params: Params::read(&mut scan)? })
    }
}

/// Reads up to and including the opening angle bracket and returns the display name as it stands;
/// `None`, and the cursor where it was, when there is no angle bracket.
fn read_display<'a>(scan: &mut Scan<'a>) -> Result<Option<&'a str>, SipError> {
    let start = scan.at();
    if scan.peek() == Some(b'"') {
        scan.quoted()?;
    } else {
        while !scan.run(TOKEN).is_empty() || !scan.run(SPACE).is_empty() {}
    }
    let display = trim(scan.since(start));
    scan.space();
    if scan.eat(b'<') {
        return Ok(Some(display));
    }
    let is_scheme = scan.peek() == Some(b':');
    if display.starts_with('"') || (!is_scheme && scan.rest().contains('<')) {
        return Err(scan.error(ErrorKind::DisplayName));
    }
    scan.seek(start);
    Ok(None)
}

impl<'a> NameAddr<'a> {
    /// Reads one value, all of it.
    pub fn parse(text: &'a str) -> Result<Self, SipError> {
        <Self as Header>::parse(text)
    }

    /// The display name, unquoted; `None` when there is none.
    pub fn display_name(&self) -> Option<Cow<'a, str>> {
        match self.display.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
            Some(inside) => Some(unquoted(inside)),
            None if self.display.is_empty() => None,
            None => Some(one_line(self.display)),
        }
    }

    /// The header parameter called `name` (any case): `None` when absent, `Some(None)` without a value.
    pub fn param(&self, name: &str) -> Option<Option<&'a str>> {
        self.params.get(name)
    }

    /// The `tag` parameter.
    pub fn tag(&self) -> Option<&'a str> {
        self.params.value("tag")
    }

    /// The endpoint identifier: the header's `epid` parameter, else that of the URI.
    pub fn epid(&self) -> Option<&'a str> {
        self.params.value("epid").or_else(|| self.uri.epid())
    }
}

/// Equal if they say the same, however the display name is quoted.
impl PartialEq for NameAddr<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.uri == other.uri && self.display_name() == other.display_name() && self.params == other.params
    }
}

impl Eq for NameAddr<'_> {}

/// Canonical: the display name as it came, the URI in angle brackets, the parameters.
impl fmt::Display for NameAddr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_one_line(f, self.display)?;
        if !self.display.is_empty() {
            f.write_str(" ")?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}
