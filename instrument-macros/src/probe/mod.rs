//! `#[probe]`: a function that instruments can be attached to.

mod expand;
mod parse;
mod validate;

use darling::error::Accumulator;

use crate::shared::item::Item;
use crate::shared::pipeline::Attribute;
pub use expand::{Probed, output_of, part};
pub use parse::Probe;

impl Attribute for Probe {
    fn validate(&self, item: &Item, errors: &mut Accumulator) {
        validate::check(self, item, errors);
    }
}
