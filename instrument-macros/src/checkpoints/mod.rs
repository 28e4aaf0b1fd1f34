//! `#[checkpoints]`: a mark after each top-level statement of a function.

mod expand;
mod parse;
mod statements;
mod validate;
mod words;

use darling::error::Accumulator;
use proc_macro::TokenStream;

use crate::shared::item::Item;
use crate::shared::pipeline::{self, Attribute};
pub use parse::Checkpoints;

pub fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run::<Checkpoints>(arguments, item)
}

impl Attribute for Checkpoints {
    fn validate(&self, item: &Item, errors: &mut Accumulator) {
        validate::check(item, errors);
    }

    fn expand(&self, item: Item) -> proc_macro2::TokenStream {
        expand::item(item, self)
    }
}
