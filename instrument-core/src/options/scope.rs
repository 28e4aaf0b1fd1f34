//! Where in a call tree a push goes.

/// Where in the call tree a push goes, and with which others it's one entry.
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
    /// last [`TIMELINE`](crate::storage::TIMELINE) of each component; [`Lost`](crate::Lost) counts those that had to go.
    Timeline,
}

impl Scope {
    pub(crate) const NAMES: [(&'static str, Scope); 3] =
        [("tree", Scope::Tree), ("flat", Scope::Flat), ("timeline", Scope::Timeline)];
}
