//! What is open now, of all threads and tasks.

use crate::base::inside::Inside;
use crate::tasks::waiting;
use crate::threads::{Tree, pool};
use crate::time::{self, Bearings, Timeline};
use crate::tree::node::Node;
use instrument_report::{Active, ActiveThread, OpenSpan, WaitingTask};

/// What is open now: each thread's call path with the time so far, and, if [`Switch::Tasks`](crate::Switch) is on, each
/// instrumented async call that waits to be polled, with its path and how long it has been waiting.
///
/// Any thread may call it at any time. Threads pay nothing for it; tasks pay for being listed, which is why that's asked
/// for: with `set_enabled(Switch::Tasks, true)` or `INSTRUMENT_TASKS=on`, for calls that begin from then on. Costs a
/// copy of each open call path and each listed task.
///
/// ```
/// use instrument_core::active;
/// eprintln!("{}", active());
/// ```
pub fn active() -> Active {
    let _inside = Inside::for_caller();
    // Before the trees are read, so that no span seems to have begun later than now.
    let bearings = Timeline::get().bearings();
    let threads = pool::reading(|trees| trees.iter().filter_map(|tree| active_thread(tree, &bearings)).collect());
    let waiting = waiting::waiting();
    let now = time::ticks();
    let since = |ticks: u64| bearings.scale.duration(Timeline::get().between(ticks, now));
    let tasks = waiting.iter().map(|call| {
        let path = call.path.iter().map(|site| site.label().to_owned()).collect();
        let is_vague = |since| bearings.are_vague(since, now);
        WaitingTask::new(path, since(call.begun), since(call.since))
            .marked(is_vague(call.begun), is_vague(call.since))
    });
    Active::new(threads, tasks.collect(), waiting::is_watching())
}

fn active_thread(tree: &Tree, bearings: &Bearings) -> Option<ActiveThread> {
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
    let now = time::ticks();
    let mut spans: Vec<OpenSpan> = std::iter::successors(Some(*deepest), |node| node.parent())
        .filter_map(|node| {
            let start = open.iter().find(|(other, _)| std::ptr::eq(*other, node)).map(|(_, start)| *start);
            let elapsed = start.map(|start| bearings.scale.duration(Timeline::get().between(start, now)));
            let is_vague = start.is_some_and(|start| bearings.are_vague(start, now));
            Some(OpenSpan::new(node.site()?.label(), elapsed).marked(is_vague))
        })
        .collect();
    spans.reverse();
    Some(ActiveThread::new(tree.owner().name, spans))
}
