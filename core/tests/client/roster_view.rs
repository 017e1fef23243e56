//! A view of a roster holds what a plain map would, and tells what sets it apart from another.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use confsim_core::client::{RosterView, UserView};
use proptest::prelude::*;

type Plain = BTreeMap<Arc<str>, Arc<UserView>>;

/// Users by number: enough of them to fill several parts of a view.
fn user(number: u8) -> Arc<str> {
    format!("sip:user{number}@contoso.com").into()
}

/// Adds the users told of with `true`, and takes the others out.
fn change(view: &mut RosterView, plain: &mut Plain, steps: &[(u8, bool)]) {
    for (number, stays) in steps {
        if *stays {
            let added = Arc::new(UserView::default());
            view.insert(user(*number), Arc::clone(&added));
            plain.insert(user(*number), added);
        } else {
            view.remove(&user(*number));
            plain.remove(&user(*number));
        }
    }
}

fn steps(most: usize) -> impl Strategy<Value = Vec<(u8, bool)>> {
    prop::collection::vec((any::<u8>(), prop::bool::weighted(0.7)), 0..most)
}

proptest! {
    #[test]
    fn a_view_holds_what_a_map_holds(steps in steps(400)) {
        let (mut view, mut plain) = (RosterView::default(), Plain::new());
        change(&mut view, &mut plain, &steps);
        prop_assert!(view.iter().eq(&plain));
        prop_assert_eq!((view.len(), view.is_empty()), (plain.len(), plain.is_empty()));
        for number in 0..=u8::MAX {
            prop_assert_eq!(view.get(&user(number)), plain.get(&user(number)));
        }
        prop_assert_eq!(view, plain.into_iter().collect());
    }

    #[test]
    fn what_changed_is_what_is_not_the_same_value(first in steps(400), then in steps(20), other in steps(400)) {
        let (mut view, mut plain) = (RosterView::default(), Plain::new());
        change(&mut view, &mut plain, &first);
        let (before, plain_before) = (view.clone(), plain.clone());
        change(&mut view, &mut plain, &then);
        prop_assert!(before.iter().eq(&plain_before), "a copy changes with its original");

        let (mut stranger, mut plain_stranger) = (RosterView::default(), Plain::new());
        change(&mut stranger, &mut plain_stranger, &other);
        for (old, plain_old) in [(&before, &plain_before), (&stranger, &plain_stranger)] {
            let same = |user: &Arc<str>| match (plain.get(user), plain_old.get(user)) {
                (Some(new), Some(old)) => Arc::ptr_eq(new, old),
                (new, old) => new.is_none() && old.is_none(),
            };
            let expected: BTreeSet<_> =
                plain.keys().chain(plain_old.keys()).filter(|user| !same(user)).collect();
            let changed = view.changed_since(old);
            prop_assert_eq!(changed.iter().copied().collect::<BTreeSet<_>>(), expected);
        }
    }
}
