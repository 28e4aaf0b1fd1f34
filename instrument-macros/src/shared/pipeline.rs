//! What every attribute can say: whether it may stand where it does.

use darling::error::Accumulator;

use super::arguments::Arguments;
use super::item::Item;

/// An attribute, as its arguments.
pub trait Attribute: Arguments {
    /// Finds what's wrong with the item, and with the arguments together.
    fn validate(&self, item: &Item, errors: &mut Accumulator);
}
