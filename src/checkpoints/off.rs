//! Checkpoints, off: nothing is kept, formatted or printed.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::time::Duration;

/// A profiler that does nothing in this build; the message isn't evaluated.
#[macro_export]
macro_rules! profiler {
    () => {
        $crate::Profiler::none()
    };
    ($msg:expr $(,)?) => {{
        if false {
            let _ = $crate::Profiler::new($msg);
        }
        $crate::Profiler::none()
    }};
    ($($wrong:tt)*) => {
        $crate::__misused!(profiler)
    };
}

/// A profiler that keeps and prints nothing.
#[must_use = "the run ends when this is dropped: bind it, as in `let profiler = …`"]
#[derive(Debug)]
pub struct Profiler(());

impl Profiler {
    /// A profiler that does nothing.
    #[inline(always)]
    pub fn new(_: impl Into<Cow<'static, str>>) -> Self {
        Profiler(())
    }

    /// A profiler that does nothing.
    #[inline(always)]
    pub fn with_parent(_: impl Into<Cow<'static, str>>, _: &TraceContext) -> Self {
        Profiler(())
    }

    #[doc(hidden)]
    #[inline(always)]
    pub const fn none() -> Self {
        Profiler(())
    }

    /// Nothing takes long in this build.
    #[inline(always)]
    pub fn threshold(self, _: Duration) -> Self {
        self
    }

    /// Nothing is printed in this build.
    #[inline(always)]
    pub fn immediate(self) -> Self {
        self
    }

    /// It is.
    #[inline(always)]
    pub fn disabled(self, _: bool) -> Self {
        self
    }

    /// Is never called.
    #[inline(always)]
    pub fn sink(self, _: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self
    }

    /// Formats nothing.
    #[inline(always)]
    pub fn mark(&self, _: impl fmt::Display) {}

    /// Formats nothing.
    #[inline(always)]
    pub fn mark_remote(&self, _: impl fmt::Display, _: impl Into<Option<RemoteSummary>>) {}

    /// Formats nothing.
    #[inline(always)]
    pub fn finish(self, _: impl fmt::Display) {}

    /// `None`: nothing was kept.
    #[inline(always)]
    pub fn summarize(self) -> Option<RemoteSummary> {
        None
    }

    /// An empty context.
    #[inline(always)]
    pub fn context(&self) -> TraceContext {
        TraceContext(())
    }

    /// The future itself.
    #[inline(always)]
    pub fn task<F: Future>(future: F) -> F {
        future
    }
}

impl Drop for Profiler {
    #[inline(always)]
    fn drop(&mut self) {}
}

/// A trace context that keeps nothing: whatever it's read from, its text is empty. An empty `traceparent` isn't to be
/// sent; to hand on what was received, also in builds without timers, send the received text itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TraceContext(());

impl TraceContext {
    /// An empty context.
    #[inline(always)]
    #[must_use]
    pub fn fresh() -> Self {
        TraceContext(())
    }

    /// An empty context.
    #[inline(always)]
    #[must_use]
    pub fn from_header(_: impl AsRef<[u8]>) -> Self {
        TraceContext(())
    }

    /// An empty context.
    #[inline(always)]
    #[must_use]
    pub fn child(&self) -> Self {
        *self
    }

    /// Zeros.
    #[inline(always)]
    #[must_use]
    pub fn trace_id(&self) -> [u8; 16] {
        [0; 16]
    }

    /// Zeros.
    #[inline(always)]
    #[must_use]
    pub fn parent_id(&self) -> [u8; 8] {
        [0; 8]
    }

    /// `false`: nobody records in this build.
    #[inline(always)]
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        false
    }

    /// Zeros, which nobody takes for a context.
    #[inline(always)]
    #[must_use]
    pub fn to_bytes(&self) -> [u8; 26] {
        [0; 26]
    }

    /// An empty context.
    #[inline(always)]
    #[expect(clippy::missing_errors_doc, reason = "it has none here")]
    pub fn from_bytes(_: &[u8]) -> Result<Self, TraceContextError> {
        Ok(TraceContext(()))
    }
}

impl fmt::Display for TraceContext {
    #[inline(always)]
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::str::FromStr for TraceContext {
    type Err = TraceContextError;

    #[inline(always)]
    fn from_str(_: &str) -> Result<Self, TraceContextError> {
        Ok(TraceContext(()))
    }
}

/// Why something isn't a trace context; doesn't occur in this build.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContextError(());

impl fmt::Display for TraceContextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a trace context")
    }
}

impl std::error::Error for TraceContextError {}

/// What a remote run was like; doesn't occur in this build, where each text is an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteSummary(());

impl RemoteSummary {
    /// Empty in this build.
    #[inline(always)]
    #[must_use]
    pub fn title(&self) -> &str {
        ""
    }

    /// Zero in this build.
    #[inline(always)]
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::ZERO
    }

    /// False in this build.
    #[inline(always)]
    #[must_use]
    pub fn may_contain_parting(&self) -> bool {
        false
    }
}

impl fmt::Display for RemoteSummary {
    #[inline(always)]
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::str::FromStr for RemoteSummary {
    type Err = RemoteSummaryError;

    #[inline(always)]
    fn from_str(_: &str) -> Result<Self, RemoteSummaryError> {
        Err(RemoteSummaryError(()))
    }
}

/// Why something isn't a summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteSummaryError(());

impl fmt::Display for RemoteSummaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("summaries aren't read in this build")
    }
}

impl std::error::Error for RemoteSummaryError {}
