//! Annotated functions drop what they hold in the order in which plain ones do, which isn't the same in all editions.
#![forbid(unsafe_code)]

use std::cell::RefCell;
use std::future::{Future, ready};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use instrument::{checkpoints, perf_timer, print_mem, probe, timer};

type Log = RefCell<Vec<&'static str>>;

struct Logged<'log>(&'static str, &'log Log);

impl Logged<'_> {
    fn value(&self) -> usize {
        self.0.len()
    }
}

impl Drop for Logged<'_> {
    fn drop(&mut self) {
        self.1.borrow_mut().push(self.0);
    }
}

/// The same function, once plain and once with all attributes.
macro_rules! twins {
    ($(fn $plain:ident, $annotated:ident($($parameter:ident: $Parameter:ty),*) $body:tt)*) => {$(
        fn $plain($($parameter: $Parameter),*) -> usize $body

        #[probe]

        #[checkpoints]
        #[timer]
        #[perf_timer]
        #[print_mem]
        fn $annotated($($parameter: $Parameter),*) -> usize $body
    )*};
}

twins! {
    fn statements, statements_annotated(first: Logged<'_>, second: Logged<'_>) {
        let local = Logged("local", first.1);
        if second.value() > 100 {
            return Logged("returned", first.1).value();
        }
        Logged("temporary", local.1).value()
    }

    fn items, items_annotated(first: Logged<'_>, second: Logged<'_>) {
        use std::mem::drop as drop_now;
        let local = Logged("local", first.1);
        drop_now(second);
        Logged("temporary", local.1).value()
    }
}

async fn plain_async(first: Logged<'_>) -> usize {
    let local = Logged("local", first.1);
    ready(()).await;
    Logged("temporary", local.1).value()
}

#[probe]
#[checkpoints]
#[timer]
#[perf_timer]
#[print_mem]
// It would be told of at the attribute.
#[allow(clippy::future_not_send, reason = "what it logs to stays on its thread")]
async fn annotated_async(first: Logged<'_>) -> usize {
    let local = Logged("local", first.1);
    ready(()).await;
    Logged("temporary", local.1).value()
}

fn dropped(run: impl FnOnce(&Log)) -> Vec<&'static str> {
    let log = Log::default();
    run(&log);
    log.into_inner()
}

fn block_on(future: impl Future<Output = usize>) {
    let polled = pin!(future).poll(&mut Context::from_waker(Waker::noop()));
    assert!(matches!(polled, Poll::Ready(_)));
}

#[test]
fn everything_is_dropped_in_the_same_order() {
    let of = |run: fn(Logged<'_>, Logged<'_>) -> usize| {
        dropped(|log| assert!(run(Logged("first", log), Logged("second", log)) > 0))
    };
    assert_eq!(of(statements_annotated), of(statements));
    assert_eq!(of(items_annotated), of(items));
    assert_eq!(
        dropped(|log| block_on(annotated_async(Logged("first", log)))),
        dropped(|log| block_on(plain_async(Logged("first", log))))
    );
}
