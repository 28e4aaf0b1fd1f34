//! Signs that are missing, or stand where another should: the error says which, where it is.

use instrument::{checkpoints, measure, perf_timer, probe, profiler, scope, timer};

#[timer(name = "x" sample = 2)]
fn no_comma() {}

#[timer("x" sample = 2 recursion = "fold")]
fn no_commas() {}

#[timer(sample = 2; recursion = "tail")]
fn semicolon() {}

#[timer(name = "x". sample = 2)]
fn dot() {}

#[timer(sample: 2)]
fn colon() {}

#[timer(crate: ::instrument)]
fn colon_before_colons() {}

#[timer(sample == 2)]
fn comparison() {}

#[timer(name => "x")]
fn arrow() {}

#[timer(name "x")]
fn no_sign() {}

#[timer(name = load)]
fn no_quotes() {}

#[timer(name = 'x')]
fn single_quotes() {}

#[timer(skip())]
fn parentheses_of_a_word() {}

#[checkpoints(threshold_ms = "5")]
fn quotes_around_a_number() {}

#[perf_timer(clock = thread, log: print)]
fn word_without_quotes() {}

#[probe(inject name = "x")]
fn word_without_a_comma() {}

fn macros() {
    scope!(name = "x");
    scope!("x" "y");
    measure!("x");
    measure!("x" = 1);
    profiler!("x", "y");
}

fn main() {
    no_comma();
    no_commas();
    semicolon();
    dot();
    colon();
    colon_before_colons();
    comparison();
    arrow();
    no_sign();
    no_quotes();
    single_quotes();
    parentheses_of_a_word();
    quotes_around_a_number();
    word_without_quotes();
    word_without_a_comma();
    macros();
}
