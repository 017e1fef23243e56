//! Whether a client takes Ms-Sender, and in which formats instant messages may reach it.

use confsim_core::wire::sip::Message;

/// What a client can do, as its INVITE says, or its answer to one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Abilities {
    /// Whether it takes Ms-Sender.
    pub(super) modern: bool,
    /// The IM formats it takes, as it names them: media types with blanks between them.
    pub(super) formats: Box<str>,
}

impl Abilities {
    /// Of the client that says this.
    pub(super) fn of(message: &Message) -> Self {
        Self { modern: message.supports("ms-sender"), formats: accept_types(message.body()).into() }
    }

    /// Whether it takes this format. Plain text goes without saying (IM-2-2-5-l).
    pub(super) fn take(&self, media: &str) -> bool {
        let family = media.split('/').next().unwrap_or_default();
        let fits = |format: &str| match format.split_once('/') {
            _ if format == "*" => true,
            Some((family_taken, "*")) => family_taken == "*" || family_taken.eq_ignore_ascii_case(family),
            _ => format.eq_ignore_ascii_case(media),
        };
        media.eq_ignore_ascii_case("text/plain") || self.formats.split_whitespace().any(fits)
    }
}

/// The formats in a session description (IM-2-2-5-j).
pub(super) fn accept_types(sdp: &[u8]) -> &str {
    let text = std::str::from_utf8(sdp).unwrap_or_default();
    text.lines().find_map(|line| line.strip_prefix("a=accept-types:")).unwrap_or_default().trim()
}
