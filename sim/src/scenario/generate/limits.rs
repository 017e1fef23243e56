//! Settings of the pool under which its timers have something to do within a run.

use confsim_core::entropy::Entropy;
use confsim_core::time::Duration;

use crate::scenario::Scenario;

/// Draws some: sessions, subscriptions and registrations that have to be refreshed, conferences that end early.
pub(super) fn draw(draw: &mut Entropy, scenario: &mut Scenario) {
    let mut seconds =
        |fewest, most| draw.chance(1, 2).then(|| Duration::from_secs(draw.between(fewest, most)));
    scenario.limits.session_expires = seconds(90, 200);
    scenario.limits.subscription_expires = seconds(60, 200);
    scenario.limits.registration = seconds(60, 200);
    scenario.limits.idle_timeout = seconds(60, 600);
}
