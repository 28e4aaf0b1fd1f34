//! What becomes of a function with `#[perf_timer]`: a static timer, and a run of it around the body.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote_spanned};

use super::parse::{Clock, Observer, PerfTimer};
use crate::shared::body::Additions;
use crate::shared::function::Function;
use crate::shared::item::Item;
use crate::shared::lints::keep_quiet_about_drops;
use crate::shared::runtime::{location, optional, ours, private};
use crate::shared::values::FunctionPath;

/// What most people want to know of a distribution.
const DEFAULT_QUANTILES: [f64; 3] = [0.5, 0.9, 0.98];

pub fn item(mut item: Item, timer: &PerfTimer) -> TokenStream {
    if let Some(function) = Function::of(&item) {
        let is_async = function.is_async;
        item.body = additions(&function, timer).add_to(&function).or(item.body);
        if is_async {
            keep_quiet_about_drops(&mut item);
        }
    }
    item.into_token_stream()
}

fn additions(function: &Function<'_>, timer: &PerfTimer) -> Additions {
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
            quote_spanned!(ours() => const __INSTRUMENT_LOG: fn(&::core::primitive::str) = #log;),
            quote_spanned!(ours() => ::core::option::Option::Some(__INSTRUMENT_LOG)),
        ),
        None => (TokenStream::new(), quote_spanned!(ours() => ::core::option::Option::None)),
    };
    Additions {
        items: quote_spanned!(ours() =>
            #log_item
            static __INSTRUMENT_TIMER: #private::PerfTimer = #private::PerfTimer::declared(
                #name, #location, #private::ObserverKind::#observer, #private::ClockKind::#clock, #log
            );
        ),
        guard: quote_spanned!(ours() => let __instrument_run = __INSTRUMENT_TIMER.start();),
        around_future: Some(quote_spanned!(ours() => __INSTRUMENT_TIMER.time_async)),
        takes_streams: false,
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
