//! What a component measured on a call path, as figures.

use super::Snapshot;
use crate::data::{Amount, Column, Component};
use crate::{Spread, Unit};

/// The figures of a component on a call path, see [`NodeRef::column`](crate::NodeRef::column): in seconds, bytes, counts or
/// percent, as [`unit`](Self::unit) says.
#[derive(Debug, Clone, Copy)]
pub struct Figures<'a> {
    pub(super) component: &'a Component,
    pub(super) column: &'a Column,
    /// Of what's added up where it happens: calls that have ended, which are its observations.
    pub(super) calls: Option<u64>,
}

impl<'a> Figures<'a> {
    /// The component's name.
    pub fn name(&self) -> &'a str {
        &self.component.name
    }

    /// What they're in.
    pub fn unit(&self) -> &'a Unit {
        &self.component.unit
    }

    /// What was measured here and below, over all calls and threads. Of a ratio, that of all of them together.
    pub fn total(&self) -> f64 {
        self.column.total.value()
    }

    /// What was measured here and in nothing below that measures the component, too.
    pub fn own(&self) -> f64 {
        self.column.own.share_of(&self.column.total)
    }

    /// The mean of the observations; 0 if there are none.
    pub fn mean(&self) -> f64 {
        match self.calls {
            Some(0) => 0.0,
            Some(calls) => self.total() / calls as f64,
            None => self.column.inclusive.mean(),
        }
    }

    /// The least observation; 0 if there are none, and NaN of what's added up where it happens, such as allocations: a single
    /// call's isn't known.
    pub fn min(&self) -> f64 {
        self.of_single(Spread::min)
    }

    /// The greatest observation; 0 and NaN as [`min`](Self::min).
    pub fn max(&self) -> f64 {
        self.of_single(Spread::max)
    }

    /// The observations' standard deviation (of the population); NaN as [`min`](Self::min).
    pub fn stddev(&self) -> f64 {
        self.of_single(Spread::deviation)
    }

    /// How many observations there are: one for each call, or for each push and pop.
    pub fn count(&self) -> f64 {
        self.calls.unwrap_or(self.column.inclusive.count) as f64
    }

    fn of_single(&self, figure: fn(&Spread) -> f64) -> f64 {
        if self.calls.is_some() { f64::NAN } else { figure(&self.column.inclusive) }
    }

    /// Whether they're estimates, by a sample of what was measured, as `live_bytes` and `live_blocks` are.
    pub fn is_sampled(&self) -> bool {
        self.component.is_sampled
    }

    /// Whether it's added up where it happens, also in calls that aren't timed; exactly, unless it's [sampled](Self::is_sampled).
    pub fn is_tally(&self) -> bool {
        self.component.is_tally
    }

    /// How many laps there were.
    pub fn laps(&self) -> u64 {
        self.column.laps
    }

    /// The model's part.
    pub fn data(&self) -> &'a Column {
        self.column
    }
}

/// What a component measured on all call paths together, see [`Snapshot::column`](crate::Snapshot::column).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Whole<'a> {
    component: Option<&'a Component>,
    total: Amount,
}

impl<'a> Whole<'a> {
    pub(super) fn of(name: &str, snapshot: &'a Snapshot) -> Whole<'a> {
        let components = snapshot.components().iter().enumerate();
        let known = components.filter(|(_, component)| component.name == name);
        let mut whole = Whole { component: None, total: Amount::default() };
        for (at, component) in known {
            let columns = snapshot.data().nodes.iter().flat_map(|node| &node.columns);
            for column in columns.filter(|column| column.component as usize == at) {
                whole.total.add(&column.own);
                whole.component = Some(component);
            }
            if component.is_tally {
                whole.component = Some(component);
            }
        }
        whole
    }

    /// All of it, in the component's unit; NaN where it wasn't measured at all.
    pub fn total(&self) -> f64 {
        if self.component.is_some() { self.total.value() } else { f64::NAN }
    }

    /// What it's in; `None` where it wasn't measured at all.
    pub fn unit(&self) -> Option<&'a Unit> {
        self.component.map(|component| &component.unit)
    }
}
