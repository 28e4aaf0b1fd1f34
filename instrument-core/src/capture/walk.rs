//! Walks all trees while their owners go on recording.
//!
//! Children are read before their parents, and a span that is open counts with its time so far. A parent's time can
//! only have grown in between, so it's never less than its children's together, although nobody was stopped. The same
//! holds for each column.

use super::allocations::Allocations;
use super::columns::{Below, Sampling};
use super::live::Live;
use crate::base::hash::Quick;
use crate::memory;
use crate::site::{self, Site};
use crate::state::sites;
use crate::threads::Tree;
use crate::threads::tree::nodes;
use crate::time::{self, Timeline};
use crate::tree::node::Node;
use instrument_model::data::{self, Data, Tasks};
use std::collections::HashMap;
use std::ptr;

/// What the trees become.
#[derive(Default)]
pub(super) struct Walk {
    data: Data,
    by_thread: bool,
    has_tasks: bool,
    epoch: u32,
    era: u32,
    /// Places of nodes by parent and label.
    places: HashMap<u64, u32, Quick>,
    /// Where each node of the tree at hand has its place, for single observations.
    of_nodes: HashMap<usize, u32, Quick>,
    allocations: Option<Allocations>,
    live: Option<Live>,
}

/// Stands for the parent of roots.
const TOP: u32 = u32::MAX;

/// A node of a thread's tree on the way down (its place is to be found) or up (its children have been read).
enum Step {
    Down { node: &'static Node, parent: u32 },
    Up { node: &'static Node, place: u32, above: usize },
}

/// What the children of a node have added up to so far.
#[derive(Default)]
struct Sum {
    time: u64,
    columns: Below,
}

impl Walk {
    pub(super) fn new(epoch: u32, era: u32, by_thread: bool) -> Walk {
        let mut walk = Walk { epoch, era, by_thread, allocations: Allocations::new(), live: Live::new(), ..Walk::default() };
        let most = nodes();
        walk.data.nodes.reserve(most);
        walk.places.reserve(most);
        walk
    }

    pub(super) fn trees(&mut self, trees: &[&'static Tree]) {
        for tree in trees {
            if self.by_thread {
                self.data.threads.push(tree.owner());
                self.places.clear();
            }
            self.tree(tree.root().children());
            self.moments(tree);
        }
        self.count_running_tasks();
    }

    /// Only the nodes of a site and what's below them, as if there were nothing above: without single observations, which are by
    /// thread.
    pub(super) fn below(&mut self, site: &'static Site, trees: &[&'static Tree]) {
        for tree in trees {
            let mut tops = Vec::new();
            let mut open: Vec<&'static Node> = tree.root().children().collect();
            while let Some(node) = open.pop() {
                if node.is_of(site) { tops.push(node) } else { open.extend(node.children()) }
            }
            self.tree(tops.into_iter());
        }
        self.count_running_tasks();
    }

    pub(super) fn finish(mut self) -> Data {
        if let Some(allocations) = self.allocations {
            allocations.finish(&mut self.data.nodes);
        }
        if let Some(live) = self.live {
            live.finish(&mut self.data.nodes);
        }
        Data { labels: site::labels(), live: memory::live().map(|live| live.data()), filter: sites::chosen(), ..self.data }
    }

    fn tree(&mut self, tops: impl Iterator<Item = &'static Node>) {
        let mut steps: Vec<Step> = tops.map(|node| Step::Down { node, parent: TOP }).collect();
        self.data.most_threads += usize::from(!steps.is_empty());
        let mut open = vec![Sum::default()];
        while let Some(step) = steps.pop() {
            match step {
                Step::Down { node, parent } => {
                    let Some(place) = self.place(node, parent) else { continue };
                    if !node.is_proxy() && node.parent().is_some_and(Node::is_proxy) {
                        self.data.nodes[place as usize].is_parallel = true;
                    }
                    steps.push(Step::Up { node, place, above: open.len() - 1 });
                    open.push(Sum::default());
                    // The oldest child is the last of the list, hence the next.
                    steps.extend(node.children().map(|child| Step::Down { node: child, parent: place }));
                }
                Step::Up { node, place, above } => {
                    let below = open.pop().unwrap_or_default();
                    self.add(node, place, below, &mut open[above]);
                }
            }
        }
    }

    fn place(&mut self, node: &'static Node, parent: u32) -> Option<u32> {
        let label = node.site()?.number();
        let next = u32::try_from(self.data.nodes.len()).ok().filter(|&next| next != TOP)?;
        let place = *self.places.entry(u64::from(parent) << 32 | u64::from(label)).or_insert(next);
        if place == next {
            let thread = self.by_thread.then(|| self.data.threads.len() as u32 - 1);
            let parent = (parent != TOP).then_some(parent);
            self.data.nodes.push(data::Node { label, parent, thread, ..data::Node::default() });
        }
        Some(place)
    }

    /// Adds one thread's node to the merged one, and what of it is part of its parent's to `above`.
    fn add(&mut self, node: &'static Node, place: u32, below: Sum, above: &mut Sum) {
        // Before the state: a reader that's suspended between the two would take a span for running that has ended,
        // and the next snapshot would find less time than this one.
        let (timeline, now) = (Timeline::get(), time::ticks());
        let (reading, untimed) = (node.stats.read(self.epoch, self.era), node.untimed());
        let running = reading.open.map_or(0, |start| timeline.between(start, now));
        let tasks = self.tasks(node);
        let polls = tasks.as_ref().map_or(0, |tasks| tasks.polls);
        // An async call's time is that of its polls, also of those that belong to no observation yet.
        let measured = if polls > 0 { reading.polled } else { reading.sum };
        let throttled = node.stats.throttled();
        let samples = node.site().is_some_and(|site| site.sample > 1) || throttled.is_some();
        let sampling = Sampling::of(reading.count, if samples { untimed } else { 0 }, throttled.map(|(calls, _)| calls));
        let estimated = sampling.estimate(measured, throttled.map_or(0, |(_, time)| time));
        let was_timed = reading.count > 0 || untimed > 0 || polls > 0 || reading.open.is_some();
        let total = match was_timed {
            // An estimate may come out below what its children were measured to take; they're the better evidence.
            true => (estimated + running).max(if untimed > 0 { below.time } else { 0 }),
            // What's attached below a proxy is no part of what that stands for, hence none of its parents'.
            false if node.is_proxy() => 0,
            // Nothing but components: what's within is part of what's around.
            false => below.time,
        };
        self.has_tasks |= tasks.is_some();
        if let Some(allocations) = &mut self.allocations {
            allocations.add(node, place);
        }
        if let Some(live) = &mut self.live {
            live.add(node, place);
        }
        let data = &mut self.data.nodes[place as usize];
        data.is_throttled |= throttled.is_some();
        data.estimated += estimated;
        data.untimed += untimed;
        data.running += u64::from(reading.open.is_some());
        data.total += total;
        data.own += total.saturating_sub(below.time);
        if let Some(tasks) = tasks {
            data.tasks.get_or_insert_default().merge(tasks);
        }
        data.times.merge(reading.times(node.stats.histogram()));
        above.time += total;
        below.columns.add(node, (self.epoch, self.era), sampling, &mut data.columns, &mut above.columns);
    }

    /// What was counted of async calls, if there were any.
    fn tasks(&self, node: &Node) -> Option<Tasks> {
        let counts = &node.tasks;
        let (begun, polls) = (counts.begun.get(), counts.polls.get());
        let (cancelled, cancelled_wall) = node.stats.cancelled();
        (begun > 0 || polls > 0 || cancelled > 0).then(|| Tasks {
            begun,
            polls,
            wall: counts.wall().times(self.epoch, self.era),
            cancelled,
            cancelled_wall,
        })
    }

    /// Async calls under way: those that have begun without those that have ended, whichever thread polls them.
    fn count_running_tasks(&mut self) {
        if !self.has_tasks {
            return;
        }
        // One that began on another path than it ended on is counted as begun there, and as ended here.
        let mut ended_elsewhere: HashMap<u32, u64, Quick> = HashMap::default();
        for node in self.data.nodes.iter_mut().filter(|node| node.is_async()) {
            let Some(tasks) = &node.tasks else { continue };
            let (begun, ended) = (tasks.begun, node.calls() + tasks.cancelled);
            node.running = begun.saturating_sub(ended);
            if ended > begun {
                *ended_elsewhere.entry(node.label).or_default() += ended - begun;
            }
        }
        for node in self.data.nodes.iter_mut().filter(|node| node.is_async() && node.running > 0) {
            if let Some(more) = ended_elsewhere.get_mut(&node.label) {
                let these = node.running.min(*more);
                node.running -= these;
                *more -= these;
            }
        }
    }

    /// Single observations of components.
    fn moments(&mut self, tree: &'static Tree) {
        self.of_nodes.clear();
        let thread = tree.owner().id;
        for (component, moments) in tree.cells().moments.all() {
            for moment in moments.read(self.era) {
                let Some(node) = self.place_of(moment.node) else { continue };
                self.data.moments.push(data::Moment {
                    component,
                    node,
                    id: moment.id,
                    parent: moment.parent,
                    laps: moment.laps.count,
                    total: moment.laps.amount,
                    own: moment.own,
                    thread,
                });
            }
        }
    }

    /// The place of a node that may have been added after its tree was walked.
    fn place_of(&mut self, node: &'static Node) -> Option<u32> {
        let address = |node: &'static Node| ptr::from_ref(node).addr();
        if let Some(&place) = self.of_nodes.get(&address(node)) {
            return Some(place);
        }
        let mut path: Vec<&'static Node> = std::iter::successors(Some(node), |node| node.parent()).collect();
        let mut parent = TOP;
        while let Some(node) = path.pop() {
            if node.site().is_some() {
                parent = self.place(node, parent)?;
            }
        }
        self.of_nodes.insert(address(node), parent);
        (parent != TOP).then_some(parent)
    }
}
