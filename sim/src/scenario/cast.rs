//! Who takes part in a scenario, as its trace numbers and names them.

use super::Scenario;
use crate::trace::Cast;

impl Scenario {
    /// The pool and everybody who takes part.
    pub fn cast(&self) -> Cast {
        let names = self.participants.iter().map(|participant| participant.name.as_str());
        let users = self.participants.iter().map(|participant| {
            let domain = participant.domain.as_ref().unwrap_or(&self.domain);
            format!("{}@{domain}", participant.user())
        });
        Cast::new(&self.domain, names, users)
    }
}
