//! Forks: none of our locks is held by another thread at that moment, since in the child nobody would release it.

use super::state;
use crate::{expression, sink};
use instrument_core::shared::Holder;
use std::any::Any;
use std::sync::Once;

static WATCHED: Once = Once::new();

inventory::submit! { Holder::new(0, hold) }

/// Called before the first of those locks is taken.
pub(crate) fn watch() {
    WATCHED.call_once(|| {
        // What's made at its first use must be made by then, for the same reason.
        expression::prepare();
        instrument_core::shared::watch();
    });
}

/// In the order in which code of ours takes them. Gates aren't among them: a test that forks amid a breakpoint is its
/// own master.
fn hold() -> Box<dyn Any> {
    if !WATCHED.is_completed() {
        return Box::new(());
    }
    let probes = state::hold();
    let sinks = sink::hold();
    Box::new((probes, sinks, expression::hold()))
}
