//! Runs as JSON; docs/guide/run.md says what the fields are.

use super::{FIGURES, Runs, Spread, signal_name};
use crate::running::{End, Run};
use instrument_model::json::{Fault, Reader, Saved, Writer, written_for_people};

pub(crate) fn json(runs: &Runs) -> Vec<u8> {
    written_for_people(&Shown(|out: &mut Writer<'_>| write(runs, out)))
}

/// What's written and never read.
struct Shown<F>(F);

impl<F: Fn(&mut Writer<'_>)> Saved for Shown<F> {
    fn write(&self, out: &mut Writer<'_>) {
        self.0(out);
    }

    fn read(from: &mut Reader<'_>) -> Result<Self, Fault> {
        Err(from.fault("what was measured of a command isn't read"))
    }
}

fn write(runs: &Runs, out: &mut Writer<'_>) {
    out.object(&mut |out| {
        out.key("format");
        out.string("instrument-run");
        out.key("version");
        out.whole(1);
        out.key("command");
        out.array(&mut |out| runs.command.iter().for_each(|word| out.string(&word.to_string_lossy())));
        out.key("wanted_runs");
        out.whole(runs.wanted as u64);
        out.key("failed_runs");
        out.whole(runs.failures().count() as u64);
        out.key("runs");
        out.array(&mut |out| runs.runs.iter().for_each(|run| end(run, out)));
        out.key("figures");
        out.object(&mut |out| {
            for figure in &FIGURES {
                let Ok(values) = runs.values(figure) else { continue };
                out.key(figure.name);
                out.object(&mut |out| {
                    out.key("unit");
                    out.string(&figure.unit.to_string());
                    spread(&Spread::of(values.clone()), out);
                    out.key("values");
                    out.array(&mut |out| values.iter().for_each(|value| out.number(*value)));
                });
            }
        });
        out.key("absent");
        out.object(&mut |out| {
            for figure in &FIGURES {
                if let Err(reason) = runs.values(figure) {
                    out.key(figure.name);
                    out.string(&reason);
                }
            }
        });
    });
}

fn end(run: &Run, out: &mut Writer<'_>) {
    out.object(&mut |out| match run.end {
        End::Exited(code) => {
            out.key("exit_code");
            out.plain(format_args!("{code}"));
        }
        End::Signalled(signal) => {
            out.key("signal");
            out.plain(format_args!("{signal}"));
            if let Some(name) = signal_name(signal) {
                out.key("signal_name");
                out.string(name);
            }
        }
    });
}

fn spread(spread: &Spread, out: &mut Writer<'_>) {
    let figures = [
        ("median", spread.median),
        ("lower_quartile", spread.lower_quartile),
        ("upper_quartile", spread.upper_quartile),
        ("min", spread.min),
        ("max", spread.max),
    ];
    for (name, value) in figures {
        out.key(name);
        out.number(value);
    }
}
