//! Where the calling thread is: in its tree, inside the toolkit, in a task.
//!
//! All of it is plain words in one thread-local without a destructor: one with a destructor would cost every access a check,
//! and is gone before the thread is.

use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering, compiler_fence};
use std::task::RawWakerVTable;

/// What a thread has on lease, as pointers: their types are those of floors above, which alone look behind them.
///
/// They're there before `main`, in signal handlers, and until the thread's very end.
pub(crate) struct Here {
    /// The node of the innermost open span; null before the first span, inside the toolkit, and after the thread's end.
    pub(crate) node: Cell<*const ()>,
    /// The cells of the tree on lease; null as `node` is.
    pub(crate) cells: Cell<*const ()>,
    /// The tree on lease, also inside the toolkit.
    pub(crate) tree: Cell<*const ()>,
    /// Whether the lease is over for good.
    pub(crate) has_ended: Cell<bool>,
    /// Where the tree on lease counts what was lost inside the toolkit.
    pub(crate) lost: Cell<Option<&'static AtomicU64>>,
    /// Who's told when the thread enters the toolkit, by `true`, and when it leaves it.
    pub(crate) at_border: Cell<Option<fn(bool)>>,
    inside: Cell<bool>,
    /// The task that's being polled.
    pub(crate) task: Task,
    /// What `node` and `cells` are again when the thread leaves the toolkit.
    kept: Cell<(*const (), *const ())>,
}

impl Here {
    #[inline]
    pub(super) fn tell(&self, is_inside: bool) {
        if let Some(tell) = self.at_border.get() {
            tell(is_inside);
        }
    }

    #[inline]
    pub(super) fn is_inside(&self) -> bool {
        self.inside.get()
    }

    /// A signal handler sees these stores in this order: it records where nothing is begun, or is over, and else nothing.
    #[inline]
    pub(super) fn go_inside(&self) {
        self.inside.set(true);
        compiler_fence(Ordering::SeqCst);
        self.kept.set((self.node.replace(ptr::null()), self.cells.replace(ptr::null())));
        compiler_fence(Ordering::SeqCst);
        self.tell(true);
    }

    #[inline]
    pub(super) fn go_outside(&self) {
        self.tell(false);
        compiler_fence(Ordering::SeqCst);
        let (node, cells) = self.kept.get();
        self.cells.set(cells);
        self.node.set(node);
        compiler_fence(Ordering::SeqCst);
        self.inside.set(false);
    }
}

thread_local! {
    pub(crate) static HERE: Here = const {
        Here {
            node: Cell::new(ptr::null()),
            cells: Cell::new(ptr::null()),
            tree: Cell::new(ptr::null()),
            has_ended: Cell::new(false),
            lost: Cell::new(None),
            at_border: Cell::new(None),
            inside: Cell::new(false),
            task: Task::none(),
            kept: Cell::new((ptr::null(), ptr::null())),
        }
    };
}

/// What a task is known by: its waker.
pub(crate) type Key = (*const (), *const RawWakerVTable);

/// No waker's: it has no table.
const NOBODY: Key = (ptr::null(), ptr::null());

/// The task that this thread polls now.
///
/// Cells by themselves: to read as a whole what was just written in parts, the processor waits for the parts.
#[derive(Debug)]
pub(crate) struct Task {
    data: Cell<*const ()>,
    table: Cell<*const RawWakerVTable>,
    /// Ticks that the task was polled before this poll.
    pub(crate) spent: Cell<u64>,
    /// When this poll began.
    pub(crate) since: Cell<u64>,
}

impl Task {
    const fn none() -> Task {
        Task { data: Cell::new(NOBODY.0), table: Cell::new(NOBODY.1), spent: Cell::new(0), since: Cell::new(0) }
    }

    #[inline(always)]
    pub(crate) fn is_none(&self) -> bool {
        self.table.get().is_null()
    }

    #[inline(always)]
    pub(crate) fn is(&self, (data, table): Key) -> bool {
        ptr::eq(self.data.get(), data) && ptr::eq(self.table.get(), table)
    }

    pub(crate) fn key(&self) -> Key {
        (self.data.get(), self.table.get())
    }

    #[inline(always)]
    pub(crate) fn set(&self, (data, table): Key) {
        self.data.set(data);
        self.table.set(table);
    }

    #[inline(always)]
    pub(crate) fn leave(&self) {
        self.set(NOBODY);
    }
}
