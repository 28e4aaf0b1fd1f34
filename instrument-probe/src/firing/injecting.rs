//! Results that an injection makes, by the types that a function has.
//!
//! As with what's shown, the compiler finds the best way in the expansion: `(&&&into).inject(…)`, by the type in `Into`.

use super::{Calling, Outcome, fire};
use crate::guarded::{catch, catch_silently};
use crate::instrument::{Injection, Make};
use std::any::{Any, type_name};
use std::fmt;
use std::marker::PhantomData;
use std::mem;

/// Why an injection can't be had: the type that it should be.
#[derive(Debug)]
pub struct NoInjection(String);

impl fmt::Display for NoInjection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The type that a function returns.
pub struct Into<R>(PhantomData<fn() -> R>);

impl<R> Into<R> {
    pub(super) const fn new() -> Self {
        Into(PhantomData)
    }
}

impl<R> fmt::Debug for Into<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Into")
    }
}

fn made<T: Any>(make: &Make) -> Option<T> {
    make().downcast::<T>().ok().map(|made| *made)
}

fn wrong<T>(what: &str) -> NoInjection {
    NoInjection(format!("the function's {what} is of type `{}`: inject one of that type", type_name::<T>()))
}

/// Into `Result`s whose errors can be made of a message.
pub trait InjectMessage<R> {
    /// Makes the result.
    fn __instrument_inject(&self, injection: &Injection) -> Result<R, NoInjection>;
}

impl<T: Any, E: Any + From<String>> InjectMessage<Result<T, E>> for &&Into<Result<T, E>> {
    fn __instrument_inject(&self, injection: &Injection) -> Result<Result<T, E>, NoInjection> {
        match injection {
            Injection::Message(message) => Ok(Err(E::from(message.clone()))),
            other => (&**self).__instrument_inject(other),
        }
    }
}

/// Into `Result`s.
pub trait InjectResult<R> {
    /// Makes the result.
    fn __instrument_inject(&self, injection: &Injection) -> Result<R, NoInjection>;
}

impl<T: Any, E: Any> InjectResult<Result<T, E>> for &Into<Result<T, E>> {
    fn __instrument_inject(&self, injection: &Injection) -> Result<Result<T, E>, NoInjection> {
        match injection {
            Injection::Value(value) => {
                made::<T>(&**value).map(Ok).or_else(|| made::<Result<T, E>>(&**value)).ok_or_else(|| wrong::<T>("`Ok`"))
            }
            Injection::Error(error) => made::<E>(&**error).map(Err).ok_or_else(|| wrong::<E>("`Err`")),
            Injection::Message(_) => Err(wrong::<E>("`Err`")),
        }
    }
}

/// Into all else.
pub trait InjectPlain<R> {
    /// Makes the result.
    fn __instrument_inject(&self, injection: &Injection) -> Result<R, NoInjection>;
}

impl<R: Any> InjectPlain<R> for Into<R> {
    fn __instrument_inject(&self, injection: &Injection) -> Result<R, NoInjection> {
        match injection {
            Injection::Value(value) => made::<R>(&**value).ok_or_else(|| wrong::<R>("result")),
            Injection::Error(_) | Injection::Message(_) => Err(NoInjection(format!(
                "the function returns `{}`, which is no `Result`: inject a value, a delay or a panic",
                type_name::<R>()
            ))),
        }
    }
}

impl Calling {
    /// As [`run`](Self::run), with what's injected in place of the body or of its result.
    #[inline(always)]
    pub fn run_injected<R>(
        mut self,
        body: impl FnOnce() -> R,
        show: impl FnOnce(&R, bool) -> Outcome,
        inject: impl Fn(&Injection, Into<R>) -> Result<R, NoInjection>,
    ) -> R {
        let early = if self.0.is_some() { self.injected(&inject) } else { None };
        let result = match early {
            Some(result) => result,
            None => body(),
        };
        let result = if self.0.is_some() { self.ends_injected(result, show, &inject) } else { result };
        mem::forget(self);
        result
    }

    #[cold]
    #[inline(never)]
    fn ends_injected<R>(
        &mut self,
        result: R,
        show: impl FnOnce(&R, bool) -> Outcome,
        inject: &impl Fn(&Injection, Into<R>) -> Result<R, NoInjection>,
    ) -> R {
        self.ended(&result, show);
        self.act();
        let late = self.injected(inject);
        self.leave();
        late.unwrap_or(result)
    }

    /// What's to be returned instead, if anything is, and if it's of the right type.
    #[cold]
    #[inline(never)]
    pub(super) fn injected<R>(&mut self, inject: &impl Fn(&Injection, Into<R>) -> Result<R, NoInjection>) -> Option<R> {
        let active = self.0.as_mut()?;
        let (slot, injection) = active.replaced.take()?;
        let made = catch(|| inject(&injection, Into::new())).map_err(|panic| format!("it panicked: {panic}"));
        let result = match made.and_then(|made| made.map_err(|error| error.to_string())) {
            Ok(result) => Some(result),
            Err(error) => {
                // A breakpoint that was told to make calls fail does so in the one way that's left.
                if let Injection::Message(message) = &injection {
                    let message = message.clone();
                    catch_silently(move || drop((slot, injection)));
                    panic!("{message}");
                }
                fire::fail(active.state, &slot, &error);
                None
            }
        };
        catch_silently(move || drop((slot, injection)));
        result
    }
}
