//! The counting allocator around jemalloc.

use instrument::CountingAllocator;
use tikv_jemallocator::Jemalloc;

#[global_allocator]
static ALLOCATOR: CountingAllocator<Jemalloc> = CountingAllocator::with(Jemalloc);

#[test]
fn blocks_are_counted() {
    instrument_beneath::check();
}
