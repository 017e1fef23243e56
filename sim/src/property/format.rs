//! In which form a message reaches whom (D-27).

use bytes::Bytes;

use super::abilities::Abilities;
use super::{Kind, Property};

/// As it may.
pub(super) const FORM: Property = Property {
    id: "delivery.form",
    kind: Kind::Always,
    needs: &[],
    requirements: &[
        "D-27",
        "IM-3-1-3-5-1-a",
        "IM-3-1-3-5-2-a",
        "IM-3-3-2-5-1-j",
        "IM-3-3-2-5-1-k",
        "IM-3-3-2-5-1-m",
        "IM-3-3-2-5-1-n",
        "IM-3-3-2-5-1-o",
        "IM-3-3-2-5-1-p",
        "EX-IM-4-2-1-d",
        "EX-IM-4-2-1-f",
        "EX-IM-4-2-1-g",
    ],
    sentence: "A message reaches a client that takes Ms-Sender as it was written, or where that is alternatives which \
               it does not take, as the last of them that it does; another client gets plain text behind its author's \
               name; one who can take neither gets nothing.",
};

/// A message as its author wrote it.
pub(super) struct Original {
    pub(super) content_type: String,
    pub(super) body: Bytes,
    /// What may stand before the text: the author's name, his URI. With several endpoints he may have several names, of
    /// which Ms-Sender has one.
    pub(super) names: [Option<String>; 2],
}

/// A form of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form<'a> {
    /// This content, as it is.
    Exactly(&'a str, &'a [u8]),
    /// This text behind the author's name.
    Named(&'a str, &'a [u8]),
}

impl Original {
    /// What a client with these abilities is to get, if anything.
    pub(super) fn form_for(&self, abilities: &Abilities) -> Option<Form<'_>> {
        let whole = media(&self.content_type);
        if !abilities.modern {
            let plain = |kind: &str| media(kind).eq_ignore_ascii_case("text/plain") && in_ascii(kind);
            if whole.eq_ignore_ascii_case("text/plain") {
                return plain(&self.content_type).then_some(Form::Named(&self.content_type, &self.body));
            }
            let (kind, text) =
                self.parts().into_iter().find(|(kind, _)| media(kind).eq_ignore_ascii_case("text/plain"))?;
            return plain(kind).then_some(Form::Named(kind, text));
        }
        if !whole.eq_ignore_ascii_case("multipart/alternative") || abilities.take(whole) {
            return Some(Form::Exactly(&self.content_type, &self.body));
        }
        let taken = |part: &(&str, &[u8])| abilities.take(media(part.0));
        self.parts().into_iter().rfind(taken).map(|(kind, body)| Form::Exactly(kind, body))
    }

    /// What is wrong with sending it so to such a client.
    pub(super) fn fault(
        &self,
        abilities: &Abilities,
        (content_type, body): (&str, &Bytes),
        sender: Option<&str>,
    ) -> Option<String> {
        let Some(form) = self.form_for(abilities) else {
            return Some(format!("as {content_type}, who can take no form of it"));
        };
        let (kind, fits) = match form {
            Form::Exactly(kind, expected) => (kind, expected == &body[..]),
            Form::Named(kind, text) => {
                let names = || self.names.iter().flatten().map(String::as_str).chain(sender);
                let head = body.strip_suffix(text).and_then(|head| head.strip_suffix(b": "));
                (kind, head.is_some_and(|head| names().any(|name| name.as_bytes() == head)))
            }
        };
        if !content_type.trim().eq_ignore_ascii_case(kind.trim()) {
            return Some(format!("as {content_type}; expected {kind}"));
        }
        (!fits).then(|| format!("as {kind}, but with another text than was written"))
    }

    /// Content-Type and body of each part of a multipart body (RFC 2046 5.1.1).
    fn parts(&self) -> Vec<(&str, &[u8])> {
        let Some(boundary) =
            boundary(&self.content_type).filter(|_| media(&self.content_type).starts_with("multipart/"))
        else {
            return Vec::new();
        };
        let delimiter = format!("--{boundary}");
        let mut parts = Vec::new();
        let mut rest = match find(&self.body, delimiter.as_bytes()) {
            Some(at) => self.body.get(at + delimiter.len()..).unwrap_or_default(),
            None => return parts,
        };
        let delimiter = format!("\r\n--{boundary}");
        while !rest.starts_with(b"--") {
            let Some(line) = find(rest, b"\r\n") else { break };
            let content = rest.get(line + 2..).unwrap_or_default();
            let Some(end) = find(content, delimiter.as_bytes()) else { break };
            parts.push(part(content.get(..end).unwrap_or_default()));
            rest = content.get(end + delimiter.len()..).unwrap_or_default();
        }
        parts
    }
}

/// Content-Type and body of a part; text/plain where it does not say.
fn part(content: &[u8]) -> (&str, &[u8]) {
    let (head, body) = match find(content, b"\r\n\r\n") {
        _ if content.starts_with(b"\r\n") => (&b""[..], content.get(2..).unwrap_or_default()),
        Some(at) => (content.get(..at).unwrap_or_default(), content.get(at + 4..).unwrap_or_default()),
        None => (content, &b""[..]),
    };
    let head = std::str::from_utf8(head).unwrap_or_default();
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    let mut kinds = fields.filter(|(name, _)| name.trim().eq_ignore_ascii_case("Content-Type"));
    (kinds.next().map_or("text/plain", |(_, value)| value.trim()), body)
}

/// The media type in a Content-Type value.
fn media(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// Whether a name in ASCII may stand before text in this character set.
fn in_ascii(content_type: &str) -> bool {
    let content_type = content_type.to_ascii_lowercase();
    !content_type.contains("utf-16") && !content_type.contains("utf-32")
}

fn boundary(content_type: &str) -> Option<&str> {
    let (_, rest) = content_type.split_once("boundary=")?;
    let quoted = rest.strip_prefix('"').and_then(|rest| rest.split('"').next());
    quoted.or_else(|| rest.split(';').next().map(str::trim))
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len().max(1)).position(|window| window == what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn original(content_type: &str, body: &str) -> Original {
        Original {
            content_type: content_type.to_owned(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            names: [Some("Alice".to_owned()), Some("sip:alice@contoso.com".to_owned())],
        }
    }

    fn takes(modern: bool, formats: &str) -> Abilities {
        Abilities { modern, formats: formats.into() }
    }

    const ALTERNATIVES: &str = "preamble\r\n--b\r\nContent-Type: text/plain\r\n\r\nhello\r\n--b\r\n\
        Content-Type: text/rtf; x=y\r\n\r\n{rtf}\r\n--b--\r\n";

    #[test]
    fn alternatives_are_chosen_from_by_what_is_taken() {
        let message = original("multipart/alternative; boundary=\"b\"", ALTERNATIVES);
        let form = |modern, formats| message.form_for(&takes(modern, formats));
        assert_eq!(form(true, "text/plain"), Some(Form::Exactly("text/plain", b"hello")));
        assert_eq!(form(true, "text/rtf"), Some(Form::Exactly("text/rtf; x=y", b"{rtf}")));
        let whole = Some(Form::Exactly("multipart/alternative; boundary=\"b\"", ALTERNATIVES.as_bytes()));
        assert_eq!(form(true, "text/plain multipart/alternative"), whole);
        assert_eq!(form(true, "*"), whole);
        assert_eq!(form(false, "*"), Some(Form::Named("text/plain", b"hello")));
    }

    #[test]
    fn a_client_without_ms_sender_gets_plain_text_with_a_name_or_nothing() {
        let (old, plain) = (takes(false, ""), original("text/plain", "hi"));
        assert_eq!(original("text/rtf", "{rtf}").form_for(&old), None);
        assert_eq!(plain.fault(&old, ("text/plain", &Bytes::from_static(b"Alice: hi")), None), None);
        for wrong in ["hi", "Bob: hi", "Alice: ho"] {
            assert!(
                plain.fault(&old, ("text/plain", &Bytes::from_static(wrong.as_bytes())), None).is_some(),
                "{wrong}"
            );
        }
        assert!(
            plain.fault(&takes(true, ""), ("text/plain", &Bytes::from_static(b"Alice: hi")), None).is_some()
        );
    }
}
