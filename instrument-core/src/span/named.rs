//! Spans by names that are made at run time.

use super::Guard;
use crate::state::timers_on;
use crate::threads::{lost_here, this_thread};

/// Begins a span of this name. Past the limit of names the call isn't timed, and is counted as lost.
///
/// Costs a look into a hash map more than a span of a constant name. Only a name's first use on a thread allocates.
#[doc(hidden)]
pub fn enter_named(name: impl AsRef<str>) -> Guard {
    if !timers_on() {
        return Guard::none();
    }
    let name = name.as_ref();
    this_thread(|thread| {
        let Some(cells) = thread.cells() else {
            lost_here();
            return Guard::none();
        };
        match cells.site_named(name) {
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
