//! What one piece of code did: a call tree of its own, below a site that no other piece has at the same time.

use super::snapshot::below;
use crate::base::inside::Inside;
use crate::base::sync::lock;
use crate::process::fork::Holder;
use crate::site::{Location, Site};
use instrument_model::Snapshot;
use std::collections::VecDeque;
use std::sync::Mutex;

/// Sites that nobody uses, those first that haven't been for the longest time: what a task goes on to record after its piece is
/// over is then the least likely to be taken for another piece's.
static FREE: Mutex<VecDeque<&'static Site>> = Mutex::new(VecDeque::new());

/// As many are made before any is used again.
const LEAST: usize = 64;

inventory::submit! { Holder::new(57, || Box::new(lock(&FREE))) }

/// Calls `work`, and returns with its result what was recorded by it: on this thread, and wherever it carried a
/// [`Context`](crate::Context) to, whatever other threads do meanwhile. For tests: in a parallel `cargo test`, each sees its own.
///
/// The snapshot has one root, `record`, with all spans below it. Its own figures are those of what's outside of them; with
/// [`CountingAllocator`](crate::memory::CountingAllocator) installed these are also the bytes and blocks that were allocated there, and
/// [`Snapshot::column`] tells those of all paths together. Measurements, checkpoints and timers aren't by call path, so they're not
/// in there; what was lost is the process's meanwhile. Where timers are off, the snapshot is empty, and its figures are NaN.
///
/// What tasks and threads go on to do after `work` returned isn't in there, nor in any of the next 63 pieces. In the program's own tables, all pieces are one row,
/// `record`.
///
/// # Cost
/// That of two snapshots. The first 64 calls allocate a site each, for good; so do others that run at the same time as 64.
///
/// # Examples
/// ```
/// use instrument_core::record;
///
/// let (sum, recorded) = record(|| (1..=100).sum::<u64>());
/// assert_eq!(sum, 5050);
/// assert_eq!(recorded.find(&["record"]).map(|node| node.count()), Some(1));
/// // 0 where the counting allocator is installed:
/// assert!(recorded.column("alloc_blocks").total().is_nan());
/// ```
pub fn record<R>(work: impl FnOnce() -> R) -> (R, Snapshot) {
    let piece = Piece::new();
    let before = below(piece.0);
    let span = piece.0.enter();
    let result = work();
    drop(span);
    let recorded = below(piece.0).since(&before);
    (result, recorded)
}

/// A site, as long as it's used.
struct Piece(&'static Site);

impl Piece {
    fn new() -> Piece {
        let _inside = Inside::enter();
        let known = {
            let mut free = lock(&FREE);
            if free.len() >= LEAST { free.pop_front() } else { None }
        };
        Piece(known.unwrap_or_else(|| {
            let location = Location::new(module_path!(), "", 0, 0, || "record");
            Box::leak(Box::new(Site::new(Some("record"), location).always_on()))
        }))
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        let _inside = Inside::enter();
        lock(&FREE).push_back(self.0);
    }
}
