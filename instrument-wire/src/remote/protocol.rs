//! What's said on the socket: a request is one line of JSON, and so is each answer.

use crate::fields::{object, tagged, words};
use crate::spec::{ParseError, Spec, SpecId, parse};
use instrument_model::json;

/// Bytes of a request, with its line feed.
pub const LONGEST_REQUEST: usize = 64 * 1024;

/// Bytes of an answer, with its line feed; longer ones become an error.
pub const LONGEST_ANSWER: usize = 8 * 1024 * 1024;

/// Rows of [`Request::Top`].
pub const MOST_ROWS: u16 = 1_000;

/// What a process that serves can be asked.
///
/// As JSON: `{"ask": "hello"}`, `{"ask": "top", "order": "own", "rows": 20}`.
#[derive(Debug, Clone, PartialEq)]
pub enum Request {
    /// Who it is: [`Answer::Hello`].
    Hello {},
    /// What can be probed: [`Answer::Targets`].
    Targets {},
    /// Adds a probe that lives as long as the process at most: [`Answer::Done`], then, if `follow`, as for
    /// [`Lines`](Request::Lines).
    ProbeAdd {
        /// What to observe.
        spec: Box<Spec>,
        /// Whether its log lines are wanted on this connection.
        follow: bool,
    },
    /// All instruments of the process: [`Answer::Probes`].
    ProbeList {},
    /// Removes an instrument that was added here: [`Answer::Done`].
    ProbeRemove {
        /// Which one.
        id: SpecId,
    },
    /// The log lines of an instrument, until it's gone: [`Answer::Line`] for each, [`Answer::Beat`] every second, and
    /// [`Answer::End`].
    Lines {
        /// Which one.
        id: SpecId,
    },
    /// Where the time goes: [`Answer::Top`].
    Top {
        /// Which rows come first.
        order: Order,
        /// How many rows, at most [`MOST_ROWS`].
        rows: usize,
        /// Only what happened since the last request of this kind on this connection.
        interval: bool,
    },
    /// What's running now: [`Answer::Text`].
    Dump {
        /// How many terminal cells a line may take; `u32::MAX` where there's no bound.
        width: u32,
    },
    /// The report that the process would print: [`Answer::Text`].
    Report {
        /// How many terminal cells a line may take.
        width: usize,
    },
    /// What the process has recorded so far: [`Answer::Part`] after part, until none is left.
    Save {},
}

impl Request {
    /// Reads a line.
    ///
    /// # Errors
    ///
    /// What isn't as it should be, and what's allowed there.
    pub fn parse(line: &[u8]) -> Result<Request, ParseError> {
        parse(line)
    }

    /// The line that asks it, without a line feed.
    pub fn to_line(&self) -> Vec<u8> {
        json::written(self)
    }
}

tagged!(Request, "ask", Refused;
    "hello" Hello {}
    "targets" Targets {}
    "probe_add" ProbeAdd { spec, follow = false }
    "probe_list" ProbeList {}
    "probe_remove" ProbeRemove { id }
    "lines" Lines { id }
    "top" Top { order = Order::Total, rows = 20, interval = false }
    "dump" Dump { width = u32::MAX }
    "report" Report { width = 120 }
    "save" Save {});

/// The order of rows in [`Request::Top`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By time in the function and below.
    #[default]
    Total,
    /// By time in the function itself.
    Own,
    /// By what the callers of async functions waited; the others come last.
    Wall,
}

words!(Order { "total" Total, "own" Own, "wall" Wall });

/// What's answered.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Answer {
    /// It wasn't done.
    Error {
        /// Why.
        error: String,
    },
    /// It was done.
    Done {
        /// The instrument that was added or removed.
        id: SpecId,
    },
    /// Who it is.
    Hello(Hello),
    /// What can be probed.
    Targets {
        /// Sorted by path.
        targets: Vec<TargetRow>,
    },
    /// All instruments.
    Probes {
        /// By target.
        probes: Vec<ProbeRow>,
    },
    /// A line that an instrument logged.
    Line {
        /// The line.
        line: String,
    },
    /// Nothing new; the instrument is still there.
    Beat {
        /// Calls that it looked at so far.
        calls: u64,
        /// Lines that were dropped since they weren't read fast enough.
        dropped: u64,
    },
    /// There will be no more lines.
    End {
        /// Why.
        reason: String,
        /// Whether it's because the probe has failed.
        failed: bool,
        /// Calls that it looked at.
        calls: u64,
        /// Lines that were dropped since they weren't read fast enough.
        dropped: u64,
    },
    /// Where the time goes.
    Top(Top),
    /// Something to print.
    Text {
        /// Lines.
        text: String,
    },
    /// A piece of a text that's too long for one answer.
    Part {
        /// The piece.
        text: String,
        /// Bytes that are to come in further pieces.
        left: u64,
    },
}

impl Answer {
    /// The line that says it, without a line feed. What's longer than [`LONGEST_ANSWER`] becomes an error that says so.
    pub fn to_line(&self) -> Vec<u8> {
        let line = json::written(self);
        if line.len() < LONGEST_ANSWER {
            return line;
        }
        json::written(&Answer::Error { error: format!("the answer is longer than {LONGEST_ANSWER} bytes") })
    }

    /// Reads a line. What a newer version says besides is passed over.
    ///
    /// # Errors
    ///
    /// What isn't as it should be.
    pub fn parse(line: &[u8]) -> Result<Answer, ParseError> {
        parse(line)
    }
}

tagged!(Answer, "answer", Skipped;
    "error" Error { error }
    "done" Done { id }
    "targets" Targets { targets }
    "probes" Probes { probes }
    "line" Line { line }
    "beat" Beat { calls, dropped }
    "end" End { reason, failed = false, calls, dropped }
    "text" Text { text }
    "part" Part { text, left };
    "hello" Hello(Hello)
    "top" Top(Top));

object!(Hello, Skipped,
    needs { "pid": pid, "program": program, "version": version, "uptime_seconds": uptime_seconds },
    may { "host": host });

object!(TargetRow, Skipped, needs { "path": path, "arguments": arguments, "file": file, "line": line });

object!(ProbeRow, Skipped,
    holds id: SpecId { target, name },
    needs { "state": state, "calls": calls },
    may { "spec": spec, "error": error, "seconds_left": seconds_left });

words!(ProbeState { "running" Running, "stopped" Stopped, "expired" Expired, "failed" Failed });

object!(Top, Skipped, needs { "elapsed_ns": elapsed_ns, "rows": rows, "more": more });

object!(TopRow, Skipped, needs {
    "name": name, "path": path, "count": count, "running": running,
    "total_ns": total_ns, "own_ns": own_ns, "max_ns": max_ns
}, may { "estimated": estimated, "wall": wall });

object!(WallRow, Skipped, needs {
    "sum_ns": sum_ns, "mean_ns": mean_ns, "p50_ns": p50_ns, "p99_ns": p99_ns, "max_ns": max_ns
});

/// A process that serves.
#[derive(Debug, Clone, PartialEq)]
pub struct Hello {
    /// Its number.
    pub pid: u32,
    /// The name of its program's file.
    pub program: String,
    /// The version of `instrument` that it's built with.
    pub version: String,
    /// Since it began to serve.
    pub uptime_seconds: f64,
    /// The name of the machine, or of the container.
    pub host: Option<String>,
}

/// A function that can be probed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetRow {
    /// The path that a probe is attached by.
    pub path: String,
    /// The arguments that expressions can name.
    pub arguments: Vec<String>,
    /// The source file.
    pub file: String,
    /// The line there.
    pub line: u32,
}

/// An instrument.
#[derive(Debug, Clone, PartialEq)]
pub struct ProbeRow {
    /// On what, and its name.
    pub id: SpecId,
    /// What it was added by over this socket; `None` for the program's own, and those of its stores.
    pub spec: Option<Spec>,
    /// Whether it fires.
    pub state: ProbeState,
    /// Why it failed.
    pub error: Option<String>,
    /// Calls that it looked at so far, those included that its condition wasn't true for.
    pub calls: u64,
    /// What's left of its lifespan.
    pub seconds_left: Option<f64>,
}

/// Whether an instrument fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProbeState {
    /// It fires.
    Running,
    /// The program has stopped it.
    Stopped,
    /// Its lifespan is over.
    Expired,
    /// It had an error, and doesn't fire any more.
    Failed,
}

/// Where the time goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Top {
    /// The time that the figures are about.
    pub elapsed_ns: u64,
    /// One for each function or span.
    pub rows: Vec<TopRow>,
    /// How many more there are.
    pub more: usize,
}

/// A function or span, over all threads and call paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopRow {
    /// What tables call it.
    pub name: String,
    /// The function that it's in.
    pub path: String,
    /// Calls that ended.
    pub count: u64,
    /// Calls that run now.
    pub running: u64,
    /// Time in it and below; that of recursive calls counts once.
    pub total_ns: u64,
    /// Time in it alone.
    pub own_ns: u64,
    /// The longest call.
    pub max_ns: u64,
    /// Whether times are estimated, since not all calls are timed, or may be off, since the clocks parted meanwhile.
    pub estimated: Option<bool>,
    /// Wall time of completed calls, if it's async: the times above are its polls' then.
    pub wall: Option<WallRow>,
}

/// What the callers of an async function waited, from first poll to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WallRow {
    /// All calls together.
    pub sum_ns: u64,
    /// The mean call.
    pub mean_ns: u64,
    /// What half of the calls didn't exceed.
    pub p50_ns: u64,
    /// What 99 % of the calls didn't exceed.
    pub p99_ns: u64,
    /// The longest call.
    pub max_ns: u64,
}
