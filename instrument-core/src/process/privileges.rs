//! Whether this process has rights that whoever started it doesn't have: then the environment is that one's, and not to be
//! trusted.

use super::stderr;
use crate::base::inside::Inside;
use std::sync::Once;

/// Whether variables are ignored, since the program is set-user-ID or set-group-ID, or has capabilities of its own. Says so
/// once, if any is set.
pub fn ignores_variables() -> bool {
    static SAID: Once = Once::new();
    let ignores = is_privileged();
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

#[cfg(unix)]
use instrument_system::is_privileged;

#[cfg(not(unix))]
fn is_privileged() -> bool {
    false
}
