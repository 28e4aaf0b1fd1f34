//! The graphs of all threads, one for each component, and where in them each thread is.
//!
//! As with the timers' trees, a graph outlives its thread and goes to a pool, and the next thread records on into it: so
//! nothing is freed that a late meter could still name, and memory is bounded by threads that run at the same time.

use super::auto;
use super::cell::Cell;
use super::hash;
use super::scope::Scope;
use super::timeline::{Moment, Timeline};
use crate::component::{Component, Kind, Laps};
use crate::hash::Quick;
use crate::settings::settings;
use crate::sync::lock;
use crate::{fork, registry};
use std::any::TypeId;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Mutex, OnceLock};

/// Cells of all threads and components together, at 248 bytes each and what their labels and the table take.
static CELLS: AtomicUsize = AtomicUsize::new(0);

/// What one thread pushed of one component.
pub(super) struct Graph {
    /// Parents before what's below them. Locked for a path's first push, and to copy it.
    cells: Mutex<Vec<&'static Cell>>,
    thread: AtomicU64,
    /// Made by the first push that's to be an entry of its own.
    timeline: OnceLock<Timeline>,
}

impl Graph {
    fn leaked() -> &'static Graph {
        let cells = Mutex::new(Vec::new());
        Box::leak(Box::new(Graph { cells, thread: AtomicU64::new(0), timeline: OnceLock::new() }))
    }

    /// The number of the thread that records in it, or was the last to.
    pub(super) fn thread(&self) -> u64 {
        self.thread.load(Relaxed)
    }

    /// Parents before what's below them.
    pub(super) fn cells(&self) -> Vec<&'static Cell> {
        lock(&self.cells).clone()
    }

    /// The entries of single pushes, in the order of the pushes. Taken before [`cells`](Graph::cells), it's of those.
    pub(super) fn moments(&self) -> Vec<Moment> {
        self.timeline.get().map(Timeline::moments).unwrap_or_default()
    }
}

/// A push that wasn't popped yet.
struct Frame {
    /// Ascending, and never used twice by a graph.
    id: u64,
    cell: &'static Cell,
    scope: Scope,
    /// What was observed right below.
    below: Laps,
    /// That part of it which isn't in cells below this one's.
    aside: Laps,
}

/// A graph with what only its owner needs.
struct Own {
    of: TypeId,
    graph: &'static Graph,
    open: Vec<Frame>,
    next_id: u64,
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
            own.leave_down_to(0);
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
    fn own<C: Component>(&mut self) -> &mut Own {
        let of = TypeId::of::<C>();
        let at = self.0.iter().position(|own| own.of == of).unwrap_or_else(|| {
            self.0.push(lease::<C>());
            self.0.len() - 1
        });
        &mut self.0[at]
    }
}

#[cold]
fn lease<C: Component>() -> Own {
    fork::watch();
    let of = TypeId::of::<C>();
    let mut pool = lock(&POOL);
    let first = pool.all.iter().all(|(known, _)| *known != of);
    let own = match pool.free.iter().position(|own| own.of == of) {
        Some(at) => pool.free.swap_remove(at),
        None => {
            let graph = Graph::leaked();
            pool.all.push((of, graph));
            Own { of, graph, open: Vec::new(), next_id: 1, below: HashMap::default() }
        }
    };
    own.graph.thread.store(thread_number(), Relaxed);
    drop(pool);
    if first {
        auto::print_at_exit::<C>();
    }
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
    fn enter(&mut self, label: &str, scope: Scope) -> Option<Place> {
        if self.open.len() >= usize::from(settings().max_depth) {
            registry::lost_push(registry::LostPush::NoRoom);
            return None;
        }
        let parent = if scope == Scope::Flat { None } else { self.open.last().map(|frame| frame.cell) };
        let hash = hash::label(label);
        let key = (address(parent), hash);
        let cell = match self.below.get(&key) {
            Some(cell) => cell,
            None => self.add(key, label, parent)?,
        };
        cell.opened();
        let id = self.next_id;
        self.next_id += 1;
        self.open.push(Frame { id, cell, scope, below: Laps::default(), aside: Laps::default() });
        Some(Place { id, cell, graph: self.graph })
    }

    #[cold]
    fn add(&mut self, key: (usize, u64), label: &str, parent: Option<&'static Cell>) -> Option<&'static Cell> {
        // Looked at first: past the cap, every push of a new path comes here.
        let most = settings().max_nodes;
        if CELLS.load(Relaxed) >= most || CELLS.fetch_add(1, Relaxed) >= most {
            registry::lost_push(registry::LostPush::NoRoom);
            return None;
        }
        let mut cells = lock(&self.graph.cells);
        let cell: &'static Cell = Box::leak(Box::new(Cell::new(label, key.1, cells.len(), parent)));
        cells.push(cell);
        self.below.insert(key, cell);
        Some(cell)
    }

    /// Whatever the order in which places are left, those within this one are left with it, and no other.
    fn leave(&mut self, place: Place, laps: Laps, kind: Kind) {
        let frame = match self.open.binary_search_by_key(&place.id, |frame| frame.id) {
            Ok(at) => {
                self.leave_down_to(at + 1);
                self.open.pop()
            }
            // It was left with one that it's within: what's below is known no more.
            Err(_) => None,
        };
        let alone = frame.is_none();
        let frame = frame.unwrap_or(Frame {
            id: place.id,
            cell: place.cell,
            scope: Scope::Tree,
            below: Laps::default(),
            aside: Laps::default(),
        });
        let is_outermost = alone || place.cell.closed();
        if laps.count == 0 {
            return;
        }
        let own = if kind == Kind::Event { laps } else { laps.without(frame.below, kind == Kind::Level) };
        let parent = self.open.last_mut().filter(|_| !alone);
        let parent_id = parent.as_ref().map_or(0, |parent| if parent.scope == Scope::Timeline { parent.id } else { 0 });
        if let Some(parent) = parent
            && kind != Kind::Event
        {
            parent.below.merge(&laps);
            if frame.scope != Scope::Tree {
                parent.aside.merge(&laps);
            }
        }
        if frame.scope == Scope::Timeline {
            let timeline = self.graph.timeline.get_or_init(Timeline::new);
            timeline.add(&Moment { id: frame.id, parent: parent_id, cell: frame.cell.index, laps, own });
        } else {
            frame.cell.record(laps, own, frame.aside, is_outermost);
        }
    }

    /// Forgets all open places but the outermost `keep`.
    fn leave_down_to(&mut self, keep: usize) {
        for left in self.open.drain(keep..) {
            left.cell.closed();
        }
    }

    /// Goes on with a graph in a child in which the thread that had it doesn't exist. What's in it isn't found again, but
    /// has its place with what's added now.
    #[cfg(unix)]
    fn of_another(of: TypeId, graph: &'static Graph) -> Own {
        // More than it can have used.
        Own { of, graph, open: Vec::new(), next_id: 1 << 62, below: HashMap::default() }
    }
}

fn address(cell: Option<&'static Cell>) -> usize {
    cell.map_or(0, |cell| std::ptr::from_ref(cell).addr())
}

/// Where a meter is in the graph of one of its components.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    id: u64,
    cell: &'static Cell,
    graph: &'static Graph,
}

impl Place {
    /// Enters the label's cell where `scope` says. `None` where it can't, which is counted.
    pub(crate) fn enter<C: Component>(label: &str, scope: Scope) -> Option<Place> {
        let entered = LOCAL.try_with(|local| {
            let mut local = local.try_borrow_mut().ok()?;
            local.own::<C>().enter(label, scope)
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
            let own = local.own::<C>();
            // A meter that was sent here against its will must not write another thread's.
            if !std::ptr::eq(own.graph, self.graph) {
                return false;
            }
            own.leave(self, laps, C::KIND);
            true
        });
        if !left.unwrap_or(false) {
            registry::lost_after_exit();
        }
    }
}

/// In a forked child: other threads' graphs are free, and this thread has another number.
#[cfg(unix)]
pub(crate) fn forked() {
    let _ = LOCAL.try_with(|local| {
        let Ok(local) = local.try_borrow() else { return };
        local.0.iter().for_each(|own| own.graph.thread.store(thread_number(), Relaxed));
        let mut pool = lock(&POOL);
        let used = |graph: &'static Graph, pool: &Pool| {
            pool.free.iter().chain(&local.0).any(|own| std::ptr::eq(own.graph, graph))
        };
        for (of, graph) in pool.all.clone() {
            if !used(graph, &pool) {
                pool.free.push(Own::of_another(of, graph));
            }
        }
    });
}
