//! `#[print_mem]`: a line about memory each time a function is left.

mod expand;
mod parse;

use darling::Error;
use proc_macro::TokenStream;

use crate::shared::arguments::Arguments;
use crate::shared::function::on_a_function;
use crate::shared::pipeline;

pub fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run(
        "print_mem",
        |arguments, item| {
            let mut errors = Error::accumulator();
            let arguments = parse::PrintMem::parse(arguments, &mut errors);
            errors.extend(on_a_function("print_mem", &item));
            errors.finish()?;
            Ok(expand::item(item, &arguments))
        },
        arguments,
        item,
    )
}
