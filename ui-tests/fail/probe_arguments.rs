//! The arguments of `probe`, where it can go, and what it leaves as the user's own errors.

#![allow(unused_variables)]

use instrument::probe;

#[probe(nmae = "x", args(c), redact(d, "e"), inject = true)]
fn four_at_once(a: u8, b: u8) {}

#[probe("")]
fn empty_name() {}

#[probe(args(a), redact(a))]
fn both(a: u8) {}

#[probe(args())]
fn no_names(a: u8) {}

#[probe(args(a::b))]
fn path(a: u8) {}

#[probe(redact(self))]
fn no_self() {}

#[probe(inject)]
#[track_caller]
fn tracked() {}

#[probe(inject)]
fn never() -> ! {
    panic!()
}

#[probe]
const fn constant() {}

#[probe]
struct NoFunction;

#[probe(inject)]
fn borrows(text: &str) -> &str {
    text
}

#[probe]
fn wrong_type() -> u8 {
    let number = 1_u16;
    number
}

#[probe]
fn borrows_too_long() -> &'static str {
    let text = String::new();
    text.as_str()
}

fn main() {}
