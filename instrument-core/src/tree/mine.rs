//! Ownership as a type: what only the thread may do that has a tree on lease takes a [`Mine`], which nobody else can have.
//!
//! Everyone may read a tree, by a plain reference. Figures are written by plain stores, though, so that two writers would
//! lose some; and what's in an [`Owned`] isn't even atomic.
#![expect(unsafe_code, reason = "this is where it's said who may touch what readers share")]

use std::marker::PhantomData;
use std::ops::Deref;
use std::ptr;

/// A reference to something in a tree that the calling thread has on lease, for `'l` at least.
///
/// It can't be sent, nor kept for later, when the lease may be over. What's kept is the plain reference; who has that and
/// wants to write asks the thread whether it's still its own.
#[repr(transparent)]
pub(crate) struct Mine<'l, T: 'static> {
    it: &'static T,
    lease: PhantomData<(&'l (), *const ())>,
}

impl<T> Clone for Mine<'_, T> {
    #[inline(always)]
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Mine<'_, T> {}

/// What everyone may do with it.
impl<T> Deref for Mine<'_, T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        self.it
    }
}

impl<'l, T> Mine<'l, T> {
    /// # Safety
    /// During `'l` no other thread has a `Mine` of it: the calling one has its tree on lease, or nobody has.
    #[inline(always)]
    pub(crate) unsafe fn new(it: &'static T) -> Mine<'l, T> {
        Mine { it, lease: PhantomData }
    }

    /// What everyone may keep.
    #[inline(always)]
    pub(crate) fn shared(self) -> &'static T {
        self.it
    }

    #[inline(always)]
    pub(crate) fn is(self, other: &T) -> bool {
        ptr::eq(self.it, other)
    }

    /// A part of it. Costs nothing where the part is a field.
    #[inline(always)]
    pub(crate) fn part<U>(self, part: impl FnOnce(&'static T) -> &'static U) -> Mine<'l, U> {
        let part = part(self.it);
        let offset = ptr::from_ref(part).addr().wrapping_sub(ptr::from_ref(self.it).addr());
        // What makes this a safe function; the compiler knows where a field is, and nothing of it is left.
        assert!(offset <= size_of::<T>() && size_of::<U>() <= size_of::<T>() - offset, "not a part of it");
        // SAFETY: it lies within what's this thread's.
        unsafe { Mine::new(part) }
    }

    /// What nobody else has seen yet, to be added to it.
    #[inline(always)]
    pub(crate) fn adopt<U>(self, new: &'static mut U) -> Mine<'l, U> {
        // SAFETY: a reference that excluded all others becomes this one.
        unsafe { Mine::new(new) }
    }

    /// What a part of it holds for its owner alone.
    #[inline(always)]
    pub(crate) fn owned<U: 'static>(self, part: impl FnOnce(&'static T) -> &'static Owned<U>) -> &'l U {
        &self.part(part).it.0
    }
}

/// What only the owner touches, in a structure that readers share.
#[derive(Default)]
#[repr(transparent)]
pub(crate) struct Owned<T>(T);

// SAFETY: only `Mine::owned` leads to what's inside, and one thread at a time has that; a lease changes hands under a
// mutex.
unsafe impl<T: Send> Sync for Owned<T> {}

impl<T> Owned<T> {
    pub(crate) const fn new(it: T) -> Owned<T> {
        Owned(it)
    }
}

#[cfg(test)]
mod tests {
    use super::super::node::Node;
    use super::*;

    impl<T> Mine<'static, T> {
        /// What nobody else has ever seen is the calling thread's.
        pub(crate) fn of(new: T) -> Mine<'static, T> {
            // SAFETY: it's this thread's, and `Mine`s of it can't get to another one.
            unsafe { Mine::new(Box::leak(Box::new(new))) }
        }
    }

    /// Doesn't compile if a `Mine` can be sent, or shared: then both say which `of` is meant.
    #[test]
    fn what_is_mine_never_gets_to_another_thread() {
        trait Stays<Otherwise> {
            fn stays() {}
        }
        struct IfSent;
        struct IfShared;
        impl<T> Stays<()> for T {}
        impl<T: Send> Stays<IfSent> for T {}
        impl<T: Sync> Stays<IfShared> for T {}
        <Mine<'static, Node> as Stays<_>>::stays();
    }

    #[test]
    #[should_panic = "not a part of it"]
    fn what_lies_elsewhere_is_no_part() {
        let (one, other) = (Mine::of((1, 2)), Mine::of((1, 2)));
        assert_eq!(*one.part(|one| &one.1), 2);
        one.part(|_| &other.shared().1);
    }
}
