//! The way of every attribute: from the tokens that the compiler hands over to those it gets back.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use darling::Error;
use proc_macro2::TokenStream;

use super::item::Item;

/// Parses, validates and expands; all errors of an item come at once.
pub type Pipeline = fn(arguments: TokenStream, item: Item) -> darling::Result<TokenStream>;

/// Runs `pipeline`. Whatever is wrong, the item itself is emitted as it was, so that no second wave of errors follows.
pub fn run(
    attribute: &str,
    pipeline: Pipeline,
    arguments: proc_macro::TokenStream,
    item: proc_macro::TokenStream,
) -> proc_macro::TokenStream {
    let original = item.clone();
    let expanded = catch_unwind(AssertUnwindSafe(|| {
        pipeline(arguments.into(), Item::of(item.into())).map_err(Error::write_errors)
    }));
    let errors = match expanded {
        Ok(Ok(tokens)) => return tokens.into(),
        Ok(Err(errors)) => errors,
        Err(panic) => Error::custom(format_args!(
            "`#[{attribute}]` failed on this item: {}. This is a bug in `instrument`, please report it with the item",
            reason(panic.as_ref())
        ))
        .write_errors(),
    };
    let mut tokens = original;
    tokens.extend(proc_macro::TokenStream::from(errors));
    tokens
}

fn reason(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked")
}
