//! What is open now: the dump one wants when a server hangs.

use crate::time::{self, Scale, Timeline};
use crate::record::node::Node;
use crate::record::suspended;
use crate::registry::{self, Tree};
use instrument_model::text::printable;
use crate::units::Unit;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;

/// What was open when [`active`] was called; prints itself.
#[derive(Debug, Clone)]
pub struct Active {
    threads: Vec<ActiveThread>,
    tasks: Vec<WaitingTask>,
    watching: bool,
}

/// A thread with open spans.
#[derive(Debug, Clone)]
pub struct ActiveThread {
    name: String,
    spans: Vec<OpenSpan>,
}

/// A span that's open.
#[derive(Debug, Clone)]
pub struct OpenSpan {
    name: String,
    elapsed: Option<Duration>,
}

/// A call of an async site that waits to be polled.
#[derive(Debug, Clone)]
pub struct WaitingTask {
    path: Vec<String>,
    elapsed: Duration,
    waiting: Duration,
}

/// What is open now: each thread's call path with the time so far, and, if [`Switch::Tasks`](crate::Switch) is on, each
/// instrumented async call that waits to be polled, with its path and how long it has been waiting.
///
/// Any thread may call it at any time. Threads pay nothing for it; tasks pay for being listed, which is why that's asked
/// for: with `set_enabled(Switch::Tasks, true)` or `INSTRUMENT_TASKS=on`, for calls that begin from then on. Costs some
/// tens of nanoseconds a call path and a listed task.
///
/// ```
/// use instrument_core::active;
/// eprintln!("{}", active());
/// ```
pub fn active() -> Active {
    // Before the trees are read, so that no span seems to have begun later than now.
    let scale = Timeline::get().scale();
    let threads = registry::reading(|trees| trees.iter().filter_map(|tree| ActiveThread::of(tree, scale)).collect());
    let waiting = suspended::waiting();
    let now = clock::ticks();
    let since = |ticks: u64| scale.duration(now.saturating_sub(ticks));
    let tasks = waiting.iter().map(|call| WaitingTask {
        path: call.path.iter().map(|site| site.label().to_owned()).collect(),
        elapsed: since(call.begun),
        waiting: since(call.since),
    });
    Active { threads, tasks: tasks.collect(), watching: suspended::is_watching() }
}

impl ActiveThread {
    fn of(tree: &Tree, scale: Scale) -> Option<ActiveThread> {
        let mut nodes: Vec<&'static Node> = tree.root().children().collect();
        let mut open = Vec::new();
        while let Some(node) = nodes.pop() {
            if let Some(start) = node.stats.running_since() {
                open.push((node, start));
            }
            nodes.extend(node.children());
        }
        // One call stack, so the deepest has all others above it, and those that aren't timed as well.
        let (deepest, _) = open.iter().max_by_key(|(node, _)| node.depth())?;
        let now = clock::ticks();
        let mut spans: Vec<OpenSpan> = std::iter::successors(Some(*deepest), |node| node.parent())
            .filter_map(|node| {
                let start = open.iter().find(|(other, _)| std::ptr::eq(*other, node)).map(|(_, start)| *start);
                Some(OpenSpan {
                    name: node.site()?.label().to_owned(),
                    elapsed: start.map(|start| scale.duration(now.saturating_sub(start))),
                })
            })
            .collect();
        spans.reverse();
        Some(ActiveThread { name: tree.owner(), spans })
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
    /// Threads with open spans.
    pub fn threads(&self) -> &[ActiveThread] {
        &self.threads
    }

    /// Async calls that wait to be polled, in the order in which they began; none while [`Switch::Tasks`](crate::Switch)
    /// is off.
    pub fn tasks(&self) -> &[WaitingTask] {
        &self.tasks
    }
}

impl fmt::Display for Active {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |time| Unit::Auto.format(time);
        for thread in &self.threads {
            writeln!(f, "thread {}", printable(&thread.name))?;
            for (depth, span) in thread.spans.iter().enumerate() {
                let lines = if depth == 0 { String::new() } else { format!("{}|- ", "|  ".repeat(depth - 1)) };
                match span.elapsed {
                    Some(elapsed) => writeln!(f, "  {lines}{}  {}", printable(&span.name), time(elapsed))?,
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
        if !self.watching {
            writeln!(f, "async calls that wait aren't listed: set INSTRUMENT_TASKS=on before they begin")?;
        }
        Ok(())
    }
}
