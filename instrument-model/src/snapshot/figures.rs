//! What a component measured on a call path, as figures.

use crate::Unit;
use crate::data::{Column, Component};

/// The figures of a component on a call path, see [`NodeRef::column`](crate::NodeRef::column): in seconds, bytes, counts or
/// percent, as [`unit`](Self::unit) says.
#[derive(Debug, Clone, Copy)]
pub struct Figures<'a> {
    pub(super) component: &'a Component,
    pub(super) column: &'a Column,
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
        self.column.inclusive.mean()
    }

    /// The least observation; 0 if there are none.
    pub fn min(&self) -> f64 {
        self.column.inclusive.min()
    }

    /// The greatest observation; 0 if there are none.
    pub fn max(&self) -> f64 {
        self.column.inclusive.max()
    }

    /// The observations' standard deviation (of the population).
    pub fn stddev(&self) -> f64 {
        self.column.inclusive.deviation()
    }

    /// How many observations there are: one for each call, or for each push and pop.
    pub fn count(&self) -> f64 {
        self.column.inclusive.count as f64
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
