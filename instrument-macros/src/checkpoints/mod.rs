//! `#[checkpoints]`: a mark after each top-level statement of a function.

mod expand;
mod parse;
mod statements;
mod validate;
mod words;

use darling::error::Accumulator;

use crate::shared::item::Item;
use crate::shared::pipeline::Attribute;
pub use expand::{Marked, Marks, part};
pub use parse::Checkpoints;

impl Attribute for Checkpoints {
    fn validate(&self, item: &Item, errors: &mut Accumulator) {
        validate::check(item, errors);
    }
}
