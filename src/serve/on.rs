//! Serving, on.
#![cfg_attr(
    unix,
    expect(unsafe_code, reason = "what runs before `main` is in a section that the linker knows by its name")
)]

pub use instrument_probe::{Serving, serve};

/// `INSTRUMENT_SERVE=1` serves without a word in the program. One that has nothing but probes calls nothing of ours until
/// one is attached, which takes a server; so there's no other moment to look at the variable than before `main`.
// SAFETY: the C library calls the functions that this section lists, with arguments that ours may ignore, before `main`;
// ours is `extern "C"` and doesn't unwind. It needs nothing of Rust's runtime that `main` would set up: it reads a variable
// and starts a thread.
#[cfg(unix)]
#[used]
#[cfg_attr(target_vendor = "apple", unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(target_vendor = "apple"), unsafe(link_section = ".init_array"))]
static START: extern "C" fn() = instrument_probe::private::serve_if_asked;
