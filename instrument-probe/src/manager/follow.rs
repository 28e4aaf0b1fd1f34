//! The lines of logs that managers add, for those who follow them.

use crate::sink::{Observation, Outlet, Sink, SinkError, complain};
use crate::sync::{Condvar, Mutex, lock, wait_for};
use instrument_core::shared::Inside;
use instrument_wire::SpecId;
use std::collections::VecDeque;
use std::process;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock, Weak};
use std::time::{Duration, Instant};

/// Lines that wait for a follower; what comes when there are so many is dropped, and counted.
const LINES: usize = 1_000;

/// Lines of a second that go to where reports go although somebody follows them: who asked for them reads them elsewhere.
const ALSO_HERE: u64 = 100;

/// Where logs of specs write to: to all who follow, and where reports go, which is bounded meanwhile.
pub(super) fn outlet() -> Outlet {
    static OUTLET: LazyLock<Outlet> = LazyLock::new(|| Outlet::new(Followed(Outlet::stderr())));
    OUTLET.clone()
}

/// Hands lines to followers on the thread of the call: a stderr that nobody reads holds up its own queue alone.
struct Followed(Outlet);

/// The process that has followers, or none. Read before the lock is taken, which calls without followers have no need of,
/// and which, in a forked child, a thread may hold that isn't there any more.
static FOLLOWED: AtomicU32 = AtomicU32::new(0);

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
        let followed = FOLLOWED.load(Ordering::Acquire);
        let is_followed = followed != 0 && followed == process::id() && hand_out(observation);
        if !is_followed || self.takes_one_more() {
            self.0.send(observation.clone());
        }
        Ok(())
    }

    fn is_immediate(&self) -> bool {
        true
    }
}

/// Lines that somebody follows.
struct Here {
    since: Option<Instant>,
    /// Since then.
    written: u64,
    left_out: u64,
}

static HERE: Mutex<Here> = Mutex::new(Here { since: None, written: 0, left_out: 0 });

impl Here {
    /// What's to be said of those that were left out.
    fn said(&mut self) -> Option<String> {
        let left_out = std::mem::take(&mut self.left_out);
        (left_out > 0)
            .then(|| format!("instrument: {left_out} more lines of probes that are followed weren't written here"))
    }
}

impl Followed {
    fn takes_one_more(&self) -> bool {
        let _inside = Inside::enter();
        let mut here = lock(&HERE);
        let now = Instant::now();
        let said = match here.since {
            Some(since) if now.saturating_duration_since(since) < Duration::from_secs(1) => None,
            _ => {
                (here.since, here.written) = (Some(now), 0);
                here.said()
            }
        };
        here.written += 1;
        let takes = here.written <= ALSO_HERE;
        here.left_out += u64::from(!takes);
        drop(here);
        said.into_iter().for_each(complain);
        takes
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _inside = Inside::enter();
        let said = lock(&HERE).said();
        said.into_iter().for_each(complain);
    }
}

/// Whether anybody follows it.
fn hand_out(observation: &Observation) -> bool {
    let _inside = Inside::enter();
    let mut known = lock(&FOLLOWERS);
    known.retain(|follower| follower.strong_count() > 0);
    FOLLOWED.store(if known.is_empty() { 0 } else { process::id() }, Ordering::Release);
    let is_meant = |queue: &Arc<Queue>| *queue.id.target == *observation.target && *queue.id.name == *observation.name;
    let meant: Vec<Arc<Queue>> = known.iter().filter_map(Weak::upgrade).filter(is_meant).collect();
    drop(known);
    let is_followed = !meant.is_empty();
    for queue in meant {
        let mut waiting = lock(&queue.waiting);
        if waiting.lines.len() < LINES {
            waiting.lines.push_back(observation.to_string());
        } else {
            waiting.dropped += 1;
        }
        queue.changed.notify_all();
    }
    is_followed
}

/// Who follows a log: gets its lines from now on.
pub(crate) struct Follower(Arc<Queue>);

/// Follows the log of that name on that target.
pub(crate) fn follow(id: SpecId) -> Follower {
    let _inside = Inside::enter();
    let queue = Arc::new(Queue { id, waiting: Mutex::default(), changed: Condvar::new() });
    let mut followers = lock(&FOLLOWERS);
    followers.retain(|follower| follower.strong_count() > 0);
    followers.push(Arc::downgrade(&queue));
    FOLLOWED.store(process::id(), Ordering::Release);
    Follower(queue)
}

impl Follower {
    /// The next line, if one comes in time.
    pub(crate) fn next(&self, time: Duration) -> Option<String> {
        let deadline = Instant::now() + time;
        let mut waiting = lock(&self.0.waiting);
        loop {
            if let Some(line) = waiting.lines.pop_front() {
                return Some(line);
            }
            let left = deadline.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())?;
            waiting = wait_for(&self.0.changed, waiting, left);
        }
    }

    /// Lines that were dropped so far.
    pub(crate) fn dropped(&self) -> u64 {
        lock(&self.0.waiting).dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sink::{Memory, Null, Reading};
    use instrument_wire::Event;

    fn line(target: &str, name: &str, line: &str) -> Observation {
        let (name, target, reading) = (name.into(), target.into(), Reading::Line(line.to_owned()));
        Observation { name, target, event: Event::Call, reading, tags: Vec::new() }
    }

    #[test]
    fn lines_are_bounded_at_a_follower_and_here_and_that_is_told() {
        let sink = Followed(Outlet::new(Null));
        let [deaf, other] = ["f", "g"].map(|target| follow(SpecId::new(target, "log")));
        for number in 0..LINES + 5 {
            sink.receive(&line("f", "log", &number.to_string())).expect("it takes everything");
        }
        sink.receive(&line("g", "log", "one")).expect("it takes everything");
        sink.receive(&line("g", "another", "two")).expect("it takes everything");
        assert_eq!((deaf.dropped(), other.dropped()), (5, 0));
        assert_eq!(deaf.next(Duration::ZERO).as_deref(), Some("log: 0 (f call)"));
        sink.receive(&line("f", "log", "there's room again")).expect("it takes everything");
        let rest: Vec<String> = std::iter::from_fn(|| deaf.next(Duration::ZERO)).collect();
        assert_eq!((rest.len(), rest[LINES - 1].as_str()), (LINES, "log: there's room again (f call)"));
        assert_eq!(other.next(Duration::ZERO).as_deref(), Some("log: one (g call)"));
        assert_eq!(other.next(Duration::from_millis(1)), None);
        drop((deaf, other));
        sink.receive(&line("f", "log", "nobody")).expect("it takes everything");
        assert_eq!(FOLLOWED.load(Ordering::Acquire), 0, "calls take no lock for nobody");

        // A second that doesn't end while this runs.
        *lock(&HERE) = Here { since: Instant::now().checked_add(Duration::from_secs(3600)), written: 0, left_out: 0 };
        let memory = Memory::default();
        let sink = Followed(Outlet::new(memory.clone()));
        let follower = follow(SpecId::new("f", "log"));
        for number in 0..ALSO_HERE + 5 {
            sink.receive(&line("f", "log", &number.to_string())).expect("it takes everything");
            sink.receive(&line("g", "log", "nobody follows it")).expect("it takes everything");
        }
        let lines = memory.lines();
        let others = lines.iter().filter(|line| *line == "nobody follows it").count() as u64;
        assert_eq!((others, lines.len() as u64 - others), (ALSO_HERE + 5, ALSO_HERE));
        let said = lock(&HERE).said();
        assert_eq!(said.as_deref(), Some("instrument: 5 more lines of probes that are followed weren't written here"));
        drop(follower);
    }
}
