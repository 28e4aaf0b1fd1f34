//! What's written when the process exits, also by `process::exit`; and before, where it's about to end in another way.
//!
//! On Windows `process::exit` ends the process without C's exit handlers, so there it's the return of `main` alone. What
//! else would be told of the end, a callback of the loader, runs when all other threads were killed, with the locks that
//! they held.
#![expect(unsafe_code, reason = "C's `atexit` is the only hook that also runs on `process::exit`")]

use super::bare::pid;
use super::fork::Holder;
use crate::base::here::HERE;
use crate::base::inside::Inside;
use crate::base::sync::lock;
use std::sync::{Arc, Condvar, Mutex, Once, PoisonError};
use std::time::Duration;

enum Hook {
    /// Of this process alone.
    Once(u32, Box<dyn FnOnce() + Send>),
    /// Of this process and of those that are forked off, and which of them has done it.
    Each(Option<u32>, Arc<dyn Fn() + Send + Sync>),
}

static HOOKS: Mutex<Vec<Hook>> = Mutex::new(Vec::new());

/// Who writes just now: its process, and what's only one thread's in there.
static WRITING: Mutex<Option<(u32, usize)>> = Mutex::new(None);
static WRITTEN: Condvar = Condvar::new();

/// How long a thread that's about to end the process waits for another that writes. That one may itself wait for something,
/// such as a log function of the program's, that the first one holds.
const LONGEST: Duration = Duration::from_secs(5);

inventory::submit! { Holder::new(98, || Box::new((lock(&HOOKS), lock(&WRITING)))) }

#[cfg(not(all(target_family = "wasm", target_os = "unknown")))]
unsafe extern "C" {
    fn atexit(callback: extern "C" fn()) -> std::ffi::c_int;
}

/// Without a system nothing exits, and whoever runs the module would have to bring this function along.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
unsafe fn atexit(_: extern "C" fn()) -> std::ffi::c_int {
    0
}

/// Calls `hook` when this process exits, in the order of registration. A forked child doesn't inherit it.
pub fn at_exit(hook: impl FnOnce() + Send + 'static) {
    let _inside = Inside::enter();
    register(Hook::Once(pid(), Box::new(hook)));
}

/// Calls `hook` when this process exits, and when one does that was forked off.
pub(crate) fn at_each_exit(hook: impl Fn() + Send + Sync + 'static) {
    let _inside = Inside::enter();
    register(Hook::Each(None, Arc::new(hook)));
}

fn register(hook: Hook) {
    static REGISTERED: Once = Once::new();
    lock(&HOOKS).push(hook);
    REGISTERED.call_once(|| {
        // SAFETY: `run` is an `extern "C"` function that never unwinds. A failure means no reports at exit, no more.
        unsafe { atexit(run) };
    });
}

extern "C" fn run() {
    finish();
}

/// Writes now what else is written when the process exits: the report of `#[instrument::main]`, the lines of timers, what
/// `INSTRUMENT_AUTO_OUTPUT` asks for. At exit it isn't written again.
///
/// It's for programs that end in a way that nobody can notice: by `abort` or `_exit`, by `exec`, or by a signal that a
/// handler of their own raises again.
///
/// ```no_run
/// instrument_core::finish();
/// std::process::abort();
/// ```
pub fn finish() {
    alone(|| {
        // A hook may register further ones, so the lock isn't held while one runs.
        while let Some(hook) = next() {
            // A report that panics must not abort a process that is about to end well.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(hook));
        }
    });
}

/// The next of this process's hooks that hasn't run.
fn next() -> Option<Box<dyn FnOnce() + Send>> {
    let _inside = Inside::enter();
    let this = pid();
    let mut hooks = lock(&HOOKS);
    let place = hooks.iter().position(|hook| match hook {
        Hook::Once(owner, _) => *owner == this,
        Hook::Each(done, _) => *done != Some(this),
    })?;
    if let Hook::Each(done, hook) = &mut hooks[place] {
        *done = Some(this);
        let hook = Arc::clone(hook);
        return Some(Box::new(move || hook()));
    }
    match hooks.remove(place) {
        Hook::Once(_, hook) => Some(hook),
        Hook::Each(..) => None,
    }
}

/// Does what's done at the end while no other thread does, so that none ends the process amid another's report.
pub(crate) fn alone(write: impl FnOnce()) {
    /// Lets others go on, also when unwinding.
    struct Writing(bool);
    impl Drop for Writing {
        fn drop(&mut self) {
            if self.0 {
                let _inside = Inside::enter();
                *lock(&WRITING) = None;
                WRITTEN.notify_all();
            }
        }
    }
    // Not by `std::thread::current`, which panics in a thread's last destructors.
    let this = (pid(), HERE.with(|here| std::ptr::from_ref(here).addr()));
    let _writing = {
        let _inside = Inside::enter();
        // In a forked child nobody finishes what another thread of its parent began.
        let by_another = |who: &mut Option<(u32, usize)>| who.is_some_and(|who| who.0 == this.0 && who.1 != this.1);
        let waited = WRITTEN.wait_timeout_while(lock(&WRITING), LONGEST, by_another);
        let mut writing = waited.unwrap_or_else(PoisonError::into_inner).0;
        // What's written may itself end the process.
        let is_first = *writing != Some(this);
        *writing = Some(this);
        Writing(is_first)
    };
    write();
}
