//! What runs when the process exits, also by `process::exit`: the reports that were asked for.
//!
//! On Windows `process::exit` ends the process without C's exit handlers, so there it's the return of `main` alone. What
//! else would be told of the end, a callback of the loader, runs when all other threads were killed, with the locks that
//! they held.
#![expect(unsafe_code, reason = "C's `atexit` is the only hook that also runs on `process::exit`")]

use crate::base::inside::Inside;
use crate::base::sync::lock;
use std::sync::{Mutex, Once};

type Hook = Box<dyn FnOnce() + Send>;

static HOOKS: Mutex<Vec<(u32, Hook)>> = Mutex::new(Vec::new());

unsafe extern "C" {
    fn atexit(callback: extern "C" fn()) -> std::ffi::c_int;
}

/// Calls `hook` when this process exits, in the order of registration. A forked child doesn't inherit hooks: what
/// they report is its parent's to report.
pub fn at_exit(hook: impl FnOnce() + Send + 'static) {
    static REGISTERED: Once = Once::new();
    let _inside = Inside::enter();
    lock(&HOOKS).push((std::process::id(), Box::new(hook)));
    REGISTERED.call_once(|| {
        // SAFETY: `run` is an `extern "C"` function that never unwinds. A failure means no reports at exit, no more.
        unsafe { atexit(run) };
    });
}

extern "C" fn run() {
    // A hook may register further ones, so the lock isn't held while one runs.
    loop {
        let next = {
            let _inside = Inside::enter();
            let mut hooks = lock(&HOOKS);
            if hooks.is_empty() { None } else { Some(hooks.remove(0)) }
        };
        let Some((owner, hook)) = next else { return };
        if owner == std::process::id() {
            // A report that panics must not abort a process that is about to end well.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(hook));
        }
    }
}
