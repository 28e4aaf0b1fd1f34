//! Entering a site: find its node below the current one, make it current, read the clock last.

use super::guard::{FOREIGN, Guard, SampledGuard, UNTIMED};
use super::{hook, throttle};
use crate::options::Throttle;
use crate::site::{Recursion, Site};
use crate::state::{self, State};
use crate::threads::tree::Full;
use crate::threads::{ThisThread, lost_here, this_thread};
use crate::time::{glance, ticks, tsc};
use crate::tree::mine::Mine;
use crate::tree::node::Node;

/// What a call of a site comes to.
pub(crate) enum Place<'l> {
    /// Timed in this node, which has become the current one.
    In(Mine<'l, Node>),
    /// Counted in this node, an open ancestor; the current one stays.
    Folded(Mine<'l, Node>),
    /// Nowhere: over a cap, or after the thread's end; counted as lost.
    Nowhere,
}

impl Site {
    /// Begins a span, which ends when the guard is dropped.
    ///
    /// Costs two loads and a branch when timers are switched off at run time, else two readings of the TSC and some ten
    /// stores, see `ARCHITECTURE.md`. Only the first call of a path allocates.
    #[inline(always)]
    pub fn enter(&'static self) -> Guard {
        match state::timers() {
            State::Tsc => {}
            State::Off => return Guard::none(),
            _ => return self.enter_throttling(),
        }
        this_thread(|thread| {
            let Some(node) = self.step_in(thread) else { return Guard::none() };
            let start = tsc::read();
            node.stats().begin(start);
            Guard::new(node, start)
        })
    }

    /// Makes the node for this site below the current one the current one.
    #[inline(always)]
    pub(crate) fn step_in<'l>(&'static self, thread: ThisThread<'l>) -> Option<Mine<'l, Node>> {
        let here = thread.current();
        match here.and_then(|here| here.last_child(self)) {
            Some(node) => {
                thread.go_to(Some(node));
                Some(node)
            }
            None => self.step_aside(thread, here),
        }
    }

    /// The same for a call that isn't a repetition of the one before it.
    #[inline(never)]
    fn step_aside<'l>(&'static self, thread: ThisThread<'l>, here: Option<Mine<'l, Node>>) -> Option<Mine<'l, Node>> {
        match here.and_then(|here| here.child(self)) {
            // A site that folds is entered through `enter_folded`: the site itself isn't looked at, only its address.
            Some(node) => {
                thread.go_to(Some(node));
                Some(node)
            }
            None => self.step_newly(thread),
        }
    }

    #[cold]
    #[inline(never)]
    fn step_newly<'l>(&'static self, thread: ThisThread<'l>) -> Option<Mine<'l, Node>> {
        match self.place_newly(thread) {
            Place::In(node) => Some(node),
            Place::Folded(_) | Place::Nowhere => None,
        }
    }

    /// Finds the node for a call from where the thread is, and makes it current.
    #[inline(always)]
    pub(crate) fn place<'l, const FOLDS: bool>(&'static self, thread: ThisThread<'l>) -> Place<'l> {
        let Some(here) = thread.current() else { return self.place_newly(thread) };
        match here.last_child(self).or_else(|| here.child(self)) {
            Some(node) => self.step_into::<FOLDS>(thread, here, node),
            None => self.place_newly(thread),
        }
    }

    #[inline(always)]
    fn step_into<'l, const FOLDS: bool>(
        &'static self,
        thread: ThisThread<'l>,
        here: Mine<'l, Node>,
        node: Mine<'l, Node>,
    ) -> Place<'l> {
        if FOLDS && self.recursion == Recursion::Fold && !node.parent().is_some_and(|parent| parent.is(&here)) {
            return Place::Folded(node);
        }
        thread.go_to(Some(node));
        Place::In(node)
    }

    /// The first call of a path.
    #[cold]
    #[inline(never)]
    fn place_newly<'l>(&'static self, thread: ThisThread<'l>) -> Place<'l> {
        let Some(tree) = thread.tree() else {
            lost_here();
            return Place::Nowhere;
        };
        let Some(here) = thread.current() else { return Place::Nowhere };
        if let Some(node) = here.child(self) {
            return self.step_into::<true>(thread, here, node);
        }
        if self.recursion == Recursion::Fold
            && let Some(open) = here.ancestor(self)
        {
            here.remember(self, open);
            return Place::Folded(open);
        }
        glance();
        match tree.add(here, self) {
            Ok(node) => self.step_into::<true>(thread, here, node),
            Err(full) => {
                tree.cells().lost().call(full);
                Place::Nowhere
            }
        }
    }

    /// While paths of short calls are throttled.
    #[inline(never)]
    fn enter_throttling(&'static self) -> Guard {
        if state::timers() != State::Throttling {
            return self.enter_slowly();
        }
        this_thread(|thread| {
            let Some(node) = self.step_in(thread) else { return Guard::none() };
            if node.is_due(1) {
                throttle::judge_before(node);
            } else {
                node.count_untimed();
                return Guard::new(node, UNTIMED);
            }
            let start = tsc::read();
            node.stats().begin(start);
            Guard::new(node, start)
        })
    }

    /// Undecided switches, foreign clocks, and what hangs on to spans.
    #[cold]
    #[inline(never)]
    fn enter_slowly(&'static self) -> Guard {
        if !state::decide() {
            return Guard::none();
        }
        this_thread(|thread| {
            let Place::In(node) = self.place::<true>(thread) else { return Guard::none() };
            if throttle::is_throttled(&node) && !node.sample(Throttle::SAMPLE) {
                return Guard::new(node, UNTIMED);
            }
            Guard::new(node, begin_slowly(node))
        })
    }

    /// [`enter`](Site::enter) for a site that times one call in many.
    #[inline(always)]
    pub fn enter_sampled(&'static self) -> SampledGuard {
        match state::timers() {
            State::Tsc | State::Throttling => {}
            State::Off => return SampledGuard::none(),
            _ => return self.enter_sampled_slowly(),
        }
        this_thread(|thread| {
            let Some(node) = self.step_in(thread) else { return SampledGuard::none() };
            if !node.sample(self.sample) {
                return SampledGuard::untimed(node);
            }
            let start = tsc::read();
            node.stats().begin(start);
            SampledGuard::timed(node, start)
        })
    }

    /// Any of these ways, with something to do just before a span that's timed begins.
    pub(crate) fn enter_carefully(&'static self, first: impl FnOnce(Mine<'_, Node>)) -> SampledGuard {
        if state::timers() == State::Off || !state::decide() {
            return SampledGuard::none();
        }
        let every = if self.sample > 1 { self.sample } else { Throttle::SAMPLE };
        this_thread(|thread| match self.place::<true>(thread) {
            Place::In(node) if (self.sample > 1 || throttle::is_throttled(&node)) && !node.sample(every) => {
                SampledGuard::untimed(node)
            }
            Place::In(node) => {
                first(node);
                SampledGuard::timed(node, begin_slowly(node))
            }
            Place::Folded(node) => {
                node.count_untimed();
                SampledGuard::none()
            }
            Place::Nowhere => SampledGuard::none(),
        })
    }

    #[cold]
    #[inline(never)]
    fn enter_sampled_slowly(&'static self) -> SampledGuard {
        self.enter_carefully(|_| ())
    }

    /// [`enter`](Site::enter) for a site that keeps one node for all levels of recursion: inner calls are counted,
    /// and only the outermost is timed.
    #[inline]
    pub fn enter_folded(&'static self) -> SampledGuard {
        self.enter_carefully(|_| ())
    }
}

/// Begins a span with all that there may be to think of; returns its start as [`end_slowly`](super::guard) takes it.
#[inline]
pub(crate) fn begin_slowly(node: Mine<'_, Node>) -> u64 {
    hook::begin(node);
    let start = ticks();
    node.stats().begin(start);
    start | FOREIGN
}

/// The node for `site` right below `here`, made if need be; where the thread is doesn't change.
pub(crate) fn below<'l>(
    thread: ThisThread<'l>,
    here: Mine<'l, Node>,
    site: &'static Site,
) -> Result<Mine<'l, Node>, Full> {
    match here.child(site) {
        // What folds is found below each level.
        Some(node) if node.parent().is_some_and(|parent| parent.is(&here)) => Ok(node),
        _ => thread.tree().ok_or(Full::TooManyNodes)?.add(here, site),
    }
}
