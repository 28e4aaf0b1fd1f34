//! Storage: what one component measured, as data: a view of the call tree, taken afresh by each reading.

use super::snapshot::{Threads, capture};
use crate::component::Component;
use crate::tree::components;
use instrument_model::Snapshot;
use instrument_report::storage::{self, Entry, Node};
use std::any::TypeId;
use std::fmt;
use std::marker::PhantomData;

/// What a component measured: the nodes of the call tree where it did, by all threads.
///
/// Costs nothing by itself; each reading of it takes a fresh look. What's done with what it returns changes nothing inside.
/// The call trees themselves aren't in the program's heap; what else the toolkit allocates is in its callers' heap figures.
///
/// No figure is marked where clocks have parted ([`Snapshot::partings`](crate::Snapshot::partings)): those of a component are what its source
/// says, of which [`WallClock`](crate::component::WallClock) asks the system's clock, and not ticks that have to be made times of.
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

/// What its columns are called: another component may have had its name before it.
fn name_of<C: Component>() -> &'static str {
    components::name_of(TypeId::of::<C>()).unwrap_or(C::NAME)
}

/// What [`storage`](storage()) returns: what a component measured, to be read as often as you like.
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
    /// A thread that begins after another one has ended goes on with that one's tree; its entries then have the later
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
    /// Copies everything: costs what a [`snapshot`](crate::snapshot()) costs, and an allocation or two for each entry.
    pub fn flat(&self) -> Vec<Entry> {
        self.view(|snapshot| storage::flat(snapshot, name_of::<C>(), self.per_thread))
    }

    /// The roots, with what's below them, in the order in which they were first pushed.
    ///
    /// Costs what [`flat`](Self::flat) costs.
    pub fn tree(&self) -> Vec<Node<Entry>> {
        self.view(|snapshot| storage::tree(snapshot, name_of::<C>(), self.per_thread))
    }

    fn view<T>(&self, view: impl FnOnce(&Snapshot) -> Vec<T>) -> Vec<T> {
        // Kept apart, so that entries have a thread's number; the view merges them.
        view(&capture(Threads::Apart))
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
        let snapshot = capture(Threads::Apart);
        let roots = storage::tree(&snapshot, name_of::<C>(), self.per_thread);
        f.write_str(&storage::table(name_of::<C>(), &roots, self.per_thread))?;
        f.write_str(&storage::lost_lines(&snapshot.lost()))
    }
}
