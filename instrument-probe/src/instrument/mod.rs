//! Instruments: what a probe does at the events of a call.

mod common;
mod custom;
mod histogram;
mod increment;
mod inject;
mod log;
mod share;
mod slot;

pub(crate) use common::{condition, holds};
pub use custom::Custom;
pub use histogram::HistogramInstrument;
pub use increment::IncrementInstrument;
pub use inject::{Inject, Interception};
pub(crate) use log::LONGEST_LINE;
pub use log::LogInstrument;
pub(crate) use share::Laps;
pub(crate) use slot::{Action, Intercept, Slot, Work};
pub use slot::{Injection, Make};
pub use slot::{InstrumentInfo, InstrumentStatus};

use crate::error::InstrumentError;
use crate::targets::{Call, Plan, Target};
use std::time::Duration;

/// Something that a probe does at the events of a call.
///
/// [`LogInstrument`], [`HistogramInstrument`] and [`IncrementInstrument`] are ready-made, and [`Custom`] takes a closure.
///
/// What it does wrong stays with it: an error or a panic stops it, with that message in its
/// [status](InstrumentStatus::Failed), until it's replaced; the probed function doesn't notice. It runs on the thread of
/// the call, which waits for it, so whatever may take long belongs into a [`Sink`](crate::Sink). Probed functions that it
/// calls itself don't fire.
///
/// ```
/// use instrument_probe::{Call, Event, Instrument, InstrumentError, Plan, Target};
/// use std::sync::atomic::{AtomicU64, Ordering};
///
/// static LARGEST: AtomicU64 = AtomicU64::new(0);
///
/// struct Largest;
///
/// impl Instrument for Largest {
///     fn prepare(&mut self, target: &Target) -> Result<Plan, InstrumentError> {
///         Plan::new(Event::Call).argument(target, "size")
///     }
///
///     fn fire(&self, call: &Call<'_>) -> Result<(), InstrumentError> {
///         let size = call.argument("size").and_then(|size| size.as_number()).unwrap_or_default();
///         LARGEST.fetch_max(size as u64, Ordering::Relaxed);
///         Ok(())
///     }
/// }
/// ```
pub trait Instrument: Send + Sync + 'static {
    /// Called once, when it's added to a probe: says at which events it fires, and what of a call it looks at.
    ///
    /// # Errors
    ///
    /// Whatever makes it unfit for that target; it isn't added then.
    fn prepare(&mut self, target: &Target) -> Result<Plan, InstrumentError>;

    /// Does its work, on the thread of the call.
    ///
    /// # Errors
    ///
    /// Any error stops it.
    fn fire(&self, call: &Call<'_>) -> Result<(), InstrumentError>;

    /// How long it fires from the moment that it's added. Unlimited, unless said otherwise.
    fn lifespan(&self) -> Option<Duration> {
        None
    }

    /// How much of a thread's time it may take, as in `0.2` for a fifth, if it says so. Unless said otherwise it's a twentieth, or
    /// what the variable `INSTRUMENT_PROBE_SHARE` says.
    ///
    /// Each thread begins with a second to its credit. Beyond that it looks at some calls only, which is said once on stderr, and
    /// at exit, and counted in [`InstrumentInfo::skipped`].
    fn share(&self) -> Option<f64> {
        None
    }

    /// For [`Inject`].
    #[doc(hidden)]
    fn interception(&mut self) -> Option<Interception> {
        None
    }
}

impl Instrument for Box<dyn Instrument> {
    fn prepare(&mut self, target: &Target) -> Result<Plan, InstrumentError> {
        (**self).prepare(target)
    }

    fn fire(&self, call: &Call<'_>) -> Result<(), InstrumentError> {
        (**self).fire(call)
    }

    fn lifespan(&self) -> Option<Duration> {
        (**self).lifespan()
    }

    fn share(&self) -> Option<f64> {
        (**self).share()
    }

    fn interception(&mut self) -> Option<Interception> {
        (**self).interception()
    }
}
