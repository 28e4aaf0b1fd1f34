//! Where `#[perf_timer]` can go, and which of its arguments go together.

use darling::Error;
use darling::error::Accumulator;

use super::parse::{Observer, PerfTimer};
use crate::shared::function::on_a_function;
use crate::shared::item::Item;

pub fn check(timer: &PerfTimer, item: &Item, errors: &mut Accumulator) {
    errors.extend(on_a_function("perf_timer", item));
    if let (Some(observer), Some(quantiles)) = (timer.observer, &timer.quantiles)
        && observer != Observer::Histogram
    {
        let message = "only a histogram has quantiles: write `observer = \"histogram\"`, or remove `quantiles`";
        errors.push(Error::custom(message).with_span(&quantiles.span));
    }
}
