//! The Conference Expiration Timer (PRO-3-2-2-a, PRO-3-2-6-1-a).

use super::conference::{Conference, Key};
use super::record::Record;
use super::validation::seconds;
use super::{Event, Factory, Timer, date_time};
use crate::signal::Context;

impl Factory {
    /// Deletes what has expired long enough ago and is not active, and comes back. What the store would not let go is
    /// tried again then.
    pub(super) fn expire(&mut self, cx: &mut Context<'_, Self>) {
        cx.set_timer(Timer::Expiry, cx.now() + self.config.expiry_interval);
        let now = self.unix_time(cx);
        let buffer = seconds(self.config.expiry_buffer.as_secs());
        let is_over = |conference: &Conference| {
            let expiry = conference.expiry().and_then(date_time::parse);
            !conference.active && expiry.is_some_and(|expiry| expiry.saturating_add(buffer) < now)
        };
        let over: Vec<(Key, Box<str>)> = self
            .table
            .iter()
            .filter(|(_, conference)| is_over(conference))
            .map(|(key, conference)| (key, (&*conference.info.entity).into()))
            .collect();
        for (key, conference) in over {
            if self.commit(cx, Record::Remove(key)).is_err() {
                return;
            }
            cx.event(Event::Expired { conference });
        }
    }
}
