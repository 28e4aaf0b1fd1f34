//! A component, or a bundle of them, in use.

use super::bundle::{Bundle, Member};
use super::selection::Chosen;
use super::{Component, Sample, Unavailable, Unit, all_spans};
use crate::options::Scope;
use crate::settings::settings;
use crate::site::Site;
use crate::span::context::{Visit, top, visit};
use crate::span::enter::below;
use crate::state::timers_on;
use crate::threads::frames::{Here, Spot};
use crate::threads::lost::{LostPush, lost_push};
use crate::threads::{ThisThread, lost_here, this_thread};
use crate::tree::mine::Mine;
use crate::tree::node::Node;
use instrument_model::text::printable;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

/// Measures a component, or a bundle of them, in laps.
///
/// - [`start`](Self::start) and [`stop`](Self::stop) make a lap, and never touch the call tree.
/// - [`push`](Self::push) enters the call tree below what this thread has pushed before; [`pop`](Self::pop) leaves it,
///   and adds the sum of the laps since the push to [`storage`](crate::storage()) as one observation.
///
/// Nothing that's out of order does any harm:
///
/// | | |
/// |---|---|
/// | `start` while a lap runs | does nothing: the lap goes on |
/// | `stop` without a lap | does nothing |
/// | `push` twice | the second one does nothing |
/// | `pop` without a push | does nothing |
/// | `pop` while a lap runs | ends the lap, which counts |
/// | `pop` without a lap since the push | leaves, and observes nothing |
/// | a lap begun before `push` | counts where it's stopped |
/// | drop while a lap runs, or between `push` and `pop` | as `stop` and `pop`; without a push, the lap is forgotten |
/// | pops in another order than pushes | each observes in its own place; what's left within one is left |
/// | a component that can't be read, or panics | has no lap; [`error`](Self::error) tells; others of the bundle go on |
///
/// While timers are switched off (`INSTRUMENT=off`, [`set_enabled`](crate::set_enabled)), `start` and `push` do nothing.
///
/// A meter belongs to its thread: that's whose clock it may read, and where its place in the call tree is.
///
/// # Examples
/// ```
/// use instrument_core::component::WallClock;
/// use instrument_core::storage;
///
/// let mut clock = WallClock::new("sort");
/// clock.push();
/// for _ in 0..2 {
///     clock.start();
///     let mut numbers = [3, 1, 2];
///     numbers.sort();
///     clock.stop();
/// }
/// clock.pop();
///
/// let entries = storage::<WallClock>().flat();
/// assert_eq!((entries[0].laps, entries[0].stats.count), (2, 1));
/// ```
pub struct Meter<B: Bundle> {
    label: Cow<'static, str>,
    is_running: bool,
    is_pushed: bool,
    /// `None` for the process's.
    scope: Option<Scope>,
    /// Where it's pushed, unless that's a span's own node.
    visit: Option<Visit>,
    state: B::State,
    stays: PhantomData<*const ()>,
}

impl<B: Bundle> Meter<B> {
    /// A meter at rest. The label is what it's called in the call tree.
    ///
    /// Costs at most one allocation, for a label made at run time.
    ///
    /// ```
    /// use instrument_core::component::{Meter, MinorFaults, UserMode};
    ///
    /// let meter = Meter::<(UserMode, MinorFaults)>::new("load");
    /// assert_eq!(meter.get(), (0.0, 0.0));
    /// ```
    pub fn new(label: impl Into<Cow<'static, str>>) -> Self {
        Meter {
            label: label.into(),
            is_running: false,
            is_pushed: false,
            scope: None,
            visit: None,
            state: Default::default(),
            stays: PhantomData,
        }
    }

    /// Where in the call tree its next push goes, whatever `INSTRUMENT_SCOPE` says.
    ///
    /// ```
    /// use instrument_core::component::WallClock;
    /// use instrument_core::storage::{Scope, storage};
    ///
    /// for _ in 0..3 {
    ///     let mut clock = WallClock::new("frame").scope(Scope::Timeline);
    ///     clock.push();
    ///     clock.start();
    ///     clock.pop();
    /// }
    /// assert_eq!(storage::<WallClock>().flat().len(), 3);
    /// ```
    #[must_use]
    pub fn scope(mut self, scope: Scope) -> Self {
        self.scope = Some(scope);
        self
    }

    /// What it's called in the call tree.
    pub fn label(&self) -> &str {
        &self.label
    }
}

impl Meter<Chosen> {
    /// Begins as if it were a new one, in a span's node, but for what's measured otherwise.
    pub(super) fn begin_anew(&mut self, site: &'static Site, node: Mine<'_, Node>, without: Option<all_spans::Has>) {
        self.reset();
        self.state.without = without;
        self.begin_at(site, node);
    }
}

impl<B: Bundle> Meter<B> {
    /// Begins a lap, unless one runs. Costs a reading of each source.
    #[inline]
    pub fn start(&mut self) {
        if !self.is_running && timers_on() {
            self.is_running = true;
            B::start(&mut self.state, &Sample::new());
        }
    }

    /// Ends the lap that runs, if any. Costs a reading of each source.
    #[inline]
    pub fn stop(&mut self) {
        if self.is_running {
            B::stop(&mut self.state, &Sample::new());
            self.is_running = false;
        }
    }

    /// Enters the call tree, unless it's there: what this thread pushes from now on is below.
    ///
    /// Costs a look-up for each component; an allocation or a few and a lock when the path is new. Where the call tree
    /// is full, or too deep, nothing is entered, and [`Lost`](crate::Lost) counts it.
    #[inline]
    pub fn push(&mut self) {
        if !self.is_pushed && timers_on() {
            self.is_pushed = true;
            self.enter();
        }
    }

    fn enter(&mut self) {
        this_thread(|thread| {
            let Some(cells) = thread.cells() else { return lost_here() };
            let Some(site) = cells.site_named(&self.label) else {
                cells.lost().too_many_names();
                return lost_push(LostPush::NoRoom);
            };
            let scope = self.scope_in_use();
            if let Some((node, visit)) = visit(thread, site, scope) {
                self.visit = Some(visit);
                B::push(&mut self.state, Spot { node, cells, scope, is_sample: false });
            }
        });
    }

    fn scope_in_use(&self) -> Scope {
        self.scope.unwrap_or_else(|| settings().scope)
    }

    /// Pushes in the node of a span of this site, or in the one that the scope makes of it, and starts.
    pub(super) fn begin_at(&mut self, site: &'static Site, node: Mine<'_, Node>) {
        let thread = ThisThread::of(node);
        let Some(cells) = thread.cells() else { return lost_here() };
        let scope = self.scope_in_use();
        let is_sample = node.is_sampled();
        let node = if scope == Scope::Flat { below(thread, top(node), site) } else { Ok(node) };
        match node {
            Ok(node) => {
                self.is_pushed = true;
                B::push(&mut self.state, Spot { node, cells, scope, is_sample });
            }
            Err(_) => lost_push(LostPush::NoRoom),
        }
        self.start();
    }

    /// Ends what [`begin_at`](Self::begin_at) began where it's a poll; the call is observed when it completes.
    pub(super) fn end_poll(&mut self, call: &mut B::Call, completes: bool) {
        self.stop();
        this_thread(|thread| B::pop_poll(&mut self.state, Here(thread.cells()), call, completes));
        self.is_pushed = false;
    }

    /// Leaves the call tree, if it's there, and observes the sum of the laps since the push there. Ends a lap that runs.
    ///
    /// Costs an observation for each component, which is a few additions, and what [`stop`](Self::stop) costs if a lap runs.
    #[inline]
    pub fn pop(&mut self) {
        if self.is_pushed {
            self.stop();
            this_thread(|thread| B::pop(&mut self.state, Here(thread.cells())));
            self.visit = None;
            self.is_pushed = false;
        }
    }

    /// The sum of all laps since the beginning, or the last [`reset`](Self::reset), in the component's
    /// [`UNIT`](Component::UNIT): seconds, bytes, counts, or percent of all laps together. Of a bundle, a tuple of them.
    ///
    /// 0 where there was no lap. A lap that runs doesn't count yet.
    pub fn get(&self) -> B::Values {
        B::values(&self.state)
    }

    /// How many laps there were since the beginning, or the last [`reset`](Self::reset); of a bundle, those of the member
    /// with the most.
    pub fn laps(&self) -> u64 {
        B::laps(&self.state)
    }

    /// Forgets all laps, the one that runs, and the error. A push stays, without a lap.
    pub fn reset(&mut self) {
        self.is_running = false;
        B::abandon(&mut self.state);
    }

    /// Whether a lap runs.
    pub fn is_running(&self) -> bool {
        self.is_running
    }

    /// Why a lap couldn't be made: the last reason, of a bundle that of the first member that has one.
    ///
    /// ```
    /// use instrument_core::component::HeapBytes;
    ///
    /// let mut heap = HeapBytes::new("load");
    /// heap.start();
    /// heap.stop();
    /// // This program doesn't install the allocator.
    /// assert_eq!((heap.laps(), heap.error().map(|error| error.component)), (0, Some("heap_bytes")));
    /// ```
    pub fn error(&self) -> Option<&Unavailable> {
        B::error(&self.state)
    }
}

impl<C: Component> Meter<C> {
    /// What [`get`](Self::get) is in.
    pub fn unit(&self) -> Unit {
        C::UNIT
    }

    /// What it measures, as half a sentence.
    pub fn description(&self) -> &'static str {
        C::DESCRIPTION
    }

    /// A lap of a figure that the program knows.
    pub(super) fn store_lap(&mut self, figure: f64) {
        if timers_on() {
            let member: &mut Member<C> = &mut self.state;
            member.add(figure, 0.0);
        }
    }
}

impl<B: Bundle> Drop for Meter<B> {
    fn drop(&mut self) {
        self.pop();
    }
}

/// `load: wall_clock 5.50 s, peak_rss 64.0 MiB in 10 laps`
impl<B: Bundle> fmt::Display for Meter<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", printable(&self.label))?;
        let mut text = String::new();
        B::for_each(&self.state, &mut |name, figure| {
            text.push_str(if text.is_empty() { " " } else { ", " });
            text.push_str(&printable(name));
            text.push(' ');
            text.push_str(&figure);
        });
        let laps = self.laps();
        write!(f, "{text} in {laps} lap{}", if laps == 1 { "" } else { "s" })
    }
}

impl<B: Bundle> fmt::Debug for Meter<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Meter")
            .field("label", &self.label)
            .field("laps", &self.laps())
            .field("is_running", &self.is_running)
            .field("is_pushed", &self.is_pushed)
            .finish_non_exhaustive()
    }
}
