//! Calls that wait to be polled, for those who want to know what a server that hangs is waiting for.
//!
//! A suspended future is no thread's, and nobody can find it who doesn't keep a list. So a list is kept, but only of calls
//! that begin while [`Switch::Tasks`](crate::Switch) is on.

use crate::base::hash::Quick;
use crate::base::inside::Inside;
use crate::base::sync::lock;
use crate::process::fork::Holder;
use crate::site::Site;
use crate::state::Setup;
use crate::tree::node::Node;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

static WATCHING: AtomicBool = AtomicBool::new(false);
static CALLS: Mutex<Calls> = Mutex::new(Calls { next: 0, all: None });

inventory::submit! { Holder::new(80, || Box::new(lock(&CALLS))) }
inventory::submit! { Setup(|settings| if settings.tasks { watch(true) }) }

struct Calls {
    next: u64,
    all: Option<HashMap<u64, Arc<Entry>, Quick>>,
}

#[derive(Debug)]
struct Entry {
    site: &'static Site,
    begun: u64,
    /// Where it was polled last; null before its first poll.
    node: AtomicPtr<Node>,
    /// Since when it has been waiting, in ticks; 0 while it's being polled.
    waiting: AtomicU64,
}

/// A call in the list, until this is dropped.
#[derive(Debug)]
pub(super) struct Watched {
    id: u64,
    entry: Arc<Entry>,
}

/// Whether calls that begin from now on are listed.
pub(crate) fn watch(on: bool) {
    WATCHING.store(on, Ordering::Relaxed);
}

#[inline]
pub(crate) fn is_watching() -> bool {
    WATCHING.load(Ordering::Relaxed)
}

impl Watched {
    pub(super) fn new(site: &'static Site, begun: u64) -> Option<Watched> {
        is_watching().then(|| {
            let _inside = Inside::enter();
            let entry = Entry { site, begun, node: AtomicPtr::new(std::ptr::null_mut()), waiting: AtomicU64::new(0) };
            let entry = Arc::new(entry);
            let mut calls = lock(&CALLS);
            let id = calls.next;
            calls.next += 1;
            calls.all.get_or_insert_default().insert(id, Arc::clone(&entry));
            Watched { id, entry }
        })
    }

    pub(super) fn resume(&self, node: &'static Node) {
        self.entry.node.store(std::ptr::from_ref(node).cast_mut(), Ordering::Release);
        self.entry.waiting.store(0, Ordering::Release);
    }

    pub(super) fn suspend(&self, now: u64) {
        self.entry.waiting.store(now.max(1), Ordering::Release);
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _inside = Inside::enter();
        if let Some(all) = &mut lock(&CALLS).all {
            all.remove(&self.id);
        }
    }
}

/// A call that waits, as found.
pub(crate) struct Waiting {
    /// From the outermost site downwards, the call's own last.
    pub(crate) path: Vec<&'static Site>,
    /// In ticks.
    pub(crate) begun: u64,
    pub(crate) since: u64,
}

/// All listed calls that aren't being polled, in the order in which they began.
pub(crate) fn waiting() -> Vec<Waiting> {
    let _inside = Inside::enter();
    let mut all: Vec<(u64, Arc<Entry>)> = {
        let calls = lock(&CALLS);
        calls.all.iter().flatten().map(|(&id, entry)| (id, Arc::clone(entry))).collect()
    };
    all.sort_unstable_by_key(|(id, _)| *id);
    all.iter().filter_map(|(_, entry)| entry.waiting()).collect()
}

impl Entry {
    #[expect(unsafe_code, reason = "nodes are shared by pointer")]
    fn waiting(&self) -> Option<Waiting> {
        let since = self.waiting.load(Ordering::Acquire);
        let node = self.node.load(Ordering::Acquire);
        // SAFETY: null, or a node that `resume` got as `&'static`.
        let node = unsafe { node.as_ref::<'static>() };
        let mut path: Vec<&'static Site> =
            std::iter::successors(node, |node| node.parent()).filter_map(Node::site).collect();
        path.reverse();
        if path.is_empty() {
            path.push(self.site);
        }
        (since > 0).then_some(Waiting { path, begun: self.begun, since })
    }
}
