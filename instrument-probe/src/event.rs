//! When an instrument fires.

/// When an instrument fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Event {
    /// Before the function runs.
    Call,
    /// When it returned.
    Return,
    /// When it returned `Err`, or unwinds.
    Error,
}
