//! A node of a snapshot, and its figures as durations.

use super::{Figures, Snapshot};
use crate::data::{Column, Component, Label, Node, Tasks};
use std::fmt;
use std::sync::OnceLock;
use std::time::Duration;

/// Of what's counted everywhere: there was none.
static NONE: OnceLock<Column> = OnceLock::new();

/// A node in a [`Snapshot`]: one place in one call path, over all threads.
#[derive(Clone, Copy)]
pub struct NodeRef<'a> {
    snapshot: &'a Snapshot,
    place: u32,
}

impl fmt::Debug for NodeRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NodeRef").field("name", &self.name()).field("data", self.data()).finish_non_exhaustive()
    }
}

/// Where in the source a node's place is. [`Display`](fmt::Display) is `src/main.rs:12:5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location<'a>(&'a Label);

impl<'a> Location<'a> {
    /// The module that it's in.
    pub fn module(&self) -> &'a str {
        &self.0.module
    }

    /// The source file; empty for a name that was made while the program ran.
    pub fn file(&self) -> &'a str {
        &self.0.file
    }

    /// The line, from 1; 0 if unknown.
    pub fn line(&self) -> u32 {
        self.0.line
    }

    /// The column, from 1; 0 if unknown.
    pub fn column(&self) -> u32 {
        self.0.column
    }
}

impl fmt::Display for Location<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file(), self.line(), self.column())
    }
}

impl<'a> NodeRef<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, place: u32) -> NodeRef<'a> {
        NodeRef { snapshot, place }
    }

    pub(super) fn snapshot(&self) -> &'a Snapshot {
        self.snapshot
    }

    /// Its place in the model's nodes.
    pub fn place(&self) -> usize {
        self.place as usize
    }

    /// The model's part.
    pub fn data(&self) -> &'a Node {
        &self.snapshot.data.nodes[self.place as usize]
    }

    /// What's known of the place that it stands for.
    pub fn label(&self) -> &'a Label {
        &self.snapshot.data.labels[self.data().label as usize]
    }

    /// The name given to the place, else `Type::method`.
    pub fn name(&self) -> &'a str {
        &self.label().name
    }

    /// The full path of the function that the place is in: `krate::module::Type::method`.
    pub fn path(&self) -> &'a str {
        &self.label().path
    }

    /// Where in the source it is. Of several places with one given name, the one met first.
    pub fn location(&self) -> Location<'a> {
        Location(self.label())
    }

    /// Calls that have ended, timed or not.
    pub fn count(&self) -> u64 {
        self.data().calls()
    }

    /// Spans that were open when the snapshot was taken; their time so far is part of [`total`](Self::total). Of an async
    /// site, calls that have begun and not ended, polled or not.
    pub fn running(&self) -> u64 {
        self.data().running
    }

    /// Whether it's an async site: its calls are observed when they complete, by their busy time (the sum of their polls),
    /// and [`total`](Self::total) is the time of all polls, also of calls that haven't completed.
    pub fn is_async(&self) -> bool {
        self.data().is_async()
    }

    /// Whether calls were timed here. What only components observe, by a meter's `push`, has no time of its own.
    pub fn is_timed(&self) -> bool {
        self.data().is_timed()
    }

    /// Polls of an async site, of all its calls.
    pub fn polls(&self) -> u64 {
        self.tasks().map_or(0, |tasks| tasks.polls)
    }

    /// Wall time of an async site's completed calls together, each from its first poll to its last: what a caller waited.
    pub fn wall(&self) -> Duration {
        self.time(self.tasks().map_or(0, |tasks| tasks.wall.sum))
    }

    /// Mean wall time of an async site's completed calls that were timed; zero if there are none.
    pub fn wall_mean(&self) -> Duration {
        self.time_f64(self.tasks().map_or(0.0, |tasks| tasks.wall.mean()))
    }

    /// The longest wall time of an async site's completed calls; zero if there are none.
    pub fn wall_max(&self) -> Duration {
        self.time(self.tasks().map_or(0, |tasks| tasks.wall.max()))
    }

    /// The wall time that a share `q` of an async site's completed calls didn't exceed, as exact as
    /// [`quantile`](Self::quantile); zero if there are none.
    pub fn wall_quantile(&self, q: f64) -> Duration {
        self.time(self.tasks().and_then(|tasks| tasks.wall.quantile(q)).unwrap_or(0))
    }

    /// Calls of an async site that were dropped before they completed. They aren't part of [`count`](Self::count).
    pub fn cancelled(&self) -> u64 {
        self.tasks().map_or(0, |tasks| tasks.cancelled)
    }

    /// Wall time of an async site's cancelled calls together, each from its first poll to its drop. Of a sampled site it's
    /// estimated from those that were timed, and zero if none was.
    pub fn cancelled_wall(&self) -> Duration {
        self.time(self.tasks().map_or(0, |tasks| tasks.cancelled_wall))
    }

    /// Whether some of it ran beside its parent, on another thread or in another task; that time is no part of the
    /// parent's.
    pub fn is_parallel(&self) -> bool {
        self.data().is_parallel
    }

    /// Whether figures are estimated from the one call in many that a sampled or throttled site times.
    pub fn is_estimated(&self) -> bool {
        let data = self.data();
        data.untimed > 0 && (self.label().sample > 1 || data.is_throttled)
    }

    /// Whether some call may have been open across one of [`Snapshot::partings`], as far as its length tells: its time then
    /// counts what the machine slept, say, or lacks what it was paused.
    pub fn may_contain_parting(&self) -> bool {
        let (data, whole) = (self.data(), &self.snapshot.data);
        // Of spans under way, how long they have been is known, hence when they began.
        let running = if data.running > 0 { data.total.saturating_sub(data.estimated) } else { 0 };
        whole.partings.iter().any(|parting| {
            (data.times.count > 0 && parting.may_be_in(data.times.min(), data.times.max()))
                || (running > 0 && parting.may_be_between(whole.to.saturating_sub(running), whole.to))
        })
    }

    /// Time in this node and below, over all calls and threads.
    pub fn total(&self) -> Duration {
        self.time(self.data().total)
    }

    /// Time in this node that no child accounts for.
    ///
    /// Computed thread by thread, so children that ran in parallel can't make it negative. The own times of a node and
    /// all below it add up to its total (to a nanosecond a node, by rounding).
    pub fn own(&self) -> Duration {
        self.time(self.data().own)
    }

    /// Mean time of the timed calls that have ended; zero if there are none. Where calls are throttled, of all calls, as far
    /// as they can be estimated.
    pub fn mean(&self) -> Duration {
        let data = self.data();
        let (sum, count) =
            if data.is_throttled { (data.estimated, data.calls()) } else { (data.times.sum, data.times.count) };
        if count == 0 { Duration::ZERO } else { self.time_f64(sum as f64 / count as f64) }
    }

    /// The shortest timed call; zero if there are none.
    pub fn min(&self) -> Duration {
        self.time(self.data().times.min())
    }

    /// The longest timed call; zero if there are none.
    pub fn max(&self) -> Duration {
        self.time(self.data().times.max())
    }

    /// Standard deviation of all timed calls (of the population: divided by their number).
    pub fn stddev(&self) -> Duration {
        self.time_f64(self.data().times.deviation())
    }

    /// The time that a share `q` of the timed calls didn't exceed, within 1/64 of the exact one and never outside
    /// of minimum and maximum. `q` is clamped to 0..=1; zero if there are no calls.
    pub fn quantile(&self, q: f64) -> Duration {
        self.data().times.quantile(q).map_or(Duration::ZERO, |ticks| self.time(ticks))
    }

    /// What the component of this name measured here, if it did: `node.column("thread_cpu")`. What was allocated is known of
    /// each call path, `node.column("alloc_bytes")`, where it's counted at all.
    pub fn column(&self, component: &str) -> Option<Figures<'a>> {
        let components = &self.snapshot.data.components;
        let at = components.iter().position(|known| known.name == component)?;
        let known = self.data().columns.iter().find(|column| column.component as usize == at);
        let none = || components[at].is_tally.then(|| NONE.get_or_init(Column::default));
        Some(self.figures(&components[at], known.or_else(none)?))
    }

    /// What each component that measured here did.
    pub fn columns(&self) -> impl Iterator<Item = Figures<'a>> + use<'a> {
        let components = &self.snapshot.data.components;
        let node = *self;
        self.data().columns.iter().map(move |column| node.figures(&components[column.component as usize], column))
    }

    fn figures(&self, component: &'a Component, column: &'a Column) -> Figures<'a> {
        Figures { component, column, calls: component.is_tally.then(|| self.count()) }
    }

    /// The nodes called from this one, in the order in which they were first met.
    pub fn children(&self) -> impl Iterator<Item = NodeRef<'a>> + use<'a> {
        self.snapshot.siblings(self.snapshot.links[self.place()].first_child)
    }

    /// The node that this one was called from.
    pub fn parent(&self) -> Option<NodeRef<'a>> {
        Some(NodeRef { place: self.data().parent?, ..*self })
    }

    #[cfg(feature = "hdrhistogram")]
    pub(crate) fn scale(&self) -> crate::Scale {
        self.snapshot.data.scale
    }

    fn tasks(&self) -> Option<&'a Tasks> {
        self.data().tasks.as_deref()
    }

    fn time(&self, ticks: u64) -> Duration {
        self.snapshot.data.scale.duration(ticks)
    }

    fn time_f64(&self, ticks: f64) -> Duration {
        Duration::from_nanos(self.snapshot.data.scale.nanos_f64(ticks).round() as u64)
    }
}
