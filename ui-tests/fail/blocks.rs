//! What's wrong with the arguments on a whole block, or on an item in one.

use instrument::timer;

struct Data;

#[timer("data")]
impl Data {
    fn load(&self) {}
}

#[timer(name = "shapes", sample = 0)]
mod shapes {
    pub fn draw() {}
}

#[timer]
impl Data {
    #[timer(skip, sample = 2)]
    fn skipped_and_sampled(&self) {}

    #[timer(skip, smaple = 2)]
    fn skipped_and_misspelled(&self) {}

    #[timer(recursion = "flat")]
    fn own_and_wrong(&self) {}
}

#[timer]
mod outer {
    pub mod inner {
        #[instrument::timer(skip = "yes")]
        pub fn deep() {}
    }
}

fn main() {
    Data.load();
    Data.skipped_and_sampled();
    Data.skipped_and_misspelled();
    Data.own_and_wrong();
    shapes::draw();
    outer::inner::deep();
}
