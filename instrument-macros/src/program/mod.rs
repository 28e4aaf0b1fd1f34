//! `#[main]`: reports while the program runs and when it ends.

mod expand;
mod parse;
mod validate;

use darling::Error;
use proc_macro::TokenStream;

use crate::shared::arguments::Arguments;
use crate::shared::pipeline;

pub fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(
        "main",
        |arguments, item| {
            let mut errors = Error::accumulator();
            let arguments = parse::Main::parse(arguments, &mut errors);
            validate::check(&item, &mut errors);
            errors.finish()?;
            Ok(expand::item(item, &arguments))
        },
        arguments,
        item,
    )
}
