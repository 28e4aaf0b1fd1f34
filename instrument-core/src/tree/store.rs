//! Memory for trees: the thread's own, taken from the system in large pieces, and never given back.
//!
//! Not the program's allocator, which may be timed itself, and which a signal handler may have come amid. What's recorded
//! isn't part of the program's heap figures, either. Pieces are mapped, and cost no more memory than was written to.
#![expect(unsafe_code, reason = "hands out parts of what was mapped")]

use crate::base::inside::Inside;
use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::{self, NonNull};

/// What's left of a thread's last piece.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    from: *mut u8,
    size: usize,
}

// SAFETY: nobody else has what's in it.
unsafe impl Send for Room {}

impl Room {
    pub(crate) const NONE: Room = Room { from: ptr::null_mut(), size: 0 };

    /// Takes a part of it.
    #[cfg_attr(any(not(unix), miri), allow(dead_code, reason = "what isn't mapped leaves no room"))]
    fn take(&mut self, layout: Layout) -> Option<NonNull<u8>> {
        let before = self.from.align_offset(layout.align());
        let left = self.size.checked_sub(before.checked_add(layout.size())?)?;
        let part = self.from.wrapping_add(before);
        *self = Room { from: part.wrapping_add(layout.size()), size: left };
        NonNull::new(part)
    }
}

thread_local! {
    static ROOM: Cell<Room> = const { Cell::new(Room::NONE) };
}

/// Gives the calling thread this room, and takes what it had: when a tree changes hands, its room goes with it.
pub(crate) fn exchange(room: Room) -> Room {
    ROOM.with(|own| own.replace(room))
}

/// Untouched pages cost nothing, so that pieces may be much larger than most threads need.
#[cfg(all(unix, not(loom), not(miri)))]
const PIECE: usize = 128 * 1024;

#[cfg(all(unix, not(loom), not(miri)))]
fn allocate(layout: Layout) -> Option<NonNull<u8>> {
    // A signal handler that needs some as well doesn't get here: nothing new is recorded there.
    let _inside = Inside::enter();
    if layout.size() > PIECE / 4 {
        return map(layout.size().checked_add(layout.align())?)?.take(layout);
    }
    let mut room = ROOM.with(Cell::get);
    let part = room.take(layout).or_else(|| {
        // What's left of the old one is wasted: less than is asked for, a page of a histogram or some nodes.
        room = map(PIECE)?;
        room.take(layout)
    });
    ROOM.with(|own| own.set(room));
    part
}

#[cfg(all(unix, not(loom), not(miri)))]
fn map(size: usize) -> Option<Room> {
    let (access, kind) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE | libc::MAP_ANON);
    // SAFETY: a new mapping, wherever there's room for it, concerns no memory that anybody has.
    let piece = unsafe { libc::mmap(ptr::null_mut(), size, access, kind, -1, 0) };
    (piece != libc::MAP_FAILED).then_some(Room { from: piece.cast(), size })
}

/// Where nothing is mapped it's the system's allocator, past the program's.
#[cfg(not(all(unix, not(loom), not(miri))))]
fn allocate(layout: Layout) -> Option<NonNull<u8>> {
    use std::alloc::{GlobalAlloc, System};
    let _inside = Inside::enter();
    if layout.size() == 0 {
        // Nothing is there, but what's nowhere has to be aligned, too.
        return NonNull::new(ptr::without_provenance_mut(layout.align()));
    }
    // SAFETY: it isn't empty.
    NonNull::new(unsafe { System.alloc(layout) })
}

/// Keeps a value for good.
pub(crate) fn keep<T>(value: T) -> &'static mut T {
    match allocate(Layout::new::<T>()) {
        // SAFETY: the place is aligned, large enough, and nobody else's; it's never freed.
        Some(place) => unsafe {
            place.cast::<T>().write(value);
            place.cast::<T>().as_mut()
        },
        // Without memory this ends the program, as any allocation does.
        None => Box::leak(Box::new(value)),
    }
}

/// Keeps that many values for good.
pub(crate) fn keep_all<T>(count: usize, mut value: impl FnMut() -> T) -> &'static mut [T] {
    match Layout::array::<T>(count).ok().and_then(allocate) {
        // SAFETY: the places are aligned, so many, and nobody else's; they're never freed.
        Some(places) => unsafe {
            let places = places.cast::<T>();
            (0..count).for_each(|at| places.add(at).write(value()));
            NonNull::slice_from_raw_parts(places, count).as_mut()
        },
        None => (0..count).map(|_| value()).collect::<Vec<T>>().leak(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_apart_and_aligned_whatever_its_size() {
        #[repr(align(128))]
        struct Aligned(u8);
        let mut all: Vec<(usize, usize)> = Vec::new();
        // Interpreted, bytes are written one by one.
        for round in 0..if cfg!(miri) { 5 } else { 200 } {
            let one = keep(Aligned(round));
            let many = keep_all(usize::from(round) * 1000, || round);
            assert!((&raw const *one).addr().is_multiple_of(128));
            assert!(one.0 == round && many.iter().all(|&byte| byte == round));
            all.push(((&raw const *one).addr(), size_of::<Aligned>()));
            all.push((many.as_ptr().addr(), many.len()));
        }
        all.retain(|(_, size)| *size > 0);
        all.sort_unstable();
        assert!(all.windows(2).all(|pair| pair[0].0 + pair[0].1 <= pair[1].0));
        assert!(keep_all(0, || 0_u64).is_empty());
    }
}
