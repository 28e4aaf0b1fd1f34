//! A node of a snapshot, and its figures as durations.

use super::Snapshot;
use crate::histogram::Histogram;
use crate::record::node::TaskCounts;
use crate::record::stats;
use crate::site::Site;
use std::time::Duration;

/// What makes two nodes below one parent the same: a name that the user gave, else the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    Name(&'static str),
    Site(usize),
}

impl Key {
    pub(crate) fn of(site: &'static Site) -> Key {
        match site.explicit_name() {
            Some(name) => Key::Name(name),
            None => Key::Site(std::ptr::from_ref(site).addr()),
        }
    }
}

/// A node's figures, in ticks, merged over all threads.
#[derive(Debug, Clone)]
pub(crate) struct NodeData {
    pub(crate) site: &'static Site,
    pub(crate) parent: Option<u32>,
    pub(crate) first_child: Option<u32>,
    pub(crate) sibling: Option<u32>,
    /// Timed calls that have ended.
    pub(crate) count: u64,
    /// Calls that were only counted.
    pub(crate) untimed: u64,
    /// Whether calls of some thread were throttled.
    pub(crate) throttled: bool,
    /// Ticks of all calls that have ended, with what's estimated of those that weren't timed.
    pub(crate) estimated: u64,
    /// Spans that run now.
    pub(crate) running: u64,
    /// Of spans that have ended.
    pub(crate) sum: u64,
    /// Sum of all spans' time, those that run now included; estimated from the timed calls for a sampled site.
    pub(crate) total: u64,
    /// `total` without the children's, summed over threads.
    pub(crate) own: u64,
    pub(crate) squares: u128,
    pub(crate) extremes: (u64, u64),
    /// Extremes in the epoch that the snapshot has ended.
    pub(crate) interval: (u64, u64),
    pub(crate) histogram: Histogram,
    pub(crate) tasks: Tasks,
    /// Recorded at least in part beside its parent, not in it.
    pub(crate) parallel: bool,
}

/// What's counted of async calls, merged over all threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Tasks {
    pub(crate) begun: u64,
    pub(crate) polls: u64,
    /// Ticks of completed calls.
    pub(crate) wall: u64,
    pub(crate) cancelled: u64,
}

impl Tasks {
    pub(crate) fn add(&mut self, counts: &TaskCounts) {
        self.begun += counts.begun.get();
        self.polls += counts.polls.get();
        self.wall += counts.wall.get();
        self.cancelled += counts.cancelled.get();
    }

    pub(crate) fn since(&self, before: &Tasks) -> Tasks {
        Tasks {
            begun: self.begun.saturating_sub(before.begun),
            polls: self.polls.saturating_sub(before.polls),
            wall: self.wall.saturating_sub(before.wall),
            cancelled: self.cancelled.saturating_sub(before.cancelled),
        }
    }
}

impl NodeData {
    pub(crate) fn new(site: &'static Site, parent: Option<u32>) -> NodeData {
        NodeData {
            site,
            parent,
            first_child: None,
            sibling: None,
            count: 0,
            untimed: 0,
            throttled: false,
            estimated: 0,
            running: 0,
            sum: 0,
            total: 0,
            own: 0,
            squares: 0,
            extremes: stats::NOTHING,
            interval: stats::NOTHING,
            histogram: Histogram::default(),
            tasks: Tasks::default(),
            parallel: false,
        }
    }

    /// Adds the calls of another node of the same site.
    pub(crate) fn add_calls(&mut self, other: &NodeData) {
        self.count += other.count;
        self.untimed += other.untimed;
        self.throttled |= other.throttled;
        self.estimated += other.estimated;
        self.sum += other.sum;
        self.tasks.begun += other.tasks.begun;
        self.tasks.polls += other.tasks.polls;
        self.tasks.wall += other.tasks.wall;
        self.tasks.cancelled += other.tasks.cancelled;
    }

    pub(crate) fn calls(&self) -> u64 {
        self.count + self.untimed
    }

    /// Whether it's an async site's.
    pub(crate) fn is_async(&self) -> bool {
        self.tasks.begun > 0 || self.tasks.polls > 0
    }

    /// Whether figures were extrapolated from a sample of the calls.
    pub(crate) fn is_estimated(&self) -> bool {
        self.untimed > 0 && (self.site.sample > 1 || self.throttled)
    }
}

/// A node in a [`Snapshot`]: one site in one call path, over all threads.
#[derive(Debug, Clone, Copy)]
pub struct NodeRef<'a> {
    pub(crate) snapshot: &'a Snapshot,
    pub(crate) data: &'a NodeData,
}

impl<'a> NodeRef<'a> {
    /// The name given to the site, else `Type::method`.
    pub fn name(&self) -> &'a str {
        self.data.site.label()
    }

    /// The full path of the function that the site is in: `krate::module::Type::method`.
    pub fn path(&self) -> &'a str {
        self.data.site.path()
    }

    /// The site itself, with file and line.
    pub fn site(&self) -> &'static Site {
        self.data.site
    }

    /// Calls that have ended, timed or not.
    pub fn count(&self) -> u64 {
        self.data.calls()
    }

    /// Spans that were open when the snapshot was taken; their time so far is part of [`total`](Self::total). Of an async
    /// site, calls that have begun and not ended, polled or not.
    pub fn running(&self) -> u64 {
        self.data.running
    }

    /// Whether it's an async site: its calls are observed when they complete, by their busy time (the sum of their polls),
    /// and [`total`](Self::total) is the time of all polls, also of calls that haven't completed.
    pub fn is_async(&self) -> bool {
        self.data.is_async()
    }

    /// Polls of an async site, of all its calls.
    pub fn polls(&self) -> u64 {
        self.data.tasks.polls
    }

    /// Wall time of an async site's completed calls together, each from its first poll to its last.
    pub fn wall(&self) -> Duration {
        self.time(self.data.tasks.wall)
    }

    /// Calls of an async site that were dropped before they completed. They aren't part of [`count`](Self::count).
    pub fn cancelled(&self) -> u64 {
        self.data.tasks.cancelled
    }

    /// Whether some of it ran beside its parent, on another thread or in another task, see
    /// [`Context`](crate::Context); that time is no part of the parent's.
    pub fn is_parallel(&self) -> bool {
        self.data.parallel
    }

    /// Whether times are estimated from the one call in many that a sampled site times.
    pub fn is_estimated(&self) -> bool {
        self.data.is_estimated()
    }

    /// Time in this node and below, over all calls and threads.
    pub fn total(&self) -> Duration {
        self.time(self.data.total)
    }

    /// Time in this node that no child accounts for.
    ///
    /// Computed thread by thread, so children that ran in parallel can't make it negative. The own times of a node and
    /// all below it add up to its total (to a nanosecond a node, by rounding).
    pub fn own(&self) -> Duration {
        self.time(self.data.own)
    }

    /// Mean time of the timed calls that have ended; zero if there are none. Where calls are throttled, of all calls, as far
    /// as they can be estimated.
    pub fn mean(&self) -> Duration {
        let (sum, count) = match self.data {
            data if data.throttled => (data.estimated, data.calls()),
            data => (data.sum, data.count),
        };
        if count == 0 {
            return Duration::ZERO;
        }
        Duration::from_nanos(self.snapshot.scale.nanos_f64(sum as f64 / count as f64).round() as u64)
    }

    /// The shortest timed call; zero if there are none.
    pub fn min(&self) -> Duration {
        if self.data.count == 0 { Duration::ZERO } else { self.time(self.low()) }
    }

    /// The longest timed call; zero if there are none.
    pub fn max(&self) -> Duration {
        self.time(self.data.extremes.1)
    }

    fn low(&self) -> u64 {
        self.data.extremes.0.min(self.data.extremes.1)
    }

    /// Standard deviation of all timed calls (of the population: divided by their number).
    pub fn stddev(&self) -> Duration {
        let ticks = deviation(self.data.count, self.data.sum, self.data.squares);
        Duration::from_nanos(self.snapshot.scale.nanos_f64(ticks).round() as u64)
    }

    /// The time that a share `q` of the timed calls didn't exceed, within 1/64 of the exact one and never outside
    /// of minimum and maximum. `q` is clamped to 0..=1; zero if there are no calls.
    pub fn quantile(&self, q: f64) -> Duration {
        match self.data.histogram.quantile(q) {
            Some(ticks) if self.data.count > 0 => self.time(ticks.clamp(self.low(), self.data.extremes.1)),
            _ => Duration::ZERO,
        }
    }

    /// The nodes called from this one, in no particular order.
    pub fn children(&self) -> impl Iterator<Item = NodeRef<'a>> + use<'a> {
        self.snapshot.siblings(self.data.first_child)
    }

    /// The node that this one was called from.
    pub fn parent(&self) -> Option<NodeRef<'a>> {
        let data = self.snapshot.nodes.get(self.data.parent? as usize)?;
        Some(NodeRef { snapshot: self.snapshot, data })
    }

    fn time(&self, ticks: u64) -> Duration {
        self.snapshot.scale.duration(ticks)
    }
}

/// The population's standard deviation, from exact sums: no cancellation, whatever the ratio of deviation to mean.
pub(crate) fn deviation(count: u64, sum: u64, squares: u128) -> f64 {
    if count < 2 {
        return 0.0;
    }
    let (count, sum) = (u128::from(count), u128::from(sum));
    let mean_part = (sum * sum) / count;
    (squares.saturating_sub(mean_part) as f64 / count as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::deviation;

    #[test]
    fn a_tiny_deviation_of_huge_values_survives() {
        let values = [3_600_000_000_000u64, 3_600_000_000_002];
        let squares = values.iter().map(|&v| u128::from(v) * u128::from(v)).sum();
        assert_eq!(deviation(2, values.iter().sum(), squares), 1.0);
    }
}
