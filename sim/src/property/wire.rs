//! What travels is SIP.

use super::sight::{Observe, Scene, Sight};
use super::verdict::Finding;
use super::{Kind, Property, Verdict};

/// Nobody reads garbage.
pub(super) const SIP: Property = Property {
    id: "wire.sip",
    kind: Kind::Never,
    needs: &[],
    except: &[],
    requirements: &["IM-2-1-a"],
    sentence: "A node reads something that is no SIP message, though nobody forged or corrupted one.",
};

#[derive(Default)]
pub(super) struct Wire {
    /// Messages that were SIP.
    read: u64,
}

impl Observe for Wire {
    fn see(&mut self, scene: &Scene, sight: Sight<'_>, verdict: &mut Verdict) {
        match sight {
            Sight::Heard(_) => self.read += 1,
            Sight::Garbage(who, error) => {
                let (at, who, words) = (scene.at, scene.name(who), format!("reads no SIP: {error}"));
                verdict.violate(&SIP, Finding { at, who, messages: Vec::new(), words });
            }
            _ => {}
        }
    }

    fn end(&mut self, _: &Scene, verdict: &mut Verdict) {
        verdict.exercise_times(&SIP, self.read);
    }
}
