//! What travels is SIP.

use super::sight::{Observe, Scene, Sight, Topic, Written};
use super::verdict::Finding;
use super::{Kind, Property, Verdict};

/// Nobody reads garbage.
pub(super) const SIP: Property = Property {
    id: "wire.sip",
    kind: Kind::Never,
    needs: &[],
    requirements: &["IM-2-1-a"],
    sentence: "A node reads something that is no SIP message, though nobody forged or corrupted one.",
};

/// As long as it says, with what every message has.
pub(super) const FRAMED: Property = Property {
    id: "wire.framed",
    kind: Kind::Always,
    needs: &[],
    requirements: &["IM-2-1-b", "IM-2-2-a", "D-32"],
    sentence: "Each message that a node writes has one Content-Length, that of its body; each request a Via, a Call-ID, \
               a From tag, a To and a CSeq with its method, which answers repeat as they are.",
};

#[derive(Default)]
pub(super) struct Wire {
    /// Messages that were SIP.
    read: u64,
    written: u64,
}

impl Observe for Wire {
    const TOPICS: &'static [Topic] = &[Topic::Heard, Topic::Wrote, Topic::Garbage];

    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Heard(_) => self.read += 1,
            Sight::Wrote(written) if !scene.forges(written.origin) => {
                self.written += 1;
                if let Some(words) = fault(written) {
                    let words = format!("writes a message {words}");
                    verdict.violate(&FRAMED, scene.finding(written.from, &[written.id], words));
                }
            }
            Sight::Garbage(who, error) => {
                let (at, who, words) = (scene.at, scene.name(who), format!("reads no SIP: {error}"));
                verdict.violate(&SIP, Finding { at, who, messages: Vec::new(), words });
            }
            _ => {}
        }
    }

    fn end(&mut self, _: &Scene, verdict: &mut Verdict) {
        verdict.exercise_times(&SIP, self.read);
        verdict.exercise_times(&FRAMED, self.written);
    }
}

/// What is wrong with the text of a message.
fn fault(written: &Written<'_>) -> Option<String> {
    let letter = written.letter;
    let length = letter.content_length.and_then(|length| length.parse().ok());
    if length != Some(written.body.len()) {
        return Some(format!(
            "of {} bytes with the Content-Length {:?}",
            written.body.len(),
            letter.content_length
        ));
    }
    // The rest of an answer is what was asked (`transaction.echo`), by a forger perhaps.
    if letter.code().is_some() {
        return None;
    }
    let (number, method) = letter.cseq.split_once(' ').unwrap_or_default();
    let named = letter.start.strip_prefix(method).is_some_and(|rest| rest.starts_with(' '));
    if number.parse::<u32>().is_err() || !named {
        return Some(format!("{} with the CSeq {}", letter.start, letter.cseq));
    }
    let missing = [
        ("Via", letter.via.is_empty()),
        ("Call-ID", letter.call_id.is_empty()),
        ("From tag", letter.from_tag.is_empty()),
        ("To", letter.to.is_empty()),
    ];
    missing.into_iter().find(|(_, missing)| *missing).map(|(what, _)| format!("without {what}"))
}
