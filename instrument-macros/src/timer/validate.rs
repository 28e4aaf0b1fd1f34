//! Where `#[timer]` can go, and which of its arguments go together.

use darling::Error;
use darling::error::Accumulator;

use super::expand::is_timer;
use super::parse::{Recursion, Timer};
use crate::shared::function::{Function, on_no_item};
use crate::shared::item::{Item, Kind};

/// Collects what's wrong.
pub fn check(timer: &Timer, item: &Item, errors: &mut Accumulator) {
    alone(timer, errors);
    match item.kind {
        Kind::Function => {
            errors.extend(Function::of(item).and_then(|function| function.why_not("timer")));
        }
        Kind::Impl | Kind::Trait | Kind::Module => block(timer, item, errors),
        Kind::Declaration | Kind::Other => {
            errors.push(on_no_item("timer", item).unwrap_or_else(|| misplaced(item)));
        }
    }
    errors.extend(item.attributes.iter().filter(|attribute| is_timer(attribute)).map(|second| {
        Error::custom("`#[timer]` is given twice: put all arguments into one of them").with_span(&second.span())
    }));
}

/// What's skipped isn't timed in any way.
fn alone(timer: &Timer, errors: &mut Accumulator) {
    let others = timer.name.is_some()
        || timer.sample.is_some()
        || timer.recursion != Recursion::Nest
        || timer.components.is_some();
    if timer.skip.is_present() && others {
        let message = "`skip` stands alone, since what's skipped isn't timed: write `#[timer(skip)]`, or remove `skip`";
        errors.push(Error::custom(message).with_span(&timer.skip.span()));
    }
}

fn block(timer: &Timer, item: &Item, errors: &mut Accumulator) {
    let (what, keyword) = item.described();
    if let Some(name) = &timer.name {
        let message = format!(
            "a name is one function's, and {what} holds many: put `#[timer({})]` on the one that you mean",
            quote::ToTokens::to_token_stream(&name.0)
        );
        errors.push(Error::custom(message).with_span(&name.0));
    }
    if item.body.is_none() && item.kind == Kind::Module {
        let message = "the functions of `mod …;` are in another file, where an attribute out here can't reach: annotate them there";
        errors.push(Error::custom(message).with_span(&keyword));
    }
}

fn misplaced(item: &Item) -> Error {
    let (what, at) = item.described();
    let message = format!(
        "`#[timer]` times functions, and {what} is none: put it on a function, a method, an `impl` block, a trait or an inline `mod`"
    );
    Error::custom(message).with_span(&at)
}
