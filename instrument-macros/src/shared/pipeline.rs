//! The way of every attribute: parse, validate, expand.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use darling::Error;
use darling::error::Accumulator;
use proc_macro2::TokenStream;
use quote::ToTokens;

use super::arguments::Arguments;
use super::item::Item;
use super::lints::keep_shape;

/// An attribute, as its arguments.
pub trait Attribute: Arguments {
    /// Finds what's wrong with the item, and with the arguments together.
    fn validate(&self, item: &Item, errors: &mut Accumulator);

    /// The item, with what the attribute adds.
    fn expand(&self, item: Item) -> TokenStream;
}

/// From the tokens that the compiler hands over to those it gets back.
///
/// All errors come at once, and the item is given back beside them, so that no second wave of errors follows.
pub fn run<A: Attribute>(arguments: proc_macro::TokenStream, item: proc_macro::TokenStream) -> proc_macro::TokenStream {
    catching::<A>(arguments.into(), item.into()).into()
}

/// Our bug shouldn't cost the user the item.
fn catching<A: Attribute>(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let original = item.clone();
    catch_unwind(AssertUnwindSafe(|| expand::<A>(arguments, Item::of(item))))
        .unwrap_or_else(|panic| bug(A::ATTRIBUTE, panic.as_ref(), original))
}

fn expand<A: Attribute>(arguments: TokenStream, mut item: Item) -> TokenStream {
    let mut errors = Error::accumulator();
    let arguments = A::parse(arguments, &mut errors);
    arguments.validate(&item, &mut errors);
    match errors.finish() {
        Ok(()) => {
            keep_shape(&mut item);
            arguments.expand(item)
        }
        // Two things can't stand where the compiler wants one.
        Err(errors) if item.is_no_item() => with_errors(TokenStream::new(), errors),
        Err(errors) => with_errors(item.into_token_stream(), errors),
    }
}

fn bug(attribute: &str, panic: &(dyn Any + Send), item: TokenStream) -> TokenStream {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let reason = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("it panicked");
    let message = format!(
        "`#[{attribute}]` fails on this item: {reason}. That's a bug in `instrument`: please report it, and remove the attribute until it's fixed"
    );
    with_errors(item, Error::custom(message))
}

fn with_errors(mut item: TokenStream, errors: Error) -> TokenStream {
    item.extend(errors.write_errors());
    item
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shared::arguments::Argument;

    #[derive(Default)]
    struct Panicking;

    impl Arguments for Panicking {
        const ATTRIBUTE: &'static str = "panicking";
        const BARE: Option<&'static str> = None;
        const TABLE: &'static [Argument<Self>] = &[];
    }

    impl Attribute for Panicking {
        fn validate(&self, _: &Item, _: &mut Accumulator) {}

        fn expand(&self, _: Item) -> TokenStream {
            panic!("on purpose")
        }
    }

    #[test]
    fn a_bug_of_ours_gives_the_item_back_beside_the_error() {
        let item: TokenStream = "fn kept() {}".parse().unwrap_or_default();
        let expanded = catching::<Panicking>(TokenStream::new(), item.clone()).to_string();
        let error = expanded.strip_prefix(&item.to_string()).unwrap_or_default();
        assert!(error.contains("compile_error") && error.contains("`#[panicking]` fails on this item: on purpose"));
    }

    #[test]
    fn a_half_written_body_is_passed_on_for_completion() {
        let item = "fn half() { #![allow(a)] self.field. ; let x = match } ".parse().unwrap_or_default();
        let expanded = catching::<crate::timer::Timer>(TokenStream::new(), item).to_string();
        assert!(expanded.contains("self . field . ; let x = match"), "{expanded}");
        assert!(!expanded.contains("compile_error"), "{expanded}");
    }
}
