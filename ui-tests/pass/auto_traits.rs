//! Futures are what they'd be without attributes: sent, shared, and caught when they panic.
#![deny(warnings)]

use std::future::Future;
use std::panic::{RefUnwindSafe, UnwindSafe};
use std::pin::Pin;

type Shared = Pin<Box<dyn Future<Output = u32> + Send + Sync>>;

fn all<F: Future<Output = u32> + Send + Sync + UnwindSafe + RefUnwindSafe + 'static>(_: F) {}

macro_rules! stacks {
    ($($name:ident: $($attribute:ident)*;)*) => { $(
        mod $name {
            $(#[instrument::$attribute])*
            pub async fn asynchronous(x: u32) -> u32 {
                x
            }

            $(#[instrument::$attribute])*
            pub fn borrowing() -> impl std::future::Future<Output = u32> {
                async { 3 }
            }

            // In a line, where braces may be called unnecessary.
            $(#[instrument::$attribute])*
            pub fn made_elsewhere(x: u32) -> impl Future<Output = u32> { std::future::ready(x) }

            $(#[instrument::$attribute])*
            pub fn boxed() -> super::Shared {
                Box::pin(async { 3 })
            }

            $(#[instrument::$attribute])*
            pub fn by_steps(x: &u32) -> std::pin::Pin<Box<dyn Future<Output = u32> + Send + '_>> {
                let more = 1;
                let _ = more;
                Box::pin(async { *x })
            }

            use std::future::Future;
        }
    )*
    fn main() {
        $(
            all($name::asynchronous(1));
            all($name::borrowing());
            all($name::made_elsewhere(1));
            drop($name::boxed());
            drop($name::by_steps(&1));
        )*
    } };
}

stacks! {
    plain:;
    timer: timer;
    perf_timer: perf_timer;
    print_mem: print_mem;
    checkpoints: checkpoints;
    probe: probe;
    several: timer probe;
    every: timer perf_timer print_mem checkpoints probe;
}
