//! Unsafe and foreign functions.
#![allow(unsafe_code, reason = "that's what it's about")]
#![allow(clippy::needless_return, reason = "other lints want them")]

use instrument::{checkpoints, perf_timer, print_mem, probe, timer};

/// Reads what it's given.
///
/// # Safety
/// The pointer is valid.
#[timer]
#[perf_timer]
#[print_mem]
#[checkpoints]
#[probe]
#[must_use]
pub unsafe fn read(pointer: *const u8) -> u8 {
    // SAFETY: as promised by the caller.
    let value: u8 = unsafe { pointer.read() };
    return value;
}

/// Called by others.
///
/// # Safety
/// The pointer is null or valid.
#[probe]
#[timer]
#[must_use]
pub unsafe extern "C" fn called(pointer: *const u8, length: usize) -> usize {
    if pointer.is_null() {
        return 0;
    }
    // SAFETY: as promised by the caller.
    let bytes: &[u8] = unsafe { std::slice::from_raw_parts(pointer, length) };
    return bytes.iter().filter(|byte| return **byte == 0).count();
}

/// Either.
#[derive(Clone, Copy)]
pub union Bits {
    number: u32,
    bytes: [u8; 4],
}

#[timer]
impl Bits {
    /// Of a number.
    #[must_use]
    pub fn new(number: u32) -> Self {
        return Self { number };
    }

    /// Its bytes.
    #[checkpoints]
    #[probe]
    #[must_use]
    pub fn bytes(&self) -> [u8; 4] {
        // SAFETY: any bits are bytes.
        return unsafe { self.bytes };
    }
}

/// A promise.
///
/// # Safety
/// Zero is a valid value.
pub unsafe trait Zeroed: Sized {
    /// All zero.
    #[probe]
    #[timer]
    #[must_use]
    fn zeroed() -> Self {
        // SAFETY: as promised by the trait.
        return unsafe { std::mem::zeroed() };
    }
}

// SAFETY: zero is a number.
unsafe impl Zeroed for u8 {}

/// Never comes back, and is unsafe.
///
/// # Safety
/// It's never called.
#[timer]
#[print_mem]
#[probe]
pub unsafe fn never(pointer: *mut u8) -> ! {
    // SAFETY: as promised by the caller.
    unsafe { pointer.write(1) };
    loop {
        std::hint::spin_loop();
    }
}
