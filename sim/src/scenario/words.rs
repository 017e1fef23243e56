//! Texts with placeholders for what a run draws: `INFO ${focus:lunch} SIP/2.0`.

/// One part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Literally this.
    Literal(&'a str),
    /// `${focus:lunch}`: the focus URI of a conference.
    Focus(&'a str),
    /// `${chat:lunch}`: its URI at the IM MCU.
    Chat(&'a str),
    /// `${uri:bob}`: a participant's SIP URI.
    Uri(&'a str),
    /// `${call-id:bob:focus}` and the like: something of the last dialog that a participant began.
    Dialog {
        /// What of it.
        part: DialogPart,
        /// Whose.
        who: &'a str,
        /// With which role: `focus` or `mcu`.
        with: &'a str,
    },
    /// `${length}`: the number of bytes after the empty line that ends the head.
    Length,
}

/// A part of what names a dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DialogPart {
    /// `call-id`: its Call-ID.
    CallId,
    /// `own-tag`: the participant's tag.
    OwnTag,
    /// `peer-tag`: the role's tag.
    PeerTag,
    /// `next-cseq`: the number of the participant's next request.
    NextCseq,
}

/// A text, cut at its placeholders.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words<'a>(pub Vec<Piece<'a>>);

impl<'a> Words<'a> {
    /// Cuts `text`; or what is wrong with it.
    pub fn parse(text: &'a str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').ok_or("a `${` without its `}`")?;
            pieces.push(Piece::Literal(before));
            pieces.push(Piece::parse(name).ok_or_else(|| format!("`${{{name}}}` stands for nothing"))?);
            rest = after;
        }
        pieces.push(Piece::Literal(rest));
        Ok(Self(pieces))
    }
}

impl<'a> Piece<'a> {
    fn parse(name: &'a str) -> Option<Self> {
        let mut parts = name.split(':');
        let (kind, first, second) = (parts.next()?, parts.next(), parts.next());
        if parts.next().is_some() {
            return None;
        }
        Some(match (kind, first, second) {
            ("length", None, None) => Self::Length,
            ("focus", Some(conference), None) => Self::Focus(conference),
            ("chat", Some(conference), None) => Self::Chat(conference),
            ("uri", Some(who), None) => Self::Uri(who),
            (_, Some(who), Some(with @ ("focus" | "mcu"))) => {
                Self::Dialog { part: DialogPart::parse(kind)?, who, with }
            }
            _ => return None,
        })
    }

    /// The participant it names.
    pub fn participant(&self) -> Option<&'a str> {
        match self {
            Self::Uri(who) | Self::Dialog { who, .. } => Some(who),
            Self::Literal(_) | Self::Focus(_) | Self::Chat(_) | Self::Length => None,
        }
    }
}

impl DialogPart {
    fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "call-id" => Self::CallId,
            "own-tag" => Self::OwnTag,
            "peer-tag" => Self::PeerTag,
            "next-cseq" => Self::NextCseq,
            _ => return None,
        })
    }
}
