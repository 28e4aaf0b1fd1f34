//! A measurement's figures in a snapshot.

use crate::record::gauge::{self, GaugeReading};
use std::sync::Arc;

/// The numbers that were observed under one name, see [`measure`](crate::measure()).
#[derive(Debug, Clone)]
pub struct Measurement {
    pub(crate) name: Arc<str>,
    pub(crate) values: GaugeReading,
}

impl Measurement {
    pub(crate) fn merge(&mut self, other: GaugeReading) {
        self.values.count += other.count;
        self.values.sum += other.sum;
        self.values.squares += other.squares_about(self.values.origin);
        self.values.extremes = gauge::both(self.values.extremes, other.extremes);
        self.values.interval = gauge::both(self.values.interval, other.interval);
    }

    /// What was measured.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many observations there were.
    pub fn count(&self) -> u64 {
        self.values.count
    }

    /// Their sum.
    pub fn sum(&self) -> f64 {
        self.values.sum
    }

    /// Their mean; 0 if there are none.
    pub fn mean(&self) -> f64 {
        if self.values.count == 0 { 0.0 } else { self.values.sum / self.values.count as f64 }
    }

    /// Not so where there's nothing. What was measured may be infinite.
    fn has_extremes(&self) -> bool {
        self.values.extremes.0 <= self.values.extremes.1
    }

    /// The smallest; 0 if there are none.
    pub fn min(&self) -> f64 {
        if self.has_extremes() { self.values.extremes.0 } else { 0.0 }
    }

    /// The largest; 0 if there are none.
    pub fn max(&self) -> f64 {
        if self.has_extremes() { self.values.extremes.1 } else { 0.0 }
    }

    /// Standard deviation (of the population).
    pub fn stddev(&self) -> f64 {
        self.values.deviation()
    }
}
