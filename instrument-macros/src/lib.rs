//! The attributes of `instrument`.

#[cfg(not(feature = "expand"))]
mod off;
#[cfg(not(feature = "expand"))]
use {off as perf_timer, off as print_mem, off as program, off as timer};

#[cfg(feature = "expand")]
mod perf_timer;
#[cfg(feature = "expand")]
mod print_mem;
#[cfg(feature = "expand")]
mod program;
#[cfg(feature = "expand")]
mod shared;
#[cfg(feature = "expand")]
mod timer;

use proc_macro::TokenStream;

/// Times.
#[proc_macro_attribute]
pub fn timer(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if cfg!(feature = "timers") { timer::attribute(arguments, item) } else { item }
}

/// Times.
#[proc_macro_attribute]
pub fn perf_timer(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if cfg!(feature = "timers") { perf_timer::attribute(arguments, item) } else { item }
}

/// Prints.
#[proc_macro_attribute]
pub fn print_mem(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if cfg!(feature = "memory") { print_mem::attribute(arguments, item) } else { item }
}

/// Reports.
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if cfg!(feature = "timers") { program::attribute(arguments, item) } else { item }
}
