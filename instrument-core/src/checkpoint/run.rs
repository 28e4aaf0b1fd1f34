//! A run: what a profiler shares with those that run within it, and how it ends.

use super::block::{Block, Kind};
use super::context::TraceContext;
use super::label::Words;
use super::nest;
use super::print::{self, Figures};
use super::sink::{Sink, deliver};
use super::summary::RemoteSummary;
use crate::time::{Timeline, glance_at, ticks};
use crate::settings::settings;
use crate::base::inside::Inside;
use crate::base::sync::lock;
use std::borrow::Cow;
use std::fmt::{Display, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

/// What a profiler and those that run within it share.
#[derive(Debug)]
pub(super) struct Shared {
    pub(super) open: Mutex<Open>,
    ended: AtomicBool,
    /// The remote one, if any.
    pub(super) caller: Option<TraceContext>,
    pub(super) context: OnceLock<TraceContext>,
}

#[derive(Debug)]
pub(super) struct Open {
    pub(super) block: Block,
    pub(super) threshold: Duration,
    pub(super) immediate: bool,
    pub(super) sink: Option<Sink>,
    /// How many were open around it.
    depth: usize,
    /// When the last line was printed, of one that's immediate.
    last: u64,
    /// It began in a task, and is attached to whatever is open where the task ends.
    pub(super) in_task: bool,
    /// Made by a destructor during unwinding: that it ends during it says nothing.
    panicking: bool,
}

impl Shared {
    pub(super) fn new(title: Cow<'static, str>, depth: usize, caller: Option<TraceContext>) -> Arc<Self> {
        let panicking = std::thread::panicking();
        let start = ticks();
        glance_at(start);
        let open = Open {
            block: Block::new(title, start),
            threshold: Duration::ZERO,
            immediate: false,
            sink: None,
            depth,
            last: start,
            in_task: false,
            panicking,
        };
        Arc::new(Shared { open: Mutex::new(open), ended: AtomicBool::new(false), caller, context: OnceLock::new() })
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Lets it end without a trace.
    pub(super) fn discard(self: &Arc<Self>) {
        self.ended.store(true, Ordering::Relaxed);
        nest::leave(self);
    }

    /// Not inlined, so that a profiler that's off is a look and a branch in the user's code.
    #[inline(never)]
    pub(super) fn mark_label(&self, label: impl Display, kind: impl FnOnce() -> Kind) {
        let at = ticks();
        let mut words = Words::default();
        // A user's error leaves what was written until then.
        let _ = write!(words, "{label}");
        self.mark(at, words.as_str(), kind());
    }

    pub(super) fn mark(&self, at: u64, label: &str, kind: Kind) {
        glance_at(at);
        if let Some(_inside) = Inside::to_record() {
            self.add(at, label, kind);
        }
    }

    fn add(&self, at: u64, label: &str, kind: Kind) {
        let mut open = lock(&self.open);
        if open.immediate {
            drop(open);
            self.mark_now(at, label, kind);
        } else {
            open.block.add(at, label, kind);
        }
    }

    #[cold]
    fn mark_now(&self, at: u64, label: &str, kind: Kind) {
        let (text, sink) = {
            let mut open = lock(&self.open);
            let text = print::immediate(&open.block, open.depth, label, (open.last, at), figures());
            open.last = at;
            // For a summary.
            open.block.add(at, label, kind);
            (text, open.sink.clone())
        };
        deliver(sink.as_ref(), &text);
    }
}

fn figures() -> Figures {
    Figures { bearings: Timeline::get().bearings(), unit: settings().unit }
}

/// How a run ends.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ending<'a> {
    Dropped,
    Named(&'a str),
    /// With its last line marked already.
    Marked,
    Summarized,
}

/// Ends a run: its block goes to the profiler around it, or out.
pub(super) fn end(shared: &Arc<Shared>, at: u64, how: Ending<'_>) -> Option<RemoteSummary> {
    glance_at(at);
    shared.ended.store(true, Ordering::Relaxed);
    let mut parent = nest::leave(shared);
    let mut open = lock(&shared.open);
    if open.in_task && how == Ending::Marked {
        parent = nest::innermost();
    }
    let panicked = std::thread::panicking() && !open.panicking;
    let label = match how {
        Ending::Named(label) => Some(label),
        _ if panicked => Some("(panicked)"),
        Ending::Marked => None,
        // Of a run without marks the title says it all.
        _ => (open.immediate || open.block.has_steps()).then_some("(end)"),
    };
    if let Some(label) = label {
        drop(open);
        shared.add(at, label, Kind::Mark);
        open = lock(&shared.open);
    }
    open.block.end = at;
    let block = std::mem::replace(&mut open.block, Block::new(Cow::Borrowed(""), 0));
    let (threshold, immediate, depth, sink) = (open.threshold, open.immediate, open.depth, open.sink.take());
    drop(open);

    // The scale takes a while in a process's first millisecond: asked for where it's needed, and not by each nested run.
    let scale = || Timeline::get().scale();
    let summary = (how == Ending::Summarized).then(|| RemoteSummary::of(&block, &Timeline::get().bearings()));
    let is_slow = || threshold.is_zero() || scale().duration(at.saturating_sub(block.start)) >= threshold;
    if immediate || !is_slow() {
        return summary;
    }
    match parent.as_ref().map(|parent| lock(&parent.open)) {
        Some(mut parent) if !parent.immediate => parent.block.add(at, "", Kind::Nested(Box::new(block))),
        // Its lines came as they were marked, and so does what ran in between.
        Some(parent) => {
            let sink = parent.sink.clone().or(sink);
            drop(parent);
            deliver(sink.as_ref(), &print::block(&block, depth, figures()));
        }
        None => deliver(sink.as_ref(), &print::block(&block, 0, figures())),
    }
    summary
}
