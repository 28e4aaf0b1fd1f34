//! `INSTRUMENT_SERVE=1`: serves without a word in the program, and so has to begin before its `main`.
#![expect(
    unsafe_code,
    reason = "what runs before `main` is in a section of the program's file that the linker knows by name"
)]

use instrument_core::shared::{complain, printable, switch};

/// A program that has nothing but probes calls nothing of ours until one is attached, which takes a server. So there's no
/// other moment to look than this one.
// SAFETY: the C library calls the functions that this section lists, with arguments that ours may ignore, before `main`;
// ours is `extern "C"` and doesn't unwind. It needs nothing of Rust's runtime that `main` would set up: it reads a variable
// and starts a thread.
#[used]
#[cfg_attr(any(target_os = "macos", target_os = "ios"), unsafe(link_section = "__DATA,__mod_init_func"))]
#[cfg_attr(not(any(target_os = "macos", target_os = "ios")), unsafe(link_section = ".init_array"))]
static START: extern "C" fn() = start;

extern "C" fn start() {
    let _ = std::panic::catch_unwind(|| {
        let Some(value) = std::env::var_os("INSTRUMENT_SERVE") else { return };
        let value = value.to_string_lossy().trim().to_lowercase();
        if value.is_empty() {
            return;
        }
        let done = match switch(&value) {
            Ok(false) => return,
            Ok(true) => super::serve().map(drop).map_err(|error| error.to_string()),
            Err(complaint) => Err(complaint),
        };
        if let Err(complaint) = done {
            let shown: String = printable(&value).chars().take(60).collect();
            complain(&format!("INSTRUMENT_SERVE={shown}: {complaint}; not serving"));
        }
    });
}
