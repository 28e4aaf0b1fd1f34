//! Async functions that await each other without a box: how long a chain the compiler takes at its default limit.
//!
//! It goes by the outermost one first, which is the hardest: plain, thirty would do.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

macro_rules! chain {
    ($(#[$attribute:meta])* $first:ident $($others:ident)*) => {
        chain!(@ [$(#[$attribute])*] [$(#[$attribute])*] $first $($others)*);
    };
    (@ $all:tt [$(#[$attribute:meta])*] $name:ident $next:ident $($others:ident)*) => {
        $(#[$attribute])*
        pub async fn $name(text: String) -> String {
            let text = $next(text).await;
            text + "."
        }
        chain!(@ $all $all $next $($others)*);
    };
    (@ $all:tt [$(#[$attribute:meta])*] $name:ident) => {
        $(#[$attribute])*
        pub async fn $name(text: String) -> String {
            std::future::ready(text).await
        }
    };
}

mod one {
    chain! {
        #[instrument::timer]
        f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15 f16 f17 f18 f19 f20 f21 f22 f23 f24
    }
}

mod all {
    chain! {
        #[instrument::timer] #[instrument::perf_timer] #[instrument::print_mem] #[instrument::checkpoints] #[instrument::probe]
        f0 f1 f2 f3 f4 f5 f6 f7 f8 f9 f10 f11 f12 f13 f14 f15 f16 f17 f18 f19 f20 f21 f22 f23
    }
}

fn sent<F: Future<Output = String> + Send + 'static>(future: F) -> String {
    let mut future = pin!(future);
    match future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(text) => text,
        Poll::Pending => panic!("nothing waits"),
    }
}

#[test]
fn long_chains_of_annotated_async_functions_compile_and_can_be_sent() {
    assert_eq!(sent(one::f0(String::new())).len(), 24);
    assert_eq!(sent(all::f0(String::new())).len(), 23);
}
