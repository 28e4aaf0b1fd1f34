//! Where `#[main]` can go.

use darling::Error;
use darling::error::Accumulator;

use crate::shared::function::{Function, on_a_function};
use crate::shared::item::Item;

pub fn check(item: &Item, errors: &mut Accumulator) {
    errors.extend(on_a_function("main", item));
    if let Some(function) = Function::of(item)
        && function.name != "main"
    {
        let message = format!(
            "`#[main]` reports on the whole program, so it goes on `fn main`: to time `{}`, write `#[timer]`",
            function.name
        );
        errors.push(Error::custom(message).with_span(function.name));
    }
}
