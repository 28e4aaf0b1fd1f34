//! What the page needs once a row is looked at: distributions, extremes, async calls, observations of components.

use super::columns::{deviation, extremes, histograms, mean, numbers, quantile, wholes};
use super::difference::Base;
use super::tree::observers;
use instrument_model::data::Tasks;
use instrument_model::json::{self, Writer};
use instrument_model::{Figures, NodeRef, Snapshot, Times};
use std::io;

/// Writes the details, as one object.
pub(super) fn write(snapshot: &Snapshot, base: Option<&Base<'_>>, out: &mut dyn io::Write) -> io::Result<()> {
    json::write_to(out, &mut |out| {
        out.object(&mut |out| {
            times(snapshot, out);
            if let Some(base) = base {
                out.key("base");
                out.object(&mut |out| base.write_details(out));
            }
            out.key("tasks");
            out.object(&mut |out| tasks(snapshot, out));
            out.key("components");
            out.array(&mut |out| {
                (0..snapshot.components().len()).for_each(|component| observations(snapshot, component, out));
            });
        });
    })
}

/// Of each node: extremes, deviation, quantiles, the distribution, and how many calls weren't timed.
fn times(snapshot: &Snapshot, out: &mut Writer<'_>) {
    let scale = snapshot.data().scale;
    let all = || snapshot.data().nodes.iter().map(|node| &node.times);
    wholes(out, "min", all().map(|times| extremes(times, scale).0));
    wholes(out, "max", all().map(|times| extremes(times, scale).1));
    wholes(out, "stddev", all().map(|times| deviation(times, scale)));
    for (name, q) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
        wholes(out, name, all().map(|times| quantile(times, scale, q)));
    }
    wholes(out, "untimed", snapshot.data().nodes.iter().map(|node| Some(node.untimed)));
    histograms(out, "histogram", all().map(|times| &times.histogram));
}

/// Of the nodes with async calls, which `nodes` lists: their polls, what callers waited, what was cancelled.
fn tasks(snapshot: &Snapshot, out: &mut Writer<'_>) {
    let scale = snapshot.data().scale;
    let nodes: Vec<(NodeRef<'_>, &Tasks)> =
        snapshot.nodes().filter_map(|node| Some((node, node.data().tasks.as_deref()?))).collect();
    let all = || nodes.iter().map(|(_, tasks)| *tasks);
    let wall = |figure: &dyn Fn(&Times) -> Option<u64>| all().map(|tasks| figure(&tasks.wall)).collect::<Vec<_>>();
    wholes(out, "nodes", nodes.iter().map(|(node, _)| Some(node.place() as u64)));
    wholes(out, "begun", all().map(|tasks| Some(tasks.begun)));
    wholes(out, "polls", all().map(|tasks| Some(tasks.polls)));
    wholes(out, "cancelled", all().map(|tasks| Some(tasks.cancelled)));
    // Of a sampled site, nobody may know how long they were waited for.
    let waited = |tasks: &Tasks| (tasks.cancelled > 0 && tasks.cancelled_wall > 0).then_some(tasks.cancelled_wall);
    wholes(out, "cancelledWall", all().map(|tasks| waited(tasks).map(|ticks| scale.nanos(ticks))));
    let is_vague = |ticks| snapshot.partings().iter().any(|parting| parting.may_be_in(u64::MAX, ticks));
    wholes(out, "isVague", all().map(|tasks| Some(u64::from(is_vague(tasks.wall.sum)))));
    wholes(out, "wall", wall(&|times| (times.count > 0).then(|| scale.nanos(times.sum))).into_iter());
    wholes(out, "mean", wall(&|times| mean(times, scale)).into_iter());
    for (name, q) in [("p50", 0.5), ("p90", 0.9), ("p99", 0.99)] {
        wholes(out, name, wall(&|times| quantile(times, scale, q)).into_iter());
    }
    wholes(out, "max", wall(&|times| extremes(times, scale).1).into_iter());
    histograms(out, "histogram", all().map(|tasks| &tasks.wall.histogram));
}

/// Of the nodes that a component observed, in the order in which the tree lists them: its single observations.
fn observations(snapshot: &Snapshot, component: usize, out: &mut Writer<'_>) {
    let all = || observers(snapshot, component).map(|(_, figures)| figures);
    let some = |figures: &Figures<'_>, value: f64| (figures.count() > 0.0 && !value.is_nan()).then_some(value);
    out.object(&mut |out| {
        wholes(out, "count", all().map(|figures| Some(figures.count() as u64)));
        wholes(out, "laps", all().map(|figures| Some(figures.laps())));
        numbers(out, "mean", all().map(|figures| some(&figures, figures.mean())));
        numbers(out, "min", all().map(|figures| some(&figures, figures.min())));
        numbers(out, "max", all().map(|figures| some(&figures, figures.max())));
        numbers(out, "stddev", all().map(|figures| some(&figures, figures.stddev())));
    });
}
