//! Figures as JSON, for scripts: what a recording says, worked out.

use super::exporter;
use super::metric::nanoseconds;
use super::rows::{Cell, Listing, Rows};
use crate::analysis::Selected;
use instrument_model::json::Writer;
use std::convert::Infallible;
use std::io::{self, Write};

/// Writes one object: facts of the run, then `rows` with an object for each call path, `measurements` and `checkpoints`. Times are
/// whole nanoseconds, what components measured is in the unit that `components` says, and a figure that isn't known is `null`.
///
/// It isn't a recording, and can't be loaded again: distributions are left out.
///
/// # Errors
/// Those of `out`.
///
/// ```
/// use instrument_report::analysis::Selected;
/// use instrument_report::export::{Listing, json};
///
/// # let snapshot = instrument_model::Snapshot::default();
/// let mut text = Vec::new();
/// json(&Selected::whole(snapshot), &Listing::default(), &mut text)?;
/// assert!(text.starts_with(b"{\"format\":\"instrument figures\""));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn json(selected: &Selected, listing: &Listing, out: &mut dyn Write) -> io::Result<()> {
    let mut out = Writer::new(out);
    out.object(&mut |out| {
        facts(out, selected);
        out.line();
        out.key("rows");
        out.array(&mut |out| {
            let all = Rows::new(selected, listing).each(|fields| {
                row(out, fields);
                Ok::<(), Infallible>(())
            });
            all.unwrap_or_else(|never| match never {});
        });
        out.line();
        out.key("measurements");
        out.array(&mut |out| {
            for measured in selected.snapshot.measurements() {
                let some = measured.count() > 0;
                let figure = |value: f64| if some { Cell::Number(value) } else { Cell::Absent };
                let fields = [
                    ("name", Cell::Text(measured.name())),
                    ("count", Cell::Whole(measured.count())),
                    ("sum", Cell::Number(measured.sum())),
                    ("mean", figure(measured.mean())),
                    ("min", figure(measured.min())),
                    ("max", figure(measured.max())),
                    ("stddev", figure(measured.stddev())),
                ];
                row(out, &fields);
            }
        });
        out.line();
        out.key("checkpoints");
        out.array(&mut |out| checkpoints(out, selected));
    });
    out.finish()
}

fn facts(out: &mut Writer<'_>, selected: &Selected) {
    let data = selected.snapshot.data();
    let process = &data.process;
    for (key, text) in [
        ("format", "instrument figures"),
        ("exporter", &exporter()),
        ("program", &process.program),
        ("host", &process.host),
        ("clock", &process.clock),
        ("profile", &process.profile),
        ("cpu", &process.cpu),
        ("system", &process.system),
    ] {
        out.key(key);
        out.string(text);
    }
    for (key, number) in [
        ("pid", process.pid.into()),
        ("start_ns", process.start),
        ("elapsed_ns", nanoseconds(selected.snapshot.elapsed())),
        ("threads", data.most_threads as u64),
        ("omitted", selected.omitted as u64),
        ("own_of_omitted_gone_ns", nanoseconds(selected.gone)),
        ("partings", data.partings.len() as u64),
    ] {
        out.key(key);
        out.whole(number);
    }
    out.key("lost");
    out.array(&mut |out| crate::table::losses(&data.lost).iter().for_each(|line| out.string(line)));
    out.key("components");
    out.array(&mut |out| {
        for component in &data.components {
            out.object(&mut |out| {
                for (key, text) in [
                    ("name", &component.name),
                    ("unit", &component.unit.to_string()),
                    ("description", &component.description),
                ] {
                    out.key(key);
                    out.string(text);
                }
                out.key("estimated");
                out.bool(component.is_sampled);
            });
        }
    });
}

fn checkpoints(out: &mut Writer<'_>, selected: &Selected) {
    let scale = selected.snapshot.data().scale;
    for function in &selected.snapshot.data().checkpoints {
        out.line();
        out.object(&mut |out| {
            out.key("name");
            out.string(&function.name);
            out.key("calls");
            out.whole(function.calls);
            out.key("lines");
            out.array(&mut |out| {
                for line in &function.lines {
                    out.object(&mut |out| {
                        out.key("line");
                        out.string(&line.label);
                        out.key("sum_ns");
                        out.whole(scale.nanos(line.sum));
                        out.key("max_ns");
                        out.whole(scale.nanos(line.max));
                    });
                }
            });
        });
    }
}

fn row(out: &mut Writer<'_>, fields: &[(&str, Cell<'_>)]) {
    out.line();
    out.object(&mut |out| {
        for (name, cell) in fields {
            out.any_key(name);
            match cell {
                Cell::Text(text) => out.string(text),
                Cell::Texts(texts) => out.array(&mut |out| texts.iter().for_each(|text| out.string(text))),
                Cell::Whole(number) => out.whole(*number),
                Cell::Number(number) if number.is_finite() => out.number(*number),
                Cell::Number(_) | Cell::Absent => out.null(),
                Cell::Flag(flag) => out.bool(*flag),
            }
        }
    });
}
