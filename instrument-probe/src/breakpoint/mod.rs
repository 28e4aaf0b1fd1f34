//! Breakpoints: calls of a function that are held, or made to fail, by a test that wants a certain order of events.

mod error;
mod run;
mod spawned;
mod work;

pub use error::BreakpointError;
pub use run::{Paused, Run, Until, run};
pub use spawned::Spawned;

use crate::gate::{Gate, State};
use crate::guarded::this_thread;
use crate::instrument::Slot;
use crate::probe::Probe;
use crate::targets;
use instrument_wire::Event;
use std::fmt;
use std::sync::Arc;
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};
use work::{Effect, Holding};

/// What dropping waits for threads that are still running.
const PATIENCE: Duration = Duration::from_secs(5);

/// Holds the calls of a function at one of their events, or makes them fail, so that a test can have things happen in
/// the order that it wants.
///
/// It's armed by [`block`](Self::block) or [`error`](Self::error), or at the first use that needs it, and then holds every
/// call of any thread but the one that made it, which would wait for itself: that one's calls pass, and don't count. An
/// async function's future stays pending, on whichever thread, and no executor is blocked.
///
/// Dropping it lets all go that are held, and waits for the threads that it has [spawned](Self::spawn), at most five
/// seconds. If it never fired, and nobody asked, dropping panics: a test that meant to have an order of events, and had
/// none, hasn't passed. It never panics amid another panic.
///
/// ```
/// use instrument::probe::{Breakpoint, Event};
/// use std::sync::atomic::{AtomicU32, Ordering};
/// use std::time::Duration;
///
/// static BALANCE: AtomicU32 = AtomicU32::new(100);
///
/// #[instrument::probe]
/// fn balance() -> u32 {
///     BALANCE.load(Ordering::SeqCst)
/// }
///
/// fn deposit(amount: u32) {
///     let before = balance();
///     BALANCE.store(before + amount, Ordering::SeqCst);
/// }
///
/// let read = Breakpoint::new("balance").event(Event::Return).block();
/// let other = read.spawn(|| deposit(10));
/// read.wait(Duration::from_secs(5))?; // it has read 100, and hasn't written 110
/// deposit(1);
/// read.release();
/// other.join()?;
/// assert_eq!(BALANCE.load(Ordering::SeqCst), 110, "and the other deposit is lost");
/// # Ok::<(), instrument::probe::BreakpointError>(())
/// ```
pub struct Breakpoint {
    path: String,
    event: Event,
    condition: Option<String>,
    effect: Effect,
    only_spawned: bool,
    maker: u64,
    armed: OnceLock<Result<Armed, BreakpointError>>,
}

/// A breakpoint that's in its target's probe.
struct Armed {
    gate: Arc<Gate>,
    probe: Probe,
    slot: String,
    spawned: Arc<work::Threads>,
}

impl Drop for Armed {
    fn drop(&mut self) {
        self.probe.remove(&self.slot);
        self.gate.release(true);
    }
}

impl Breakpoint {
    /// A breakpoint at the call of the function with that path, as [`attach_to`](crate::attach_to) takes it. That there's no
    /// such function is said by what waits for it.
    pub fn new(target: impl Into<String>) -> Self {
        Breakpoint {
            path: target.into(),
            event: Event::Call,
            condition: None,
            effect: Effect::Block,
            only_spawned: false,
            maker: this_thread(),
            armed: OnceLock::new(),
        }
    }

    /// At that event, instead of the call.
    #[must_use]
    pub fn event(self, event: Event) -> Self {
        self.changed(|breakpoint| breakpoint.event = event)
    }

    /// Only for calls for which that CEL expression is true.
    #[must_use]
    pub fn condition(self, condition: impl Into<String>) -> Self {
        self.changed(|breakpoint| breakpoint.condition = Some(condition.into()))
    }

    /// Only for calls on threads that it has itself [spawned](Self::spawn). When all of them have ended, nothing is waited
    /// for any longer.
    #[must_use]
    pub fn only_spawned(self) -> Self {
        self.changed(|breakpoint| breakpoint.only_spawned = true)
    }

    /// Holds calls, and arms it.
    #[must_use]
    pub fn block(self) -> Self {
        let armed = self.changed(|breakpoint| breakpoint.effect = Effect::Block);
        let _ = armed.armed();
        armed
    }

    /// Makes calls fail with that message, and arms it: those of `#[probe(inject)]` functions whose error can be made of a
    /// `String` return that, all others panic. The calls of the thread that made it fail, too.
    #[must_use]
    pub fn error(self, message: impl Into<String>) -> Self {
        let armed = self.changed(|breakpoint| breakpoint.effect = Effect::Error(message.into()));
        let _ = armed.armed();
        armed
    }

    /// Changes it. One that's armed is so again, as another one.
    fn changed(mut self, change: impl FnOnce(&mut Self)) -> Self {
        let was_armed = self.armed.take().is_some();
        change(&mut self);
        if was_armed {
            let _ = self.armed();
        }
        self
    }

    fn armed(&self) -> Result<&Armed, BreakpointError> {
        self.armed.get_or_init(|| self.arm()).as_ref().map_err(BreakpointError::clone)
    }

    fn arm(&self) -> Result<Armed, BreakpointError> {
        let target = targets::find(&self.path).map_err(BreakpointError::Target)?;
        let gate = Arc::<Gate>::default();
        let spawned = Arc::<work::Threads>::default();
        let holding = Holding {
            gate: Arc::clone(&gate),
            effect: self.effect.clone(),
            maker: self.maker,
            only_spawned: self.only_spawned.then(|| Arc::clone(&spawned)),
            condition: None,
        };
        let (work, plan) =
            holding.prepare(self.event, self.condition.as_deref(), &target).map_err(BreakpointError::Condition)?;
        let slot = work::unique_name();
        let probe = Probe::of(&target);
        probe.put(Slot::new(slot.clone(), plan, work, None).independent());
        Ok(Armed { gate, probe, slot, spawned })
    }

    /// Waits until a call is held, or, if calls fail instead, until one more has; at most that long. Returns how many there
    /// were so far.
    ///
    /// # Errors
    ///
    /// There was none in that time, which the error says with the target, the event and the calls so far; there's no
    /// such target, or the condition is none.
    pub fn wait(&self, timeout: Duration) -> Result<usize, BreakpointError> {
        let one_more = |state: &mut State| {
            let is_here = state.hits > state.seen || (state.hits > state.base && !state.open);
            is_here.then(|| {
                state.seen = state.hits.min(state.seen + 1);
                state.hits
            })
        };
        self.wait_for(timeout, None, one_more)
    }

    /// Waits until so many calls have arrived in all, at most that long. Returns how many there were.
    ///
    /// # Errors
    ///
    /// As [`wait`](Self::wait).
    pub fn wait_until(&self, hits: usize, timeout: Duration) -> Result<usize, BreakpointError> {
        let enough = |state: &mut State| {
            (state.hits >= hits).then(|| {
                state.seen = state.seen.max(hits);
                state.hits
            })
        };
        self.wait_for(timeout, Some(hits), enough)
    }

    fn wait_for(
        &self,
        timeout: Duration,
        wanted: Option<usize>,
        mut done: impl FnMut(&mut State) -> Option<usize>,
    ) -> Result<usize, BreakpointError> {
        let armed = self.armed()?;
        let begin = Instant::now();
        armed.gate.wait_until(
            begin.checked_add(timeout),
            |state| {
                let found = self.look(state, &mut done);
                // Nobody is left who could arrive.
                let in_vain = found.is_none() && self.only_spawned && state.has_spawned && state.running == 0;
                if in_vain { Some(Err(self.timed_out(begin.elapsed(), wanted, state))) } else { found }
            },
            |state| Err(self.timed_out(timeout, wanted, state)),
        )
    }

    /// Is ready when so many calls have arrived in all: for async tests, whose thread may be the one that runs the calls.
    /// Returns how many there were.
    ///
    /// # Errors
    ///
    /// There's no such target, or the condition is none. It has no timeout: the executor has one.
    pub async fn reached(&self, hits: usize) -> Result<usize, BreakpointError> {
        let armed = self.armed()?;
        let mut enough = |state: &mut State| (state.hits >= hits).then_some(state.hits);
        armed.gate.watch(|state| self.look(state, &mut enough)).await
    }

    /// What `done` finds, or why it never will.
    fn look(
        &self,
        state: &mut State,
        done: &mut impl FnMut(&mut State) -> Option<usize>,
    ) -> Option<Result<usize, BreakpointError>> {
        state.asked = true;
        match (done(state), &state.failure) {
            (Some(hits), _) => Some(Ok(hits)),
            (None, Some(failure)) => Some(Err(self.failed(failure, state))),
            (None, None) => None,
        }
    }

    fn failed(&self, failure: &str, state: &State) -> BreakpointError {
        BreakpointError::Failed { place: self.place(), hits: state.hits, error: failure.to_owned() }
    }

    fn timed_out(&self, timeout: Duration, wanted: Option<usize>, state: &State) -> BreakpointError {
        BreakpointError::TimedOut {
            place: self.place(),
            waited: timeout,
            hits: state.hits,
            wanted,
            held: state.held,
            all_ended: state.has_spawned && state.running == 0,
        }
    }

    /// `the return of `a::b` with `x > 1``
    fn place(&self) -> String {
        let path = match self.armed.get() {
            Some(Ok(armed)) => armed.probe.target().path(),
            _ => &self.path,
        };
        let condition = self.condition.as_ref().map(|condition| format!(" with `{condition}`")).unwrap_or_default();
        format!("the {} of `{path}`{condition}", self.event)
    }

    /// The calls that arrived so far.
    pub fn hits(&self) -> usize {
        self.armed().map_or(0, |armed| {
            armed.gate.change(|state| {
                state.asked = true;
                state.hits
            })
        })
    }

    /// Runs `f` on a thread of its own, which the breakpoint waits for when it's dropped.
    ///
    /// If the breakpoint can't be armed, `f` doesn't run, and [`join`](Spawned::join) says why.
    pub fn spawn<T: Send + 'static>(&self, f: impl FnOnce() -> T + Send + 'static) -> Spawned<T> {
        match self.armed() {
            Ok(armed) => Spawned::start(&armed.gate, &armed.spawned, self.place(), f),
            Err(error) => Spawned::failed(error),
        }
    }

    /// Lets all go that are held, and holds nobody from now on; those that arrive are still counted.
    pub fn release(&self) {
        if let Some(Ok(armed)) = self.armed.get() {
            armed.gate.release(true);
        }
    }

    /// Lets all go that are held, and holds those that arrive from now on.
    pub fn step(&self) {
        if let Some(Ok(armed)) = self.armed.get() {
            armed.gate.release(false);
        }
    }
}

impl Drop for Breakpoint {
    fn drop(&mut self) {
        let Some(Ok(armed)) = self.armed.get() else { return };
        armed.probe.remove(&armed.slot);
        armed.gate.release(true);
        let late = armed.gate.wait_until(
            Some(Instant::now() + PATIENCE),
            |state| (state.running == 0).then_some(None),
            |state| Some(format!("{} threads of the breakpoint at {} are still running", state.running, self.place())),
        );
        let never = armed.gate.read(|state| state.hits == 0 && !state.asked);
        if thread::panicking() {
            return;
        }
        if let Some(late) = late {
            panic!("{late}");
        }
        if never {
            panic!("{}", BreakpointError::NeverFired { place: self.place() });
        }
    }
}

impl fmt::Debug for Breakpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Breakpoint").field("place", &self.place()).finish_non_exhaustive()
    }
}
