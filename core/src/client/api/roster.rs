//! Who is in a conference, as a user sees it.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most users in one part of a view: about the square root of the largest roster, so that a new version copies little
/// of the parts, and of the list of them.
const PART_MAX: usize = 32;

/// A user by SIP URI.
type Entry = (Arc<str>, Arc<UserView>);

/// A roster replica as a user sees it: users by SIP URI, in that order. A view that is made from another by
/// changing some users shares the others with it: a large conference has many versions, and everybody is shown each.
#[derive(Clone, Debug, Default)]
pub struct RosterView {
    /// None is empty.
    parts: Vec<Arc<Vec<Entry>>>,
    len: usize,
}

/// One user in a roster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserView {
    /// The display name, if known.
    pub display_name: Option<String>,
    /// `presenter` or `attendee`.
    pub role: String,
    /// The endpoints by their entity.
    pub endpoints: BTreeMap<String, EndpointView>,
}

/// One endpoint of a user in a roster.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointView {
    /// `focus`, `chat`, ….
    pub session: String,
    /// `connected`, `on-hold`, ….
    pub status: String,
    /// The IM formats it takes, for chat endpoints.
    pub formats: Vec<String>,
}

impl RosterView {
    /// How many users there are.
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether nobody is there.
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The user of this URI.
    pub fn get(&self, user: &str) -> Option<&Arc<UserView>> {
        let part = self.parts.get(self.part_of(user))?;
        let place = place_in(part, user).ok()?;
        part.get(place).map(|(_, view)| view)
    }

    /// The users, in the order of their URIs.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Arc<UserView>)> {
        self.parts.iter().flat_map(|part| part.iter()).map(|(user, view)| (user, view))
    }

    /// Adds a user, or replaces him.
    pub fn insert(&mut self, user: Arc<str>, view: Arc<UserView>) {
        let index = self.part_of(&user);
        let Some(part) = self.parts.get_mut(index).map(Arc::make_mut) else {
            self.parts.push(Arc::new(vec![(user, view)]));
            self.len += 1;
            return;
        };
        match place_in(part, &user) {
            Ok(place) => {
                if let Some(entry) = part.get_mut(place) {
                    entry.1 = view;
                }
                return;
            }
            Err(place) => part.insert(place, (user, view)),
        }
        self.len += 1;
        if part.len() > PART_MAX {
            let rest = part.split_off(PART_MAX / 2);
            self.parts.insert(index + 1, Arc::new(rest));
        }
    }

    /// Takes a user out.
    pub fn remove(&mut self, user: &str) {
        let index = self.part_of(user);
        let Some(part) = self.parts.get_mut(index) else { return };
        let Ok(place) = place_in(part, user) else { return };
        let part = Arc::make_mut(part);
        part.remove(place);
        self.len -= 1;
        if part.is_empty() {
            self.parts.remove(index);
        }
    }

    /// The URIs of those who are not the same value here as in `before`: who came, went, or was told of anew. What the
    /// two share is not looked at.
    pub fn changed_since<'a>(&'a self, before: &'a Self) -> Vec<&'a Arc<str>> {
        let (mut ours, mut theirs) = (Cursor::new(self), Cursor::new(before));
        let mut changed = Vec::new();
        loop {
            if let (Some(our), Some(their)) = (ours.whole_part(), theirs.whole_part())
                && Arc::ptr_eq(our, their)
            {
                ours.skip_part();
                theirs.skip_part();
                continue;
            }
            let order = match (ours.entry(), theirs.entry()) {
                (None, None) => return changed,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some((our, _)), Some((their, _))) => our.cmp(their),
            };
            let our = if order.is_le() { ours.take() } else { None };
            let their = if order.is_ge() { theirs.take() } else { None };
            let same = matches!((our, their), (Some((_, new)), Some((_, old))) if Arc::ptr_eq(new, old));
            changed.extend(our.or(their).map(|(user, _)| user).filter(|_| !same));
        }
    }

    /// The part in which `user` is, or would be.
    fn part_of(&self, user: &str) -> usize {
        let behind = |part: &Arc<Vec<Entry>>| part.last().is_some_and(|(last, _)| **last < *user);
        let index = self.parts.partition_point(behind);
        // Behind everybody is at the end of the last part.
        index.min(self.parts.len().saturating_sub(1))
    }
}

fn place_in(part: &[Entry], user: &str) -> Result<usize, usize> {
    part.binary_search_by(|(found, _)| (**found).cmp(user))
}

impl FromIterator<(Arc<str>, Arc<UserView>)> for RosterView {
    fn from_iter<I: IntoIterator<Item = (Arc<str>, Arc<UserView>)>>(users: I) -> Self {
        let mut view = Self::default();
        for (user, found) in users {
            view.insert(user, found);
        }
        view
    }
}

/// How the users are spread over parts does not count.
impl PartialEq for RosterView {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl Eq for RosterView {}

/// A place in a view.
struct Cursor<'a> {
    parts: &'a [Arc<Vec<Entry>>],
    /// In the first of the parts.
    place: usize,
}

impl<'a> Cursor<'a> {
    fn new(view: &'a RosterView) -> Self {
        Self { parts: &view.parts, place: 0 }
    }

    /// The part at whose beginning this place is.
    fn whole_part(&self) -> Option<&'a Arc<Vec<Entry>>> {
        self.parts.first().filter(|_| self.place == 0)
    }

    fn skip_part(&mut self) {
        self.parts = self.parts.get(1..).unwrap_or_default();
        self.place = 0;
    }

    fn entry(&self) -> Option<&'a Entry> {
        self.parts.first()?.get(self.place)
    }

    fn take(&mut self) -> Option<&'a Entry> {
        let entry = self.entry()?;
        self.place += 1;
        if self.parts.first().is_some_and(|part| part.len() == self.place) {
            self.skip_part();
        }
        Some(entry)
    }
}
