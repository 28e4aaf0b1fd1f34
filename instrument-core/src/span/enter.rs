//! Entering a site: find its node below the current one, make it current, read the clock last.
//!
//! What's generic here for no type's sake is compiled with its caller: in a program's own crate, that knows where
//! thread-locals are, and what isn't known is asked by a call, around which registers have to be saved.
#![expect(clippy::extra_unused_type_parameters, reason = "what's generic is compiled with its caller")]

use super::guard::{FOREIGN, Guard, Open, SampledGuard};
use super::{hook, throttle};
use crate::options::Throttle;
use crate::site::{Recursion, Site};
use crate::state::{self, State, sites};
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
        let state = sites::of(self);
        if !state.is_fast() {
            return match state {
                State::Off => Guard::none(),
                _ => Guard::of(self.enter_slowly()),
            };
        }
        this_thread(|thread| {
            let Some((here, node)) = thread.current().and_then(|here| Some((here, here.last_child(self)?))) else {
                return Guard::of(self.enter_aside::<()>());
            };
            thread.go_to(Some(node));
            if state == State::Throttling {
                if node.is_due() {
                    return Guard::of(begin_throttled(node));
                }
                node.count();
                return Guard::of(Open::counted(node, here));
            }
            Guard::of(begin(node))
        })
    }

    /// The same for a call that isn't a repetition of the one before it.
    #[cold]
    #[inline(never)]
    fn enter_aside<InCallersCrate>(&'static self) -> Open {
        this_thread(|thread| {
            let Some(here) = thread.current() else { return self.enter_newly() };
            let Some(node) = here.child(self) else { return self.enter_newly() };
            thread.go_to(Some(node));
            if state::timers() != State::Throttling {
                return begin(node);
            }
            if node.is_due() {
                return begin_throttled(node);
            }
            node.count();
            Open::counted(node, here)
        })
    }

    /// The first call of a path.
    #[cold]
    #[inline(never)]
    fn enter_newly(&'static self) -> Open {
        this_thread(|thread| match self.step_newly(thread) {
            Some(node) if state::timers() == State::Throttling => begin_throttled(node),
            Some(node) => begin(node),
            None => Open::none(),
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
            None => self.step_aside::<()>(thread, here),
        }
    }

    /// The same for a call that isn't a repetition of the one before it.
    #[cold]
    #[inline(never)]
    fn step_aside<'l, InCallersCrate>(
        &'static self,
        thread: ThisThread<'l>,
        here: Option<Mine<'l, Node>>,
    ) -> Option<Mine<'l, Node>> {
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

    /// Undecided switches, foreign clocks, and what hangs on to spans.
    #[cold]
    #[inline(never)]
    fn enter_slowly(&'static self) -> Open {
        if !sites::decide(self) {
            return Open::none();
        }
        this_thread(|thread| {
            let Place::In(node) = self.place::<true>(thread) else { return Open::none() };
            match node.parent() {
                Some(here) if throttle::is_throttled(&node) && !node.sample(Throttle::SAMPLE) => {
                    Open::counted(node, here)
                }
                _ => Open::timed(node, begin_slowly(node)),
            }
        })
    }

    /// [`enter`](Site::enter) for a site that times one call in many.
    #[inline(always)]
    pub fn enter_sampled(&'static self) -> SampledGuard {
        let state = sites::of(self);
        if !state.is_fast() {
            return match state {
                State::Off => SampledGuard::none(),
                _ => self.enter_sampled_slowly(),
            };
        }
        this_thread(|thread| {
            let Some((here, node)) = thread.current().and_then(|here| Some((here, here.last_child(self)?))) else {
                return SampledGuard::of(self.enter_sampled_aside::<()>());
            };
            thread.go_to(Some(node));
            if node.is_due() {
                return SampledGuard::of(self.begin_sampled(node));
            }
            node.count();
            SampledGuard::of(Open::counted(node, here))
        })
    }

    /// The same for a call that isn't a repetition of the one before it.
    #[cold]
    #[inline(never)]
    fn enter_sampled_aside<InCallersCrate>(&'static self) -> Open {
        this_thread(|thread| {
            let Some(here) = thread.current() else { return self.enter_sampled_newly() };
            let Some(node) = here.child(self) else { return self.enter_sampled_newly() };
            thread.go_to(Some(node));
            if node.is_due() {
                return self.begin_sampled(node);
            }
            node.count();
            Open::counted(node, here)
        })
    }

    /// The first call of a path.
    #[cold]
    #[inline(never)]
    fn enter_sampled_newly(&'static self) -> Open {
        this_thread(|thread| {
            let Some(node) = self.step_newly(thread) else { return Open::none() };
            match node.parent() {
                Some(here) if !node.is_due() => {
                    node.count();
                    Open::counted(node, here)
                }
                _ => self.begin_sampled(node),
            }
        })
    }

    /// A call that's timed.
    #[cold]
    #[inline(never)]
    fn begin_sampled(&'static self, node: Mine<'_, Node>) -> Open {
        node.sample_from_now(self.sample);
        begin(node)
    }

    /// Any of these ways, with something to do just before a span that's timed begins.
    pub(crate) fn enter_carefully(&'static self, first: impl FnOnce(Mine<'_, Node>)) -> SampledGuard {
        if !sites::decide(self) {
            return SampledGuard::none();
        }
        let every = if self.sample > 1 { self.sample } else { Throttle::SAMPLE };
        this_thread(|thread| match self.place::<true>(thread) {
            Place::In(node) => match node.parent() {
                Some(here) if (self.sample > 1 || throttle::is_throttled(&node)) && !node.sample(every) => {
                    SampledGuard::of(Open::counted(node, here))
                }
                _ => {
                    first(node);
                    SampledGuard::of(Open::timed(node, begin_slowly(node)))
                }
            },
            Place::Folded(node) => {
                node.count_aside();
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

/// Begins a span by the TSC.
#[inline(always)]
fn begin(node: Mine<'_, Node>) -> Open {
    let start = tsc::read();
    node.stats().begin(start);
    Open::timed(node, start)
}

/// The same, of a node that may be throttled, or have to be.
#[cold]
#[inline(never)]
fn begin_throttled(node: Mine<'_, Node>) -> Open {
    throttle::judge_before(node);
    begin(node)
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
