//! The grammar the other way round: text drawn piece by piece.

use arbitrary::{Result, Unstructured};

const TOKENS: &[u8] = b"abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-.!%*_+`'~";
const USERS: &[u8] = b"abcxyzAZ019-_.!~*'()&=+$,;?/";
const URIS: &[u8] = b"abcxyzAZ019-_.!~*'()[]/:&+$%";
const VALUES: &[u8] = b"abcxyzAZ019-.!%*_+`'~[]:/@=";
const QUOTED: &[u8] = b"abcXYZ019 ;,<>@:=/?";
const IPV6: &[u8] = b"0123456789abcdefABCDEF:.";
const HOSTS: &[u8] = b"abcXYZ019-.";

/// A text in the making.
pub(super) struct Draft<'u, 'a> {
    pub(super) u: &'u mut Unstructured<'a>,
    pub(super) text: String,
}

impl Draft<'_, '_> {
    pub(super) fn put(&mut self, text: &str) {
        self.text.push_str(text);
    }

    pub(super) fn one_of(&mut self, choices: &[&str]) -> Result<()> {
        let choice = *self.u.choose(choices)?;
        self.put(choice);
        Ok(())
    }

    fn some_of(&mut self, alphabet: &[u8], least: usize, most: usize) -> Result<()> {
        for _ in 0..self.u.int_in_range(least..=most)? {
            self.text.push(char::from(*self.u.choose(alphabet)?));
        }
        Ok(())
    }

    pub(super) fn token(&mut self) -> Result<()> {
        self.some_of(TOKENS, 1, 9)
    }

    /// A number of up to `bits` bits, perhaps with leading zeros.
    pub(super) fn number(&mut self, bits: u32) -> Result<()> {
        self.one_of(&["", "", "", "00"])?;
        let number = self.u.arbitrary::<u64>()? >> self.u.int_in_range(64 - bits..=63)?;
        self.put(&number.to_string());
        Ok(())
    }

    /// White space that may be missing.
    pub(super) fn space(&mut self) -> Result<()> {
        self.one_of(&["", "", "", "", " ", "\t", "  ", "\r\n ", " \r\n\t"])
    }

    /// White space that must be there.
    pub(super) fn gap(&mut self) -> Result<()> {
        self.one_of(&[" ", " ", " ", "\t", "  ", "\r\n "])
    }

    /// `byte` with white space around it.
    pub(super) fn separator(&mut self, byte: &str) -> Result<()> {
        self.space()?;
        self.put(byte);
        self.space()
    }

    fn quoted(&mut self) -> Result<()> {
        self.put("\"");
        for _ in 0..self.u.int_in_range(0..=3)? {
            self.some_of(QUOTED, 0, 6)?;
            self.one_of(&["", "\\\"", "\\\\", "\r\n ", "\\\0", "äß漢", "\\ä"])?;
        }
        self.put("\"");
        Ok(())
    }

    /// Any parameters, those called `names` among them.
    pub(super) fn params(&mut self, names: &[&str]) -> Result<()> {
        for _ in 0..self.u.int_in_range(0..=4)? {
            self.separator(";")?;
            match self.u.choose(names) {
                Ok(name) if self.u.ratio(2, 3)? => self.put(name),
                _ => self.token()?,
            }
            match self.u.int_in_range(0..=3)? {
                0 => {}
                1 => {
                    self.separator("=")?;
                    self.quoted()?;
                }
                2 => {
                    self.separator("=")?;
                    self.number(40)?;
                }
                _ => {
                    self.separator("=")?;
                    self.some_of(VALUES, 1, 12)?;
                }
            }
        }
        self.space()
    }

    pub(super) fn host(&mut self) -> Result<()> {
        match self.u.int_in_range(0..=2)? {
            0 => self.one_of(&["contoso.com", "10.56.64.122", "Example_1.org", "[2001:db8::1]"]),
            1 => self.some_of(HOSTS, 1, 12),
            _ => {
                self.put("[");
                self.some_of(IPV6, 1, 12)?;
                self.put("]");
                Ok(())
            }
        }
    }

    pub(super) fn port(&mut self) -> Result<()> {
        let port = self.u.arbitrary::<u16>()?;
        self.put(&port.to_string());
        Ok(())
    }

    /// A SIP URI, or one of another scheme; `headers` says whether it may carry embedded header fields.
    pub(super) fn uri(&mut self, headers: bool) -> Result<()> {
        if self.u.ratio(1, 5)? {
            self.one_of(&["tel:", "urn:", "im:", "soap.beep:"])?;
            self.some_of(URIS, 1, 12)?;
            return self.uri_params();
        }
        self.one_of(&["sip:", "sips:", "SIP:"])?;
        if self.u.ratio(2, 3)? {
            self.some_of(USERS, 1, 9)?;
            self.one_of(&["", "%00", ":", ":secret", ":a:b"])?;
            self.put("@");
        }
        self.host()?;
        if self.u.ratio(1, 3)? {
            self.put(":");
            self.port()?;
        }
        self.uri_params()?;
        if headers && self.u.ratio(1, 4)? {
            self.put("?");
            self.some_of(URIS, 0, 9)?;
            self.one_of(&["", "=", "&a=b", ";c?d"])?;
        }
        Ok(())
    }

    fn uri_params(&mut self) -> Result<()> {
        for _ in 0..self.u.int_in_range(0..=3)? {
            self.put(";");
            self.one_of(&[
                "gruu",
                "opaque=app:conf:focus:id:AB12",
                "lr",
                "maddr=10.0.0.1",
                "epid=01ab",
                "",
                "x=",
            ])?;
            self.some_of(URIS, 0, 6)?;
        }
        Ok(())
    }

    /// A name-addr with any parameters.
    pub(super) fn name_addr(&mut self) -> Result<()> {
        match self.u.int_in_range(0..=3)? {
            0 => {
                self.quoted()?;
                self.space()?;
            }
            1 => {
                for _ in 0..self.u.int_in_range(1..=3)? {
                    self.token()?;
                    self.gap()?;
                }
            }
            _ => self.space()?,
        }
        self.put("<");
        self.uri(true)?;
        self.put(">");
        self.params(&["tag", "epid", "isfocus", "expires", "q"])
    }
}
