//! Whether this process has rights that whoever started it doesn't have: then the environment is that one's, and not to be
//! trusted.
#![cfg_attr(unix, expect(unsafe_code, reason = "asks the system through libc"))]

use super::stderr;
use crate::base::inside::Inside;
use std::sync::Once;

/// Whether variables are ignored, since the program is set-user-ID or set-group-ID, or has capabilities of its own. Says so
/// once, if any is set.
pub fn ignores_variables() -> bool {
    static SAID: Once = Once::new();
    let ignores = are_raised();
    if ignores && std::env::vars_os().any(|(name, _)| name.to_string_lossy().starts_with("INSTRUMENT")) {
        SAID.call_once(|| {
            let _inside = Inside::enter();
            stderr::warn(
                "this program has rights that who started it may not have (set-user-ID, set-group-ID or file \
                 capabilities), so all INSTRUMENT variables are ignored",
            );
        });
    }
    ignores
}

/// What the kernel says: it clears what the loader would take from the environment, too.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn are_raised() -> bool {
    // SAFETY: takes a number, and returns 0 for what it doesn't know.
    unsafe { libc::getauxval(libc::AT_SECURE) != 0 }
}

#[cfg(any(target_vendor = "apple", target_os = "freebsd", target_os = "netbsd", target_os = "openbsd"))]
fn are_raised() -> bool {
    // SAFETY: takes nothing, and never fails.
    unsafe { libc::issetugid() != 0 }
}

#[cfg(all(
    unix,
    not(any(
        target_os = "linux",
        target_os = "android",
        target_vendor = "apple",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd"
    ))
))]
fn are_raised() -> bool {
    // SAFETY: these take nothing, and never fail.
    unsafe { libc::getuid() != libc::geteuid() || libc::getgid() != libc::getegid() }
}

#[cfg(not(unix))]
fn are_raised() -> bool {
    false
}
