//! `#[print_mem]`: a line about memory each time a function is left.

mod expand;
mod parse;
mod validate;

use darling::error::Accumulator;
use proc_macro::TokenStream;

use crate::shared::item::Item;
use crate::shared::pipeline::{self, Attribute};
pub use parse::PrintMem;

pub fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run::<PrintMem>(arguments, item)
}

impl Attribute for PrintMem {
    fn validate(&self, item: &Item, errors: &mut Accumulator) {
        validate::check(item, errors);
    }

    fn expand(&self, item: Item) -> proc_macro2::TokenStream {
        expand::item(item, self)
    }
}
