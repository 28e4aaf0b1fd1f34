//! The trace format of Chrome, which Perfetto reads as well.

use super::metric::{Metric, Weights, nanoseconds};
use super::{exporter, on_the_way_down, run};
use instrument_model::json::Writer;
use instrument_model::{NodeRef, Snapshot};
use std::io::{self, Write};

/// Writes a trace for `chrome://tracing` and [Perfetto](https://ui.perfetto.dev): one event for each call path, as long as its own
/// weight and those of all below it, which stand one behind the other in it. It's a picture of the tree, not of what happened
/// when: a snapshot has no single calls. The trace's metadata says so, and what the axis is in: a microsecond is one of calls, say.
///
/// Where the snapshot keeps threads apart, each thread is one of the trace's.
///
/// # Errors
/// Those of `out`.
///
/// ```
/// use instrument_report::export::{Metric, chrome};
///
/// # let snapshot = instrument_model::Snapshot::default();
/// let mut text = Vec::new();
/// chrome(&snapshot, &Metric::Own, &mut text)?;
/// assert!(text.starts_with(b"{"));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn chrome(snapshot: &Snapshot, metric: &Metric, out: &mut dyn Write) -> io::Result<()> {
    let weights = Weights::new(snapshot, metric);
    let lengths = weights.with_what_is_below(snapshot);
    let process = &snapshot.data().process;
    let axis = if weights.are_times { "time" } else { "no time: a microsecond is 1 of the weight" };
    let mut out = Writer::new(out);
    out.object(&mut |out| {
        out.key("displayTimeUnit");
        out.string("ns");
        out.key("otherData");
        out.object(&mut |out| {
            for (key, text) in [
                ("exporter", exporter()),
                ("run", run(snapshot)),
                ("weight", weights.description()),
                ("axis", axis.to_owned()),
                ("events", "one for each call path, with all its calls: when each happened isn't known".to_owned()),
            ] {
                out.key(key);
                out.string(&text);
            }
        });
        out.line();
        out.key("traceEvents");
        out.array(&mut |out| {
            name(out, "process_name", process.pid, 0, &run(snapshot));
            for (place, thread) in snapshot.data().threads.iter().enumerate() {
                name(out, "thread_name", process.pid, place as u64, &thread.name);
            }
            // Where the next one begins, by depth; of roots, by thread.
            let mut begins: Vec<u64> = Vec::new();
            let mut roots: Vec<u64> = vec![0; snapshot.data().threads.len().max(1)];
            for (depth, node) in on_the_way_down(snapshot) {
                let thread = node.data().thread.unwrap_or(0) as usize;
                let length = lengths[node.place()];
                let next = match depth {
                    0 => &mut roots[thread],
                    _ => &mut begins[depth - 1],
                };
                let begin = std::mem::replace(next, next.saturating_add(length));
                begins.truncate(depth);
                begins.push(begin);
                if length > 0 {
                    event(out, &node, (process.pid, thread as u64), (begin, length));
                }
            }
        });
    });
    out.finish()
}

fn name(out: &mut Writer<'_>, what: &str, pid: u32, thread: u64, name: &str) {
    out.line();
    out.object(&mut |out| {
        out.key("ph");
        out.string("M");
        out.key("name");
        out.string(what);
        out.key("pid");
        out.whole(pid.into());
        out.key("tid");
        out.whole(thread);
        out.key("args");
        out.object(&mut |out| {
            out.key("name");
            out.string(name);
        });
    });
}

fn event(out: &mut Writer<'_>, node: &NodeRef<'_>, (pid, thread): (u32, u64), (begin, length): (u64, u64)) {
    let micros = |out: &mut Writer<'_>, nanos: u64| out.plain(format_args!("{}.{:03}", nanos / 1000, nanos % 1000));
    out.line();
    out.object(&mut |out| {
        out.key("ph");
        out.string("X");
        out.key("name");
        out.string(node.name());
        out.key("pid");
        out.whole(pid.into());
        out.key("tid");
        out.whole(thread);
        out.key("ts");
        micros(out, begin);
        out.key("dur");
        micros(out, length);
        out.key("args");
        out.object(&mut |out| {
            out.key("calls");
            out.whole(node.count());
            out.key("total_ns");
            out.whole(nanoseconds(node.total()));
            out.key("own_ns");
            out.whole(nanoseconds(node.own()));
            out.key("mean_ns");
            out.whole(nanoseconds(node.mean()));
            out.key("function");
            out.string(node.path());
            if !node.location().file().is_empty() {
                out.key("source");
                out.string(&node.location().to_string());
            }
        });
    });
}
