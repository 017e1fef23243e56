//! Whether a history of concurrent calls is one of some order (Wing and Gong 1993, with the memory of Lowe 2017):
//! each call takes effect at one instant between its beginning and its end, and what it returns fits.

use std::collections::BTreeSet;

/// Most calls of one history; the sets of calls are 128 bits.
pub(super) const CALLS_MAX: usize = 128;

/// Most places that the search visits before it gives up.
const VISITS_MAX: usize = 50_000;

/// A call: when it began, and when it returned. One that never did may have taken effect at any time since, or
/// not at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Call {
    pub(super) begun: u64,
    pub(super) returned: Option<u64>,
}

/// What the search found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// There is an order.
    Order,
    /// There is none. The calls (as a set of bits) that at best could be ordered.
    None(u128),
    /// The search was given up.
    TooMuch,
}

/// Looks for an order of `calls` from `start` on; `step` gives the state after a call, if it fits.
pub(super) fn search<S: Clone + Ord>(
    calls: &[Call],
    start: S,
    step: impl Fn(usize, &S) -> Option<S>,
) -> Found {
    if calls.len() > CALLS_MAX {
        return Found::TooMuch;
    }
    let complete = calls.iter().enumerate().filter(|(_, call)| call.returned.is_some());
    let owed = complete.fold(0, |set, (place, _)| set | bit(place));
    let mut seen = BTreeSet::new();
    let mut open = vec![(0_u128, start)];
    let mut best = 0_u128;
    while let Some((done, state)) = open.pop() {
        if done & owed == owed {
            return Found::Order;
        }
        if (done & owed).count_ones() > (best & owed).count_ones() {
            best = done;
        }
        // What begins after something else has returned comes after that.
        let left = |place: usize| done & bit(place) == 0;
        let waits = calls.iter().enumerate().filter(|(place, _)| left(*place));
        let bound = waits.clone().filter_map(|(_, call)| call.returned).min().unwrap_or(u64::MAX);
        for (place, _) in waits.filter(|(_, call)| call.begun < bound) {
            let Some(after) = step(place, &state) else { continue };
            let next = (done | bit(place), after);
            if seen.insert(next.clone()) {
                open.push(next);
            }
        }
        if seen.len() > VISITS_MAX {
            return Found::TooMuch;
        }
    }
    Found::None(best)
}

/// The set of one call.
pub(super) const fn bit(place: usize) -> u128 {
    1 << place
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn call(begun: u64, returned: u64) -> Call {
        Call { begun, returned: Some(returned) }
    }

    /// A register: `(true, v)` writes v, `(false, v)` reads it.
    fn register(calls: &[Call], deeds: &[(bool, u8)]) -> Found {
        search(calls, 0_u8, |place, state| {
            let (writes, value) = deeds[place];
            (writes || *state == value).then_some(if writes { value } else { *state })
        })
    }

    #[test]
    fn concurrent_calls_take_any_order_and_others_their_own() {
        let reads_new = [(true, 1), (false, 1)];
        let reads_old = [(true, 1), (false, 0)];
        for deeds in [&reads_new, &reads_old] {
            assert_eq!(register(&[call(0, 10), call(5, 6)], deeds), Found::Order);
        }
        assert_eq!(register(&[call(0, 4), call(5, 6)], &reads_new), Found::Order);
        assert_eq!(register(&[call(0, 4), call(5, 6)], &reads_old), Found::None(0b01));
    }

    #[test]
    fn a_call_that_never_returned_counts_or_does_not() {
        let lost = Call { begun: 0, returned: None };
        for read in [0, 1] {
            assert_eq!(register(&[lost, call(5, 6)], &[(true, 1), (false, read)]), Found::Order);
        }
        // Once seen it stays.
        let calls = [lost, call(5, 6), call(7, 8)];
        assert_eq!(register(&calls, &[(true, 1), (false, 0), (false, 1)]), Found::Order);
        assert!(matches!(register(&calls, &[(true, 1), (false, 1), (false, 0)]), Found::None(_)));
        // It has no effect before it began.
        let late = Call { begun: 9, returned: None };
        assert!(matches!(register(&[late, call(5, 6)], &[(true, 1), (false, 1)]), Found::None(_)));
    }

    #[test]
    fn too_many_calls_are_not_judged() {
        let calls: Vec<_> = (0..=CALLS_MAX as u64).map(|n| call(n, n)).collect();
        assert_eq!(search(&calls, (), |_, ()| Some(())), Found::TooMuch);
    }
}
