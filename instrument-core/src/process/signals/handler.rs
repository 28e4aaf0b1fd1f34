//! The handler, and all that's asked of the system about signals. It calls what POSIX allows a handler to call, no more.
#![expect(unsafe_code, reason = "the standard library knows no signals")]

use libc::{SIG_DFL, SIG_IGN, siginfo_t};
use std::ffi::{c_int, c_void};
use std::mem::{self, MaybeUninit};
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU64, AtomicUsize, Ordering::SeqCst};

/// A signal that's watched, and who had it before.
struct Slot {
    /// 0 for none yet.
    signal: AtomicI32,
    ends: AtomicBool,
    /// A function's address, or `SIG_DFL`.
    before: AtomicUsize,
    /// Whether that takes three arguments.
    takes_info: AtomicBool,
    /// Whether it's called only once.
    is_once: AtomicBool,
}

static SLOTS: [Slot; 3] = [const {
    Slot {
        signal: AtomicI32::new(0),
        ends: AtomicBool::new(false),
        before: AtomicUsize::new(SIG_DFL),
        takes_info: AtomicBool::new(false),
        is_once: AtomicBool::new(false),
    }
}; 3];

/// Whose thread waits: a forked child has the handlers, and not the thread.
static WATCHED: AtomicI32 = AtomicI32::new(0);
/// Where that thread is told.
static TELLER: AtomicI32 = AtomicI32::new(-1);
/// When the first signal came that ends this process, in milliseconds and one more.
static FIRST: AtomicU64 = AtomicU64::new(0);

/// Whoever sends a second signal that much later doesn't want to wait for the report. It isn't at once, since `timeout` and
/// others send theirs to the process and then to its group.
const PATIENCE: u64 = 500;

/// Whether a thread of this process waits.
pub(super) fn is_watched() -> bool {
    // SAFETY: it takes nothing and never fails.
    WATCHED.load(SeqCst) == unsafe { libc::getpid() }
}

/// Where the thread of this process is told, from now on.
pub(super) fn tell(teller: c_int) {
    TELLER.store(teller, SeqCst);
    FIRST.store(0, SeqCst);
    // SAFETY: it takes nothing and never fails.
    WATCHED.store(unsafe { libc::getpid() }, SeqCst);
}

/// Whether that's a signal that ends the process.
pub(super) fn ends(signal: c_int) -> bool {
    slot(signal).is_some_and(|slot| slot.ends.load(SeqCst))
}

fn slot(signal: c_int) -> Option<&'static Slot> {
    SLOTS.iter().find(|slot| slot.signal.load(SeqCst) == signal)
}

/// Puts our handler before whatever handles the signal; false if that's ignored, and left alone.
pub(super) fn install(signal: c_int, ends: bool) -> bool {
    let Some(now) = action(signal) else { return false };
    if now.sa_sigaction == SIG_IGN {
        return false;
    }
    if slot(signal).is_some() && (is_ours(&now) || now.sa_sigaction != SIG_DFL) {
        // There already, perhaps below one that came later.
        return true;
    }
    let Some(slot) = slot(signal).or_else(|| slot(0)) else { return false };
    slot.keep(&now);
    slot.ends.store(ends, SeqCst);
    slot.signal.store(signal, SeqCst);
    if let Some(before) = put_ours(signal, now)
        && before.sa_sigaction != now.sa_sigaction
        && !is_ours(&before)
    {
        // Another thread was quicker.
        slot.keep(&before);
    }
    true
}

impl Slot {
    fn keep(&self, action: &libc::sigaction) {
        self.takes_info.store(action.sa_flags & libc::SA_SIGINFO != 0, SeqCst);
        self.is_once.store(action.sa_flags & libc::SA_RESETHAND != 0, SeqCst);
        self.before.store(action.sa_sigaction, SeqCst);
    }

    /// Calls who had the signal before, if somebody had.
    fn call_before(&self, signal: c_int, info: *mut siginfo_t, context: *mut c_void) -> bool {
        let before = self.before.load(SeqCst);
        if before == SIG_DFL || before == SIG_IGN {
            return false;
        }
        let before = ptr::with_exposed_provenance::<()>(before);
        if self.takes_info.load(SeqCst) {
            // SAFETY: the system would have called it with these very arguments.
            let before: extern "C" fn(c_int, *mut siginfo_t, *mut c_void) = unsafe { mem::transmute(before) };
            before(signal, info, context);
        } else {
            // SAFETY: as above.
            let before: extern "C" fn(c_int) = unsafe { mem::transmute(before) };
            before(signal);
        }
        true
    }
}

/// What becomes of a signal now.
fn action(signal: c_int) -> Option<libc::sigaction> {
    let mut now = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: the place is valid, and nothing is changed. All of a `sigaction` may be zero, should it fail.
    unsafe {
        let done = libc::sigaction(signal, ptr::null(), now.as_mut_ptr()) == 0;
        done.then(|| now.assume_init())
    }
}

fn set(signal: c_int, new: &libc::sigaction) -> Option<libc::sigaction> {
    let mut before = MaybeUninit::<libc::sigaction>::zeroed();
    // SAFETY: both places are valid; the new handler is ours, or none.
    unsafe {
        let done = libc::sigaction(signal, new, before.as_mut_ptr()) == 0;
        done.then(|| before.assume_init())
    }
}

/// Puts our handler there, with the mask and flags of who had the signal before.
fn put_ours(signal: c_int, mut action: libc::sigaction) -> Option<libc::sigaction> {
    if action.sa_sigaction == SIG_DFL {
        // A program that goes on needn't notice.
        action.sa_flags = libc::SA_RESTART;
    }
    action.sa_flags = action.sa_flags & !libc::SA_RESETHAND | libc::SA_SIGINFO | libc::SA_ONSTACK;
    action.sa_sigaction = ours();
    set(signal, &action)
}

fn ours() -> usize {
    (handle as extern "C" fn(c_int, *mut siginfo_t, *mut c_void)) as *const () as usize
}

fn is_ours(action: &libc::sigaction) -> bool {
    action.sa_sigaction == ours()
}

/// A signal has come, amid anything, on any thread of the program's.
extern "C" fn handle(signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let errno = errno();
    // SAFETY: the place is this thread's own.
    let kept = errno.map(|errno| unsafe { *errno });
    if let Some(slot) = slot(signal) {
        came(slot, signal, info, context);
    }
    if let (Some(errno), Some(kept)) = (errno, kept) {
        // SAFETY: as above.
        unsafe { *errno = kept };
    }
}

fn came(slot: &Slot, signal: c_int, info: *mut siginfo_t, context: *mut c_void) {
    let had = slot.call_before(signal, info, context);
    if !slot.ends.load(SeqCst) {
        // A forked child that nobody watches has no report to write, and isn't ended for it.
        if is_watched() {
            send(signal);
        }
        return;
    }
    let Some(now) = action(signal) else { return };
    if had {
        // One that has given the signal back, perhaps to raise it again: what comes next ends the process, by way of us.
        let is_given_back = now.sa_sigaction == SIG_DFL;
        if is_given_back || slot.is_once.load(SeqCst) {
            slot.before.store(SIG_DFL, SeqCst);
        }
        if is_given_back {
            put_ours(signal, now);
        }
        return;
    }
    if !is_ours(&now) && now.sa_sigaction != SIG_DFL {
        // The program's own handler came later, and has called us: it's the program's signal.
        return;
    }
    if !is_watched() || is_second() || !send(signal) {
        be_raised_again(signal);
    }
}

/// Whether the process is ending already, and somebody has lost patience.
fn is_second() -> bool {
    let now = milliseconds() + 1;
    FIRST.compare_exchange(0, now, SeqCst, SeqCst).is_err_and(|first| now.saturating_sub(first) >= PATIENCE)
}

fn milliseconds() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the place is valid.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    (time.tv_sec as u64).saturating_mul(1000).saturating_add(time.tv_nsec as u64 / 1_000_000)
}

/// Tells the thread. A socket, since a program that closes what it doesn't know may have opened a file in its place.
fn send(signal: c_int) -> bool {
    let byte = signal as u8;
    let flags = libc::MSG_DONTWAIT | libc::MSG_NOSIGNAL;
    // SAFETY: the byte is valid.
    let sent = unsafe { libc::send(TELLER.load(SeqCst), (&raw const byte).cast(), 1, flags) };
    // A full one has enough to tell.
    sent == 1 || std::io::Error::last_os_error().raw_os_error() == Some(libc::EAGAIN)
}

/// Gives the signal back to the system, which ends the process as soon as the handler is through.
fn be_raised_again(signal: c_int) {
    let Some(mut action) = action(signal) else { return };
    action.sa_sigaction = SIG_DFL;
    set(signal, &action);
    // SAFETY: it's a signal's number.
    unsafe { libc::raise(signal) };
}

/// Ends the process by a signal, as if nobody had handled it.
pub(super) fn end_by(signal: c_int) -> ! {
    let mut only = MaybeUninit::uninit();
    // SAFETY: the first call fills the set, and the others use it; all are threads' and signals' own business.
    unsafe {
        libc::sigemptyset(only.as_mut_ptr());
        libc::sigaddset(only.as_mut_ptr(), signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, only.as_ptr(), ptr::null_mut());
    }
    be_raised_again(signal);
    // The first process of a container isn't ended by any signal. Its status is what a shell makes of one.
    // SAFETY: it ends the process; what's to be done at exit was done.
    unsafe { libc::_exit(128 + signal) }
}

/// Where the calling thread's `errno` is, on systems where that's known.
fn errno() -> Option<*mut c_int> {
    #[cfg(any(target_os = "linux", target_os = "dragonfly"))]
    // SAFETY: it takes nothing and never fails.
    return Some(unsafe { libc::__errno_location() });
    #[cfg(any(target_vendor = "apple", target_os = "freebsd"))]
    // SAFETY: as above.
    return Some(unsafe { libc::__error() });
    #[cfg(not(any(target_os = "linux", target_os = "dragonfly", target_vendor = "apple", target_os = "freebsd")))]
    None
}
