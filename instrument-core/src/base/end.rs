//! A thread's end: what it has on lease goes back.
//!
//! A thread-local with a destructor notices it. But C's libraries run code later still, by keys of their own, round after
//! round, where Rust's destructors are over and those of new thread-locals never run. Who takes something for the first time
//! there is noticed by a key of ours.

use std::cell::Cell;

/// What a thread may have on lease, in the order in which it's given back.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Lease {
    Tree,
    Counters,
}

/// How to give back what's on lease.
type GiveBack = Cell<Option<fn()>>;

struct End;

impl Drop for End {
    fn drop(&mut self) {
        // Once the key isn't set, this library may be unloaded before the rounds come: nothing calls it then.
        #[cfg(unix)]
        key::clear();
        end();
    }
}

thread_local! {
    static END: End = const { End };
    static LEASES: [GiveBack; 2] = const { [const { Cell::new(None) }; 2] };
}

fn end() {
    LEASES.with(|leases| leases.iter().filter_map(Cell::take).for_each(|give_back| give_back()));
}

/// Has `give_back` called when the calling thread ends. It may be the allocator that asks for that: what the C library allocates
/// here, it allocates by itself.
pub(crate) fn watch(lease: Lease, give_back: fn()) {
    LEASES.with(|leases| leases[lease as usize].set(Some(give_back)));
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
        super::end();
    }

    fn new() -> Option<libc::pthread_key_t> {
        let mut key = 0;
        // SAFETY: `end` doesn't unwind. Without a key, which there may be too many of, few threads' leases don't end.
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
