//! Times of a scenario that can be closer together and rounder.

use confsim_core::time::Duration;

use super::SETTLED;
use super::base::Base;
use super::edit::Edit;
use crate::capsule::Failure;
use crate::fault::{Crash, Cut, Fault, Fill, Harm, Outage, Pause, Slow, Stall, When};
use crate::scenario::Scenario;

/// How far apart two things may be brought that are further apart.
const APART: [Duration; 3] = [Duration::from_secs(1), Duration::from_secs(10), Duration::from_secs(60)];

/// What people count in, the coarsest first.
const GRIDS: [Duration; 4] =
    [Duration::from_secs(1), Duration::from_millis(100), Duration::from_millis(10), Duration::from_millis(1)];

/// Everything that can be said of times, the larger things first.
pub(super) fn edits(base: &Base, failure: Failure) -> Vec<Edit> {
    let at_end = failure.at_end;
    let count = moments(&base.scenario).len();
    let mut edits: Vec<Edit> = vec![Box::new(move |scenario| count_seconds(scenario, at_end))];
    for apart in APART {
        for place in (0..count).rev() {
            edits.push(Box::new(move |scenario| close(scenario, place, apart, at_end)));
        }
    }
    if at_end {
        edits.push(Box::new(finish_early));
    } else {
        edits.push(Box::new(|scenario| scenario.end = round(scenario.end, GRIDS[0])));
    }
    for grid in GRIDS {
        edits.push(Box::new(move |scenario| retime(scenario, at_end, |at| round(at, grid))));
    }
    for place in 0..count {
        for grid in GRIDS {
            edits.push(Box::new(move |scenario| {
                let Some(moment) = moments(scenario).get(place).copied() else { return };
                retime(scenario, at_end, |at| if at == moment { round(at, grid) } else { at });
            }));
        }
    }
    for place in 0..base.scenario.faults.len() {
        for grid in GRIDS {
            edits.push(Box::new(move |scenario| {
                let Some(fault) = scenario.faults.get_mut(place) else { return };
                for span in spans(fault) {
                    *span = (*span).min(grid);
                }
            }));
        }
        edits.push(Box::new(move |scenario| {
            let Some(fault) = scenario.faults.get_mut(place) else { return };
            for span in spans(fault) {
                *span = round(*span, Duration::from_secs(1));
            }
        }));
    }
    edits
}

/// The next time on the grid.
const fn round(at: Duration, grid: Duration) -> Duration {
    Duration::from_micros(at.as_micros().div_ceil(grid.as_micros()) * grid.as_micros())
}

/// When something begins, in order.
fn moments(scenario: &Scenario) -> Vec<Duration> {
    let mut scenario = scenario.clone();
    let faults = scenario.faults.iter_mut().flat_map(times).map(|at| *at);
    let mut moments: Vec<Duration> = scenario.steps.iter().map(|step| step.at).chain(faults).collect();
    moments.sort_unstable();
    moments.dedup();
    moments
}

/// One thing a second.
fn count_seconds(scenario: &mut Scenario, at_end: bool) {
    let moments = moments(scenario);
    let end = Duration::from_secs(moments.len() as u64);
    retime(scenario, at_end, |at| {
        moments.iter().position(|moment| *moment == at).map_or(end, |place| Duration::from_secs(place as u64))
    });
}

/// Brings the moment at `place` and all that comes later nearer to the one before.
fn close(scenario: &mut Scenario, place: usize, apart: Duration, at_end: bool) {
    let moments = moments(scenario);
    let Some(moment) = moments.get(place).copied() else { return };
    let before = place.checked_sub(1).and_then(|place| moments.get(place)).copied().unwrap_or_default();
    let by = (moment - before) - apart;
    retime(scenario, at_end, |at| if at >= moment { at - by } else { at });
}

/// Moves everything to another time; later things must not come before earlier ones. A run that is judged at its end
/// keeps the time it has to settle.
fn retime(scenario: &mut Scenario, at_end: bool, to: impl Fn(Duration) -> Duration) {
    let end = scenario.end;
    let settled = moments(scenario).into_iter().map(|at| to(at) + SETTLED.min(end - at)).max();
    for step in &mut scenario.steps {
        step.at = to(step.at);
    }
    for at in scenario.faults.iter_mut().flat_map(times) {
        *at = to(*at);
    }
    scenario.end = to(end).max(settled.filter(|_| at_end).unwrap_or_default());
}

/// Ends a run when everything has had the time to settle.
fn finish_early(scenario: &mut Scenario) {
    let last = moments(scenario).last().copied().unwrap_or_default();
    scenario.end = scenario.end.min(last + SETTLED);
}

/// The points in time at which a fault begins or ends.
fn times(fault: &mut Fault) -> Vec<&mut Duration> {
    match fault {
        Fault::Cut(Cut { when: When::At(at), .. })
        | Fault::Stall(Stall { at, .. })
        | Fault::Slow(Slow { at, .. })
        | Fault::Pause(Pause { at, .. })
        | Fault::Fill(Fill { at, .. }) => vec![at],
        Fault::Crash(Crash { at, back, .. }) => {
            std::iter::once(at).chain(back.as_mut().map(|back| &mut back.at)).collect()
        }
        Fault::Message { .. } | Fault::Cut(_) | Fault::Refuse(_) | Fault::Outage(_) | Fault::Clock(_) => {
            Vec::new()
        }
    }
}

/// How long things last.
fn spans(fault: &mut Fault) -> Vec<&mut Duration> {
    match fault {
        Fault::Message { harm: Harm::Delay(by), .. } => vec![by],
        Fault::Stall(Stall { lasts, .. })
        | Fault::Pause(Pause { lasts, .. })
        | Fault::Fill(Fill { lasts, .. }) => {
            vec![lasts]
        }
        Fault::Slow(Slow { by, lasts, .. }) => vec![by, lasts],
        Fault::Outage(Outage { back: Some(back), .. }) => vec![back],
        _ => Vec::new(),
    }
}
