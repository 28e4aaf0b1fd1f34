//! What a poll and a span cost, ours beside those of `tracing` and `fastrace`, taking turns in the same rounds.
//!
//! `cargo run --release --manifest-path benches/peers/Cargo.toml`. They do other things than we do: `tracing` calls a
//! subscriber (here its registry, which keeps a span's data and nothing else), `fastrace` records each span for a trace
//! that a collector sends. What's measured is what a program pays while they're on; a poll by `tracing` reads no clock.

#[path = "../../overhead/harness.rs"]
mod harness;

use fastrace::prelude::{LocalSpan, Span, SpanContext};
use harness::Case;
use instrument::{FutureExt, scope};
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use tracing::Instrument;

/// Never ready.
struct Endless;

impl Future for Endless {
    type Output = ();

    #[inline(never)]
    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        Poll::Pending
    }
}

fn polls(future: impl Future<Output = ()> + 'static) -> Box<dyn FnMut(u64)> {
    let mut future = Box::pin(future);
    Box::new(move |calls| {
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..calls {
            black_box(future.as_mut().poll(&mut cx).is_pending());
        }
    })
}

fn spans<G>(span: impl Fn() -> G + 'static) -> Box<dyn FnMut(u64)> {
    Box::new(move |calls| {
        for call in 0..calls {
            let _guard = span();
            black_box(call);
        }
    })
}

/// In a trace of its own for each thousand: what a trace collects is bounded, and sent at its end.
fn in_traces(run: impl Fn(u64) + 'static) -> Box<dyn FnMut(u64)> {
    Box::new(move |calls| {
        for _ in 0..calls / 1000 {
            let root = Span::root("root", SpanContext::random());
            let _guard = root.set_local_parent();
            run(1000);
        }
    })
}

struct Nowhere;

impl fastrace::collector::Reporter for Nowhere {
    fn report(&mut self, spans: Vec<fastrace::collector::SpanRecord>) {
        black_box(spans);
    }
}

fn main() {
    tracing::subscriber::set_global_default(tracing_subscriber::registry()).expect("the first one");
    fastrace::set_reporter(Nowhere, fastrace::collector::Config::default());
    let case =
        |name, plain: &'static str, run| Case { name, plain: (!plain.is_empty()).then_some(plain), longer: 1, run };
    let figures = harness::measure(
        vec![
            case("span, plain", "", spans(|| ())),
            case("span, instrument", "span, plain", spans(|| scope!("span"))),
            case("span, tracing", "span, plain", spans(|| tracing::info_span!("span").entered())),
            case(
                "span, fastrace",
                "span, plain",
                in_traces(|calls| {
                    for call in 0..calls {
                        let _guard = LocalSpan::enter_with_local_parent("span");
                        black_box(call);
                    }
                }),
            ),
            case("poll, plain", "", polls(Endless)),
            case("poll, instrument", "poll, plain", polls(Endless.timed("poll"))),
            case("poll, tracing", "poll, plain", polls(Endless.instrument(tracing::info_span!("poll")))),
            case(
                "poll, fastrace",
                "poll, plain",
                in_traces(|calls| {
                    use fastrace::future::FutureExt;
                    let mut future = std::pin::pin!(Endless.enter_on_poll("poll"));
                    let mut cx = Context::from_waker(Waker::noop());
                    for _ in 0..calls {
                        black_box(future.as_mut().poll(&mut cx).is_pending());
                    }
                }),
            ),
        ],
        harness::ROUNDS,
    );
    println!("{:<24} {:>9} {:>17} {:>11}", "case", "ns/call", "quartiles", "over plain");
    for figure in figures {
        let (low, high) = figure.quartiles;
        println!("{:<24} {:>9.2} {low:>8.2} … {high:>6.2} {:>11.2}", figure.name, figure.median, figure.over_plain);
    }
}
