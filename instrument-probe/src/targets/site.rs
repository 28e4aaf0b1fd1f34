//! A probe's site: a function with `#[probe]`, declared by its expansion as one `static`.

use crate::sync::{AtomicU8, Ordering};
use instrument_core::Location;
use std::any::Any;
use std::sync::OnceLock;

/// A function that can be probed. Expansions declare it; generic functions share one.
#[derive(Debug)]
pub struct ProbeSite {
    name: Option<&'static str>,
    location: Location,
    arguments: &'static [Argument],
    redacts_result: bool,
    injects: bool,
    /// 1 while there's anything that calls have to look at.
    attached: AtomicU8,
    /// Of whatever type is attached: what fires knows of sites, not they of it.
    attachment: OnceLock<Box<dyn Any + Send + Sync>>,
}

/// A parameter, by the name it has in the body.
#[derive(Debug, Clone, Copy)]
pub struct Argument {
    pub(crate) name: &'static str,
    pub(crate) redacted: bool,
}

impl Argument {
    /// One that instruments see.
    pub const fn shown(name: &'static str) -> Self {
        Argument { name, redacted: false }
    }

    /// One whose value never leaves the function.
    pub const fn redacted(name: &'static str) -> Self {
        Argument { name, redacted: true }
    }
}

impl ProbeSite {
    /// A function without a probe yet.
    pub const fn new(name: Option<&'static str>, location: Location, arguments: &'static [Argument]) -> Self {
        ProbeSite {
            name,
            location,
            arguments,
            redacts_result: false,
            injects: false,
            attached: AtomicU8::new(0),
            attachment: OnceLock::new(),
        }
    }

    /// Never shows its result.
    #[must_use]
    pub const fn redacting_result(mut self) -> Self {
        self.redacts_result = true;
        self
    }

    /// Lets instruments change what a call does.
    #[must_use]
    pub const fn injecting(mut self) -> Self {
        self.injects = true;
        self
    }

    /// The only thing that a call without a probe does.
    #[inline(always)]
    pub fn is_attached(&self) -> bool {
        self.attached.load(Ordering::Relaxed) != 0
    }

    pub(crate) fn set_attached(&self, attached: bool) {
        self.attached.store(u8::from(attached), Ordering::Release);
    }

    pub(crate) fn name(&self) -> Option<&'static str> {
        self.name
    }

    pub(crate) fn location(&self) -> &Location {
        &self.location
    }

    pub(crate) fn arguments(&self) -> &'static [Argument] {
        self.arguments
    }

    pub(crate) fn redacts_result(&self) -> bool {
        self.redacts_result
    }

    pub(crate) fn injects(&self) -> bool {
        self.injects
    }

    /// What's attached to it, if anything was ever. A few nanoseconds, to see that it's of that type.
    pub(crate) fn attachment<T: Any>(&'static self) -> Option<&'static T> {
        self.attachment.get()?.downcast_ref()
    }

    /// What's attached to it: what's made now, unless there's something already. It stays as long as the program runs.
    pub(crate) fn attach<T: Any + Send + Sync>(&'static self, make: impl FnOnce() -> T) -> &'static T {
        let attachment = self.attachment.get_or_init(|| Box::new(make()));
        attachment.downcast_ref().expect("probes are all that's ever attached")
    }
}

/// A registered site, as `inventory` collects them before `main`.
#[derive(Debug)]
pub struct RegisteredProbe(pub &'static ProbeSite);
inventory::collect!(RegisteredProbe);

pub(crate) fn sites() -> impl Iterator<Item = &'static ProbeSite> {
    inventory::iter::<RegisteredProbe>.into_iter().map(|registered| registered.0)
}
