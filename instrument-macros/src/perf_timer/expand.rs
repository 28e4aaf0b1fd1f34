//! What `#[perf_timer]` adds to a function: a static timer, and a run of it around the body.

use proc_macro2::{Literal, TokenStream};
use quote::quote_spanned;

use super::parse::{Clock, Observer, PerfTimer};
use crate::shared::function::Function;
use crate::shared::part::{Around, Made, Rank, numbered};
use crate::shared::runtime::{location, optional, ours, private};
use crate::shared::values::FunctionPath;

/// What most people want to know of a distribution.
const DEFAULT_QUANTILES: [f64; 3] = [0.5, 0.9, 0.98];

pub fn part(timer: &PerfTimer, function: &Function<'_>, nth: usize) -> Around {
    let (declared, run) = (numbered("__INSTRUMENT_TIMER", nth), numbered("__instrument_run", nth));
    let constant = numbered("__INSTRUMENT_LOG", nth);
    let private = private(timer.krate.as_ref());
    let name = optional(timer.name.as_ref());
    let location = location(&private, function.name);
    let observer = observer(timer);
    let clock = match timer.clock {
        Clock::Wall => quote_spanned!(ours() => Wall),
        Clock::Thread => quote_spanned!(ours() => Thread),
        Clock::Task => quote_spanned!(ours() => Task),
    };
    // A constant of that type, so that the error about a wrong function is at the user's path and says no more.
    let (log_item, log) = match &timer.log {
        Some(FunctionPath(log)) => (
            quote_spanned!(ours() => const #constant: fn(&::core::primitive::str) = #log;),
            quote_spanned!(ours() => ::core::option::Option::Some(#constant)),
        ),
        None => (TokenStream::new(), quote_spanned!(ours() => ::core::option::Option::None)),
    };
    Around {
        rank: Rank::Timing,
        items: quote_spanned!(ours() =>
            #log_item
            static #declared: #private::PerfTimer = #private::PerfTimer::declared(
                #name, #location, #private::ObserverKind::#observer, #private::ClockKind::#clock, #log
            );
        ),
        guard: quote_spanned!(ours() => let #run = #declared.start();),
        layer: Some(quote_spanned!(ours() => #declared.run_async())),
        made: Made::Futures,
    }
}

fn observer(timer: &PerfTimer) -> TokenStream {
    let given = timer.quantiles.as_ref().map(|quantiles| quantiles.values.as_slice());
    match (timer.observer.unwrap_or_default(), given) {
        (Observer::Average, None) => quote_spanned!(ours() => Average),
        (Observer::Deviation, None) => quote_spanned!(ours() => Deviation),
        (_, quantiles) => {
            let quantiles = quantiles.unwrap_or(&DEFAULT_QUANTILES).iter().copied().map(Literal::f64_unsuffixed);
            quote_spanned!(ours() => Histogram(&[#(#quantiles),*]))
        }
    }
}
