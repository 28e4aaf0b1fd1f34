//! `#[main]`: reports while the program runs and when it ends.

mod expand;
mod parse;
mod validate;

use darling::error::Accumulator;

use crate::shared::item::Item;
use crate::shared::pipeline::Attribute;
pub use expand::part;
pub use parse::Main;

impl Attribute for Main {
    fn validate(&self, item: &Item, errors: &mut Accumulator) {
        validate::check(item, errors);
    }
}
