//! What the stacks of an export weigh.

use instrument_model::text::{nearest, printable};
use instrument_model::{NodeRef, Snapshot, Unit};
use std::fmt;

/// What is looked at: time, calls, or what a component measured.
///
/// ```
/// use instrument_report::export::Metric;
///
/// # let snapshot = instrument_model::Snapshot::default();
/// assert_eq!(Metric::parse("own", &snapshot), Ok(Metric::Own));
/// let error = Metric::parse("onw", &snapshot).expect_err("no such component");
/// assert_eq!(error.to_string(), "nothing measured `onw`; did you mean `own`?");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Metric {
    /// Time that no child accounts for.
    #[default]
    Own,
    /// Time with all that's below. Stacks weigh their own time, which viewers add up to this.
    Total,
    /// Calls that have ended.
    Count,
    /// What a component measured, by its name.
    Component(String),
}

/// Why something can't be what stacks weigh.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum MetricError {
    /// No component of that name measured anything.
    Unknown {
        /// The name.
        name: String,
        /// What it may have been meant to be.
        nearest: Option<String>,
    },
    /// The component's figures are shares: those of callees don't add up to their caller's.
    Ratio {
        /// The component's name.
        name: String,
    },
}

impl fmt::Display for MetricError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MetricError::Unknown { name, nearest: None } => {
                write!(f, "nothing measured `{}`; there are `own`, `total` and `count`", printable(name))
            }
            MetricError::Unknown { name, nearest: Some(nearest) } => {
                write!(f, "nothing measured `{}`; did you mean `{}`?", printable(name), printable(nearest))
            }
            MetricError::Ratio { name } => write!(
                f,
                "`{}` is a ratio, and those of callees don't add up to their caller's; choose what it's made of, or `own`",
                printable(name)
            ),
        }
    }
}

impl std::error::Error for MetricError {}

impl Metric {
    const NAMES: [(&'static str, Metric); 3] =
        [("own", Metric::Own), ("total", Metric::Total), ("count", Metric::Count)];

    /// The metric of this name: `own`, `total`, `count`, or a component of that snapshot.
    ///
    /// # Errors
    /// [`MetricError`] if there's none, or its figures don't add up.
    pub fn parse(name: &str, snapshot: &Snapshot) -> Result<Metric, MetricError> {
        if let Some((_, metric)) = Metric::NAMES.into_iter().find(|(known, _)| *known == name) {
            return Ok(metric);
        }
        let name = name.to_owned();
        let Some(component) = snapshot.components().iter().position(|component| component.name == name) else {
            let components = snapshot.components().iter().map(|component| component.name.as_str());
            let known = Metric::NAMES.iter().map(|(known, _)| *known).chain(components);
            return Err(MetricError::Unknown { nearest: nearest(&name, known).map(str::to_owned), name });
        };
        let is_ratio = snapshot.components()[component].unit == Unit::Percent
            || snapshot
                .nodes()
                .flat_map(|node| &node.data().columns)
                .any(|column| column.component as usize == component && column.total.per > 0.0);
        if is_ratio { Err(MetricError::Ratio { name }) } else { Ok(Metric::Component(name)) }
    }

    /// All that the stacks of a snapshot can weigh: own time, calls, and its components.
    pub(super) fn all(snapshot: &Snapshot) -> Vec<Metric> {
        let components = snapshot.components().iter().map(|component| Metric::parse(&component.name, snapshot));
        [Metric::Own, Metric::Count].into_iter().chain(components.flatten()).collect()
    }

    /// The own figure, in seconds, calls, or the component's unit.
    fn own(&self, node: &NodeRef<'_>) -> f64 {
        match self {
            Metric::Own | Metric::Total => node.own().as_secs_f64(),
            Metric::Count => node.count() as f64,
            Metric::Component(name) => node.column(name).map_or(0.0, |figures| figures.own()),
        }
    }

    fn unit(&self, snapshot: &Snapshot) -> Unit {
        match self {
            Metric::Own | Metric::Total => Unit::Seconds,
            Metric::Count => Unit::Count,
            Metric::Component(name) => {
                let component = snapshot.components().iter().find(|component| component.name == *name);
                component.map_or(Unit::Count, |component| component.unit.clone())
            }
        }
    }
}

/// The weight of each node, as whole numbers, since most formats have no others.
pub(super) struct Weights {
    /// By the nodes' places.
    pub(super) values: Vec<u64>,
    /// What's weighed: `own time`.
    pub(super) what: String,
    /// What a weight of 1 is: `nanoseconds`, `bytes`.
    pub(super) unit: String,
    /// Whether these are nanoseconds.
    pub(super) are_times: bool,
    /// Whether they're estimates, of a component that's sampled.
    are_estimates: bool,
    /// How many nodes have a figure below zero, which no stack can weigh; they weigh nothing.
    pub(super) negative: usize,
}

impl Weights {
    pub(super) fn new(snapshot: &Snapshot, metric: &Metric) -> Weights {
        let unit = metric.unit(snapshot);
        let figures: Vec<f64> = snapshot.nodes().map(|node| metric.own(&node)).collect();
        let negative = figures.iter().filter(|figure| **figure < 0.0).count();
        let is_whole = figures.iter().all(|figure| figure.fract() == 0.0);
        let (factor, name) = match &unit {
            Unit::Seconds => (1e9, "nanoseconds".to_owned()),
            Unit::Bytes => (1.0, "bytes".to_owned()),
            Unit::Count if metric == &Metric::Count => (1.0, "calls".to_owned()),
            Unit::Count => (1.0, "count".to_owned()),
            other if is_whole => (1.0, other.to_string()),
            other => (1e6, format!("millionths of {other}")),
        };
        let values = match metric {
            // To the nanosecond, whatever a floating-point number has room for.
            Metric::Own | Metric::Total => snapshot.nodes().map(|node| nanoseconds(node.own())).collect(),
            Metric::Count => snapshot.nodes().map(|node| node.count()).collect(),
            Metric::Component(_) => figures.iter().map(|figure| (figure * factor).round().max(0.0) as u64).collect(),
        };
        let what = match metric {
            Metric::Own | Metric::Total => "own time".to_owned(),
            Metric::Count => "calls".to_owned(),
            Metric::Component(name) => format!("own {}", printable(name)),
        };
        let is_sampled = |name: &str| snapshot.components().iter().any(|known| known.name == name && known.is_sampled);
        let are_estimates = matches!(metric, Metric::Component(name) if is_sampled(name));
        Weights { values, what, unit: name, are_times: unit == Unit::Seconds, are_estimates, negative }
    }

    pub(super) fn of(&self, node: &NodeRef<'_>) -> u64 {
        self.values[node.place()]
    }

    /// For each node, what it and all below it weigh.
    pub(super) fn with_what_is_below(&self, snapshot: &Snapshot) -> Vec<u64> {
        let mut sums = self.values.clone();
        for (place, node) in snapshot.data().nodes.iter().enumerate().rev() {
            if let Some(parent) = node.parent {
                sums[parent as usize] = sums[parent as usize].saturating_add(sums[place]);
            }
        }
        sums
    }

    /// What a weight is, as a sentence's part: `own time, in nanoseconds`.
    pub(super) fn description(&self) -> String {
        let below = match self.negative {
            0 => String::new(),
            1 => ", without 1 call path whose figure is below zero".to_owned(),
            more => format!(", without {more} call paths whose figures are below zero"),
        };
        let estimated = if self.are_estimates { ", estimated from a sample" } else { "" };
        format!("{}, in {}{estimated}{below}", self.what, self.unit)
    }
}

pub(super) fn nanoseconds(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}
