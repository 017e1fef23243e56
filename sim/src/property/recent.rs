//! What bodies read lately say, each read once: one body goes to many, and who says it is heard soon.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;

/// The last `N` bodies and what they say.
pub(super) struct Recent<T, const N: usize>(VecDeque<(Bytes, Arc<T>)>);

impl<T, const N: usize> Default for Recent<T, N> {
    fn default() -> Self {
        Self(VecDeque::with_capacity(N))
    }
}

impl<T, const N: usize> Recent<T, N> {
    /// What `body` says, by `read` if that is not known yet; `None` if that cannot tell.
    pub(super) fn read(&mut self, body: &Bytes, read: impl FnOnce(&Bytes) -> Option<T>) -> Option<Arc<T>> {
        // Mostly it is the very same one, however long.
        let same =
            |known: &Bytes| known.len() == body.len() && (known.as_ptr() == body.as_ptr() || known == body);
        if let Some((_, told)) = self.0.iter().find(|(known, _)| same(known)) {
            return Some(told.clone());
        }
        let told = Arc::new(read(body)?);
        self.0.truncate(N - 1);
        self.0.push_front((body.clone(), told.clone()));
        Some(told)
    }
}
