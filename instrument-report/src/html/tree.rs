//! What the page needs for its first look: the tree with its times, what was measured by name, facts, notes.

mod others;

use super::columns::{has_time, numbers, texts, wholes};
use super::difference::Base;
use instrument_model::data::Component;
use instrument_model::json::{self, Writer};
use instrument_model::text::printable;
use instrument_model::{Figures, NodeRef, Snapshot, Unit};
use std::io;

/// Writes it, as one object.
pub(super) fn write(snapshot: &Snapshot, base: Option<&Base<'_>>, out: &mut dyn io::Write) -> io::Result<()> {
    json::write_to(out, &mut |out| {
        out.object(&mut |out| {
            others::facts(snapshot, out);
            let labels = Labels::new(snapshot);
            out.key("labels");
            out.object(&mut |out| labels.write(snapshot, out));
            out.key("nodes");
            out.object(&mut |out| nodes(snapshot, &labels, out));
            out.key("components");
            out.array(&mut |out| {
                for (place, component) in snapshot.components().iter().enumerate() {
                    out.object(&mut |out| amounts(snapshot, place, component, out));
                }
            });
            others::named(snapshot, out);
            if let Some(base) = base {
                out.key("base");
                out.object(&mut |out| base.write(out));
            }
        });
    })
}

/// The labels that nodes have: a program has annotated places that were never called.
struct Labels {
    used: Vec<usize>,
    /// The place in `used` of each of the snapshot's.
    places: Vec<u64>,
}

impl Labels {
    fn new(snapshot: &Snapshot) -> Labels {
        let mut places = vec![u64::MAX; snapshot.data().labels.len()];
        let mut used = Vec::new();
        for node in &snapshot.data().nodes {
            let place = &mut places[node.label as usize];
            if *place == u64::MAX {
                *place = used.len() as u64;
                used.push(node.label as usize);
            }
        }
        Labels { used, places }
    }

    fn write(&self, snapshot: &Snapshot, out: &mut Writer<'_>) {
        let all = || self.used.iter().map(|&place| &*snapshot.data().labels[place]);
        texts(out, "name", all().map(|label| &*label.name));
        texts(out, "path", all().map(|label| &*label.path));
        texts(out, "module", all().map(|label| &*label.module));
        texts(out, "file", all().map(|label| &*label.file));
        wholes(out, "line", all().map(|label| Some(label.line.into())));
        wholes(out, "column", all().map(|label| Some(label.column.into())));
        wholes(out, "sample", all().map(|label| Some(label.sample.into())));
    }
}

/// Of each node: where it is, its times in nanoseconds, calls, and marks.
fn nodes(snapshot: &Snapshot, labels: &Labels, out: &mut Writer<'_>) {
    let data = || snapshot.data().nodes.iter();
    let time = |node: &NodeRef<'_>, time: std::time::Duration| has_time(node).then_some(time.as_nanos() as u64);
    wholes(out, "label", data().map(|node| Some(labels.places[node.label as usize])));
    wholes(out, "parent", data().map(|node| node.parent.map(u64::from)));
    if !snapshot.data().threads.is_empty() {
        wholes(out, "thread", data().map(|node| node.thread.map(u64::from)));
    }
    wholes(out, "count", snapshot.nodes().map(|node| Some(observed(&node))));
    wholes(out, "running", data().map(|node| Some(node.running)));
    wholes(out, "total", snapshot.nodes().map(|node| time(&node, node.total())));
    wholes(out, "own", snapshot.nodes().map(|node| time(&node, node.own())));
    wholes(out, "mean", snapshot.nodes().map(|node| mean(&node)));
    wholes(out, "marks", snapshot.nodes().map(|node| Some(marks(&node))));
}

/// Calls that have ended, or what components observed where none was timed.
pub(super) fn observed(node: &NodeRef<'_>) -> u64 {
    match has_time(node) {
        true => node.count(),
        false => node.data().columns.iter().map(|column| column.inclusive.count).max().unwrap_or(0),
    }
}

/// Nanoseconds of the mean call; `None` where none was timed.
pub(super) fn mean(node: &NodeRef<'_>) -> Option<u64> {
    let data = node.data();
    let calls = if data.is_throttled { data.calls() } else { data.times.count };
    (calls > 0).then(|| node.mean().as_nanos() as u64)
}

/// What's so of a node, a bit each; `data.js` names them.
fn marks(node: &NodeRef<'_>) -> u64 {
    let marks = [
        node.is_estimated(),
        node.may_contain_parting(),
        node.is_async(),
        node.is_parallel(),
        node.data().is_throttled,
        has_time(node),
    ];
    marks.iter().rev().fold(0, |bits, &is_so| bits << 1 | u64::from(is_so))
}

/// The nodes that a component observed, with its figures.
pub(super) fn observers<'a>(
    snapshot: &'a Snapshot,
    component: usize,
) -> impl Iterator<Item = (NodeRef<'a>, Figures<'a>)> {
    let of = move |figures: &Figures<'_>| figures.data().component as usize == component;
    snapshot.nodes().filter_map(move |node| Some((node, node.columns().find(of)?)))
}

/// A component: what it is, and of the nodes that it observed what it measured there.
fn amounts(snapshot: &Snapshot, place: usize, component: &Component, out: &mut Writer<'_>) {
    let all = || observers(snapshot, place);
    let is_ratio = component.unit == Unit::Percent || all().any(|(_, figures)| figures.data().total.per > 0.0);
    for (name, text) in [
        ("name", printable(&component.name)),
        ("description", printable(&component.description)),
        ("unit", printable(&component.unit.to_string())),
    ] {
        out.key(name);
        out.string(&text);
    }
    for (name, is_so) in [
        ("isEvent", component.is_event),
        ("isSigned", component.is_signed),
        ("isTally", component.is_tally),
        ("isSampled", component.is_sampled),
        ("isRatio", is_ratio),
    ] {
        out.key(name);
        out.bool(is_so);
    }
    // A share of nothing is no share.
    let share = |per: f64, value: f64| (!is_ratio || per > 0.0).then_some(value);
    wholes(out, "nodes", all().map(|(node, _)| Some(node.place() as u64)));
    numbers(out, "total", all().map(|(_, figures)| share(figures.data().total.per, figures.total())));
    numbers(out, "own", all().map(|(_, figures)| share(figures.data().own.per, figures.own())));
}
