//! A thread's end: its tree goes back to the pool, and it gets no other.
//!
//! A thread-local with a destructor notices it. But C's libraries run code later still, by keys of their own, round after
//! round, where Rust's destructors are over and those of new thread-locals never run. Who records for the first time there
//! is noticed by a key of ours.

use super::local::end_lease;

struct End;

impl Drop for End {
    fn drop(&mut self) {
        // Once the key isn't set, this library may be unloaded before the rounds come: nothing calls it then.
        #[cfg(unix)]
        key::clear();
        end_lease();
    }
}

thread_local! {
    static END: End = const { End };
}

/// Sees to it that the calling thread's lease ends with it.
pub(super) fn watch() {
    #[cfg(unix)]
    key::set();
    let _ = END.try_with(|_| ());
}

#[cfg(unix)]
mod key {
    #![expect(unsafe_code, reason = "keys are the C library's")]

    use std::ffi::c_void;
    use std::ptr;
    use std::sync::OnceLock;

    static KEY: OnceLock<Option<libc::pthread_key_t>> = OnceLock::new();

    extern "C" fn end(_: *mut c_void) {
        super::end_lease();
    }

    fn new() -> Option<libc::pthread_key_t> {
        let mut key = 0;
        // SAFETY: `end` doesn't unwind. Without a key, which there may be too many of, few threads' trees aren't handed back.
        (unsafe { libc::pthread_key_create(&raw mut key, Some(end)) } == 0).then_some(key)
    }

    pub(super) fn set() {
        if let Some(key) = *KEY.get_or_init(new) {
            // SAFETY: the key exists; the value means nothing, but isn't null.
            unsafe { libc::pthread_setspecific(key, ptr::dangling()) };
        }
    }

    pub(super) fn clear() {
        if let Some(key) = KEY.get().copied().flatten() {
            // SAFETY: the key exists.
            unsafe { libc::pthread_setspecific(key, ptr::null()) };
        }
    }
}
