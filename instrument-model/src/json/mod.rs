//! JSON, as recordings, specs and the socket have it: a writer of text, and a reader that knows where it is.
//!
//! The reader's lexer is the crate `hifijson`. Whoever turns the toolkit on compiles this, so what it depends on may
//! cost next to no time to compile, and may implement nothing for the primitive types, or users' `x == y.into()` would
//! no longer be inferred. That rules out derives, and libraries with derives in them.
//!
//! Memory is bounded by the text's length, and numbers in it allocate nothing. What reads values within values of its own
//! kind has to say [how deep](Reader::within) they may be.
//!
//! ```
//! use instrument_model::json::{self, Reader, Saved};
//!
//! let text = json::written(&vec![1_u32, 2, 3]);
//! assert_eq!(text, b"[1,2,3]");
//! assert_eq!(json::read::<Vec<u32>>(&text).expect("three numbers"), [1, 2, 3]);
//!
//! let text = b"[1, 2,\n -3]";
//! let fault = json::read::<Vec<u32>>(text).expect_err("a number below 0");
//! assert_eq!(fault.line_and_column(text), (2, 2));
//! let (field, problem) = fault.into_parts();
//! assert_eq!((&*field, &*problem), ("[2]", "a whole number from 0 to 4294967295 is expected here, not `-3`"));
//! ```

mod fault;
mod primitive;
mod reader;
mod skip;
mod writer;

pub use fault::Fault;
pub(crate) use fault::Step;
pub use reader::Reader;
pub use writer::Writer;

/// A value that has a form in JSON.
pub trait Saved: Sized {
    /// Writes it.
    fn write(&self, out: &mut Writer<'_>);

    /// Reads it.
    ///
    /// # Errors
    /// Something else is there.
    fn read(from: &mut Reader<'_>) -> Result<Self, Fault>;

    /// Whether a field with this value is left out, since it's what a reader assumes.
    fn is_blank(&self) -> bool {
        false
    }
}

/// Reads a text that is this value, and nothing else.
///
/// # Errors
/// Something else is there.
pub fn read<T: Saved>(text: &[u8]) -> Result<T, Fault> {
    let mut from = Reader::new(text);
    let value = T::read(&mut from)?;
    from.end().map(|()| value)
}

/// The value as text, in one line.
pub fn written<T: Saved>(value: &T) -> Vec<u8> {
    let mut out = Writer::in_memory();
    value.write(&mut out);
    out.into_text()
}

/// Writes one value to `sink`: that which `value` writes, without a type that could be read again.
///
/// # Errors
/// Those of `sink`.
///
/// ```
/// let mut text = Vec::new();
/// instrument_model::json::write_to(&mut text, &mut |out| out.array(&mut |out| (1..4).for_each(|n| out.whole(n))))?;
/// assert_eq!(text, b"[1,2,3]");
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn write_to(sink: &mut dyn std::io::Write, value: &mut dyn FnMut(&mut Writer<'_>)) -> std::io::Result<()> {
    let mut out = Writer::new(sink);
    value(&mut out);
    out.finish()
}

/// The value as text for people: each item and field on a line of its own, indented, and a line feed at the end.
pub fn written_for_people<T: Saved>(value: &T) -> Vec<u8> {
    let mut out = Writer::in_memory().indented();
    value.write(&mut out);
    out.into_text()
}
