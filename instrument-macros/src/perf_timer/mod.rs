//! `#[perf_timer]`: a `PerfTimer` in a static observes every run of a function.

mod expand;
mod parse;
mod validate;

use darling::error::Accumulator;

use crate::shared::item::Item;
use crate::shared::pipeline::Attribute;
pub use expand::part;
pub use parse::PerfTimer;

impl Attribute for PerfTimer {
    fn validate(&self, item: &Item, errors: &mut Accumulator) {
        validate::check(self, item, errors);
    }
}
