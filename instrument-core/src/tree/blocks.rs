//! What was allocated and freed in one node, by calls of its own: counted where the allocator is called, hence exactly, also
//! in calls that a sampled site doesn't time.

use super::mine::Mine;
use super::task_counts::Counter;

/// Sums that only grow.
pub(crate) struct Blocks {
    /// Blocks that were allocated.
    allocated: Counter,
    /// Their bytes, and those by which blocks grew.
    bytes: Counter,
    /// Bytes that were freed, and those by which blocks shrank.
    freed: Counter,
}

impl Blocks {
    pub(super) fn new() -> Blocks {
        Blocks { allocated: Counter::new(), bytes: Counter::new(), freed: Counter::new() }
    }

    /// Bytes and blocks that were allocated, and bytes that were freed. Any thread.
    pub(crate) fn sums(&self) -> [u64; 3] {
        [&self.bytes, &self.allocated, &self.freed].map(Counter::get)
    }
}

impl Mine<'_, Blocks> {
    /// A block of so many bytes was handed out.
    #[inline(always)]
    pub(crate) fn allocate(self, bytes: usize) {
        self.allocated.add(1);
        self.bytes.add(bytes as u64);
    }

    /// A block of so many bytes was taken back.
    #[inline(always)]
    pub(crate) fn free(self, bytes: usize) {
        self.freed.add(bytes as u64);
    }

    /// A block of `old` bytes has `new` ones now.
    #[inline(always)]
    pub(crate) fn resize(self, old: usize, new: usize) {
        self.bytes.add(new.saturating_sub(old) as u64);
        self.freed.add(old.saturating_sub(new) as u64);
    }
}
