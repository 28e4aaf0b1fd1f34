//! Resident memory is what the operating system says of pages that were really touched.
#![cfg(any(target_os = "linux", target_os = "macos"))]

use instrument_core::memory::resident;
use std::hint::black_box;

#[test]
fn touched_pages_become_resident_and_given_back_ones_stay_in_the_peak() {
    const SIZE: u64 = 64 << 20;
    let before = resident().expect("known on this system");
    // Zeroed memory of that size comes from the system untouched …
    let mut block = black_box(vec![0_u8; SIZE as usize]);
    let reserved = resident().expect("known on this system");
    assert!(reserved.bytes < before.bytes + SIZE / 20, "{before:?} {reserved:?}");
    // … until it's written to.
    for page in block.chunks_mut(4096) {
        page[0] = 1;
    }
    black_box(&block);
    let touched = resident().expect("known on this system");
    let raised = touched.bytes - before.bytes;
    assert!(raised.abs_diff(SIZE) <= SIZE / 20, "raised by {raised} bytes");
    assert!(touched.peak_bytes.is_some_and(|peak| peak >= touched.bytes));

    drop(block);
    let after = resident().expect("known on this system");
    assert!(after.bytes < before.bytes + SIZE / 20, "{before:?} {after:?}");
    assert!(after.peak_bytes >= touched.peak_bytes, "{touched:?} {after:?}");
}
