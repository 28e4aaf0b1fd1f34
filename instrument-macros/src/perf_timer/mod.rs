//! `#[perf_timer]`: a `PerfTimer` in a static observes every run of a function.

mod expand;
mod parse;
mod validate;

use darling::error::Accumulator;
use proc_macro::TokenStream;

use crate::shared::item::Item;
use crate::shared::pipeline::{self, Attribute};
pub use parse::PerfTimer;

pub fn attribute(arguments: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::run::<PerfTimer>(arguments, item)
}

impl Attribute for PerfTimer {
    fn validate(&self, item: &Item, errors: &mut Accumulator) {
        validate::check(self, item, errors);
    }

    fn expand(&self, item: Item) -> proc_macro2::TokenStream {
        expand::item(item, self)
    }
}
