//! The ledger: what's done in [`does`], by an allocator around ours.

use instrument::CountingAllocator;
use std::alloc::{GlobalAlloc, Layout};
use std::cell::Cell;
use std::sync::{Mutex, PoisonError};

#[global_allocator]
static ALLOCATOR: Told = Told(CountingAllocator::new());

struct Told(CountingAllocator);

// SAFETY: it hands all on.
unsafe impl GlobalAlloc for Told {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(1, 0, layout.size());
        // SAFETY: the caller's promise.
        unsafe { self.0.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(1, 0, layout.size());
        // SAFETY: the caller's promise.
        unsafe { self.0.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        note(0, layout.size(), 0);
        // SAFETY: the caller's promise.
        unsafe { self.0.dealloc(block, layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(0, layout.size(), size);
        // SAFETY: the caller's promise.
        unsafe { self.0.realloc(block, layout, size) }
    }
}

/// What a call did.
#[derive(Clone, Copy)]
pub struct Page {
    allocated: i64,
    blocks: u64,
    freed: i64,
    peak: i64,
}

impl Page {
    pub const EMPTY: Page = Page { allocated: 0, blocks: 0, freed: 0, peak: 0 };

    pub fn note(self, blocks: u64, old: usize, new: usize) -> Page {
        let bytes = |bytes| i64::try_from(bytes).expect("small");
        let allocated = self.allocated + bytes(new.saturating_sub(old));
        let freed = self.freed + bytes(old.saturating_sub(new));
        Page { allocated, blocks: self.blocks + blocks, freed, peak: self.peak.max(allocated - freed) }
    }

    /// As a line says it.
    pub fn text(self) -> String {
        let Page { allocated, blocks, freed, peak } = self;
        let kept = allocated - freed;
        let sign = if kept < 0 { "-" } else { "+" };
        let [allocated, freed, peak] = [allocated, freed, peak].map(|bytes| shown("", bytes));
        let kept = shown(sign, kept.abs());
        format!("allocated {allocated} in {blocks} blocks, freed {freed}, kept {kept}, peak {peak}")
    }
}

#[expect(clippy::cast_precision_loss, reason = "as is")]
fn shown(sign: &str, bytes: i64) -> String {
    match bytes {
        ..1024 => format!("{sign}{bytes} B"),
        // No test comes near the next unit.
        1024..1_000_000 => format!("{sign}{:.1} KiB", bytes as f64 / 1024.0),
        _ => format!("{sign}{:.1} MiB", bytes as f64 / 1024.0 / 1024.0),
    }
}

thread_local! {
    /// The calls that the thread does something in, an inner one and one around it.
    static OPEN: Cell<Option<[Page; 2]>> = const { Cell::new(None) };
}

fn note(blocks: u64, old: usize, new: usize) {
    if let Some(pages) = OPEN.get() {
        OPEN.set(Some(pages.map(|page| page.note(blocks, old, new))));
    }
}

/// Pages by a call's number, and those of calls that have ended: in places that are there already.
pub struct Ledger {
    calls: [Page; 64],
    pub wanted: [Option<(&'static str, Page)>; 256],
}

static LEDGER: Mutex<Ledger> = Mutex::new(Ledger { calls: [Page::EMPTY; 64], wanted: [None; 256] });

pub fn ledger<R>(work: impl FnOnce(&mut Ledger) -> R) -> R {
    work(&mut LEDGER.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Does something in a call, and in one around it, or the same.
pub fn does<R>(calls: [usize; 2], work: impl FnOnce() -> R) -> R {
    /// Also when unwinding.
    struct Close([usize; 2]);
    impl Drop for Close {
        fn drop(&mut self) {
            let [inner, outer] = OPEN.take().expect("set below");
            ledger(|ledger| (ledger.calls[self.0[0]], ledger.calls[self.0[1]]) = (inner, outer));
        }
    }
    let pages = ledger(|ledger| calls.map(|call| ledger.calls[call]));
    let _close = Close(calls);
    OPEN.set(Some(pages));
    work()
}

/// A call: begins with an empty page, and in the end its line is wanted.
pub struct Call(&'static str, usize);

impl Call {
    pub fn new(label: &'static str, call: usize) -> Call {
        ledger(|ledger| ledger.calls[call] = Page::EMPTY);
        Call(label, call)
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        want(self.0, ledger(|ledger| ledger.calls[self.1]));
    }
}

pub fn want(label: &'static str, page: Page) {
    ledger(|ledger| {
        let place = ledger.wanted.iter_mut().find(|place| place.is_none()).expect("enough of them");
        *place = Some((label, page));
    });
}
