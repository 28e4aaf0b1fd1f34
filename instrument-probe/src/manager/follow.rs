//! The lines of logs that managers add, for those who follow them.

use crate::sink::{Observation, Outlet, Sink, SinkError, Stderr};
use crate::spec::SpecId;
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

/// Lines that wait for a follower; what comes when there are so many is dropped, and counted.
const LINES: usize = 1_000;

/// Where logs of specs write to: where reports go, and to all who follow.
pub(super) fn outlet() -> Outlet {
    static OUTLET: LazyLock<Outlet> = LazyLock::new(|| Outlet::new(Followed));
    OUTLET.clone()
}

struct Followed;

static FOLLOWERS: Mutex<Vec<Weak<Queue>>> = Mutex::new(Vec::new());

struct Queue {
    id: SpecId,
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: VecDeque<String>,
    dropped: u64,
}

impl Sink for Followed {
    fn receive(&self, observation: &Observation) -> Result<(), SinkError> {
        let followers: Vec<Arc<Queue>> = followers().iter().filter_map(Weak::upgrade).collect();
        let is_meant =
            |queue: &&Arc<Queue>| *queue.id.target == *observation.target && *queue.id.name == *observation.name;
        for queue in followers.iter().filter(is_meant) {
            let mut waiting = queue.waiting();
            if waiting.lines.len() < LINES {
                waiting.lines.push_back(observation.to_string());
            } else {
                waiting.dropped += 1;
            }
            queue.changed.notify_all();
        }
        Stderr.receive(observation)
    }
}

impl Queue {
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn followers() -> MutexGuard<'static, Vec<Weak<Queue>>> {
    FOLLOWERS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who follows a log: gets its lines from now on.
pub(crate) struct Follower(Arc<Queue>);

/// Follows the log of that name on that target.
pub(crate) fn follow(id: SpecId) -> Follower {
    let queue = Arc::new(Queue { id, waiting: Mutex::default(), changed: Condvar::new() });
    let mut followers = followers();
    followers.retain(|follower| follower.strong_count() > 0);
    followers.push(Arc::downgrade(&queue));
    Follower(queue)
}

/// What a follower gets.
pub(crate) enum Next {
    Line(String),
    /// Nothing came in time.
    Nothing,
}

impl Follower {
    /// The next line, if one comes in time.
    pub(crate) fn next(&self, time: Duration) -> Next {
        let deadline = Instant::now() + time;
        let mut waiting = self.0.waiting();
        loop {
            if let Some(line) = waiting.lines.pop_front() {
                return Next::Line(line);
            }
            let Some(left) = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero()) else {
                return Next::Nothing;
            };
            waiting = self.0.changed.wait_timeout(waiting, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Lines that were dropped so far.
    pub(crate) fn dropped(&self) -> u64 {
        self.0.waiting().dropped
    }
}
