//! What `run.mjs` calls: annotated functions, and the report on them, as a module without any interface of the system's.
#![cfg(target_family = "wasm")]
#![expect(unsafe_code, reason = "what a module exports has unmangled names, and what it imports is foreign")]

use instrument::clock::{Clock, set_clock};
use instrument::{checkpoints, measure, perf_timer, scope, timer};
use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// What `now` of the host says.
struct Host;

impl Clock for Host {
    fn now(&self) -> u64 {
        #[link(wasm_import_module = "host")]
        unsafe extern "C" {
            /// Nanoseconds.
            safe fn now() -> f64;
        }
        now() as u64
    }
}

#[timer]
fn fibonacci(number: u32) -> u32 {
    if number < 2 { number } else { fibonacci(number - 1) + fibonacci(number - 2) }
}

#[perf_timer]
#[checkpoints]
fn squares(number: u32) -> u32 {
    let _span = scope!("sum of squares");
    let sum = (1..=number).map(|each| each * each).sum();
    measure!("squares", number);
    sum
}

#[timer]
async fn twice(number: u32) -> u32 {
    let mut is_first = true;
    poll_fn(|_| if std::mem::take(&mut is_first) { Poll::Pending } else { Poll::Ready(()) }).await;
    2 * number
}

// SAFETY (of all below): no other part of the module has these names.

/// Times spans by the host's clock; whether that was still possible.
#[unsafe(no_mangle)]
extern "C" fn use_host_clock() -> bool {
    set_clock(&Host).is_ok()
}

/// 55 + 385 + 42, by each kind of function.
#[unsafe(no_mangle)]
extern "C" fn work() -> u32 {
    let mut future = pin!(twice(21));
    let mut context = Context::from_waker(Waker::noop());
    let doubled = loop {
        if let Poll::Ready(doubled) = future.as_mut().poll(&mut context) {
            break doubled;
        }
    };
    fibonacci(10) + squares(10) + doubled
}

thread_local! {
    static TEXT: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Makes the report, and prints it to where the system would have a stderr; how long it is.
#[unsafe(no_mangle)]
extern "C" fn report() -> usize {
    instrument::report().print();
    TEXT.with_borrow_mut(|text| {
        *text = instrument::report().to_string();
        text.len()
    })
}

/// Where the report is.
#[unsafe(no_mangle)]
extern "C" fn text() -> *const u8 {
    TEXT.with_borrow(|text| text.as_ptr())
}
