//! `#[main]`: reports while the program runs and when it ends.

mod expand;
mod parse;
mod validate;

use darling::error::Accumulator;
use proc_macro::TokenStream;

use crate::shared::item::Item;
use crate::shared::pipeline::{self, Attribute};
pub use parse::Main;

pub fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run::<Main>(arguments, item)
}

impl Attribute for Main {
    fn validate(&self, item: &Item, errors: &mut Accumulator) {
        validate::check(item, errors);
    }

    fn expand(&self, item: Item) -> proc_macro2::TokenStream {
        expand::item(item, self)
    }
}
