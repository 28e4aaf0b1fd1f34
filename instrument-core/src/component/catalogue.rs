//! Components by name: all of ours, and those of the program that it has registered.

use super::bundle::{Member, members::Members};
use super::{
    BlocksIn, BlocksOut, BranchMisses, BytesRead, BytesWritten, CacheMisses, CharsRead, CharsWritten, Component,
    ContextSwitches, CpuMigrations, Cycles, FloatTracker, HeapAllocations, HeapBytes, Instructions, IntegerTracker,
    InvoluntarySwitches, MajorFaults, MinorFaults, MonotonicRaw, PageFaults, PageRss, PeakRss, ProcessCpu,
    ProcessCpuUtil, Sample, SystemMode, TaskClock, ThreadCpu, ThreadCpuUtil, TripCount, Unavailable, Unit, UserMode,
    VirtualMemory, VoluntarySwitches, WallClock,
};
use crate::base::inside::Inside;
use crate::base::sync::lock;
use crate::process::fork::Holder;
use crate::process::stderr;
use crate::threads::frames::{CallSum, Here, Spot};
use instrument_model::text::{nearest, printable};
use std::any::TypeId;
use std::fmt;
use std::sync::Mutex;

/// A component that can be chosen by its name.
///
/// ```
/// for known in instrument_core::component::known() {
///     println!("{:22} {}", known.name, known.description);
/// }
/// ```
#[derive(Clone)]
#[non_exhaustive]
pub struct Known {
    /// Its [`NAME`](Component::NAME).
    pub name: &'static str,
    /// Its [`DESCRIPTION`](Component::DESCRIPTION).
    pub description: &'static str,
    /// Its [`UNIT`](Component::UNIT).
    pub unit: Unit,
    available: fn() -> Result<(), Unavailable>,
    stored: bool,
    id: fn() -> TypeId,
    pub(super) member: fn() -> Box<dyn AnyMember>,
}

impl Known {
    const fn of<C: Component>() -> Known {
        Known {
            name: C::NAME,
            description: C::DESCRIPTION,
            unit: C::UNIT,
            available: C::available,
            stored: C::STORED,
            id: TypeId::of::<C>,
            member: || Box::new(Member::<C>::default()),
        }
    }

    /// Whether it can be measured here and now; costs a reading.
    ///
    /// # Errors
    /// [`Unavailable`] with the reason why it can't.
    pub fn available(&self) -> Result<(), Unavailable> {
        (self.available)()
    }

    /// Whether a span can measure it.
    pub(super) fn choosable(&self) -> Result<(), Unavailable> {
        if self.stored {
            return Err(Unavailable::new(self.name, "it shows what a program stores, and a span stores nothing"));
        }
        let panicked = |_| Err(Unavailable::new(self.name, "it panicked when it was read"));
        std::panic::catch_unwind(self.available).unwrap_or_else(panicked)
    }
}

impl fmt::Debug for Known {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Known").field("name", &self.name).finish_non_exhaustive()
    }
}

macro_rules! ours {
    ($($name:ident)*) => { &[$(Known::of::<$name>()),*] };
}

static OURS: &[Known] = ours! {
    WallClock MonotonicRaw ThreadCpu ProcessCpu UserMode SystemMode ThreadCpuUtil ProcessCpuUtil
    PeakRss PageRss VirtualMemory HeapBytes HeapAllocations
    MinorFaults MajorFaults VoluntarySwitches InvoluntarySwitches
    BlocksIn BlocksOut BytesRead BytesWritten CharsRead CharsWritten
    Instructions Cycles CacheMisses BranchMisses PageFaults ContextSwitches CpuMigrations TaskClock
    TripCount IntegerTracker FloatTracker
};

static REGISTERED: Mutex<Vec<Known>> = Mutex::new(Vec::new());

inventory::submit! { Holder::new(92, || Box::new(lock(&REGISTERED))) }

/// Lets a component of your own be chosen by its [`NAME`](Component::NAME). Call it before the first span.
///
/// A component that has the name of another isn't registered, and a line on stderr says so. Registering the same one again
/// does nothing.
pub fn register<C: Component>() {
    let _inside = Inside::enter();
    let known = Known::of::<C>();
    match self::known().iter().find(|other| other.name == known.name) {
        None => lock(&REGISTERED).push(known),
        Some(other) if (other.id)() == (known.id)() => {}
        Some(_) => stderr::warn(&format!(
            "there's a component `{}` already: `{}` can't be chosen by that name; give it another `NAME`",
            known.name,
            std::any::type_name::<C>()
        )),
    }
}

/// All that can be chosen by name, ours first.
pub fn known() -> Vec<Known> {
    let _inside = Inside::enter();
    OURS.iter().cloned().chain(lock(&REGISTERED).iter().cloned()).collect()
}

/// A name that isn't any component's.
///
/// ```
/// use instrument_core::component;
///
/// let error = component::choose(&["wall_clok"]).expect_err("a slip");
/// assert!(error.to_string().starts_with("there's no component `wall_clok` (did you mean `wall_clock`?)"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownComponent {
    /// The name.
    pub name: String,
}

impl UnknownComponent {
    /// The name as a line can show it.
    pub(super) fn shown(&self) -> String {
        printable(&self.name.chars().take(60).collect::<String>())
    }
}

impl fmt::Display for UnknownComponent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known: Vec<_> = known().iter().map(|known| known.name).collect();
        let near = nearest(&snake_case(&self.name), known.iter().copied());
        write!(f, "there's no component `{}`", self.shown())?;
        match near {
            Some(near) => write!(f, " (did you mean `{near}`?)"),
            None => write!(f, "; write some of `{}`", known.join(",")),
        }
    }
}

impl std::error::Error for UnknownComponent {}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut before = '_';
    for c in name.chars().take(64) {
        if c.is_uppercase() && before.is_lowercase() {
            snake.push('_');
        }
        before = c;
        snake.extend(if c == '-' { '_' } else { c }.to_lowercase());
    }
    snake
}

pub(super) fn find(name: &str) -> Result<Known, UnknownComponent> {
    // `WallClock` is how it's written in Rust.
    let (all, snake) = (known(), snake_case(name));
    let by = |name: &str| all.iter().find(|known| known.name == name).cloned();
    by(name).or_else(|| by(&snake)).ok_or_else(|| UnknownComponent { name: name.to_owned() })
}

/// A member of a bundle that's made while the program runs.
pub(super) trait AnyMember {
    fn start(&mut self, sample: &Sample);
    fn stop(&mut self, sample: &Sample);
    fn abandon(&mut self);
    fn push(&mut self, spot: Spot<'_>);
    fn pop(&mut self, here: Here<'_>);
    fn pop_poll(&mut self, here: Here<'_>, call: &mut CallSum, completes: bool);
    fn name(&self) -> &'static str;
    fn value(&self) -> f64;
    fn laps(&self) -> u64;
    fn error(&self) -> Option<&Unavailable>;
    fn tell(&self, tell: &mut dyn FnMut(&'static str, String));
}

impl<C: Component> AnyMember for Member<C> {
    fn start(&mut self, sample: &Sample) {
        C::start(self, sample);
    }

    fn stop(&mut self, sample: &Sample) {
        C::stop(self, sample);
    }

    fn abandon(&mut self) {
        C::abandon(self);
    }

    fn push(&mut self, spot: Spot<'_>) {
        <C as Members>::push(self, spot);
    }

    fn pop(&mut self, here: Here<'_>) {
        <C as Members>::pop(self, here);
    }

    fn pop_poll(&mut self, here: Here<'_>, call: &mut CallSum, completes: bool) {
        <C as Members>::pop_poll(self, here, call, completes);
    }

    fn name(&self) -> &'static str {
        C::NAME
    }

    fn value(&self) -> f64 {
        C::values(self)
    }

    fn laps(&self) -> u64 {
        C::laps(self)
    }

    fn error(&self) -> Option<&Unavailable> {
        C::error(self)
    }

    fn tell(&self, tell: &mut dyn FnMut(&'static str, String)) {
        C::for_each(self, tell);
    }
}
