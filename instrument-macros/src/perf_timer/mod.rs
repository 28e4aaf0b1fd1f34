//! `#[perf_timer]`: a `PerfTimer` in a static observes every run of a function.

mod expand;
mod parse;
mod validate;

use darling::Error;
use proc_macro::TokenStream;

use crate::shared::arguments::Arguments;
use crate::shared::pipeline;

pub fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(
        "perf_timer",
        |arguments, item| {
            let mut errors = Error::accumulator();
            let arguments = parse::PerfTimer::parse(arguments, &mut errors);
            validate::check(&arguments, &item, &mut errors);
            errors.finish()?;
            Ok(expand::item(item, &arguments))
        },
        arguments,
        item,
    )
}
