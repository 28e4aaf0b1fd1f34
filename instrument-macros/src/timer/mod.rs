//! `#[timer]`: every call of a function is a span in the call tree.

mod components;
mod expand;
mod parse;
mod validate;

use darling::error::Accumulator;

use crate::shared::item::Item;
use crate::shared::pipeline::Attribute;
pub use expand::{is_timer, part};
pub use parse::Timer;

impl Attribute for Timer {
    fn validate(&self, item: &Item, errors: &mut Accumulator) {
        validate::check(self, item, errors);
    }
}
