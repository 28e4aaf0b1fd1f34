//! `#[print_mem]`: a line about memory each time a function is left.

mod expand;
mod parse;
mod validate;

use darling::error::Accumulator;

use crate::shared::item::Item;
use crate::shared::pipeline::Attribute;
pub use expand::part;
pub use parse::PrintMem;

impl Attribute for PrintMem {
    fn validate(&self, item: &Item, errors: &mut Accumulator) {
        validate::check(item, errors);
    }
}
