//! Where blocks go: what the profiler was given, else where reports go.

use crate::output;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A function that gets blocks.
#[derive(Clone)]
pub(super) struct Sink(Arc<dyn Fn(&str) + Send + Sync>);

impl Sink {
    pub(super) fn new(sink: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Sink(Arc::new(sink))
    }
}

impl fmt::Debug for Sink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sink")
    }
}

/// Hands over whole lines at once; what goes wrong there is none of the host program's business.
pub(super) fn deliver(sink: Option<&Sink>, text: &str) {
    match sink {
        None => output::write_block(text),
        // Called in drops, during unwinding too, where a panic would abort the program.
        Some(Sink(sink)) => {
            let _ = catch_unwind(AssertUnwindSafe(|| sink(text)));
        }
    }
}
