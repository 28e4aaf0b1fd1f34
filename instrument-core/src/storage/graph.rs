//! The graphs of all threads, one for each component, and where in them each thread is.
//!
//! As with the timers' trees, a graph outlives its thread and goes to a pool, and the next thread records on into it: so
//! nothing is freed that a late meter could still name, and memory is bounded by threads that run at the same time.

use super::cell::Cell;
use super::hash;
use crate::component::{Component, Kind, Laps};
use crate::hash::Quick;
use crate::sync::lock;
use crate::{fork, registry};
use std::any::TypeId;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};

/// Pushes deeper than this aren't entered.
const MAX_DEPTH: usize = 1024;
/// Cells of all threads and components together, at some 300 bytes each.
const MAX_CELLS: usize = 1 << 17;

static CELLS: AtomicUsize = AtomicUsize::new(0);

/// What one thread pushed of one component.
pub(super) struct Graph {
    /// Parents before what's below them. Locked for a path's first push, and to copy it.
    cells: Mutex<Vec<&'static Cell>>,
    thread: AtomicU64,
}

impl Graph {
    /// The number of the thread that records in it, or was the last to.
    pub(super) fn thread(&self) -> u64 {
        self.thread.load(Relaxed)
    }

    /// Parents before what's below them.
    pub(super) fn cells(&self) -> Vec<&'static Cell> {
        lock(&self.cells).clone()
    }
}

/// A graph with what only its owner needs.
struct Own {
    of: TypeId,
    graph: &'static Graph,
    current: Option<&'static Cell>,
    /// Cells by their parent's address, 0 for roots, and their label's hash.
    below: HashMap<(usize, u64), &'static Cell, Quick>,
}

struct Pool {
    all: Vec<(TypeId, &'static Graph)>,
    free: Vec<Own>,
}

static POOL: Mutex<Pool> = Mutex::new(Pool { all: Vec::new(), free: Vec::new() });

/// A thread's graphs, given back when it ends. There are few: one for each component that it pushed.
struct Local(Vec<Own>);

thread_local! {
    static LOCAL: RefCell<Local> = const { RefCell::new(Local(Vec::new())) };
}

impl Drop for Local {
    fn drop(&mut self) {
        let mut pool = lock(&POOL);
        for mut own in self.0.drain(..) {
            // What's open now nobody will close: a meter that's dropped later finds no graph.
            own.current = None;
            pool.free.push(own);
        }
    }
}

/// Keeps others from changing the pool while this exists.
#[cfg(unix)]
pub(crate) fn hold() -> Box<dyn std::any::Any> {
    // Also the lists of cells: a child reads them, and another thread may be adding to one.
    let pool = lock(&POOL);
    let lists: Vec<_> = pool.all.iter().map(|(_, graph)| lock(&graph.cells)).collect();
    Box::new((lists, pool))
}

/// All graphs of a component.
pub(super) fn graphs<C: Component>() -> Vec<&'static Graph> {
    lock(&POOL).all.iter().filter(|(of, _)| *of == TypeId::of::<C>()).map(|(_, graph)| *graph).collect()
}

impl Local {
    fn own(&mut self, of: TypeId) -> &mut Own {
        let at = self.0.iter().position(|own| own.of == of).unwrap_or_else(|| {
            self.0.push(lease(of));
            self.0.len() - 1
        });
        &mut self.0[at]
    }
}

#[cold]
fn lease(of: TypeId) -> Own {
    fork::watch();
    let mut pool = lock(&POOL);
    let own = match pool.free.iter().position(|own| own.of == of) {
        Some(at) => pool.free.swap_remove(at),
        None => {
            let graph: &'static Graph =
                Box::leak(Box::new(Graph { cells: Mutex::new(Vec::new()), thread: AtomicU64::new(0) }));
            pool.all.push((of, graph));
            Own { of, graph, current: None, below: HashMap::default() }
        }
    };
    own.graph.thread.store(thread_number(), Relaxed);
    own
}

/// The operating system's number on Linux; elsewhere threads are numbered as they come.
fn thread_number() -> u64 {
    #[cfg(target_os = "linux")]
    return crate::component::thread_id();
    #[cfg(not(target_os = "linux"))]
    {
        static THREADS: AtomicU64 = AtomicU64::new(0);
        THREADS.fetch_add(1, Relaxed) + 1
    }
}

impl Own {
    fn enter(&mut self, label: &str) -> Option<&'static Cell> {
        let hash = hash::label(label);
        let key = (address(self.current), hash);
        let cell = match self.below.get(&key) {
            Some(cell) => cell,
            None => self.add(key, label)?,
        };
        cell.begin();
        self.current = Some(cell);
        Some(cell)
    }

    #[cold]
    fn add(&mut self, key: (usize, u64), label: &str) -> Option<&'static Cell> {
        let parent = self.current;
        if parent.is_some_and(|parent| parent.depth + 1 >= MAX_DEPTH) {
            registry::lost_push(registry::LostPush::TooDeep);
            return None;
        }
        // Looked at first: past the cap, every push of a new path comes here.
        if CELLS.load(Relaxed) >= MAX_CELLS || CELLS.fetch_add(1, Relaxed) >= MAX_CELLS {
            registry::lost_push(registry::LostPush::TooMany);
            return None;
        }
        let cell: &'static Cell = Box::leak(Box::new(Cell::new(label, key.1, parent)));
        lock(&self.graph.cells).push(cell);
        self.below.insert(key, cell);
        Some(cell)
    }

    /// Whatever the order in which places are left, those within this one are left with it, and no other.
    fn leave(&mut self, cell: &'static Cell) {
        let mut here = self.current;
        while let Some(at) = here {
            if std::ptr::eq(at, cell) {
                self.current = cell.parent;
                return;
            }
            here = at.parent;
        }
    }
}

fn address(cell: Option<&'static Cell>) -> usize {
    cell.map_or(0, |cell| std::ptr::from_ref(cell).addr())
}

/// Where a meter is in the graph of one of its components.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    cell: &'static Cell,
    graph: &'static Graph,
}

impl Place {
    /// Enters the label's cell below this thread's current one. `None` where it can't, which is counted.
    pub(crate) fn enter<C: Component>(label: &str) -> Option<Place> {
        let entered = LOCAL.try_with(|local| {
            let mut local = local.try_borrow_mut().ok()?;
            let own = local.own(TypeId::of::<C>());
            own.enter(label).map(|cell| Place { cell, graph: own.graph })
        });
        entered.unwrap_or_else(|_| {
            registry::lost_after_exit();
            None
        })
    }

    /// Leaves it, and observes these laps there, if there were any.
    pub(crate) fn leave<C: Component>(self, laps: Laps) {
        let left = LOCAL.try_with(|local| {
            let Ok(mut local) = local.try_borrow_mut() else { return false };
            let own = local.own(TypeId::of::<C>());
            // A meter that outlived its thread's graph must not write another thread's.
            if !std::ptr::eq(own.graph, self.graph) {
                return false;
            }
            own.leave(self.cell);
            if laps.count > 0 {
                self.cell.record(laps, C::KIND != Kind::Event, C::KIND == Kind::Level);
            }
            true
        });
        if !left.unwrap_or(false) {
            registry::lost_after_exit();
        }
    }
}
