//! What can be measured besides time; nothing in this build.

pub use list::{
    BlocksIn, BlocksOut, BranchMisses, BytesRead, BytesWritten, CacheMisses, CharsRead, CharsWritten, ContextSwitches,
    CpuMigrations, Cycles, FloatTracker, HeapAllocations, HeapBytes, Instructions, IntegerTracker, InvoluntarySwitches,
    MajorFaults, MinorFaults, MonotonicRaw, PageFaults, PageRss, PeakRss, ProcessCpu, ProcessCpuUtil, SystemMode,
    TaskClock, ThreadCpu, ThreadCpuUtil, TripCount, UserMode, VirtualMemory, VoluntarySwitches, WallClock,
};
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

#[path = "off_list.rs"]
mod list;

/// Something that can be measured; never is in this build.
pub trait Component: Sized + 'static {
    /// What's read at the beginning and at the end of a lap.
    type Reading;
    /// What it's called where components are chosen by name.
    const NAME: &'static str;
    /// What it measures, as half a sentence.
    const DESCRIPTION: &'static str;
    /// What its figures are in.
    const UNIT: Unit;
    /// How its figures behave.
    const KIND: Kind = Kind::Total;

    /// Isn't called in this build.
    ///
    /// # Errors
    /// As the component says.
    fn read() -> Result<Self::Reading, Unavailable>;

    /// Isn't called in this build.
    fn lap(start: &Self::Reading, end: &Self::Reading) -> f64;

    /// Isn't called in this build.
    fn per(start: &Self::Reading, end: &Self::Reading) -> Option<f64> {
        let _ = (start, end);
        None
    }

    /// A meter that measures nothing.
    #[inline(always)]
    fn new(label: impl Into<Cow<'static, str>>) -> Meter<Self> {
        Meter::new(label)
    }

    /// It is, as far as this build knows.
    ///
    /// # Errors
    /// None in this build.
    #[inline(always)]
    fn available() -> Result<(), Unavailable> {
        Ok(())
    }
}

/// What the figures of a component are in.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Unit {
    /// s.
    Seconds,
    /// B.
    Bytes,
    /// A number of things.
    #[default]
    Count,
    /// Of 100.
    Percent,
    /// One of your own, by its symbol; see [`Unit::other`].
    Other(Cow<'static, str>),
}

impl Unit {
    /// A unit of one's own, by its symbol.
    #[inline(always)]
    #[must_use]
    pub const fn other(symbol: &'static str) -> Unit {
        Unit::Other(Cow::Borrowed(symbol))
    }

    /// Nothing, in this build.
    #[inline(always)]
    #[must_use]
    pub fn format(&self, _: f64) -> String {
        String::new()
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

/// How the figures of a component behave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// A total that only grows.
    Total,
    /// A level that rises and falls.
    Level,
    /// Something that's counted or stored lap by lap.
    Event,
}

/// Where in the call tree a push goes; nowhere in this build.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Scope {
    /// One entry for each call path.
    #[default]
    Tree,
    /// One entry for each label.
    Flat,
    /// One entry for each push.
    Timeline,
}

/// Why a component can't be measured.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Unavailable {
    /// The component's name.
    pub component: &'static str,
    /// What's in the way.
    pub reason: Cow<'static, str>,
}

impl Unavailable {
    /// An error for a component of one's own.
    #[inline(always)]
    pub fn new(component: &'static str, reason: impl Into<Cow<'static, str>>) -> Self {
        Unavailable { component, reason: reason.into() }
    }
}

impl fmt::Display for Unavailable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} isn't available: {}", self.component, self.reason)
    }
}

impl std::error::Error for Unavailable {}

/// What a meter could measure: a component, or a tuple of up to eight.
pub trait Bundle: members::Members {}

impl<B: members::Members> Bundle for B {}

mod members {
    #[doc(hidden)]
    pub trait Members: 'static {
        type Values: Default;
    }
}

impl<C: Component> members::Members for C {
    type Values = f64;
}

macro_rules! tuples {
    ($(($($member:ident)*))*) => { $(
        impl<$($member: members::Members),*> members::Members for ($($member,)*) {
            type Values = ($($member::Values,)*);
        }
    )* };
}
tuples! { () (A) (A B) (A B C) (A B C D) (A B C D E) (A B C D E F) (A B C D E F G) (A B C D E F G H) }

/// Those that were chosen: none in this build.
#[derive(Debug, Clone, Copy)]
pub struct Chosen;

impl members::Members for Chosen {
    type Values = Vec<(&'static str, f64)>;
}

/// A meter that measures nothing, and has no size.
pub struct Meter<B: Bundle>(PhantomData<(B, *const ())>);

impl<B: Bundle> Meter<B> {
    /// A meter that measures nothing.
    #[inline(always)]
    pub fn new(_: impl Into<Cow<'static, str>>) -> Self {
        Meter(PhantomData)
    }

    /// Nothing goes anywhere in this build.
    #[inline(always)]
    #[must_use]
    pub fn scope(self, _: Scope) -> Self {
        self
    }

    /// Nothing, in this build.
    #[inline(always)]
    pub fn label(&self) -> &str {
        ""
    }

    /// Does nothing.
    #[inline(always)]
    pub fn start(&mut self) {}

    /// Does nothing.
    #[inline(always)]
    pub fn stop(&mut self) {}

    /// Does nothing.
    #[inline(always)]
    pub fn push(&mut self) {}

    /// Does nothing.
    #[inline(always)]
    pub fn pop(&mut self) {}

    /// 0.
    #[inline(always)]
    pub fn get(&self) -> B::Values {
        B::Values::default()
    }

    /// 0.
    #[inline(always)]
    pub fn laps(&self) -> u64 {
        0
    }

    /// Does nothing.
    #[inline(always)]
    pub fn reset(&mut self) {}

    /// No.
    #[inline(always)]
    pub fn is_running(&self) -> bool {
        false
    }

    /// `None`.
    #[inline(always)]
    pub fn error(&self) -> Option<&Unavailable> {
        None
    }
}

impl<C: Component> Meter<C> {
    /// What [`get`](Self::get) would be in.
    #[inline(always)]
    pub fn unit(&self) -> Unit {
        C::UNIT
    }

    /// What it would measure.
    #[inline(always)]
    pub fn description(&self) -> &'static str {
        C::DESCRIPTION
    }
}

impl<B: Bundle> fmt::Display for Meter<B> {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl<B: Bundle> fmt::Debug for Meter<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Meter")
    }
}

/// A guard that measures nothing.
#[must_use = "the block ends when this guard is dropped: bind it, as in `let _marker = …`"]
#[derive(Debug)]
pub struct Marker<B: Bundle>(Meter<B>);

impl<B: Bundle> Marker<B> {
    /// A guard that measures nothing.
    #[inline(always)]
    pub fn new(label: impl Into<Cow<'static, str>>) -> Self {
        Marker(Meter::new(label))
    }

    #[doc(hidden)]
    #[inline(always)]
    pub fn of(label: impl Into<Cow<'static, str>>, _: PhantomData<B>) -> Self {
        Marker::new(label)
    }

    #[doc(hidden)]
    #[inline(always)]
    pub const fn none() -> Self {
        Marker(Meter(PhantomData))
    }

    /// The meter, which measures nothing.
    #[inline(always)]
    pub fn meter(&self) -> &Meter<B> {
        &self.0
    }
}

/// A component that can be chosen by its name: there are none in this build.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Known {
    /// Its name.
    pub name: &'static str,
    /// Its description.
    pub description: &'static str,
    /// Its unit.
    pub unit: Unit,
}

impl Known {
    /// It is, as far as this build knows.
    ///
    /// # Errors
    /// None in this build.
    #[inline(always)]
    pub fn available(&self) -> Result<(), Unavailable> {
        Ok(())
    }
}

/// A name that isn't any component's; doesn't occur in this build.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownComponent {
    /// The name.
    pub name: String,
}

impl fmt::Display for UnknownComponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there's no component `{}`", self.name)
    }
}

impl std::error::Error for UnknownComponent {}

/// Does nothing.
#[inline(always)]
pub fn register<C: Component>() {}

/// None.
#[inline(always)]
pub fn known() -> Vec<Known> {
    Vec::new()
}

/// Chooses nothing.
///
/// # Errors
/// None in this build.
#[inline(always)]
pub fn choose(_: &[&str]) -> Result<(), UnknownComponent> {
    Ok(())
}

impl Meter<IntegerTracker> {
    /// Does nothing.
    #[inline(always)]
    pub fn store(&mut self, _: i64) {}
}

impl Meter<FloatTracker> {
    /// Does nothing.
    #[inline(always)]
    pub fn store(&mut self, _: f64) {}
}
