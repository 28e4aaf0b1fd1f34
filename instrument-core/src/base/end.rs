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

/// How something is given back, and what.
type GiveBack = (fn(*const ()), *const ());

/// What's on lease. Where a system has no thread-locals of its own, others are gone before or after this one: so it's all in here.
struct Leases([Cell<Option<GiveBack>>; 2]);

impl Leases {
    const fn none() -> Leases {
        Leases([const { Cell::new(None) }; 2])
    }

    fn end(&self) {
        self.0.iter().filter_map(Cell::take).for_each(|(give_back, what)| give_back(what));
    }
}

struct End(Leases);

impl Drop for End {
    fn drop(&mut self) {
        // Once the key isn't set, this library may be unloaded before the rounds come: nothing calls it then.
        #[cfg(unix)]
        key::clear();
        self.0.end();
    }
}

thread_local! {
    static END: End = const { End(Leases::none()) };
    /// What was leased when `END` was over.
    static LATE: Leases = const { Leases::none() };
}

/// Has `give_back` called with `what` when the calling thread ends. It may be the allocator that asks for that: what the C library
/// allocates here, it allocates by itself.
pub(crate) fn watch(lease: Lease, give_back: fn(*const ()), what: *const ()) {
    let add = |leases: &Leases| leases.0[lease as usize].set(Some((give_back, what)));
    let _ = END.try_with(|end| add(&end.0)).or_else(|_| LATE.try_with(add));
    #[cfg(unix)]
    key::set();
}

#[cfg(unix)]
mod key {
    #![expect(unsafe_code, reason = "keys are the C library's")]

    use std::ffi::c_void;
    use std::ptr;
    use std::sync::OnceLock;

    static KEY: OnceLock<Option<libc::pthread_key_t>> = OnceLock::new();

    extern "C" fn end(_: *mut c_void) {
        let _ = super::END.try_with(|end| end.0.end());
        let _ = super::LATE.try_with(super::Leases::end);
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
