//! What a diff may be told.

/// How [`diff`](super::diff) decides what it calls a change. The default is what `docs/guide/diff.md` has measured.
///
/// ```
/// use instrument_report::analysis::DiffOptions;
///
/// let strict = DiffOptions::default().level(0.002).least_change(0.05);
/// # let _ = strict;
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[must_use]
pub struct DiffOptions {
    pub(super) level: f64,
    pub(super) least_change: f64,
    pub(super) least_share: f64,
    pub(super) labellings: usize,
}

impl Default for DiffOptions {
    fn default() -> DiffOptions {
        DiffOptions { level: 0.01, least_change: 0.01, least_share: 0.002, labellings: 10_000 }
    }
}

impl DiffOptions {
    /// The p up to which a row is called changed; 0.01 unless told otherwise. Of the same compared with the same, more than that share
    /// has such a row, since noise is estimated from few runs: `docs/guide/diff.md` says what was measured.
    pub fn level(mut self, level: f64) -> DiffOptions {
        self.level = level;
        self
    }

    /// The least change of a call's own time that's called one; 0.01, which is 1 %, unless told otherwise.
    pub fn least_change(mut self, change: f64) -> DiffOptions {
        self.least_change = change;
        self
    }

    /// Rows with less than this share of all own time aren't judged; 0.002, which is 0.2 %, unless told otherwise.
    pub fn least_share(mut self, share: f64) -> DiffOptions {
        self.least_share = share;
        self
    }

    /// How many ways to divide the runs are looked at, where there are more; 10,000 unless told otherwise. Costs time in
    /// proportion.
    pub fn labellings(mut self, most: usize) -> DiffOptions {
        self.labellings = most;
        self
    }
}
