//! What is open now: the dump one wants when a server hangs.

use instrument_model::text::{format as time, printable};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

/// What was open at one time; [`Display`](fmt::Display) is a line for each open span, and for each place where async calls
/// wait.
///
/// ```
/// use instrument_report::{Active, ActiveThread, OpenSpan};
/// use std::time::Duration;
///
/// let spans = vec![OpenSpan::new("serve", Some(Duration::from_secs(2))), OpenSpan::new("parse", None)];
/// let active = Active::new(vec![ActiveThread::new("main #1", spans)], Vec::new(), true);
/// assert_eq!(active.to_string(), "thread main #1\n  serve  2.00 s\n  |- parse\n");
/// ```
#[derive(Debug, Clone)]
pub struct Active {
    threads: Vec<ActiveThread>,
    tasks: Vec<WaitingTask>,
    is_watching: bool,
}

/// A thread with open spans, see [`Active`].
#[derive(Debug, Clone)]
pub struct ActiveThread {
    name: String,
    spans: Vec<OpenSpan>,
}

/// A span that's open, see [`Active`].
#[derive(Debug, Clone)]
pub struct OpenSpan {
    name: String,
    elapsed: Option<Duration>,
    is_vague: bool,
}

/// A call of an async site that waits to be polled.
///
/// ```
/// use instrument_report::{Active, WaitingTask};
/// use std::time::Duration;
///
/// let path = ["serve", "query"].map(str::to_owned).to_vec();
/// let task = WaitingTask::new(path, Duration::from_secs(3), Duration::from_secs(2));
/// let active = Active::new(Vec::new(), vec![task], true);
/// assert_eq!(active.to_string(), "waiting 2.00 s of 3.00 s  serve > query\n");
/// ```
#[derive(Debug, Clone)]
pub struct WaitingTask {
    path: Vec<String>,
    elapsed: Duration,
    waiting: Duration,
}

impl ActiveThread {
    /// The thread of this name, with its open spans from the outermost inwards.
    pub fn new(name: impl Into<String>, spans: Vec<OpenSpan>) -> ActiveThread {
        ActiveThread { name: name.into(), spans }
    }

    /// The thread's name, if it has one, and its number: `main #1`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its call path, from the outermost span inwards.
    pub fn spans(&self) -> &[OpenSpan] {
        &self.spans
    }
}

impl OpenSpan {
    /// A span of this name, open for so long if it's timed.
    pub fn new(name: impl Into<String>, elapsed: Option<Duration>) -> OpenSpan {
        OpenSpan { name: name.into(), elapsed, is_vague: false }
    }

    /// The span, with its time marked if the clocks may have parted since it began.
    #[must_use]
    pub fn marked(self, is_vague: bool) -> OpenSpan {
        OpenSpan { is_vague, ..self }
    }

    /// What tables call it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How long it has been open; an async call, how long this poll has taken. `None` for one that isn't timed: what a
    /// context stands for, or a call that a sampled site only counts.
    pub fn elapsed(&self) -> Option<Duration> {
        self.elapsed
    }
}

impl WaitingTask {
    /// A call with its path from the outermost span to itself, the time since its first poll, and that since its last.
    pub fn new(path: Vec<String>, elapsed: Duration, waiting: Duration) -> WaitingTask {
        WaitingTask { path, elapsed, waiting }
    }

    /// Its call path as of its last poll, from the outermost span to the call itself.
    pub fn path(&self) -> &[String] {
        &self.path
    }

    /// Since its first poll.
    pub fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// Since its last poll ended.
    pub fn waiting(&self) -> Duration {
        self.waiting
    }
}

impl Active {
    /// These threads and waiting calls; whether calls that wait are listed at all, which the text says if they aren't.
    pub fn new(threads: Vec<ActiveThread>, tasks: Vec<WaitingTask>, is_watching: bool) -> Active {
        Active { threads, tasks, is_watching }
    }

    /// Threads with open spans.
    pub fn threads(&self) -> &[ActiveThread] {
        &self.threads
    }

    /// Async calls that wait to be polled, in the order in which they began; none while they
    /// aren't listed.
    pub fn tasks(&self) -> &[WaitingTask] {
        &self.tasks
    }
}

impl fmt::Display for Active {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for thread in &self.threads {
            writeln!(f, "thread {}", printable(&thread.name))?;
            for (depth, span) in thread.spans.iter().enumerate() {
                let lines = if depth == 0 { String::new() } else { format!("{}|- ", "|  ".repeat(depth - 1)) };
                match span.elapsed {
                    Some(elapsed) => {
                        let mark = if span.is_vague { "~" } else { "" };
                        writeln!(f, "  {lines}{}  {mark}{}", printable(&span.name), time(elapsed))?;
                    }
                    None => writeln!(f, "  {lines}{}", printable(&span.name))?,
                }
            }
        }
        // A server that hangs has thousands, most of which wait in the same place.
        let mut places: Vec<(&WaitingTask, usize)> = Vec::new();
        let mut known: HashMap<&[String], usize> = HashMap::new();
        for task in &self.tasks {
            let place = *known.entry(&task.path).or_insert(places.len());
            match places.get_mut(place) {
                Some((longest, count)) => {
                    *longest = if task.waiting > longest.waiting { task } else { longest };
                    *count += 1;
                }
                None => places.push((task, 1)),
            }
        }
        places.sort_by_key(|(longest, _)| Reverse(longest.waiting));
        for (task, count) in places {
            let path: Vec<String> = task.path.iter().map(|name| printable(name)).collect();
            let (waiting, elapsed) = (time(task.waiting), time(task.elapsed));
            let more = if count == 1 { String::new() } else { format!("  ({count} calls, this the longest)") };
            writeln!(f, "waiting {waiting} of {elapsed}  {}{more}", path.join(" > "))?;
        }
        if self.threads.is_empty() && self.tasks.is_empty() {
            writeln!(f, "no span is open")?;
        }
        if !self.is_watching {
            writeln!(f, "async calls that wait aren't listed: set INSTRUMENT_TASKS=on before they begin")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_wait_in_the_same_place_are_one_line_the_longest_first() {
        let task = |name: &str, elapsed, waiting| {
            let seconds = Duration::from_secs;
            WaitingTask::new(vec!["serve\n".to_owned(), name.to_owned()], seconds(elapsed), seconds(waiting))
        };
        let tasks = vec![task("query", 5, 1), task("flush", 7, 2), task("query", 9, 3)];
        let active = Active::new(Vec::new(), tasks, true);
        assert_eq!(
            active.to_string(),
            "\
waiting 3.00 s of 9.00 s  serve\\n > query  (2 calls, this the longest)
waiting 2.00 s of 7.00 s  serve\\n > flush
"
        );
    }

    #[test]
    fn what_is_not_listed_is_said() {
        assert_eq!(
            Active::new(Vec::new(), Vec::new(), false).to_string(),
            "\
no span is open
async calls that wait aren't listed: set INSTRUMENT_TASKS=on before they begin
"
        );
    }
}
