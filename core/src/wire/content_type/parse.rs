//! Reading a Content-Type value in one pass.

use std::borrow::Cow;

use super::{
    ContentType, ContentTypeError, ContentTypeErrorKind as Kind, MAX_PARAMS, MediaType, Param, is_lws,
    is_token_byte,
};

pub(super) fn content_type(text: &str) -> Result<ContentType<'_>, ContentTypeError> {
    let mut cursor = Cursor { text, at: 0 };
    let media = cursor.media_type()?;
    let mut params = Vec::new();
    while cursor.separator()? {
        // An empty parameter, as in a trailing semicolon, is what some clients write.
        if cursor.rest().is_empty() || cursor.rest().starts_with(';') {
            continue;
        }
        if params.len() == MAX_PARAMS {
            return Err(cursor.wrong(Kind::TooManyParams));
        }
        params.push(cursor.param()?);
    }
    Ok(ContentType { media, params })
}

pub(super) fn media_type(text: &str) -> Result<MediaType, ContentTypeError> {
    let mut cursor = Cursor { text, at: 0 };
    let media = cursor.media_type()?;
    cursor.skip_lws();
    if cursor.rest().is_empty() { Ok(media) } else { Err(cursor.wrong(Kind::MediaType)) }
}

struct Cursor<'a> {
    text: &'a str,
    /// Always on a character boundary.
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn wrong(&self, kind: Kind) -> ContentTypeError {
        ContentTypeError { kind, offset: self.at }
    }

    fn skip_lws(&mut self) {
        self.at = self.text.len() - self.rest().trim_start_matches(is_lws).len();
    }

    /// Takes `char`, with white space around it.
    fn accept(&mut self, char: char) -> bool {
        self.skip_lws();
        let found = self.rest().starts_with(char);
        if found {
            self.at += char.len_utf8();
            self.skip_lws();
        }
        found
    }

    fn token(&mut self, kind: Kind) -> Result<&'a str, ContentTypeError> {
        let rest = self.rest();
        let length = rest.bytes().position(|byte| !is_token_byte(byte)).unwrap_or(rest.len());
        let token = rest.get(..length).filter(|token| !token.is_empty()).ok_or(self.wrong(kind))?;
        self.at += length;
        Ok(token)
    }

    fn media_type(&mut self) -> Result<MediaType, ContentTypeError> {
        self.skip_lws();
        let ty = self.token(Kind::MediaType)?;
        if !self.accept('/') {
            return Err(self.wrong(Kind::MediaType));
        }
        let subtype = self.token(Kind::MediaType)?;
        Ok(MediaType::of(ty, subtype))
    }

    /// Steps over the semicolon before a parameter; false at the end of the value.
    fn separator(&mut self) -> Result<bool, ContentTypeError> {
        let found = self.accept(';');
        if found || self.rest().is_empty() { Ok(found) } else { Err(self.wrong(Kind::Param)) }
    }

    fn param(&mut self) -> Result<Param<'a>, ContentTypeError> {
        let name = Cow::Borrowed(self.token(Kind::Param)?);
        if !self.accept('=') {
            return Ok(Param { name, value: None });
        }
        let value = if self.rest().starts_with('"') { self.quoted()? } else { self.bare()? };
        Ok(Param { name, value: Some(value) })
    }

    /// A value without quotes. Wider than a token: base64 and boundaries come bare as well.
    fn bare(&mut self) -> Result<Cow<'a, str>, ContentTypeError> {
        let rest = self.rest();
        let ends = |char| char == ';' || char == '"' || char == ',' || is_lws(char);
        let value = rest.split(ends).next().unwrap_or("");
        match value.bytes().position(|byte| byte.is_ascii_control()) {
            None if !value.is_empty() => {
                self.at += value.len();
                Ok(Cow::Borrowed(value))
            }
            control => {
                self.at += control.unwrap_or(0);
                Err(self.wrong(Kind::Param))
            }
        }
    }

    fn quoted(&mut self) -> Result<Cow<'a, str>, ContentTypeError> {
        let open = self.wrong(Kind::OpenQuote);
        self.at += 1;
        let mut value = Cow::Borrowed("");
        loop {
            let rest = self.rest();
            let length = rest
                .bytes()
                .position(|byte| byte == b'"' || byte == b'\\' || byte.is_ascii_control())
                .ok_or(open)?;
            append(&mut value, rest.get(..length).unwrap_or(""));
            self.at += length;
            match rest.as_bytes().get(length) {
                Some(b'"') => break,
                Some(b'\\') => {
                    self.at += 1;
                    let escaped = self.rest().chars().next().ok_or(open)?;
                    if escaped.is_ascii_control() {
                        return Err(self.wrong(Kind::Param));
                    }
                    let end = escaped.len_utf8();
                    value.to_mut().push(escaped);
                    self.at += end;
                }
                _ => return Err(self.wrong(Kind::Param)),
            }
        }
        self.at += 1;
        Ok(value)
    }
}

/// Appends without allocating as long as there is but one piece.
fn append<'a>(value: &mut Cow<'a, str>, piece: &'a str) {
    if value.is_empty() {
        *value = Cow::Borrowed(piece);
    } else {
        value.to_mut().push_str(piece);
    }
}
