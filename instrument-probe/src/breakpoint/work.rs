//! What a breakpoint does at its event.

use crate::error::InstrumentError;
use crate::expression::Expression;
use crate::gate::Gate;
use crate::guarded::{inside, this_thread};
use crate::instrument::{self, Action, Injection, Intercept, Work, holds};
use crate::sync::{AtomicU64, Mutex, Ordering, lock};
use crate::targets::{Call, Plan, Target};
use instrument_wire::Event;
use std::collections::HashSet;
use std::sync::Arc;

/// What becomes of a call.
#[derive(Debug, Clone)]
pub(super) enum Effect {
    Block,
    Error(String),
}

/// The threads that a breakpoint has started.
#[derive(Debug, Default)]
pub(super) struct Threads(Mutex<HashSet<u64>>);

impl Threads {
    pub(super) fn enter(&self) {
        inside(|| lock(&self.0).insert(this_thread()));
    }

    fn has_this(&self) -> bool {
        lock(&self.0).contains(&this_thread())
    }
}

pub(super) struct Holding {
    pub(super) gate: Arc<Gate>,
    pub(super) effect: Effect,
    pub(super) maker: u64,
    pub(super) only_spawned: Option<Arc<Threads>>,
    pub(super) condition: Option<Expression>,
}

/// A name that no instrument of a user's has.
pub(super) fn unique_name() -> String {
    static LAST: AtomicU64 = AtomicU64::new(0);
    format!("breakpoint #{}", LAST.fetch_add(1, Ordering::Relaxed) + 1)
}

impl Holding {
    pub(super) fn prepare(
        mut self,
        event: Event,
        condition: Option<&str>,
        target: &Target,
    ) -> Result<(Work, Plan), InstrumentError> {
        let mut plan = Plan::new(event);
        if let Some(condition) = condition {
            let condition = instrument::condition(condition, target)?;
            condition.uses().event(Some(event))?;
            plan = condition.uses().plan(event);
            self.condition = Some(condition);
        }
        Ok((Work::Intercept(Box::new(self)), plan))
    }

    fn concerns(&self, call: &Call<'_>) -> Result<bool, InstrumentError> {
        // It's the one that would have to let itself go.
        let is_makers = this_thread() == self.maker && !call.is_async && matches!(self.effect, Effect::Block);
        if is_makers || self.only_spawned.as_ref().is_some_and(|spawned| !spawned.has_this()) {
            return Ok(false);
        }
        match &self.condition {
            Some(condition) => holds(condition, call),
            None => Ok(true),
        }
    }
}

impl Intercept for Holding {
    fn intercept(&self, call: &Call<'_>) -> Result<Option<Action>, InstrumentError> {
        let concerns = self.concerns(call).inspect_err(|error| {
            self.gate.fail(&error.to_string());
        })?;
        if !concerns {
            return Ok(None);
        }
        let ticket = self.gate.arrive();
        Ok(Some(match &self.effect {
            Effect::Block => Action::Hold(ticket),
            Effect::Error(message) if call.target.injects() => Action::Replace(Injection::Message(message.clone())),
            Effect::Error(message) => Action::Panic(message.clone()),
        }))
    }
}
