//! The instruments of a function: as they're changed, and as calls find them.

use crate::guarded::catch_silently;
use crate::instrument::Slot;
use crate::sync::{Mutex, lock};
use crate::targets::{Events, Plan, ProbeSite, Target, sites};
use arc_swap::ArcSwapOption;
use instrument_core::shared::Inside;
use std::any::Any;
use std::sync::Arc;

/// The instruments that fire, as calls find them. Never changed, only replaced: a call keeps the list that it began with.
#[derive(Debug)]
pub(crate) struct List {
    pub(crate) slots: Vec<Arc<Slot>>,
    pub(crate) plan: Plan,
}

/// What belongs to a site from its first attachment on.
///
/// Calls read the list through [`ArcSwapOption`], which has no lock: a call never waits for whoever changes the list, nor
/// for one that holds it while it's suspended by the scheduler, as readers of a `RwLock<Arc<_>>` may. A call keeps its
/// list alive by the `Arc`'s counter, one write to memory that threads share; so does each instrument that fires.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) target: Target,
    pub(crate) list: ArcSwapOption<List>,
    pub(super) members: Mutex<Members>,
}

#[derive(Debug, Default)]
pub(super) struct Members {
    pub(super) slots: Vec<Arc<Slot>>,
    pub(super) started: bool,
    /// The last ones that expired and were removed, so that one can still ask what became of them.
    pub(super) expired: Vec<String>,
}

const MOST_EXPIRED: usize = 100;

impl State {
    /// That of a function, if anybody asked for its probe before.
    pub(crate) fn of(site: &'static ProbeSite) -> Option<&'static State> {
        site.attachment()
    }

    /// That of a function, which is made if there's none.
    pub(super) fn made(target: &Target) -> &'static State {
        let _inside = Inside::enter();
        let _making = lock(&MAKING);
        let site = target.site;
        site.attach(|| State { target: Target::of(site), list: ArcSwapOption::empty(), members: Mutex::default() })
    }

    /// Changes the members, and makes them known to calls that begin from now on.
    pub(super) fn change<R>(&self, change: impl FnOnce(&mut Members) -> R) -> R {
        let _inside = Inside::enter();
        let mut gone = Vec::new();
        let (answer, old) = {
            let mut members = lock(&self.members);
            let answer = change(&mut members);
            members.remove_expired(&mut gone);
            (answer, self.publish(&members))
        };
        // Instruments are code of the user's, so they're dropped after the lock, and their panics are theirs.
        catch_silently(move || drop((gone, old)));
        answer
    }

    fn publish(&self, members: &Members) -> Option<Arc<List>> {
        let slots: Vec<_> =
            members.slots.iter().filter(|slot| members.started || slot.independent).map(Arc::clone).collect();
        let is_attached = !slots.is_empty();
        let old = self.list.swap(is_attached.then(|| {
            let nothing = Plan::new(Events::NONE);
            let plan = slots.iter().fold(nothing, |plan, slot| plan.union(slot.plan));
            Arc::new(List { plan, slots })
        }));
        self.target.site.set_attached(is_attached);
        old
    }

    /// Removes what has expired, if nobody is changing the list anyway; that one will do it.
    pub(crate) fn sweep(&self) {
        let _inside = Inside::enter();
        let mut gone = Vec::new();
        let old = match self.members.try_lock() {
            Ok(mut members) => {
                members.remove_expired(&mut gone);
                self.publish(&members)
            }
            Err(_) => return,
        };
        catch_silently(move || drop((gone, old)));
    }

    pub(super) fn put(&self, slot: impl Into<Arc<Slot>>) {
        let slot = slot.into();
        let replaced = self.change(|members| {
            let replaced = members.take(&slot.name);
            members.slots.push(slot);
            replaced
        });
        catch_silently(move || drop(replaced));
    }

    pub(super) fn remove(&self, name: &str) -> bool {
        let removed = self.change(|members| members.take(name));
        let was_there = removed.is_some();
        catch_silently(move || drop(removed));
        was_there
    }
}

impl Members {
    fn take(&mut self, name: &str) -> Option<Arc<Slot>> {
        let at = self.slots.iter().position(|slot| slot.name == name)?;
        let slot = self.slots.remove(at);
        slot.retire();
        Some(slot)
    }

    fn remove_expired(&mut self, gone: &mut Vec<Arc<Slot>>) {
        gone.extend(self.slots.extract_if(.., |slot| slot.has_expired()));
        self.expired.extend(gone.iter().map(|slot| slot.name.clone()));
        let surplus = self.expired.len().saturating_sub(MOST_EXPIRED);
        self.expired.drain(..surplus);
    }
}

/// Held while a site's state is made.
static MAKING: Mutex<()> = Mutex::new(());

/// Keeps everybody else out while what's returned exists.
pub(super) fn hold() -> Box<dyn Any> {
    let making = lock(&MAKING);
    let members: Vec<_> = states().map(|state| lock(&state.members)).collect();
    Box::new((making, members))
}

/// Those that were made so far.
pub(super) fn states() -> impl Iterator<Item = &'static State> {
    sites().filter_map(State::of)
}
