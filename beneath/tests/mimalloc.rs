//! The counting allocator around mimalloc.

use instrument::CountingAllocator;
use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: CountingAllocator<MiMalloc> = CountingAllocator::with(MiMalloc);

#[test]
fn blocks_are_counted() {
    instrument_beneath::check();
}
