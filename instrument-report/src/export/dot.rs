//! Graphviz: the call tree as a graph.

use super::metric::{Metric, Weights};
use super::{exporter, run};
use instrument_model::text::{TimeUnit, count, printable};
use instrument_model::{NodeRef, Snapshot, Unit};
use std::io::{self, Write};

/// Writes a graph for Graphviz: `dot -Tsvg`. Each call path is a box with its own weight and that with all below it; the redder it
/// is, the greater is its own share of the whole. The hot path, from the heaviest root down by the heaviest callee, is bold.
///
/// # Errors
/// Those of `out`.
///
/// ```
/// use instrument_report::export::{Metric, dot};
///
/// # let snapshot = instrument_model::Snapshot::default();
/// let mut text = Vec::new();
/// dot(&snapshot, &Metric::Own, &mut text)?;
/// assert!(text.starts_with(b"digraph "));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn dot(snapshot: &Snapshot, metric: &Metric, out: &mut dyn Write) -> io::Result<()> {
    let weights = Weights::new(snapshot, metric);
    let sums = weights.with_what_is_below(snapshot);
    let whole: u64 = weights.values.iter().fold(0, |sum, weight| sum.saturating_add(*weight));
    let share = |weight: u64| if whole == 0 { 0.0 } else { weight as f64 / whole as f64 };
    let hot = hot_path(snapshot, &sums);
    let mut out = io::BufWriter::new(out);
    writeln!(out, "digraph calls {{")?;
    writeln!(out, "  // {}, by {}", quoted(&run(snapshot)), exporter())?;
    writeln!(
        out,
        "  graph [label={}, labelloc=t, fontname=\"sans-serif\", rankdir=TB, nodesep=0.2, comment={}]",
        quoted(&format!("{}: {}", run(snapshot), weights.description())),
        quoted(&weights.description())
    )?;
    writeln!(
        out,
        "  node [shape=box, style=\"filled,rounded\", fontname=\"sans-serif\", fontsize=11, color=\"#00000044\"]"
    )?;
    writeln!(out, "  edge [color=\"#00000066\", fontname=\"sans-serif\", fontsize=9, arrowsize=0.6]")?;
    for node in snapshot.nodes() {
        let place = node.place();
        let (own, sum) = (weights.of(&node), sums[place]);
        let mut lines = vec![printable(node.name()), figure(&weights, own, share(own), "own")];
        if sum != own {
            lines.push(figure(&weights, sum, share(sum), "with all below"));
        }
        if *metric != Metric::Count {
            lines.push(format!("{} call{}", count(node.count()), if node.count() == 1 { "" } else { "s" }));
        }
        let is_hot = hot.get(place).copied().unwrap_or(false);
        writeln!(
            out,
            "  n{place} [label={}, tooltip={}, fillcolor=\"{}\"{}]",
            quoted(&lines.join("\n")),
            quoted(&format!("{}\n{}", printable(node.path()), printable(&node.location().to_string()))),
            colour(share(own)),
            if is_hot { ", penwidth=2.5, color=\"#b00020\"" } else { "" },
        )?;
        if let Some(parent) = node.parent() {
            let style = match () {
                () if is_hot => ", color=\"#b00020\", penwidth=3".to_owned(),
                () => format!(", penwidth={:.2}", 0.6 + 3.0 * share(sum)),
            };
            let line = if node.is_parallel() { ", style=dashed, tooltip=\"ran beside its caller\"" } else { "" };
            writeln!(out, "  n{} -> n{place} [label={}{style}{line}]", parent.place(), quoted(&count(node.count())))?;
        }
    }
    writeln!(out, "}}")?;
    out.flush()
}

/// Which nodes are on the way down along the heaviest.
fn hot_path(snapshot: &Snapshot, sums: &[u64]) -> Vec<bool> {
    let mut hot = vec![false; snapshot.len()];
    let heaviest = |nodes: &mut dyn Iterator<Item = NodeRef<'_>>| {
        nodes
            .map(|node| node.place())
            .filter(|place| sums[*place] > 0)
            .max_by_key(|place| (sums[*place], std::cmp::Reverse(*place)))
    };
    let mut next = heaviest(&mut snapshot.roots());
    while let Some(place) = next {
        hot[place] = true;
        next = snapshot.node(place).and_then(|node| heaviest(&mut node.children()));
    }
    hot
}

fn figure(weights: &Weights, weight: u64, share: f64, what: &str) -> String {
    let text = match () {
        () if weights.are_times => TimeUnit::Auto.format(std::time::Duration::from_nanos(weight)),
        () if weights.unit == "bytes" => Unit::Bytes.format(weight as f64),
        () => format!("{} {}", count(weight), weights.unit),
    };
    format!("{text} {what} ({:.1} %)", share * 100.0)
}

/// From white to a red on which black letters can be read.
fn colour(share: f64) -> String {
    // Most shares are small: the root tells them apart.
    let heat = share.clamp(0.0, 1.0).sqrt();
    let channel = |cold: f64, hot: f64| (cold + (hot - cold) * heat).round() as u8;
    format!("#{:02x}{:02x}{:02x}", channel(250.0, 255.0), channel(250.0, 110.0), channel(250.0, 90.0))
}

/// A text in quotes. What `\` means in labels, it doesn't mean here.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}
