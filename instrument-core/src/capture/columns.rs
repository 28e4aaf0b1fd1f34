//! The columns of a node: what components measured there, what of it is its own, and what's estimated.

use crate::tree::column::ColumnReading;
use crate::tree::components;
use crate::tree::node::Node;
use instrument_model::data::{Amount, Column};

/// Which calls stand for how many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sampling {
    /// Timed calls before only a sample was timed.
    before: u64,
    timed: u64,
    untimed: u64,
    /// Whether not one was timed since.
    is_late: bool,
}

impl Sampling {
    /// So many timed calls and so many that they stand for, besides themselves; of a throttled node, only those count that
    /// were timed since `throttled` of them.
    pub(super) fn of(timed: u64, untimed: u64, throttled: Option<u64>) -> Sampling {
        let before = throttled.unwrap_or(0).min(timed);
        // Not one was timed since: those before are all the evidence there is.
        let is_late = before == timed && before > 0;
        let before = if is_late { 0 } else { before };
        Sampling { before, timed: timed - before, untimed, is_late }
    }

    fn is_whole(self) -> bool {
        self.untimed == 0 || self.timed == 0
    }

    /// What all calls took, if the timed ones took `measured`, of which `before` is from before they were a sample.
    pub(super) fn estimate(self, measured: u64, before: u64) -> u64 {
        if self.is_whole() {
            return measured;
        }
        let before = if self.before == 0 { 0 } else { before };
        let sample = u128::from(measured.saturating_sub(before));
        let calls = u128::from(self.timed) + u128::from(self.untimed);
        let estimated = u64::try_from(sample * calls / u128::from(self.timed)).unwrap_or(u64::MAX);
        before.saturating_add(estimated)
    }

    /// What all calls used, if those that were measured used `measured`, of which `sampled` stands for others, too: not
    /// what was pushed there apart from the calls.
    fn estimate_amount(self, measured: Amount, sampled: Amount) -> Amount {
        if self.is_whole() {
            return measured;
        }
        let sampled = if self.is_late { measured } else { sampled };
        let mut all = measured;
        all.subtract(&sampled);
        let calls = self.timed as f64 + self.untimed as f64;
        all.add(&sampled.times(calls / self.timed as f64));
        all
    }
}

/// What the nodes below one have measured, by component: the nearest below that measure it.
#[derive(Default)]
pub(super) struct Below(Vec<(u32, Amount)>);

impl Below {
    fn take(&mut self, component: u32) -> Option<Amount> {
        let at = self.0.iter().position(|(of, _)| *of == component)?;
        Some(self.0.swap_remove(at).1)
    }

    fn add_amount(&mut self, component: u32, amount: Amount) {
        match self.0.iter_mut().find(|(of, _)| *of == component) {
            Some((_, sum)) => sum.add(&amount),
            None => self.0.push((component, amount)),
        }
    }

    /// Adds what was measured in one thread's node, which has these below it, to the merged one, and to what its parents have
    /// below them.
    pub(super) fn add(
        mut self,
        node: &Node,
        (epoch, era): (u32, u32),
        sampling: Sampling,
        merged: &mut Vec<Column>,
        above: &mut Below,
    ) {
        let measured = node.stats.columns().count();
        if measured > 0 && merged.is_empty() {
            merged.reserve_exact(measured);
        }
        for column in node.stats.columns() {
            let reading = column.read(epoch, era);
            let below = self.take(column.component);
            if reading.inclusive.count == 0 && reading.laps == 0 && below.is_none() {
                continue;
            }
            let (total, own) = divide(&reading, below.unwrap_or_default(), column.component, sampling);
            above.add_amount(column.component, total);
            let place = match merged.binary_search_by_key(&column.component, |known| known.component) {
                Ok(place) => place,
                Err(place) => {
                    merged.insert(place, Column { component: column.component, ..Column::default() });
                    place
                }
            };
            let into = &mut merged[place];
            into.laps += reading.laps;
            into.total.add(&total);
            into.own.add(&own);
            into.inclusive.merge(&reading.inclusive);
            into.exclusive.merge(&reading.exclusive);
        }
        // What's attached below a proxy is no part of what that stands for; what no column of another node has is below its
        // parents still.
        if !node.is_proxy() {
            self.0.into_iter().for_each(|(component, amount)| above.add_amount(component, amount));
        }
    }
}

/// What's a node's with all below it, and what without.
fn divide(reading: &ColumnReading, below: Amount, component: u32, sampling: Sampling) -> (Amount, Amount) {
    let (is_event, is_signed) = components::component(component)
        .map_or((false, false), |component| (component.is_event, component.is_signed));
    let measured = sampling.estimate_amount(reading.total, reading.sampled);
    if is_event {
        return (measured, measured);
    }
    let is_total = !is_signed;
    // What's open is below what it has measured itself so far.
    let at_least = |own: f64, below: f64| {
        if reading.laps == 0 || (is_total && own < below) { below } else { own }
    };
    if reading.inner > 0 {
        // The sum is the outermost level's, what was measured within is all levels': of which one may be within another.
        let own = reading.own;
        return (Amount { sum: at_least(measured.sum, own.sum), per: at_least(measured.per, own.per) }, own);
    }
    let total = Amount { sum: at_least(measured.sum, below.sum), per: at_least(measured.per, below.per) };
    let mut own = total;
    own.subtract(&below);
    own.subtract(&reading.aside);
    if is_total {
        own.sum = own.sum.max(0.0);
    }
    (total, own)
}
