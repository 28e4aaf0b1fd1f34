//! For speedscope: a profile for each thing that can be weighed.

use super::metric::{Metric, Weights};
use super::{exporter, on_the_way_down, run};
use instrument_model::json::Writer;
use instrument_model::{Snapshot, data::Label};
use std::io::{self, Write};

/// Writes a file for [speedscope](https://www.speedscope.app), by its published schema. It has a profile for own time, one for
/// calls, and one for each component whose figures add up; `metric` is the one that's shown first.
///
/// Stacks are in the order of the call tree, so that the view by time order shows the tree: what's on its axis is no time of
/// day, since a snapshot has no single calls.
///
/// # Errors
/// Those of `out`.
///
/// ```
/// use instrument_report::export::{Metric, speedscope};
///
/// # let snapshot = instrument_model::Snapshot::default();
/// let mut text = Vec::new();
/// speedscope(&snapshot, &Metric::Own, &mut text)?;
/// assert!(text.starts_with(b"{"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn speedscope(snapshot: &Snapshot, metric: &Metric, out: &mut dyn Write) -> io::Result<()> {
    let metrics = Metric::all(snapshot);
    let metric = if *metric == Metric::Total { &Metric::Own } else { metric };
    let active = metrics.iter().position(|known| known == metric).unwrap_or(0);
    let mut out = Writer::new(out);
    out.object(&mut |out| {
        out.key("$schema");
        out.string("https://www.speedscope.app/file-format-schema.json");
        out.key("name");
        out.string(&run(snapshot));
        out.key("exporter");
        out.string(&exporter());
        out.key("activeProfileIndex");
        out.whole(active as u64);
        out.line();
        out.key("shared");
        out.object(&mut |out| {
            out.key("frames");
            out.array(&mut |out| {
                for label in snapshot.data().labels.iter() {
                    out.line();
                    out.object(&mut |out| frame(out, label));
                }
            });
        });
        out.line();
        out.key("profiles");
        out.array(&mut |out| metrics.iter().for_each(|metric| profile(out, snapshot, metric)));
    });
    out.finish()
}

fn frame(out: &mut Writer<'_>, label: &Label) {
    out.key("name");
    out.string(&label.name);
    if !label.file.is_empty() {
        out.key("file");
        out.string(&label.file);
        out.key("line");
        out.whole(label.line.into());
        out.key("col");
        out.whole(label.column.into());
    }
}

fn profile(out: &mut Writer<'_>, snapshot: &Snapshot, metric: &Metric) {
    let weights = Weights::new(snapshot, metric);
    let unit = match &weights.unit[..] {
        known @ ("nanoseconds" | "bytes") => known,
        _ => "none",
    };
    out.line();
    out.object(&mut |out| {
        out.key("type");
        out.string("sampled");
        out.key("name");
        out.string(&weights.description());
        out.key("unit");
        out.string(unit);
        out.key("startValue");
        out.whole(0);
        out.key("endValue");
        out.whole(weights.values.iter().fold(0, |sum, weight| sum.saturating_add(*weight)));
        out.key("samples");
        let mut stack: Vec<u32> = Vec::new();
        out.array(&mut |out| {
            for (depth, node) in on_the_way_down(snapshot) {
                stack.truncate(depth);
                stack.push(node.data().label);
                if weights.of(&node) > 0 {
                    out.line();
                    out.array(&mut |out| stack.iter().for_each(|frame| out.whole((*frame).into())));
                }
            }
        });
        out.line();
        out.key("weights");
        out.array(&mut |out| {
            for (_, node) in on_the_way_down(snapshot) {
                if weights.of(&node) > 0 {
                    out.whole(weights.of(&node));
                }
            }
        });
    });
}
