//! What `components(…)` doesn't take.

use instrument::timer;

#[timer(components)]
fn no_list() {}

#[timer(components = WallClock)]
fn no_parentheses() {}

#[timer(components())]
fn none() {}

#[timer(components("WallClock", PeakRss))]
fn in_quotes() {}

#[timer(components(WallClock, PeakRss, WallClock))]
fn twice() {}

#[timer(components(A, B, C, D, E, F, G, H, I))]
fn nine() {}

fn main() {
    no_list();
    no_parentheses();
    none();
    in_quotes();
    twice();
    nine();
}
