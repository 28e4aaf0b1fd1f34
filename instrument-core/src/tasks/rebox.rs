//! Boxed futures and streams that were made elsewhere, with layers around them, as what they were.
//!
//! `Box<dyn Future<Output = T>>` says of itself that it outlives everything, whether or not `T` does. So a box around it is as
//! good as it was; but the compiler, asked whether a type outlives everything, looks at `T`.
#![expect(unsafe_code, reason = "gives a box back the lifetime of what's in it")]

use super::layers::{Around, Layer, Layers};
use crate::base::inside::Inside;
use futures_core::Stream;
use std::fmt;
use std::future::Future;
use std::marker::PhantomData;
use std::mem::transmute;
use std::pin::Pin;

/// A box that can be the same type with layers around what's in it.
pub trait Boxed: Sized {
    /// What polls come to.
    type Polled;

    /// Puts them around it.
    fn with_layers<L: Around<Self::Polled> + Send + 'static>(self, layers: L) -> Self;
}

macro_rules! boxed {
    ($($Trait:ident<$Item:ident = T> $(+ $Send:ident)? => $Polled:ty;)+) => { $(
        impl<'a, T> Boxed for Pin<Box<dyn $Trait<$Item = T> $(+ $Send)? + 'a>> {
            type Polled = $Polled;

            fn with_layers<L: Around<Self::Polled> + Send + 'static>(self, layers: L) -> Self {
                // What the box takes is no path's to be told of; whoever drops the future frees it.
                let inside = Inside::for_caller();
                let made: Pin<Box<dyn $Trait<$Item = T> $(+ $Send)? + '_>> = Box::pin(Layers::new(self, layers));
                drop(inside);
                // SAFETY: it's the same type but for the lifetime. The box holds what `'a` is the lifetime of, and layers,
                // which have none.
                unsafe { transmute::<Pin<Box<dyn $Trait<$Item = T> $(+ $Send)? + '_>>, Self>(made) }
            }
        }
    )+ };
}
boxed! {
    Future<Output = T> => T;
    Future<Output = T> + Send => T;
    Stream<Item = T> => Option<T>;
    Stream<Item = T> + Send => Option<T>;
}

/// The type of a box, which the compiler finds the best way for in the expansion.
pub struct OfBox<M>(PhantomData<fn() -> M>);

impl<M> OfBox<M> {
    /// The type of this one.
    pub fn of(_: &M) -> Self {
        OfBox(PhantomData)
    }
}

impl<M> fmt::Debug for OfBox<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OfBox")
    }
}

/// For boxes that we know.
pub trait Reboxes<M: Boxed> {
    /// The box, with layers around what's in it.
    fn __instrument_rebox<L: Around<M::Polled> + Send + 'static>(&self, made: M, layers: L) -> M;
}

impl<M: Boxed> Reboxes<M> for &OfBox<M> {
    fn __instrument_rebox<L: Around<M::Polled> + Send + 'static>(&self, made: M, layers: L) -> M {
        made.with_layers(layers)
    }
}

/// For all others.
pub trait BoxesAnew<M> {
    /// A box of its own, with layers around that.
    fn __instrument_rebox<L: Layer>(&self, made: M, layers: L) -> Pin<Box<Layers<M, L>>>;
}

impl<M> BoxesAnew<M> for OfBox<M> {
    fn __instrument_rebox<L: Layer>(&self, made: M, layers: L) -> Pin<Box<Layers<M, L>>> {
        Box::pin(Layers::new(made, layers))
    }
}
