//! `#[timer]`: every call of a function is a span in the call tree.

mod expand;
mod parse;
mod validate;

use darling::Error;
use proc_macro::TokenStream;

use crate::shared::arguments::Arguments;
use crate::shared::pipeline;

pub fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(
        "timer",
        |arguments, item| {
            let mut errors = Error::accumulator();
            let arguments = parse::Timer::parse(arguments, &mut errors);
            validate::check(&arguments, &item, &mut errors);
            errors.finish()?;
            Ok(expand::item(item, &arguments))
        },
        arguments,
        item,
    )
}
