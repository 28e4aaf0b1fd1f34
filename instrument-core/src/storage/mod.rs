//! Storage: the call graph of each component, and what's read of it.
//!
//! Each thread has a graph of its own for each component that it pushes, apart from the timers' tree. Reading copies
//! what's there: whatever is done with the copy, nothing inside changes.
//!
//! What a thread or a task does is below what it has pushed itself: a [`Context`](crate::Context) carries the timers' path,
//! and none of these. Nor is the toolkit's own memory kept apart: a path's first push allocates, which its callers' heap
//! figures have.
//!
//! # Hashes
//! They're the same for the same labels in every run, on every machine:
//!
//! - `hash` is the 64-bit FNV-1a hash of the label's UTF-8 bytes.
//! - `rolling_hash` tells call paths apart: it's the 64-bit FNV-1a hash of all hashes from the root to the entry, each
//!   as its eight bytes, least significant one first.
//!
//! # Recording
//! ```text
//!   thread ── Own: place, look-up table ──> Graph ── Cell, Cell … in the order in which they were made
//!                                             │         statistics: written by one thread, read by all
//!   when it ends ──> pool ──> next thread      └─ list of cells: locked for a path's first push, and by readers
//! ```

mod auto;
mod cell;
mod entry;
mod graph;
mod hash;
mod merge;
mod scope;
mod text;
mod timeline;

pub(crate) use auto::AutoOutput;
pub use entry::{Entry, Node, Statistics};
pub(crate) use graph::Place;
#[cfg(unix)]
pub(crate) use graph::{forked, hold};
pub use scope::Scope;
pub use timeline::TIMELINE;

use crate::component::Component;
use std::fmt;
use std::marker::PhantomData;

/// The call graph of a component: everything that was pushed and popped of it, by all threads.
///
/// Costs nothing by itself; each reading of it takes a fresh look.
///
/// # Examples
/// ```
/// use instrument_core::component::WallClock;
/// use instrument_core::storage;
///
/// let mut outer = WallClock::new("outer");
/// outer.push();
/// outer.start();
/// let mut inner = WallClock::new("inner");
/// inner.push();
/// inner.start();
/// inner.pop();
/// outer.pop();
///
/// let roots = storage::<WallClock>().tree();
/// let outer = &roots[0];
/// assert_eq!(outer.children[0].inclusive.prefix, "inner");
/// assert!(outer.exclusive.data < outer.inclusive.data);
/// println!("{}", storage::<WallClock>());
/// ```
pub fn storage<C: Component>() -> Storage<C> {
    Storage { per_thread: false, of: PhantomData }
}

/// What [`storage`](storage()) returns: the call graph of a component, to be read as often as you like.
///
/// [`Display`](fmt::Display) is a table of the tree, as `#[timer]`'s report has one, and below it what was lost.
#[must_use = "it's read by `flat`, `tree` or `Display`"]
pub struct Storage<C> {
    per_thread: bool,
    of: PhantomData<fn() -> C>,
}

impl<C: Component> Storage<C> {
    /// Keeps threads apart: what each of them did is an entry, and a root, of its own. Otherwise the same path of several
    /// threads is one entry, in which each observation counts once.
    ///
    /// A thread that begins after another one has ended goes on with that one's graph; its entries then have the later
    /// one's number.
    ///
    /// ```
    /// use instrument_core::component::TripCount;
    /// use instrument_core::storage;
    ///
    /// let trip = || {
    ///     let mut trip = TripCount::new("trip");
    ///     trip.push();
    ///     trip.start();
    ///     trip.pop();
    /// };
    /// trip();
    /// std::thread::spawn(trip).join().unwrap();
    /// assert_eq!(storage::<TripCount>().flat().len(), 1);
    /// assert_eq!(storage::<TripCount>().per_thread().flat().len(), 2);
    /// ```
    pub fn per_thread(self) -> Self {
        Storage { per_thread: true, ..self }
    }

    /// All entries in the order of the tree, a parent before what's below it; figures are inclusive.
    ///
    /// Copies everything: costs some 100 ns for each path of each thread, and allocations.
    pub fn flat(&self) -> Vec<Entry> {
        let mut flat = Vec::new();
        for root in self.tree() {
            root.flatten(&mut flat);
        }
        flat
    }

    /// The roots, with what's below them, in the order in which they were first pushed.
    ///
    /// Costs what [`flat`](Self::flat) costs.
    pub fn tree(&self) -> Vec<Node<Entry>> {
        merge::tree::<C>(&graph::graphs::<C>(), self.per_thread)
    }
}

impl<C> Clone for Storage<C> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<C> Copy for Storage<C> {}

impl<C: Component> fmt::Debug for Storage<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Storage").field("of", &C::NAME).field("per_thread", &self.per_thread).finish()
    }
}

impl<C: Component> fmt::Display for Storage<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text::table(C::NAME, &self.tree(), self.per_thread))?;
        f.write_str(&text::lost())
    }
}
