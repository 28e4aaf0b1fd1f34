//! Whether a thread is inside the toolkit: then it records nothing, whatever is called meanwhile.
//!
//! What we call may be timed itself: the program's allocator, its panic hook, a user's `Drop`, `Debug`, clock, component or
//! sink. A signal handler may come at any instruction. So whatever isn't a span's common way (a path's first call, all that
//! allocates, locks, prints, reads the trees or calls the user) is done with an [`Inside`]. While there's one, the thread
//! looks as if it had never recorded. So the common way, which sees no current node, has nothing more to test: it turns to
//! the cold one, which knows why.

use super::here::{HERE, Here};
use std::marker::PhantomData;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// The calling thread is inside the toolkit until this is dropped: on the same thread, and after all that's made later.
#[must_use = "the thread is inside the toolkit until this is dropped: bind it, as in `let _inside = …`"]
#[derive(Debug)]
pub struct Inside(PhantomData<*const ()>);

impl Inside {
    /// Nothing if the thread is inside already.
    #[inline]
    pub fn enter() -> Option<Inside> {
        HERE.with(|here| {
            let is_first = !here.is_inside();
            is_first.then(|| {
                here.go_inside();
                Inside(PhantomData)
            })
        })
    }

    /// For what hands a value to its caller: what's allocated for that is the caller's, who frees it.
    pub(crate) fn for_caller() -> Option<Inside> {
        let inside = Inside::enter();
        if inside.is_some() {
            HERE.with(|here| here.tell(false));
        }
        inside
    }

    /// For what records: if the thread is inside already, that's counted.
    pub fn to_record() -> Option<Inside> {
        let inside = Inside::enter();
        if inside.is_none() {
            lose();
        }
        inside
    }
}

impl Drop for Inside {
    #[inline]
    fn drop(&mut self) {
        HERE.with(Here::go_outside);
    }
}

/// Lets the toolkit record something itself, where nothing of core's is under way.
pub fn outside<R>(record: impl FnOnce() -> R) -> R {
    /// Goes back, also when unwinding.
    struct Back(bool);
    impl Drop for Back {
        fn drop(&mut self) {
            if self.0 {
                HERE.with(Here::go_inside);
            }
        }
    }
    let back = Back(is_inside());
    if back.0 {
        HERE.with(Here::go_outside);
    }
    let recorded = record();
    drop(back);
    recorded
}

/// What's in the cell, made inside the toolkit if need be: what's timed there would wait for itself.
#[inline(always)]
pub(crate) fn once<T>(cell: &OnceLock<T>, make: impl FnOnce() -> T) -> &T {
    match cell.get() {
        Some(made) => made,
        None => make_once(cell, make),
    }
}

#[cold]
#[inline(never)]
fn make_once<T>(cell: &OnceLock<T>, make: impl FnOnce() -> T) -> &T {
    let _inside = Inside::enter();
    cell.get_or_init(make)
}

/// Whether the calling thread is inside the toolkit.
#[inline]
pub fn is_inside() -> bool {
    HERE.with(|here| here.is_inside())
}

/// What threads without a tree have lost inside the toolkit, the only counter that they share.
static LOST: AtomicU64 = AtomicU64::new(0);

/// Counts something that wasn't recorded since the thread is inside the toolkit.
#[cold]
pub fn lose() {
    match HERE.with(|here| here.lost.get()) {
        Some(lost) => lost.store(lost.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed),
        None => _ = LOST.fetch_add(1, Ordering::Relaxed),
    }
}

/// What was lost by threads without a tree.
pub(crate) fn lost() -> u64 {
    LOST.load(Ordering::Relaxed)
}

/// Forgets that: nothing was to be recorded, it turns out.
pub(crate) fn nothing_was_lost() {
    LOST.store(0, Ordering::Relaxed);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ptr;

    #[test]
    fn inside_the_toolkit_a_thread_looks_as_if_it_had_never_recorded() {
        let somewhere = ptr::dangling::<()>();
        let (node, cells) = HERE.with(|here| (here.node.replace(somewhere), here.cells.replace(somewhere)));
        let seen = || HERE.with(|here| (here.node.get(), here.cells.get(), is_inside()));
        {
            let inside = Inside::enter();
            assert!(inside.is_some() && Inside::enter().is_none());
            assert_eq!(seen(), (ptr::null(), ptr::null(), true));
        }
        assert_eq!(seen(), (somewhere, somewhere, false));
        HERE.with(|here| (here.node.set(node), here.cells.set(cells)));
    }
}
