//! What's shown of a command's runs: which figures there are, and what several runs make of them.

mod json;
mod text;

pub(crate) use json::json;
pub(crate) use text::{Look, text};

use crate::running::{End, Io, Known, Run, Usage};
use instrument_model::Unit;
use std::ffi::OsString;
use std::time::Duration;

/// Something that's measured of each run. Where a component measures it, it has that one's name.
pub(crate) struct Figure {
    pub(crate) name: &'static str,
    pub(crate) title: &'static str,
    pub(crate) unit: Unit,
    of: fn(&Run) -> Known<f64>,
}

fn used(run: &Run, of: impl Fn(&Usage) -> f64) -> Known<f64> {
    run.usage.as_ref().map(of).map_err(Clone::clone)
}

fn moved(run: &Run, of: impl Fn(&Io) -> u64) -> Known<f64> {
    run.io.as_ref().map(|io| of(io) as f64).map_err(Clone::clone)
}

fn cpu(usage: &Usage) -> Duration {
    usage.user + usage.system
}

fn share(run: &Run) -> Known<f64> {
    if run.wall.is_zero() {
        return Err("it took no time that the clock could tell".into());
    }
    used(run, |usage| 100.0 * cpu(usage).as_secs_f64() / run.wall.as_secs_f64())
}

/// All of them, in the order in which they're shown.
pub(crate) static FIGURES: [Figure; 17] = {
    const fn figure(name: &'static str, title: &'static str, unit: Unit, of: fn(&Run) -> Known<f64>) -> Figure {
        Figure { name, title, unit, of }
    }
    [
        figure("wall_clock", "wall time", Unit::Seconds, |run| Ok(run.wall.as_secs_f64())),
        figure("process_cpu", "CPU time", Unit::Seconds, |run| used(run, |usage| cpu(usage).as_secs_f64())),
        figure("user_mode", "  in user mode", Unit::Seconds, |run| used(run, |usage| usage.user.as_secs_f64())),
        figure("system_mode", "  in system mode", Unit::Seconds, |run| used(run, |usage| usage.system.as_secs_f64())),
        figure("process_cpu_util", "CPU share of wall time", Unit::Percent, share),
        figure("peak_rss", "peak memory", Unit::Bytes, |run| {
            run.peak.as_ref().map(|peak| *peak as f64).map_err(Clone::clone)
        }),
        figure("minor_faults", "page faults, minor", Unit::Count, |run| used(run, |usage| usage.minor_faults as f64)),
        figure("major_faults", "page faults, major", Unit::Count, |run| used(run, |usage| usage.major_faults as f64)),
        figure("voluntary_switches", "context switches, voluntary", Unit::Count, |run| {
            used(run, |usage| usage.voluntary as f64)
        }),
        figure("involuntary_switches", "context switches, involuntary", Unit::Count, |run| {
            used(run, |usage| usage.involuntary as f64)
        }),
        figure("blocks_in", "blocks read from devices", Unit::Count, |run| used(run, |usage| usage.blocks_in as f64)),
        figure("blocks_out", "blocks written to devices", Unit::Count, |run| {
            used(run, |usage| usage.blocks_out as f64)
        }),
        figure("bytes_read", "bytes read from devices", Unit::Bytes, |run| moved(run, |io| io.bytes_read)),
        figure("bytes_written", "bytes written to devices", Unit::Bytes, |run| moved(run, |io| io.bytes_written)),
        figure("chars_read", "bytes read from anywhere", Unit::Bytes, |run| moved(run, |io| io.chars_read)),
        figure("chars_written", "bytes written to anywhere", Unit::Bytes, |run| moved(run, |io| io.chars_written)),
        figure("spawn", "making the process, before", Unit::Seconds, |run| {
            run.spawn.as_ref().map(Duration::as_secs_f64).map_err(Clone::clone)
        }),
    ]
};

/// The runs of a command.
pub(crate) struct Runs {
    pub(crate) command: Vec<OsString>,
    /// One at least.
    pub(crate) runs: Vec<Run>,
    /// How many there were to be.
    pub(crate) wanted: usize,
}

impl Runs {
    /// A figure of each run, or why it isn't known: of all, or of one of them.
    pub(crate) fn values(&self, figure: &Figure) -> Known<Vec<f64>> {
        self.runs.iter().map(figure.of).collect()
    }

    pub(crate) fn failures(&self) -> impl Iterator<Item = End> {
        self.runs.iter().map(|run| run.end).filter(|end| !end.is_success())
    }

    /// How it ended that which ran first of all that failed; if none did, as all did.
    pub(crate) fn end(&self) -> End {
        self.failures().next().unwrap_or(End::Exited(0))
    }
}

/// How figures of several runs lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) lower_quartile: f64,
    pub(crate) upper_quartile: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    /// Of one figure at least.
    pub(crate) fn of(mut values: Vec<f64>) -> Spread {
        values.sort_by(f64::total_cmp);
        let last = values.len() - 1;
        // Between two figures on a straight line, as most programs for statistics have it unless told otherwise.
        let at = |share: f64| {
            let place = share * last as f64;
            let (below, part) = (place as usize, place.fract());
            values[below] + part * (values[(below + 1).min(last)] - values[below])
        };
        Spread {
            median: at(0.5),
            lower_quartile: at(0.25),
            upper_quartile: at(0.75),
            min: values[0],
            max: values[last],
        }
    }
}

/// A signal's name, of those that end programs everywhere.
pub(crate) fn signal_name(signal: i32) -> Option<&'static str> {
    #[cfg(unix)]
    {
        let names = [
            (libc::SIGHUP, "SIGHUP"),
            (libc::SIGINT, "SIGINT"),
            (libc::SIGQUIT, "SIGQUIT"),
            (libc::SIGILL, "SIGILL"),
            (libc::SIGTRAP, "SIGTRAP"),
            (libc::SIGABRT, "SIGABRT"),
            (libc::SIGBUS, "SIGBUS"),
            (libc::SIGFPE, "SIGFPE"),
            (libc::SIGKILL, "SIGKILL"),
            (libc::SIGUSR1, "SIGUSR1"),
            (libc::SIGSEGV, "SIGSEGV"),
            (libc::SIGUSR2, "SIGUSR2"),
            (libc::SIGPIPE, "SIGPIPE"),
            (libc::SIGALRM, "SIGALRM"),
            (libc::SIGTERM, "SIGTERM"),
            (libc::SIGSYS, "SIGSYS"),
            (libc::SIGXCPU, "SIGXCPU"),
            (libc::SIGXFSZ, "SIGXFSZ"),
        ];
        names.into_iter().find(|(number, _)| *number == signal).map(|(_, name)| name)
    }
    #[cfg(not(unix))]
    {
        let _ = signal;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quartiles_lie_between_figures_and_one_figure_is_all_of_them() {
        let five = Spread::of(vec![5.0, 1.0, 4.0, 2.0, 3.0]);
        assert_eq!(
            (five.min, five.lower_quartile, five.median, five.upper_quartile, five.max),
            (1.0, 2.0, 3.0, 4.0, 5.0)
        );
        let four = Spread::of(vec![1.0, 2.0, 3.0, 4.0]);
        assert_eq!((four.lower_quartile, four.median, four.upper_quartile), (1.75, 2.5, 3.25));
        let one = Spread::of(vec![7.0]);
        assert_eq!((one.min, one.lower_quartile, one.median, one.upper_quartile, one.max), (7.0, 7.0, 7.0, 7.0, 7.0));
    }
}
