//! `#[probe]`: a function that instruments can be attached to.

mod expand;
mod parse;
mod validate;

use darling::error::Accumulator;
use proc_macro::TokenStream;

use crate::shared::item::Item;
use crate::shared::pipeline::{self, Attribute};
pub use parse::Probe;

pub fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run::<Probe>(arguments, item)
}

impl Attribute for Probe {
    fn validate(&self, item: &Item, errors: &mut Accumulator) {
        validate::check(self, item, errors);
    }

    fn expand(&self, item: Item) -> proc_macro2::TokenStream {
        expand::item(item, self)
    }
}
