//! What MCUs are given when a conference starts: the fragments of `entity-settings` (MS-CONFPRO 2.2.1.5).
//!
//! A `settings` element of the MCU's own namespace has to have its form. Anything else is somebody else's and kept as
//! it is (PRO-2-2-1-5-f, EX-PRO-4-2-d), except that chat takes nothing at all (PRO-2-2-1-5-k). No reason is named
//! after bad settings, so they are an `otherFailure` (PRO-2-2-3-1-aa).

use crate::wire::cccp::Reason;
use crate::wire::conference_info::ConferenceView;
use crate::wire::xml::lexical::boolean;
use crate::wire::xml::{Element, Ns, RawElement, Reader, XmlError, XmlErrorKind};

/// What comes of a check: the reason to refuse, if there is one.
pub(super) type Check<T = ()> = Result<T, Reason<'static>>;

/// How much application and desktop sharing there is (PRO-2-2-1-5-r).
const VIEWING: [&str; 4] = [
    "disabled",
    "enableWithoutSharingControl",
    "enableWithSharingOfOnlyASingleApplication",
    "enableWithFullSharing",
];
/// What a data conference is for (PRO-2-2-1-5-s).
const CONFERENCING: [&str; 2] = ["presentation", "collaboration"];

/// Checks the settings of every MCU.
pub(super) fn check(view: &ConferenceView<'_>) -> Check {
    for view in &view.entity_views {
        let settings = view.settings.as_deref().unwrap_or_default();
        let own = match &*view.entity {
            "chat" if !settings.is_empty() => return Err(Reason::OtherFailure),
            "audio-video" => Ns::AvExtensions,
            "meeting" | "data-conf" => Ns::DataExtensions,
            "phone-conf" => Ns::AcpExtensions,
            _ => continue,
        };
        if !settings.iter().all(|element| fragment(element, own).is_ok()) {
            return Err(Reason::OtherFailure);
        }
    }
    Ok(())
}

/// The bytes of the content of an element.
pub(super) fn size(content: Option<&Vec<RawElement<'_>>>) -> usize {
    content.into_iter().flatten().map(|element| element.as_str().len()).sum()
}

fn fragment(element: &RawElement<'_>, own: Ns) -> Result<(), XmlError> {
    let mut reader = Reader::new(element.as_str().as_bytes())?;
    let root = reader.any_root()?;
    if root.ns != own || root.local != "settings" {
        return Ok(());
    }
    let mut numbers = 0;
    while let Some(child) = reader.child()? {
        if child.ns != own {
            return Err(XmlErrorKind::InvalidValue("settings").at(child.offset));
        }
        match own {
            Ns::AvExtensions => audio_video(&mut reader, child)?,
            Ns::DataExtensions => data(&mut reader, child)?,
            _ => numbers += telephone(&mut reader, child)?,
        }
    }
    if own == Ns::AcpExtensions && numbers == 0 {
        return Err(XmlErrorKind::MissingElement("tollNumber").at(root.offset));
    }
    Ok(())
}

/// `audio` and `video` say by their presence that there is such a medium, and hold nothing (PRO-2-2-1-5-n, -o).
fn audio_video(reader: &mut Reader<'_>, element: Element<'_>) -> Result<(), XmlError> {
    match element.local {
        "audio" | "video" if reader.text()?.trim().is_empty() => Ok(()),
        "audio" | "video" => Err(XmlErrorKind::InvalidValue("settings").at(element.offset)),
        _ => reader.skip(),
    }
}

fn data(reader: &mut Reader<'_>, element: Element<'_>) -> Result<(), XmlError> {
    let known: &[&str] = match element.local {
        "app-viewing-behavior" => &VIEWING,
        "conferencing-type" => &CONFERENCING,
        _ => return reader.skip(),
    };
    reader.parse_text("settings", |text| known.contains(&text.trim()).then_some(()))
}

/// Says how many numbers to call the element holds (PRO-2-2-1-5-v).
fn telephone(reader: &mut Reader<'_>, element: Element<'_>) -> Result<usize, XmlError> {
    match element.local {
        "tollNumber" | "tollFreeNumber" => return Ok(usize::from(!reader.token()?.is_empty())),
        "showTollNumber" | "showTollFreeNumber" | "enableCallMe" => {
            reader.parse_text("settings", boolean)?;
        }
        "robotCallerIds" => {
            while let Some(entry) = reader.child()? {
                if entry.ns != Ns::AcpExtensions {
                    return Err(XmlErrorKind::InvalidValue("robotCallerIds").at(entry.offset));
                }
                reader.skip()?;
            }
        }
        _ => reader.skip()?,
    }
    Ok(0)
}
