//! Types that aren't components, or aren't there.

use instrument::timer;

#[timer(components(WalClock))]
fn a_slip() {}

struct NoComponent;

#[timer(components(WallClock, NoComponent))]
fn no_component() {}

#[timer(components(NoComponent))]
async fn no_component_later() {}

fn main() {
    a_slip();
    no_component();
    drop(no_component_later());
    let _marker = instrument::marker!("x", NoComponent);
}
