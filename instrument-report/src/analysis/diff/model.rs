//! What differs between two sides: rows with links.

use super::figures::{ColumnFigures, RowFigures, change};
use super::judge::{Common, Evidence, least_p};
use instrument_model::data::{Component, Label, Process};
use std::fmt;
use std::sync::Arc;

/// What has changed between two builds, or two settings, of a program: see [`diff`](super::diff).
#[derive(Debug, Clone)]
pub struct Diff {
    pub(super) base: SideFacts,
    pub(super) new: SideFacts,
    pub(super) components: Vec<Component>,
    pub(super) rows: Vec<Row>,
    pub(super) common: Option<(Common, bool)>,
    pub(super) judged: usize,
    pub(super) level: f64,
    pub(super) warnings: Vec<String>,
}

/// The facts of a side.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SideFacts {
    /// How many runs there are.
    pub runs: usize,
    /// What they have in common, or what each has.
    pub process: Process,
    /// How long a run was; the median of several. In nanoseconds.
    pub elapsed: f64,
    /// Own time of all rows, a run. In nanoseconds.
    pub own: f64,
}

#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Of the new side where it's there.
    pub(super) label: Arc<Label>,
    pub(super) old: Option<Arc<Label>>,
    pub(super) parent: Option<u32>,
    pub(super) base: Option<RowFigures>,
    pub(super) new: Option<RowFigures>,
    pub(super) columns: Vec<ColumnFigures>,
    pub(super) evidence: Option<(Evidence, bool)>,
    pub(super) is_estimated: bool,
}

/// Which sides a row is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Presence {
    /// On both.
    Both,
    /// On both, where the new side's name, module or place is another one.
    Renamed,
    /// On the new side only.
    New,
    /// On the base's only.
    Vanished,
}

/// `new`, `vanished`, `renamed`; nothing for a row of both sides.
impl fmt::Display for Presence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Presence::Both => "",
            Presence::Renamed => "renamed",
            Presence::New => "new",
            Presence::Vanished => "vanished",
        })
    }
}

impl Diff {
    /// All rows, callers before what they call.
    pub fn rows(&self) -> impl Iterator<Item = RowRef<'_>> {
        (0..self.rows.len()).map(|place| RowRef { diff: self, place })
    }

    /// The rows as one wants to read them: those that have changed for sure, then new and vanished ones, then the others; of each
    /// sort those first whose own time has changed most.
    pub fn ranked(&self) -> Vec<RowRef<'_>> {
        let mut rows: Vec<RowRef<'_>> = self.rows().collect();
        let class = |row: &RowRef<'_>| match row.presence() {
            _ if row.significant() => 0,
            Presence::New | Presence::Vanished => 1,
            _ => 2,
        };
        rows.sort_by(|a, b| class(a).cmp(&class(b)).then_with(|| b.own_moved().total_cmp(&a.own_moved())));
        rows
    }

    /// The row at a path of names, from a root downwards, by names of the new side where it has them.
    pub fn find(&self, path: &[&str]) -> Option<RowRef<'_>> {
        self.rows().find(|row| row.path() == path)
    }

    /// The side that's compared with.
    pub fn base(&self) -> &SideFacts {
        &self.base
    }

    /// The side that's compared.
    pub fn new_side(&self) -> &SideFacts {
        &self.new
    }

    /// What was measured besides time, on either side.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// What all rows have in common, if that's more than noise: the machine, or the build.
    pub fn common(&self) -> Option<Common> {
        self.common.filter(|(_, is_significant)| *is_significant).map(|(common, _)| common)
    }

    /// How many rows were judged: those that each run has called, with enough of all own time. None of too few runs.
    pub fn judged(&self) -> usize {
        self.judged
    }

    /// The p up to which a row is called changed: [`DiffOptions::level`](super::DiffOptions::level).
    pub fn level(&self) -> f64 {
        self.level
    }

    /// Whether there are enough runs to tell a change from noise.
    pub fn can_judge(&self) -> bool {
        self.base.runs > 0 && self.new.runs > 0 && least_p(self.base.runs, self.new.runs) <= self.level
    }

    /// What makes the comparison doubtful: another program, another build, another machine.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }
}

/// A row of a [`Diff`]: a call path on either side or both.
#[derive(Clone, Copy)]
pub struct RowRef<'a> {
    diff: &'a Diff,
    place: usize,
}

impl fmt::Debug for RowRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RowRef").field("path", &self.path()).field("base", &self.base()).finish_non_exhaustive()
    }
}

impl<'a> RowRef<'a> {
    fn row(&self) -> &'a Row {
        &self.diff.rows[self.place]
    }

    /// Its name; of a renamed one that on the new side.
    pub fn name(&self) -> &'a str {
        &self.row().label.name
    }

    /// What it was called on the base's side, if it's renamed.
    pub fn old_name(&self) -> Option<&'a str> {
        self.row().old.as_ref().map(|label| &*label.name)
    }

    /// What's known of the place that it stands for.
    pub fn label(&self) -> &'a Label {
        &self.row().label
    }

    /// What was known of it on the base's side, if it's renamed.
    pub fn old_label(&self) -> Option<&'a Label> {
        self.row().old.as_deref()
    }

    /// The names from the root down to it.
    pub fn path(&self) -> Vec<&'a str> {
        let mut names: Vec<&str> = std::iter::successors(Some(*self), RowRef::parent).map(|row| row.name()).collect();
        names.reverse();
        names
    }

    /// How many rows are above it.
    pub fn depth(&self) -> usize {
        std::iter::successors(self.parent(), RowRef::parent).count()
    }

    /// The row of its caller.
    pub fn parent(&self) -> Option<RowRef<'a>> {
        Some(RowRef { diff: self.diff, place: self.row().parent? as usize })
    }

    /// Which sides it's on.
    pub fn presence(&self) -> Presence {
        match (&self.row().base, &self.row().new) {
            (Some(_), None) => Presence::Vanished,
            (None, _) => Presence::New,
            _ if self.row().old.is_some() => Presence::Renamed,
            _ => Presence::Both,
        }
    }

    /// Its figures on the base's side, if it's there.
    pub fn base(&self) -> Option<&'a RowFigures> {
        self.row().base.as_ref()
    }

    /// Its figures on the new side, if it's there.
    pub fn new_figures(&self) -> Option<&'a RowFigures> {
        self.row().new.as_ref()
    }

    /// What components measured on it.
    pub fn columns(&self) -> &'a [ColumnFigures] {
        &self.row().columns
    }

    /// By how much a figure has changed: 0.1 is 10 % more. Infinite where there was nothing, and 0 where there's nothing
    /// on both sides.
    ///
    /// ```
    /// # use instrument_report::analysis::{Diff, DiffOptions, diff};
    /// # let diff = diff(&[], &[], &DiffOptions::default())?;
    /// for row in diff.rows() {
    ///     println!("{}: {:+.1} %", row.name(), 100.0 * row.change_of(|figures| figures.p99));
    /// }
    /// # Ok::<(), instrument_model::Invalid>(())
    /// ```
    pub fn change_of(&self, figure: impl Fn(&RowFigures) -> f64) -> f64 {
        let of = |side: Option<&RowFigures>| side.map_or(0.0, &figure);
        change(of(self.base()), of(self.new_figures()))
    }

    /// By how much its own time a run has changed, as [`change_of`](Self::change_of).
    pub fn own_change(&self) -> f64 {
        self.change_of(|figures| figures.own)
    }

    /// By how much the mean call has changed, as [`change_of`](Self::change_of).
    pub fn mean_change(&self) -> f64 {
        self.change_of(|figures| figures.mean)
    }

    /// Whether it has changed by more than noise.
    pub fn significant(&self) -> bool {
        self.row().evidence.is_some_and(|(_, is_significant)| is_significant)
    }

    /// What tells its change from noise; `None` of a row that wasn't judged.
    pub fn evidence(&self) -> Option<Evidence> {
        self.row().evidence.map(|(evidence, _)| evidence)
    }

    /// Whether figures are estimated from the one call in many that a sampled or throttled site times.
    pub fn is_estimated(&self) -> bool {
        self.row().is_estimated
    }

    /// Its share of all own time, on the side where that's more.
    pub fn share(&self) -> f64 {
        let of = |row: Option<&RowFigures>, side: &SideFacts| row.map_or(0.0, |row| row.own / side.own.max(1.0));
        of(self.base(), &self.diff.base).max(of(self.new_figures(), &self.diff.new))
    }

    /// By how many nanoseconds its own time a run has changed, whichever way: as robustly as it's known.
    fn own_moved(&self) -> f64 {
        let (Some(base), Some(new)) = (self.base(), self.new_figures()) else {
            return self.base().or(self.new_figures()).map_or(0.0, |figures| figures.own);
        };
        match self.evidence() {
            Some(evidence) => evidence.change.abs() * base.own,
            None => (new.own - base.own).abs(),
        }
    }
}
