//! The columns that a table can have, and their names.

use instrument_model::text::printable;

/// A column of a report's table; the stack column is always there.
///
/// ```
/// use instrument_report::{Column, Figure};
///
/// let cpu = Column::component("thread_cpu", Figure::Own);
/// assert_eq!(cpu.heading(), "thread_cpu own");
/// assert_eq!(Column::Quantile(0.999).heading(), "P99.9");
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Column {
    /// Mean time of a call.
    Avg,
    /// The shortest call.
    Min,
    /// The longest call.
    Max,
    /// Number of calls that have ended; of what only components observe, the number of observations.
    Count,
    /// Time of all calls, those that run now included.
    Sum,
    /// Share of the elapsed time. Threads that run at the same time may bring it above 100 %.
    Percent,
    /// Time that no child accounts for.
    Own,
    /// Standard deviation.
    Stddev,
    /// What of the sum is the cost of timing what's below, as estimated from what a call's costs.
    Timing,
    /// The time that this share of the calls didn't exceed: 0.99 for the 99th percentile.
    Quantile(f64),
    /// What a component measured; `-` where it measured nothing.
    Component {
        /// The component's name, as `thread_cpu`.
        name: String,
        /// Which of its figures.
        figure: Figure,
    },
}

/// A figure of a component, in the component's unit.
///
/// ```
/// use instrument_report::Figure;
///
/// assert_eq!(Figure::NAMES[0], ("sum", Figure::Sum));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Figure {
    /// All of it, with what was measured below. Of a ratio, that of all laps together.
    Sum,
    /// The sum without what was measured below.
    Own,
    /// The mean observation.
    Avg,
    /// The least observation.
    Min,
    /// The greatest observation.
    Max,
    /// The observations' standard deviation.
    Stddev,
    /// The number of observations.
    Count,
}

impl Figure {
    /// All figures, as settings name them.
    pub const NAMES: [(&'static str, Figure); 7] = [
        ("sum", Figure::Sum),
        ("own", Figure::Own),
        ("avg", Figure::Avg),
        ("min", Figure::Min),
        ("max", Figure::Max),
        ("dev", Figure::Stddev),
        ("count", Figure::Count),
    ];

    pub(super) fn name(self) -> &'static str {
        Figure::NAMES.iter().find(|(_, figure)| *figure == self).map_or("", |(name, _)| name)
    }
}

impl Column {
    /// What a table has unless told otherwise, besides what components measured.
    pub const DEFAULT: [Column; 6] =
        [Column::Avg, Column::Min, Column::Max, Column::Count, Column::Sum, Column::Percent];

    /// The columns without a parameter, as settings name them.
    pub const NAMES: [(&'static str, Column); 9] = [
        ("avg", Column::Avg),
        ("min", Column::Min),
        ("max", Column::Max),
        ("count", Column::Count),
        ("sum", Column::Sum),
        ("percent", Column::Percent),
        ("own", Column::Own),
        ("dev", Column::Stddev),
        ("timing", Column::Timing),
    ];

    /// A column of a component's figures.
    ///
    /// ```
    /// use instrument_report::{Column, Figure};
    ///
    /// assert_eq!(Column::component("page_rss", Figure::Max).heading(), "page_rss max");
    /// ```
    #[must_use]
    pub fn component(name: impl Into<String>, figure: Figure) -> Column {
        Column::Component { name: name.into(), figure }
    }

    /// The column of this name: `avg`, `p99.9` for a quantile, `thread_cpu` for a component's sum, `thread_cpu.own` for
    /// another of its figures.
    ///
    /// Components that `is_component` doesn't know yet are understood where the name can't be a slip of another
    /// column's: with a figure, as `watts.sum`, or with an underscore.
    ///
    /// ```
    /// use instrument_report::{Column, Figure};
    ///
    /// let parse = |name| Column::parse(name, &|name| name == "watts");
    /// assert_eq!(parse("avg"), Some(Column::Avg));
    /// assert_eq!(parse("p99.9"), Some(Column::Quantile(0.999)));
    /// assert_eq!(parse("watts"), Some(Column::component("watts", Figure::Sum)));
    /// assert_eq!(parse("watts.own"), Some(Column::component("watts", Figure::Own)));
    /// assert_eq!(parse("thread_cpu"), Some(Column::component("thread_cpu", Figure::Sum)));
    /// assert_eq!(parse("avgg"), None);
    /// ```
    #[must_use]
    pub fn parse(name: &str, is_component: &dyn Fn(&str) -> bool) -> Option<Column> {
        let name = name.trim();
        let lower = match &name.to_ascii_lowercase()[..] {
            // What the figures' fields and methods are called.
            "mean" => "avg".to_owned(),
            "total" => "sum".to_owned(),
            "stddev" => "dev".to_owned(),
            other => other.to_owned(),
        };
        if let Some((_, column)) = Column::NAMES.into_iter().find(|(known, _)| *known == lower) {
            return Some(column);
        }
        if let Some(percentile) = lower.strip_prefix('p').and_then(|percentile| percentile.parse::<f64>().ok()) {
            // The nearest number to the share that's written: 99.9 / 100.0 isn't 0.999, but a rank more of a thousand.
            let share = (percentile * 1e6).round() / 1e8;
            return (0.0..=100.0).contains(&percentile).then_some(Column::Quantile(share));
        }
        if is_component(name) {
            return Some(Column::component(name, Figure::Sum));
        }
        match name.rsplit_once('.') {
            Some((component, figure)) => {
                let figure = figure.to_ascii_lowercase();
                let (_, figure) = Figure::NAMES.into_iter().find(|(known, _)| *known == figure)?;
                (is_component(component) || is_word(component)).then(|| Column::component(component, figure))
            }
            None => (is_word(name) && name.contains('_')).then(|| Column::component(name, Figure::Sum)),
        }
    }

    /// Its name, as settings have it and as [`parse`](Self::parse) understands it.
    ///
    /// ```
    /// use instrument_report::{Column, Figure};
    ///
    /// assert_eq!(Column::Quantile(0.999).name(), "p99.9");
    /// assert_eq!(Column::component("thread_cpu", Figure::Own).name(), "thread_cpu.own");
    /// ```
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Column::Component { name, figure: Figure::Sum } => name.clone(),
            Column::Component { name, figure } => format!("{name}.{}", figure.name()),
            Column::Quantile(_) => self.heading().to_lowercase(),
            other => Column::NAMES.iter().find(|(_, known)| known == other).map_or("", |(name, _)| name).to_owned(),
        }
    }

    /// Whether a component that's counted everywhere is shown where it's asked for only.
    pub(super) fn is_by_request(name: &str) -> bool {
        name == "free_bytes"
    }

    /// Whether the program's allocator has to count it.
    pub(super) fn is_of_allocator(name: &str) -> bool {
        ALLOCATED.iter().any(|(known, _)| *known == name)
    }

    /// Whether it's of a sample, which has to be asked for.
    pub(super) fn is_of_profile(name: &str) -> bool {
        Column::is_of_allocator(name) && name.starts_with("live_")
    }

    /// What stands above it.
    ///
    /// ```
    /// use instrument_report::{Column, Figure};
    ///
    /// assert_eq!(Column::Percent.heading(), "% of elapsed");
    /// assert_eq!(Column::component("alloc_bytes", Figure::Own).heading(), "Alloc own");
    /// ```
    #[must_use]
    pub fn heading(&self) -> String {
        match self {
            Column::Avg => "Avg".into(),
            Column::Min => "Min".into(),
            Column::Max => "Max".into(),
            Column::Count => "Count".into(),
            Column::Sum => "Sum".into(),
            Column::Percent => "% of elapsed".into(),
            Column::Own => "Own".into(),
            Column::Stddev => "Dev".into(),
            Column::Timing => "Timing".into(),
            Column::Quantile(q) => format!("P{}", (q.clamp(0.0, 1.0) * 1e8).round() / 1e6),
            Column::Component { name, figure: Figure::Sum } => title(name),
            Column::Component { name, figure } => format!("{} {}", title(name), figure.name()),
        }
    }

    /// What stands above it to the right of `before`: a component's name isn't said twice.
    pub(super) fn heading_beside(&self, before: Option<&Column>) -> String {
        match (self, before) {
            (Column::Component { name, figure }, Some(Column::Component { name: other, .. }))
                if name == other && *figure != Figure::Sum =>
            {
                figure.name().to_owned()
            }
            _ => self.heading(),
        }
    }
}

/// What a component is called in a table.
fn title(component: &str) -> String {
    let known = ALLOCATED.iter().find(|(known, _)| *known == component);
    known.map_or_else(|| printable(component), |(_, title)| (*title).to_owned())
}

/// What the counting allocator counts, and what tables call it.
const ALLOCATED: [(&str, &str); 5] = [
    ("alloc_bytes", "Alloc"),
    ("alloc_blocks", "Blocks"),
    ("free_bytes", "Freed"),
    ("live_bytes", "Live"),
    ("live_blocks", "Live blocks"),
];

/// Whether it can be a component's name.
fn is_word(name: &str) -> bool {
    let letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | ':');
    name.starts_with(char::is_alphabetic) && name.chars().all(letter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_columns_where_they_cannot_be_slips() {
        let parse = |name: &str| Column::parse(name, &|name| ["watts", "disk.read", "Odd Name"].contains(&name));
        let component = |name: &str, figure| Some(Column::component(name, figure));
        for (name, expected) in [
            (" AVG ", Some(Column::Avg)),
            ("p50", Some(Column::Quantile(0.5))),
            ("P99.9", Some(Column::Quantile(0.999))),
            ("p101", None),
            ("watts", component("watts", Figure::Sum)),
            ("disk.read", component("disk.read", Figure::Sum)),
            ("disk.read.Max", component("disk.read", Figure::Max)),
            ("Odd Name.dev", component("Odd Name", Figure::Stddev)),
            ("thread_cpu", component("thread_cpu", Figure::Sum)),
            ("thread_cpu.avg", component("thread_cpu", Figure::Avg)),
            ("joules.count", component("joules", Figure::Count)),
            ("joules", None),
            ("thread_cpu.mean", None),
            ("thread cpu_.own", None),
            ("_", None),
            (".sum", None),
            ("", None),
        ] {
            assert_eq!(parse(name), expected, "{name}");
        }
    }

    #[test]
    fn a_component_is_named_once_where_its_columns_are_side_by_side() {
        let [sum, own] = [Figure::Sum, Figure::Own].map(|figure| Column::component("thread_cpu", figure));
        assert_eq!(own.heading_beside(Some(&sum)), "own");
        assert_eq!(own.heading_beside(Some(&Column::Sum)), "thread_cpu own");
        assert_eq!(own.heading_beside(Some(&Column::component("page_rss", Figure::Sum))), "thread_cpu own");
        assert_eq!(sum.heading_beside(Some(&own)), "thread_cpu");
    }
}
