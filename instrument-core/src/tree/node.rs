//! A node: one site in one call path of one thread.
#![expect(unsafe_code, reason = "nodes are shared with readers by pointer")]

use super::arena::Arena;
use super::mine::{Mine, Owned};
use super::stats::Stats;
use super::store;
use super::task_counts::{Counter, TaskCounts};
use crate::base::sync::{AtomicPtr, Ordering};
use crate::site::Site;
use std::cell::Cell;
use std::fmt;
use std::ptr;
use std::sync::atomic::{AtomicPtr as Link, AtomicUsize};

/// Statistics come right behind the four words that entering reads, so that a call touches two cache lines, side by
/// side, and one of the histogram.
#[repr(C, align(64))]
pub(crate) struct Node {
    site: Option<&'static Site>,
    parent: Option<&'static Node>,
    /// The child entered last: most calls repeat.
    last_child: Owned<Cell<Option<&'static Node>>>,
    /// The child of the same parent that was entered after this one: calls in turn come in the same order again.
    next: Owned<Cell<Option<&'static Node>>>,
    pub(crate) stats: Stats,
    /// Calls of a sampled site that were counted but not timed.
    untimed: Counter,
    /// How many of these there will be when one is timed again, of which these are the lower bits. So one figure changes with
    /// each call, which is all that a reader needs.
    due: Owned<Cell<u32>>,
    depth: u16,
    /// Stands for another thread's node, so that what was attached there hangs below it; nothing is recorded in it.
    is_proxy: bool,
    /// How many pushes have gone here and aren't popped; past the most that fits, for good.
    visits: Owned<Cell<u8>>,
    /// Children by site, once there is more than one.
    table: Owned<Cell<Option<&'static Table>>>,
    first_child: AtomicPtr<Node>,
    sibling: AtomicPtr<Node>,
    pub(crate) tasks: TaskCounts,
}

/// Another eight bytes would be another line for each node: what few nodes count is in [`Stats`]' past.
#[cfg(all(target_pointer_width = "64", not(loom)))]
const _: () = assert!(size_of::<Node>() == 192);

impl fmt::Debug for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Node").field("site", &self.site.map(Site::label)).finish_non_exhaustive()
    }
}

impl Node {
    /// The invisible top of a thread's tree.
    pub(crate) fn root() -> Node {
        Node::new(None, None, 0, false)
    }

    fn new(site: Option<&'static Site>, parent: Option<&'static Node>, depth: u16, is_proxy: bool) -> Node {
        Node {
            site,
            parent,
            last_child: Owned::new(Cell::new(None)),
            next: Owned::new(Cell::new(None)),
            stats: Stats::new(),
            untimed: Counter::new(),
            due: Owned::new(Cell::new(0)),
            depth,
            is_proxy,
            visits: Owned::new(Cell::new(0)),
            table: Owned::new(Cell::new(None)),
            first_child: AtomicPtr::new(ptr::null_mut()),
            sibling: AtomicPtr::new(ptr::null_mut()),
            tasks: TaskCounts::new(),
        }
    }

    #[inline(always)]
    pub(crate) fn site(&self) -> Option<&'static Site> {
        self.site
    }

    #[inline(always)]
    pub(crate) fn is_of(&self, site: &'static Site) -> bool {
        self.site.is_some_and(|own| ptr::eq(own, site))
    }

    #[inline(always)]
    pub(crate) fn parent(&self) -> Option<&'static Node> {
        self.parent
    }

    pub(crate) fn depth(&self) -> u16 {
        self.depth
    }

    /// Whether its timed calls stand for others.
    pub(crate) fn is_sampled(&self) -> bool {
        self.site.is_some_and(|site| site.sample > 1) || self.stats.throttled().is_some()
    }

    /// Whether it stands for another thread's node.
    pub(crate) fn is_proxy(&self) -> bool {
        self.is_proxy
    }

    #[inline(always)]
    pub(crate) fn untimed(&self) -> u64 {
        self.untimed.get()
    }

    /// All children, the newest first, as far as published. Any thread.
    pub(crate) fn children(&self) -> impl Iterator<Item = &'static Node> {
        std::iter::successors(follow(&self.first_child), |child| follow(&child.sibling))
    }
}

impl<'l> Mine<'l, Node> {
    #[inline(always)]
    pub(crate) fn stats(self) -> Mine<'l, Stats> {
        self.part(|node| &node.stats)
    }

    #[inline(always)]
    pub(crate) fn tasks(self) -> Mine<'l, TaskCounts> {
        self.part(|node| &node.tasks)
    }

    #[inline(always)]
    pub(crate) fn parent(self) -> Option<Mine<'l, Node>> {
        // SAFETY: it's in the same tree.
        self.parent.map(|parent| unsafe { Mine::new(parent) })
    }

    /// All children, the newest first.
    pub(crate) fn children(self) -> impl Iterator<Item = Mine<'l, Node>> {
        // SAFETY: they're in the same tree.
        self.shared().children().map(|child| unsafe { Mine::new(child) })
    }

    /// This node and those above it.
    pub(crate) fn upwards(self) -> impl Iterator<Item = Mine<'l, Node>> {
        std::iter::successors(Some(self), |node| node.parent())
    }

    /// Whether it was a span of its own, and isn't open any more.
    pub(crate) fn has_ended(self) -> bool {
        // A call that a sampled site or a throttled node doesn't time isn't marked as open.
        !self.is_proxy
            && self.site.is_some_and(|site| site.sample == 1)
            && self.stats.throttled().is_none()
            && self.stats().is_closed()
            // A component may measure here outside of any span.
            && self.owned(|node| &node.visits).get() == 0
    }

    /// Notes a push that has gone here, be it of no component.
    pub(crate) fn visit(self) {
        let visits = self.owned(|node| &node.visits);
        visits.set(visits.get().saturating_add(1));
    }

    /// Notes that a push was popped.
    pub(crate) fn leave(self) {
        let visits = self.owned(|node| &node.visits);
        if visits.get() < u8::MAX {
            visits.set(visits.get().saturating_sub(1));
        }
    }

    /// Forgets pushes that nobody will pop.
    pub(crate) fn forget_visits(self) {
        self.owned(|node| &node.visits).set(0);
    }

    /// Counts a call of a sampled site unless it's to be timed, and says that: the first, and then one in `every`.
    #[inline(always)]
    pub(crate) fn sample(self, every: u32) -> bool {
        let is_due = self.is_due();
        if is_due {
            self.sample_from_now(every);
        } else {
            self.count();
        }
        is_due
    }

    /// Whether the next call is to be timed; always, of a node that never sampled.
    #[inline(always)]
    pub(crate) fn is_due(self) -> bool {
        self.untimed() as u32 == self.owned(|node| &node.due).get()
    }

    /// Counts a call that isn't due.
    #[inline(always)]
    pub(crate) fn count(self) {
        self.untimed.add(1);
    }

    /// Lets one call in `every` be due, this one being the last that was.
    #[inline(always)]
    pub(crate) fn sample_from_now(self, every: u32) {
        self.owned(|node| &node.due).set((self.untimed() as u32).wrapping_add(every.saturating_sub(1)));
    }

    /// As [`sample`](Mine::sample), for calls that are counted when they end.
    pub(crate) fn sample_ahead(self, every: u32) -> bool {
        let is_due = self.is_due();
        if is_due {
            self.sample_from_now(every);
        } else {
            let due = self.owned(|node| &node.due);
            due.set(due.get().wrapping_sub(1));
        }
        is_due
    }

    /// Counts a call without timing it, of which others don't become due.
    pub(crate) fn count_aside(self) {
        let due = self.owned(|node| &node.due);
        due.set(due.get().wrapping_add(1));
        self.count();
    }

    /// The child for `site` if it is the one entered last.
    #[inline(always)]
    pub(crate) fn last_child(self, site: &'static Site) -> Option<Mine<'l, Node>> {
        let last = self.owned(|node| &node.last_child).get().filter(|child| child.is_of(site))?;
        // SAFETY: `remember` puts in nodes of the same tree only.
        Some(unsafe { Mine::new(last) })
    }

    /// The child for `site`, or the ancestor that stands for it if the site folds.
    #[inline(always)]
    pub(crate) fn child(self, site: &'static Site) -> Option<Mine<'l, Node>> {
        let last_child = self.owned(|node| &node.last_child);
        // SAFETY: `remember` puts in nodes of the same tree only.
        let last = last_child.get().map(|last| unsafe { Mine::<Node>::new(last) })?;
        let next = last.owned(|node| &node.next);
        // After an ancestor that stands for a site here, it may be a node of that one's place.
        let known = next.get().filter(|node| node.is_of(site) && node.parent.is_some_and(|parent| self.is(parent)));
        let child = match (known, self.owned(|node| &node.table).get()) {
            (Some(child), _) => child,
            (None, Some(table)) => {
                let child = table.find(site)?;
                next.set(Some(child));
                child
            }
            (None, None) => return self.last_child(site),
        };
        last_child.set(Some(child));
        // SAFETY: it's a child, or what `remember` put into the table: in the same tree.
        Some(unsafe { Mine::new(child) })
    }

    /// Lets `site` be found below this node from now on.
    pub(crate) fn remember(self, site: &'static Site, node: Mine<'l, Node>) {
        // An only child is the one entered last, and needs no table.
        if let Some(last) = self.owned(|node| &node.last_child).replace(Some(node.shared())) {
            let table = self.owned(|node| &node.table);
            table.set(Some(match table.get() {
                None => Table::of(last),
                Some(table) if table.is_full() => table.grown(),
                Some(table) => table,
            }));
            table.get().into_iter().for_each(|table| table.insert(site, node.shared()));
        }
    }

    /// Adds a child and publishes it to readers.
    pub(crate) fn add_child(self, site: &'static Site, arena: &mut Arena) -> Mine<'l, Node> {
        let child = self.publish(Node::new(Some(site), Some(self.shared()), self.depth + 1, false), arena);
        self.remember(site, child);
        child
    }

    /// Adds a child that calls don't find, and publishes it to readers.
    pub(crate) fn add_proxy(self, site: &'static Site, arena: &mut Arena) -> Mine<'l, Node> {
        self.publish(Node::new(Some(site), Some(self.shared()), self.depth + 1, true), arena)
    }

    fn publish(self, child: Node, arena: &mut Arena) -> Mine<'l, Node> {
        let child = self.adopt(arena.keep(child));
        child.sibling.store(self.first_child.load(Ordering::Relaxed), Ordering::Relaxed);
        // Release: a reader that sees the pointer sees the node behind it.
        self.first_child.store(ptr::from_ref(child.shared()).cast_mut(), Ordering::Release);
        child
    }

    /// The nearest node for `site` from here upwards.
    pub(crate) fn ancestor(self, site: &'static Site) -> Option<Mine<'l, Node>> {
        self.upwards().find(|node| node.is_of(site))
    }
}

fn follow(link: &AtomicPtr<Node>) -> Option<&'static Node> {
    let node = link.load(Ordering::Acquire);
    // SAFETY: links are null or point to nodes that `publish` published; nodes are never freed.
    (!node.is_null()).then(|| unsafe { &*node })
}

/// An open-addressing table from site to node, at most half full.
///
/// One that's full isn't changed, but replaced: a signal handler may have come amid a look-up, and what it adds must leave
/// that a table. So tables are never freed; those that were replaced are together no larger than the one in use.
struct Table {
    slots: &'static [Slot],
    used: AtomicUsize,
}

#[derive(Default)]
struct Slot {
    /// Null where there's nothing.
    site: Link<Site>,
    /// Written first.
    node: Link<Node>,
}

impl Slot {
    #[inline(always)]
    fn node(&self) -> Option<&'static Node> {
        // SAFETY: null, or what `insert` got as `&'static`.
        unsafe { self.node.load(Ordering::Relaxed).as_ref() }
    }
}

impl Table {
    /// As many children as fit before the first one grows.
    const LEAST: usize = 4;

    fn with(slots: usize) -> &'static Table {
        store::keep(Table { slots: store::keep_all(slots, Slot::default), used: AtomicUsize::new(0) })
    }

    fn of(only: &'static Node) -> &'static Table {
        let table = Table::with(Table::LEAST);
        only.site.into_iter().for_each(|site| table.insert(site, only));
        table
    }

    fn is_full(&self) -> bool {
        (self.used.load(Ordering::Relaxed) + 1) * 2 > self.slots.len()
    }

    fn grown(&self) -> &'static Table {
        let larger = Table::with(self.slots.len() * 2);
        for slot in self.slots {
            // SAFETY: null, or what `insert` got as `&'static`.
            let site = unsafe { slot.site.load(Ordering::Relaxed).as_ref::<'static>() };
            site.zip(slot.node()).into_iter().for_each(|(site, node)| larger.insert(site, node));
        }
        larger
    }

    #[inline(always)]
    fn start(site: &'static Site, mask: usize) -> usize {
        // Sites are statics, side by side. Eight neighbours stay neighbours, so that calls in turn find their lines in the
        // cache; groups of them are spread: by the multiplication, of which the shift takes the mixed bits.
        let place = ptr::from_ref(site).addr() as u64 / size_of::<Site>() as u64;
        let group = (place / 8).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        (group * 8 + place % 8) as usize & mask
    }

    #[inline(always)]
    fn find(&self, site: &'static Site) -> Option<&'static Node> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = Table::start(site, mask);
        loop {
            let slot = self.slots.get(at)?;
            match slot.site.load(Ordering::Relaxed).cast_const() {
                own if ptr::eq(own, site) => return slot.node(),
                own if own.is_null() => return None,
                _ => at = (at + 1) & mask,
            }
        }
    }

    /// Adds a site that isn't there, to a table that isn't full.
    fn insert(&self, site: &'static Site, node: &'static Node) {
        let mask = self.slots.len() - 1;
        let mut at = Table::start(site, mask);
        while !self.slots[at].site.load(Ordering::Relaxed).is_null() {
            at = (at + 1) & mask;
        }
        self.slots[at].node.store(ptr::from_ref(node).cast_mut(), Ordering::Relaxed);
        self.slots[at].site.store(ptr::from_ref(site).cast_mut(), Ordering::Relaxed);
        self.used.fetch_add(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::site::Location;

    fn sites(count: usize) -> &'static [Site] {
        let site = || Site::new(None, Location::new("m", "f", 1, 1, || "m::f"));
        Box::leak((0..count).map(|_| site()).collect())
    }

    #[test]
    fn every_child_is_found_again_be_it_the_only_one_or_one_of_many() {
        // Interpreted, a child takes a fifth of a second. The table grows anyway.
        for count in [1, 2, 3, if cfg!(miri) { 20 } else { 1000 }] {
            let root = Mine::of(Node::root());
            let mut arena = Arena::default();
            let sites = sites(count);
            let nodes: Vec<_> = sites.iter().map(|site| root.add_child(site, &mut arena)).collect();
            for (site, node) in sites.iter().zip(nodes) {
                let found = root.child(site).expect("was added");
                assert!(found.is(node.shared()), "of {count}");
                assert!(root.last_child(site).expect("was entered").is(node.shared()), "of {count}");
            }
            assert_eq!(root.owned(|root| &root.table).get().is_some(), count > 1);
        }
    }

    #[test]
    fn what_follows_an_ancestor_elsewhere_is_no_child_here() {
        let root = Mine::of(Node::root());
        let mut arena = Arena::default();
        let [folds, within, both] = sites(3) else { unreachable!("so many were made") };
        let open = root.add_child(folds, &mut arena);
        let after = root.add_child(both, &mut arena);
        let here = open.add_child(within, &mut arena);
        here.remember(folds, open);
        let own = here.add_child(both, &mut arena);
        for _ in 0..3 {
            for (from, child) in [(root, after), (here, own)] {
                assert!(from.child(folds).expect("is open").is(&open));
                assert!(from.child(both).expect("was added").is(&child));
            }
        }
    }

    #[test]
    #[cfg_attr(miri, ignore = "arithmetic alone, a lot of it")]
    fn sites_that_are_neighbours_do_not_meet_in_the_table() {
        let sites = sites(1000);
        let group = |from: usize| -> std::collections::HashSet<usize> {
            sites[from..from + 8].iter().map(|site| Table::start(site, 4095)).collect()
        };
        assert!((0..900).all(|from| group(from).len() >= 7), "eight places, but where two groups meet");
    }
}
