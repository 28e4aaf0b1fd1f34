//! What few async calls have besides their time: a place in the list of those that wait, and what hooks carry from poll to
//! poll. In one word, so that futures don't grow by it.

use super::waiting::Watched;
use crate::base::inside::Inside;
use crate::span::hook::{self, Carry};
use std::sync::{Mutex, PoisonError};

/// What few calls have, if this one has any of it.
///
/// The mutex is never locked: it lets a future be shared that is `Sync`, though what hooks carry can't be.
#[derive(Debug, Default)]
pub(super) struct Extra(Option<Box<(Option<Watched>, Mutex<Carry>)>>);

impl Extra {
    pub(super) const NONE: Extra = Extra(None);

    /// Whether there's nothing to think of at a poll.
    #[inline(always)]
    pub(super) fn is_none(&self) -> bool {
        self.0.is_none()
    }

    #[cold]
    #[inline(never)]
    fn discard(&mut self) {
        let _inside = Inside::enter();
        self.0 = None;
    }

    pub(super) fn watch(&mut self, watched: Option<Watched>) {
        if watched.is_some() {
            let _inside = Inside::enter();
            self.0.get_or_insert_default().0 = watched;
        }
    }

    pub(super) fn watched(&self) -> Option<&Watched> {
        self.0.as_ref()?.0.as_ref()
    }

    /// What hooks carry, if there is one that may.
    pub(super) fn carry(&mut self) -> Option<&mut Carry> {
        if self.0.is_none() && !hook::is_any() {
            return None;
        }
        let _inside = Inside::enter();
        Some(self.0.get_or_insert_default().1.get_mut().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What frees memory may be an async call that has some, too.
impl Drop for Extra {
    #[inline(always)]
    fn drop(&mut self) {
        if !self.is_none() {
            self.discard();
        }
    }
}
