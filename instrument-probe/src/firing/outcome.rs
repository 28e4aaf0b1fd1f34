//! Showing a value in the best way that its type has, which the compiler finds in the expansion.
//!
//! `(&&&Shown(&value)).value()` takes the first of three methods that there is: on `&&Shown` for what's `Serialize`, on
//! `&Shown` for what's `Debug`, on `Shown` for all else. A generic type counts by the bounds that its function names.

use crate::value::{Value, take};
use serde_core::Serialize;
use std::convert::Infallible;
use std::fmt::{Debug, Display};

/// How a call ended, as far as anybody wanted to know.
#[derive(Debug)]
pub enum Outcome {
    /// With a result.
    Returned(Option<Value>),
    /// With an `Err`.
    Failed(Option<Value>),
    /// Through a `return` or `?` in a body that runs in its place.
    Unknown,
}

/// A value to be shown.
#[derive(Debug)]
pub struct Shown<'v, T: ?Sized>(pub &'v T);

/// Of what's `Serialize`.
pub trait AsSerialize {
    /// Its value.
    fn __instrument_value(&self) -> Value;
}

impl<T: Serialize + ?Sized> AsSerialize for &&Shown<'_, T> {
    fn __instrument_value(&self) -> Value {
        take::serialized(self.0)
    }
}

/// Of what's `Debug`.
pub trait AsDebug {
    /// Its value.
    fn __instrument_value(&self) -> Value;
}

impl<T: Debug + ?Sized> AsDebug for &Shown<'_, T> {
    fn __instrument_value(&self) -> Value {
        take::debugged(self.0)
    }
}

/// Of what can't be shown.
pub trait AsOpaque {
    /// Its type's name.
    fn __instrument_value(&self) -> Value;
}

impl<T: ?Sized> AsOpaque for Shown<'_, T> {
    fn __instrument_value(&self) -> Value {
        take::opaque::<T>()
    }
}

/// An argument, to be taken from a function that goes on with it.
#[derive(Debug)]
pub struct Peek<'v, T: ?Sized>(pub &'v T);

/// Of what's `Copy`: a copy.
pub trait PeekCopy {
    /// What's copied.
    type Peeked;

    /// It.
    fn __instrument_peek(&self) -> Self::Peeked;
}

impl<T: Copy> PeekCopy for &Peek<'_, T> {
    type Peeked = T;

    #[inline(always)]
    fn __instrument_peek(&self) -> T {
        *self.0
    }
}

/// Of all else: a reference.
pub trait PeekReference {
    /// What's referred to.
    type Peeked;

    /// It.
    fn __instrument_peek(&self) -> Self::Peeked;
}

impl<'v, T: ?Sized> PeekReference for Peek<'v, T> {
    type Peeked = &'v T;

    #[inline(always)]
    fn __instrument_peek(&self) -> &'v T {
        self.0
    }
}

/// An error to be shown: by its `Display`, if it isn't `Serialize`.
#[derive(Debug)]
pub struct ShownError<'v, T: ?Sized>(pub &'v T);

/// Of what's `Serialize`.
pub trait AsSerializeError {
    /// Its value.
    fn __instrument_value(&self) -> Value;
}

impl<T: Serialize + ?Sized> AsSerializeError for &&&ShownError<'_, T> {
    fn __instrument_value(&self) -> Value {
        take::serialized(self.0)
    }
}

/// Of what's `Display`.
pub trait AsDisplayError {
    /// Its value.
    fn __instrument_value(&self) -> Value;
}

impl<T: Display + ?Sized> AsDisplayError for &&ShownError<'_, T> {
    fn __instrument_value(&self) -> Value {
        take::displayed(self.0)
    }
}

/// Of what's `Debug`.
pub trait AsDebugError {
    /// Its value.
    fn __instrument_value(&self) -> Value;
}

impl<T: Debug + ?Sized> AsDebugError for &ShownError<'_, T> {
    fn __instrument_value(&self) -> Value {
        take::debugged(self.0)
    }
}

/// Of what can't be shown.
pub trait AsOpaqueError {
    /// Its type's name.
    fn __instrument_value(&self) -> Value;
}

impl<T: ?Sized> AsOpaqueError for ShownError<'_, T> {
    fn __instrument_value(&self) -> Value {
        take::opaque::<T>()
    }
}

/// Of a `Result`.
pub trait AsResult<'v> {
    /// What's in its `Ok`.
    type Value;
    /// What's in its `Err`.
    type Error;

    /// Both, apart.
    fn __instrument_split(&self) -> Result<&'v Self::Value, &'v Self::Error>;
}

impl<'v, T, E> AsResult<'v> for &Shown<'v, Result<T, E>> {
    type Value = T;
    type Error = E;

    fn __instrument_split(&self) -> Result<&'v T, &'v E> {
        self.0.as_ref()
    }
}

/// Of all else, which is never an error.
pub trait AsPlain<'v> {
    /// The type.
    type Value;

    /// The value.
    fn __instrument_split(&self) -> Result<&'v Self::Value, &'v Infallible>;
}

impl<'v, T> AsPlain<'v> for Shown<'v, T> {
    type Value = T;

    fn __instrument_split(&self) -> Result<&'v T, &'v Infallible> {
        Ok(self.0)
    }
}
