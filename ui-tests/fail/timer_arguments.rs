//! Each wrong argument is an error of its own, at that argument; all of an item's come at once, and none follows.

use instrument::timer;

#[timer(smaple = 64, recursion = "flod", name = "")]
fn three_at_once() {}

#[timer(sample = 0)]
fn zero() {}

#[timer(sample = "64")]
fn number_in_quotes() {}

#[timer(sample = -1)]
fn negative() {}

#[timer(sample)]
fn no_value() {}

#[timer(sample(64))]
fn parentheses() {}

#[timer(sample = )]
fn value_forgotten() {}

#[timer(sample = 2, sample = 3)]
fn twice() {}

#[timer("one", name = "other")]
fn named_twice() {}

#[timer(recursion = fold)]
fn no_quotes() {}

#[timer(recursion = "tail")]
fn no_such_word() {}

#[timer(64)]
fn bare_number() {}

#[timer(load users)]
fn name_without_quotes() {}

#[timer(crate = "renamed")]
fn path_in_quotes() {}

#[timer(crate = nowhere)]
fn no_such_crate() {}

#[timer(observer = "histogram")]
fn argument_of_another_attribute() {}

#[timer(skip, sample = 2)]
fn skipped_and_sampled() {}

#[timer(skip = true)]
fn skip_with_a_value() {}

fn main() {
    three_at_once();
    zero();
    number_in_quotes();
    negative();
    no_value();
    parentheses();
    value_forgotten();
    twice();
    named_twice();
    no_quotes();
    no_such_word();
    bare_number();
    name_without_quotes();
    path_in_quotes();
    no_such_crate();
    argument_of_another_attribute();
    skipped_and_sampled();
    skip_with_a_value();
}
