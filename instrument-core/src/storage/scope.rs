//! Where in a call graph a push goes.

use crate::settings::settings;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

/// Where in the call graph a push goes, and with which others it's one entry.
///
/// Chosen for a meter by [`Meter::scope`](crate::component::Meter::scope), else for the process by
/// `INSTRUMENT_SCOPE=tree`, `flat` or `timeline`.
///
/// ```
/// use instrument_core::storage::Scope;
///
/// assert_eq!(Scope::default(), Scope::Tree);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Scope {
    /// Below what the thread has pushed before: one entry for each call path.
    #[default]
    Tree,
    /// At the root: one entry for each label, whoever called. Of several levels of recursion, the sum of laps is the
    /// outermost one's, and each level is an observation; what's exclusive is without all that was pushed within.
    Flat,
    /// As [`Tree`](Self::Tree), but each push is an entry of its own, in the order of the pushes. Each thread keeps the
    /// last [`TIMELINE`](super::TIMELINE) of each component; [`Lost`](crate::Lost) counts those that had to go.
    Timeline,
}

impl Scope {
    pub(crate) const NAMES: [(&'static str, Scope); 3] =
        [("tree", Scope::Tree), ("flat", Scope::Flat), ("timeline", Scope::Timeline)];

    /// The one that the environment asks for.
    pub(crate) fn of_process() -> Scope {
        static KNOWN: AtomicU8 = AtomicU8::new(u8::MAX);
        let at = match KNOWN.load(Relaxed) {
            u8::MAX => {
                let asked = settings().scope;
                let at = Scope::NAMES.iter().position(|(_, scope)| *scope == asked).unwrap_or(0);
                KNOWN.store(at as u8, Relaxed);
                at
            }
            known => usize::from(known),
        };
        Scope::NAMES[at].1
    }
}
