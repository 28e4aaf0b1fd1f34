//! Heap components, in a program that installs the allocator. A single test, since all threads allocate from one heap.

use instrument_core::component::{HeapAllocations, HeapBytes, Meter};
use instrument_core::memory::CountingAllocator;
use std::hint::black_box;

#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

#[test]
fn the_heaps_growth_is_what_was_asked_for() {
    let mut meter = Meter::<(HeapBytes, HeapAllocations)>::new("heap");
    // Whatever is made once.
    meter.start();
    meter.stop();
    meter.reset();

    meter.start();
    let kept = black_box(vec![1_u8; 1000]);
    drop(black_box(vec![1_u8; 500]));
    meter.stop();
    assert_eq!(meter.get(), (1000.0, 2.0));

    meter.start();
    drop(kept);
    meter.stop();
    assert_eq!((meter.get(), meter.laps(), meter.error()), ((0.0, 2.0), 2, None));
}
