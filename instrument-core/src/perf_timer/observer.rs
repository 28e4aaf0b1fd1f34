//! Observers: what a timer keeps of its runs, and what it says of them.

use std::borrow::Cow;

/// What a [`PerfTimer`](crate::PerfTimer) keeps of its runs. The default is mean, deviation and maximum.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observer(pub(super) Kind);

#[derive(Debug, Clone, PartialEq, Default)]
pub(super) enum Kind {
    Average,
    #[default]
    Deviation,
    Histogram(Cow<'static, [f64]>),
}

/// An observer as a constant, for declarations.
#[doc(hidden)]
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ObserverKind {
    Average,
    Deviation,
    Histogram(&'static [f64]),
}

impl Observer {
    /// Mean and maximum: the cheapest.
    pub fn average() -> Self {
        Observer(Kind::Average)
    }

    /// Mean, standard deviation and maximum.
    pub fn stddev() -> Self {
        Observer(Kind::Deviation)
    }

    /// Mean, standard deviation and these quantiles, each from 0 to 1, in ascending order; within 1/64 of the exact
    /// ones.
    ///
    /// Wrong ones are an error when the timer is built.
    pub fn histogram(quantiles: &[f64]) -> Self {
        Observer(Kind::Histogram(Cow::Owned(quantiles.to_vec())))
    }

    pub(super) fn from_kind(kind: ObserverKind) -> Self {
        Observer(match kind {
            ObserverKind::Average => Kind::Average,
            ObserverKind::Deviation => Kind::Deviation,
            ObserverKind::Histogram(quantiles) => Kind::Histogram(Cow::Borrowed(quantiles)),
        })
    }

    pub(super) fn quantiles(&self) -> &[f64] {
        match &self.0 {
            Kind::Histogram(quantiles) => quantiles,
            Kind::Average | Kind::Deviation => &[],
        }
    }
}
