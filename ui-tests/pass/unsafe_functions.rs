//! Unsafe functions stay so, and in edition 2024 their bodies gain no permission.
#![deny(warnings, unsafe_op_in_unsafe_fn)]

use instrument::{perf_timer, print_mem, probe, timer};

struct Pointer(*const u8);

#[timer]
impl Pointer {
    unsafe fn read(&self) -> u8 {
        // SAFETY: the caller promises that it can be read.
        unsafe { *self.0 }
    }
}

// SAFETY: nothing else has this name.
#[unsafe(no_mangle)]
#[probe]
#[timer]
#[perf_timer]
#[print_mem]
pub unsafe extern "C" fn instrument_ui_read(pointer: *const u8) -> u8 {
    // SAFETY: the caller promises that it can be read.
    unsafe { Pointer(pointer).read() }
}

#[probe(inject)]
#[timer]
async unsafe fn read_async(pointer: &u8) -> u8 {
    // SAFETY: it comes from a reference.
    unsafe { instrument_ui_read(pointer) }
}

#[timer]
mod module {
    unsafe extern "C" {
        pub safe fn abs(number: i32) -> i32;
    }

    pub unsafe trait Marker {
        unsafe fn marked(&self) {}
    }
    unsafe impl Marker for u8 {}

    pub fn captures<'a, T>(values: &'a [T]) -> impl Iterator<Item = usize> + use<'a, T> {
        values.iter().map(|_| 1)
    }
}

fn main() {
    use module::Marker;
    // SAFETY: it's a reference.
    let future = unsafe { read_async(&1) };
    drop(future);
    // SAFETY: it asks for nothing.
    unsafe { 1u8.marked() };
    assert_eq!(module::abs(-1), 1);
    assert_eq!(module::captures(&[1, 2]).sum::<usize>(), 2);
}
