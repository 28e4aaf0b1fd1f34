//! Sets of events.

use instrument_wire::Event;

/// Several events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Events(u8);

impl Events {
    /// None.
    pub const NONE: Events = Events(0);
    /// Each end of a call, whichever it is.
    pub const ENDS: Events = Events(6);

    /// These and one more.
    #[must_use]
    pub const fn and(self, event: Event) -> Self {
        Events(self.0 | bit(event))
    }

    /// Whether `event` is one of them.
    pub const fn contains(self, event: Event) -> bool {
        self.0 & bit(event) != 0
    }

    pub(crate) const fn union(self, other: Events) -> Self {
        Events(self.0 | other.0)
    }

    pub(crate) const fn intersects(self, other: Events) -> bool {
        self.0 & other.0 != 0
    }
}

impl From<Event> for Events {
    fn from(event: Event) -> Self {
        Events::NONE.and(event)
    }
}

impl<const N: usize> From<[Event; N]> for Events {
    fn from(events: [Event; N]) -> Self {
        events.into_iter().fold(Events::NONE, Events::and)
    }
}

const fn bit(event: Event) -> u8 {
    match event {
        Event::Call => 1,
        Event::Return => 2,
        Event::Error => 4,
    }
}
