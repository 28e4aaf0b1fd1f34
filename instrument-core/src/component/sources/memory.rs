//! Components of memory: what's resident, reserved, and on the heap. All are of the whole process.

use super::{components, difference, system};
use crate::memory::heap;

const NO_ALLOCATOR: &str = "heap figures need the counting allocator: \
     #[global_allocator] static ALLOCATOR: instrument::CountingAllocator = instrument::CountingAllocator::new();";

components! {
    /// By how much the most memory that the process ever held resident grew, in bytes.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Unix. A lap costs two calls of `getrusage`; on Linux, as long as the
    /// figure that the process inherited from the program that started it is the higher one, also two readings of a file
    /// under `/proc`.
    PeakRss = "peak_rss", "growth of the most memory that was ever resident", Bytes, Total;
    u64 = |sample| system::peak(sample.usage().map(|usage| usage.peak));
    |start, end| difference(*start, *end);

    /// By how much the memory that's resident grew, in bytes; negative if it shrank.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Linux and macOS. A lap costs two readings of a file under `/proc` that's
    /// kept open.
    PageRss = "page_rss", "growth of the memory that's resident", Bytes, Level;
    u64 = |sample| sample.pages().map(|pages| pages.resident);
    |start, end| difference(*start, *end);

    /// By how much the process's address space grew, in bytes; negative if it shrank.
    ///
    /// [`Unavailable`](crate::component::Unavailable) but on Linux. Costs what [`PageRss`] costs, and nothing more in one bundle
    /// with it.
    VirtualMemory = "virtual_memory", "growth of the address space", Bytes, Level;
    u64 = |sample| sample.pages().and_then(|pages| pages.virtual_memory);
    |start, end| difference(*start, *end);

    /// By how much the bytes allocated and not yet freed grew; negative if they shrank. Those of all threads.
    ///
    /// [`Unavailable`](crate::component::Unavailable) in a program that doesn't install
    /// [`CountingAllocator`](crate::memory::CountingAllocator). A lap costs two calls of [`heap`].
    HeapBytes = "heap_bytes", "growth of what's allocated and not yet freed", Bytes, Level;
    u64 = |_sample| heap().map(|heap| heap.live_bytes).ok_or(NO_ALLOCATOR);
    |start, end| difference(*start, *end);

    /// How many blocks were allocated, by all threads.
    ///
    /// [`Unavailable`](crate::component::Unavailable) and costs as [`HeapBytes`].
    HeapAllocations = "heap_allocations", "blocks that were allocated", Count, Total;
    u64 = |_sample| heap().map(|heap| heap.allocations).ok_or(NO_ALLOCATOR);
    |start, end| difference(*start, *end);
}
