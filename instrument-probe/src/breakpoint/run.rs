//! The sentence form: `run(f).until("path").returns()`.

use super::{Breakpoint, BreakpointError, Spawned};
use instrument_wire::Event;
use std::time::Duration;

/// What a sentence waits for, unless it says [`within`](Until::within).
const PATIENCE: Duration = Duration::from_secs(10);

/// Runs `f` on a thread of its own, up to a moment that the rest of the sentence names.
///
/// ```
/// use instrument::probe::run;
///
/// #[instrument::probe]
/// fn read(from: u32) -> u32 {
///     from + 1
/// }
///
/// let paused = run(|| read(1) * 2).until("read").returns()?;
/// // It has read, and does nothing else until it's told to.
/// assert_eq!(paused.finish()?, 4);
/// # Ok::<(), instrument::probe::BreakpointError>(())
/// ```
pub fn run<F>(f: F) -> Run<F> {
    Run(f)
}

/// The beginning of a sentence.
#[derive(Debug)]
#[must_use = "it runs when the sentence is complete: `run(f).until(\"path\").returns()`"]
pub struct Run<F>(F);

impl<F> Run<F> {
    /// Until something happens to the function with that path.
    pub fn until(self, target: impl Into<String>) -> Until<F> {
        Until { f: self.0, target: target.into(), condition: None, patience: PATIENCE }
    }
}

/// A sentence that lacks its verb.
#[derive(Debug)]
#[must_use = "it runs when the sentence is complete: `run(f).until(\"path\").returns()`"]
pub struct Until<F> {
    f: F,
    target: String,
    condition: Option<String>,
    patience: Duration,
}

impl<T: Send + 'static, F: FnOnce() -> T + Send + 'static> Until<F> {
    /// Only in a call for which that CEL expression is true.
    pub fn with(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// Waits at most that long, instead of ten seconds.
    pub fn within(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Until it's called.
    ///
    /// # Errors
    ///
    /// It wasn't in time, there's no such target, or the condition is none.
    pub fn is_called(self) -> Result<Paused<T>, BreakpointError> {
        self.at(Event::Call)
    }

    /// Until it returns.
    ///
    /// # Errors
    ///
    /// As [`is_called`](Self::is_called).
    pub fn returns(self) -> Result<Paused<T>, BreakpointError> {
        self.at(Event::Return)
    }

    /// Until it returns an `Err`, or unwinds.
    ///
    /// # Errors
    ///
    /// As [`is_called`](Self::is_called).
    pub fn fails(self) -> Result<Paused<T>, BreakpointError> {
        self.at(Event::Error)
    }

    fn at(self, event: Event) -> Result<Paused<T>, BreakpointError> {
        let Until { f, target, condition, patience } = self;
        let mut breakpoint = Breakpoint::new(target).event(event).only_spawned();
        if let Some(condition) = condition {
            breakpoint = breakpoint.condition(condition);
        }
        let breakpoint = breakpoint.block();
        let thread = breakpoint.spawn(f);
        match breakpoint.wait(patience) {
            Ok(_) => Ok(Paused { thread, breakpoint }),
            // A panic says more than that it never came there.
            Err(error @ BreakpointError::TimedOut { all_ended: true, .. }) => match thread.join() {
                Err(panicked @ BreakpointError::Panicked { .. }) => Err(panicked),
                _ => Err(error),
            },
            Err(error) => Err(error),
        }
    }
}

/// A thread that's held at the moment that a sentence named. Dropping it lets it go, and waits for its end.
#[derive(Debug)]
pub struct Paused<T> {
    // Dropped after the handle, which it waits for.
    thread: Spawned<T>,
    breakpoint: Breakpoint,
}

impl<T> Paused<T> {
    /// Lets it go, waits for its end, and returns what it returns.
    ///
    /// # Errors
    ///
    /// It panicked.
    pub fn finish(self) -> Result<T, BreakpointError> {
        let Paused { thread, breakpoint } = self;
        breakpoint.release();
        thread.join()
    }

    /// The breakpoint that holds it.
    pub fn breakpoint(&self) -> &Breakpoint {
        &self.breakpoint
    }
}
