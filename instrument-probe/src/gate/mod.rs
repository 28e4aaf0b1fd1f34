//! The gate of a breakpoint: who arrived, who waits for that, who is held, and who is let go.
//!
//! One lock and one condition variable; everybody looks again when it's notified. Loom models it, see `model`.

#[cfg(all(test, loom))]
mod model;

#[cfg(not(loom))]
use crate::sync::wait_for;
use crate::sync::{Condvar, Mutex, lock, wait};
#[cfg(not(loom))]
use instrument_core::shared::Inside;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};

/// The models have no core: nothing is recorded there.
#[cfg(loom)]
struct Inside;

#[cfg(loom)]
impl Inside {
    fn enter() -> Option<Inside> {
        None
    }
}

/// Where calls are held. Its lock is taken inside the toolkit, since what allocates meanwhile may be held here, too.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    /// Calls that arrived.
    pub(crate) hits: usize,
    /// Of those, how many somebody waited for.
    pub(crate) seen: usize,
    /// How many had arrived when all were let go the last time.
    pub(crate) base: usize,
    /// Whether anybody asked if it fired.
    pub(crate) asked: bool,
    /// Calls that are held now.
    pub(crate) held: usize,
    /// Counts how often all that are held were let go.
    round: usize,
    /// Nobody is held any more.
    pub(crate) open: bool,
    /// Threads that the breakpoint has started, and that haven't ended.
    pub(crate) running: usize,
    /// Whether it started any.
    pub(crate) has_spawned: bool,
    /// Why it can't work.
    pub(crate) failure: Option<String>,
    wakers: Vec<Waker>,
    /// Of futures that wait for calls to arrive.
    watchers: Vec<Waker>,
}

/// A call that arrived.
#[derive(Debug)]
pub(crate) struct Ticket {
    gate: Arc<Gate>,
    round: usize,
}

impl Gate {
    /// A call arrives. It's counted, and can be held in this round.
    pub(crate) fn arrive(self: &Arc<Self>) -> Ticket {
        let (round, watchers) = self.change(|state| {
            state.hits += 1;
            (state.round, std::mem::take(&mut state.watchers))
        });
        watchers.into_iter().for_each(Waker::wake);
        Ticket { gate: Arc::clone(self), round }
    }

    /// Changes something, and lets everybody look again.
    pub(crate) fn change<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let _inside = Inside::enter();
        let answer = change(&mut lock(&self.state));
        self.changed.notify_all();
        answer
    }

    pub(crate) fn read<R>(&self, read: impl FnOnce(&State) -> R) -> R {
        let _inside = Inside::enter();
        read(&lock(&self.state))
    }

    /// Lets go all that are held; for good, or until the next ones arrive.
    pub(crate) fn release(&self, for_good: bool) {
        let wakers = self.change(|state| {
            state.round += 1;
            state.base = state.hits;
            state.open |= for_good;
            std::mem::take(&mut state.wakers)
        });
        // After the lock: an executor may poll at once.
        wakers.into_iter().for_each(Waker::wake);
    }

    /// Says why it can't work.
    pub(crate) fn fail(&self, why: &str) {
        let watchers = self.change(|state| {
            state.failure.get_or_insert_with(|| why.to_owned());
            std::mem::take(&mut state.watchers)
        });
        watchers.into_iter().for_each(Waker::wake);
    }

    /// Is ready when `done` finds what it looks for, which it does once calls have arrived.
    pub(crate) async fn watch<R>(&self, mut done: impl FnMut(&mut State) -> Option<R>) -> R {
        poll_fn(|context| {
            let _inside = Inside::enter();
            let mut state = lock(&self.state);
            match done(&mut state) {
                Some(found) => Poll::Ready(found),
                None => {
                    keep(&mut state.watchers, context.waker());
                    Poll::Pending
                }
            }
        })
        .await
    }

    /// Waits until `done` finds what it looks for.
    #[cfg(loom)]
    pub(crate) fn wait_for<R>(&self, mut done: impl FnMut(&mut State) -> Option<R>) -> R {
        let mut state = lock(&self.state);
        loop {
            match done(&mut state) {
                Some(found) => return found,
                None => state = wait(&self.changed, state),
            }
        }
    }

    /// Waits until `done` finds what it looks for; after the deadline it says what's the matter instead.
    #[cfg(not(loom))]
    pub(crate) fn wait_until<R>(
        &self,
        deadline: Option<std::time::Instant>,
        mut done: impl FnMut(&mut State) -> Option<R>,
        late: impl FnOnce(&State) -> R,
    ) -> R {
        let _inside = Inside::enter();
        let mut state = lock(&self.state);
        loop {
            if let Some(found) = done(&mut state) {
                return found;
            }
            let Some(deadline) = deadline else {
                state = wait(&self.changed, state);
                continue;
            };
            let left = deadline.saturating_duration_since(std::time::Instant::now());
            if left.is_zero() {
                return late(&state);
            }
            state = wait_for(&self.changed, state, left);
        }
    }
}

impl State {
    fn holds(&self, ticket: &Ticket) -> bool {
        !self.open && self.round == ticket.round
    }
}

impl Ticket {
    /// Holds this thread until the gate lets it go.
    pub(crate) fn hold(&self) {
        let _inside = Inside::enter();
        let mut state = lock(&self.gate.state);
        if !state.holds(self) {
            return;
        }
        state.held += 1;
        self.gate.changed.notify_all();
        while state.holds(self) {
            state = wait(&self.gate.changed, state);
        }
        state.held -= 1;
        drop(state);
        self.gate.changed.notify_all();
    }

    /// Holds the future that awaits this, and no thread.
    pub(crate) async fn held(&self) {
        if !self.gate.read(|state| state.holds(self)) {
            return;
        }
        let held = Held::new(&self.gate);
        poll_fn(|context| {
            let _inside = Inside::enter();
            let mut state = lock(&self.gate.state);
            if !state.holds(self) {
                return Poll::Ready(());
            }
            keep(&mut state.wakers, context.waker());
            Poll::Pending
        })
        .await;
        drop(held);
    }

    /// Says why this call can't be held.
    pub(crate) fn refuse(&self, why: &str) {
        self.gate.fail(why);
    }
}

fn keep(wakers: &mut Vec<Waker>, waker: &Waker) {
    if !wakers.iter().any(|known| known.will_wake(waker)) {
        wakers.push(waker.clone());
    }
}

/// Counts a future as held, until it's let go or dropped.
struct Held<'gate>(&'gate Gate);

impl<'gate> Held<'gate> {
    fn new(gate: &'gate Gate) -> Self {
        gate.change(|state| state.held += 1);
        Held(gate)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.change(|state| state.held -= 1);
    }
}
