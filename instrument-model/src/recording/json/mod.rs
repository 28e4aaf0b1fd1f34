//! JSON, as recordings use it: a writer of text, and a reader that knows where it is.
//!
//! The reader's lexer is the crate `hifijson`. Whoever turns `timers` on compiles this crate, so what it depends on may
//! cost next to no time to compile, and may implement nothing for the primitive types, or users' `x == y.into()` would
//! no longer be inferred. That rules out derives, and libraries with derives in them.

mod fault;
mod reader;
mod skip;
mod writer;

pub(super) use fault::Fault;
pub(super) use reader::Reader;
pub(super) use writer::Writer;

/// A value that has a form in JSON.
pub(super) trait Saved: Sized {
    fn write(&self, out: &mut Writer<'_>);
    fn read(from: &mut Reader<'_>) -> Result<Self, Fault>;

    /// Whether a field with this value is left out, since it's what a reader assumes.
    fn is_blank(&self) -> bool;
}
