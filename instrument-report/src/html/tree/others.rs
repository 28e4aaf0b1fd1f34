//! What isn't in the tree: facts of the run, what there is to know about figures, and what's measured by name.

use crate::html::columns::{deviation, extremes, mean, packed};
use crate::table;
use instrument_model::Snapshot;
use instrument_model::data::{Checkpoints, Measurement, Probe, Timer};
use instrument_model::json::Writer;
use instrument_model::text::{moment, printable};
use std::time::{Duration, UNIX_EPOCH};

fn text(out: &mut Writer<'_>, name: &str, text: &str) {
    out.key(name);
    out.string(&printable(text));
}

fn whole(out: &mut Writer<'_>, name: &str, whole: Option<u64>) {
    out.key(name);
    match whole {
        Some(whole) => out.whole(whole),
        None => out.null(),
    }
}

fn number(out: &mut Writer<'_>, name: &str, number: Option<f64>) {
    out.key(name);
    out.number(number.unwrap_or(f64::NAN));
}

/// A list of objects under a name.
fn list<T>(out: &mut Writer<'_>, name: &str, items: &[T], fields: impl Fn(&mut Writer<'_>, &T)) {
    out.key(name);
    out.array(&mut |out| items.iter().for_each(|item| out.object(&mut |out| fields(out, item))));
}

/// The facts of the run, and of the recording.
pub(super) fn facts(snapshot: &Snapshot, out: &mut Writer<'_>) {
    let data = snapshot.data();
    let process = &data.process;
    for (name, fact) in [
        ("program", &process.program),
        ("host", &process.host),
        ("clock", &process.clock),
        ("version", &process.version),
        ("profile", &process.profile),
        ("cpu", &process.cpu),
        ("system", &process.system),
    ] {
        text(out, name, fact);
    }
    whole(out, "pid", (process.pid > 0).then_some(process.pid.into()));
    let start = UNIX_EPOCH + Duration::from_nanos(process.start);
    text(out, "start", &if process.start > 0 { moment(start) } else { String::new() });
    whole(out, "elapsed", Some(snapshot.elapsed().as_nanos() as u64));
    let ticks = data.to.saturating_sub(data.from);
    out.key("isVague");
    out.bool(data.partings.iter().any(|parting| parting.is_visible_in(ticks)));
    number(out, "scale", Some(data.scale.nanos_f64(1.0)));
    number(out, "cost", data.cost);
    number(out, "counting", data.counting);
    let Some(cost) = snapshot.cost_of(snapshot.recorded()) else { return rest(snapshot, out) };
    whole(out, "costOfAll", Some(cost.as_nanos() as u64));
    rest(snapshot, out);
}

fn rest(snapshot: &Snapshot, out: &mut Writer<'_>) {
    let data = snapshot.data();
    whole(out, "mostThreads", Some(data.most_threads as u64));
    whole(out, "moments", Some(data.moments.len() as u64));
    out.key("threads");
    out.array(&mut |out| data.threads.iter().for_each(|thread| out.string(&printable(&thread.name))));
    out.key("notes");
    out.array(&mut |out| table::notes(snapshot).iter().for_each(|note| out.string(note)));
}

/// What has a name of its own: measurements, functions with checkpoints, timers, instruments of probes.
pub(super) fn named(snapshot: &Snapshot, out: &mut Writer<'_>) {
    let data = snapshot.data();
    list(out, "measurements", &data.measurements, measurement);
    list(out, "checkpoints", &data.checkpoints, |out, function| checkpoints(snapshot, out, function));
    list(out, "timers", &data.timers, timer);
    list(out, "probes", &data.probes, probe);
}

fn measurement(out: &mut Writer<'_>, of: &Measurement) {
    let some = |value: f64| (of.count() > 0).then_some(value);
    text(out, "name", of.name());
    whole(out, "count", Some(of.count()));
    number(out, "mean", some(of.mean()));
    number(out, "stddev", some(of.stddev()));
    number(out, "min", some(of.min()));
    number(out, "max", some(of.max()));
    number(out, "sum", some(of.sum()));
}

fn checkpoints(snapshot: &Snapshot, out: &mut Writer<'_>, function: &Checkpoints) {
    let scale = snapshot.data().scale;
    let is_vague = |ticks| snapshot.partings().iter().any(|parting| parting.may_be_in(u64::MAX, ticks));
    text(out, "name", &function.name);
    whole(out, "calls", Some(function.calls));
    list(out, "lines", &function.lines, |out, line| {
        text(out, "label", &line.label);
        whole(out, "sum", Some(scale.nanos(line.sum)));
        whole(out, "max", Some(scale.nanos(line.max)));
        out.key("isVague");
        out.bool(is_vague(line.max));
    });
}

fn timer(out: &mut Writer<'_>, timer: &Timer) {
    let (times, scale) = (&timer.times, timer.scale);
    text(out, "name", &timer.name);
    number(out, "scale", Some(scale.nanos_f64(1.0)));
    whole(out, "count", Some(times.count));
    whole(out, "mean", mean(times, scale));
    whole(out, "stddev", deviation(times, scale));
    whole(out, "min", extremes(times, scale).0);
    whole(out, "max", extremes(times, scale).1);
    out.key("histogram");
    out.string(&packed(&times.histogram));
    out.key("quantiles");
    out.array(&mut |out| {
        for &q in &timer.quantiles {
            let Some(ticks) = times.quantile(q) else { continue };
            out.array(&mut |out| {
                out.number(q);
                out.whole(scale.nanos(ticks));
            });
        }
    });
}

fn probe(out: &mut Writer<'_>, probe: &Probe) {
    text(out, "target", &probe.target);
    text(out, "name", &probe.name);
    whole(out, "calls", Some(probe.calls));
    text(out, "error", &probe.error);
}
