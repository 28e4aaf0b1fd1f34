//! Spans by names that are made at run time.

use super::Guard;
use crate::state::timers_on;
use crate::threads::{lost_after_exit, this_thread};

/// Begins a span of this name. Past the limit of names the call isn't timed, and is counted as lost.
///
/// Costs a look into a hash map more than a span of a constant name. Only a name's first use on a thread allocates.
#[doc(hidden)]
pub fn enter_named(name: impl AsRef<str>) -> Guard {
    if !timers_on() {
        return Guard::none();
    }
    this_thread(|thread| {
        let Some(cells) = thread.cells() else {
            lost_after_exit();
            return Guard::none();
        };
        match cells.site_named(name.as_ref()) {
            Some(site) => site.enter(),
            None => {
                cells.lost().too_many_names();
                Guard::none()
            }
        }
    })
}

/// No span, for macros.
#[doc(hidden)]
#[inline(always)]
pub fn no_span() -> Guard {
    Guard::none()
}
