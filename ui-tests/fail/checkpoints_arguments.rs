//! The arguments of `checkpoints`, and what its marks leave as the user's own errors.

use instrument::checkpoints;

#[checkpoints(message = "x", threshold_ms = "10", label = 1)]
fn three_at_once() {}

#[checkpoints("")]
fn empty_message() {}

#[checkpoints(threshold_ms = -1)]
fn negative() {}

#[checkpoints(threshold_ms = 1.5)]
fn fractional() {}

#[checkpoints("one", msg = "two")]
fn two_messages() {}

#[checkpoints(start up)]
fn message_without_quotes() {}

#[checkpoints(5)]
fn bare_number() {}

#[checkpoints]
fn borrows_too_long() -> &'static str {
    let text = String::new();
    let borrowed = text.as_str();
    borrowed
}

#[checkpoints]
fn wrong_type() -> u8 {
    let number = 1_u16;
    number
}

fn main() {
    three_at_once();
    empty_message();
    negative();
    fractional();
    two_messages();
    message_without_quotes();
    bare_number();
    borrows_too_long();
    wrong_type();
}
