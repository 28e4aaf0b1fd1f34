//! Where `#[checkpoints]` can go.

use darling::error::Accumulator;

use crate::shared::function::on_a_function;
use crate::shared::item::Item;

pub fn check(item: &Item, errors: &mut Accumulator) {
    errors.extend(on_a_function("checkpoints", item));
}
