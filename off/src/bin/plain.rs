//! The program of `noted.rs` as it was before anybody instrumented it.
//!
//!
//!

use std::alloc::System;
use std::future::Future;
use std::hint::black_box;
use std::task::{Context, Poll, Waker};

//
//
//
//
//

#[global_allocator]
static ALLOCATOR: System = System;

//

//
//
#[inline(never)]
fn function(number: u64) -> u64 {
    black_box(number).rotate_left(3) ^ 77
}

//
#[inline(never)]
fn recursive(number: u64) -> u64 {
    if number < 2 { number } else { recursive(number - 1) + recursive(number - 2) }
}

//
//
#[inline(never)]
fn early(text: &str) -> Result<u64, std::num::ParseIntError> {
    let number: u64 = text.parse()?;
    Ok(number + 1)
}

//
//
#[inline(never)]
fn generic<T: Clone, const N: usize>(value: &T) -> Vec<T> {
    vec![value.clone(); N]
}

//
#[inline(never)]
unsafe extern "C" fn foreign(number: u64) -> u64 {
    black_box(number) / 3
}

struct Counter(u64);

//
impl Counter {
    #[inline(never)]
    fn new(start: u64) -> Self {
        Counter(black_box(start))
    }

    //
    //
    #[inline(never)]
    fn next(&mut self) -> u64 {
        self.0 += 1;
        self.0
    }
}

trait Shape {
    //
    #[inline(never)]
    fn area(&self) -> u64 {
        black_box(12)
    }
}

impl Shape for Counter {}

//
mod inner {
    #[inline(never)]
    pub fn panics(divisor: u64) -> u64 {
        std::hint::black_box(100) / divisor
    }

    //
    pub fn skipped(number: u64) -> u64 {
        number + 1
    }
}

//
#[inline(never)]
fn observed(number: u64) -> u64 {
    black_box(number) * 3
}

//
#[inline(never)]
fn observed_in_full(number: u64) -> u64 {
    black_box(number) * 5
}

//
//
//
//

//
#[inline(never)]
fn allocates(length: usize) -> usize {
    black_box(vec![1_u8; length]).len()
}

//
//
//
#[inline(never)]
fn has_it_all(length: usize) -> usize {
    black_box(vec![2_u16; length]).len()
}

//

//
//
//
//
//

//
//
//

//
//
//
//

//
#[inline(never)]
fn measured(number: u64) -> u64 {
    //
    //
    black_box(number) * 13
}

#[inline(never)]
fn metered(number: u64) -> u64 {
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    let result = black_box(number) * 17;
    //
    //
    //
    //
    //
    //
    //
    result
}

//
//
#[inline(never)]
async fn waits(number: u64) -> u64 {
    std::future::ready(black_box(number)).await + 1
}

//
//
#[inline(never)]
async fn waits_twice(number: u64) -> u64 {
    waits(number).await + waits(number + 1).await
}

#[inline(never)]
fn scoped(numbers: &[u64]) -> u64 {
    //
    let mut sum = 0;
    for number in numbers {
        //
        sum += black_box(number);
        //
        //
    }
    //
    sum
}

#[inline(never)]
fn timed_by_hand(number: u64) -> u64 {
    //
    //
    //
    //
    //
    //
    //
    //
    let result = function(number) + recursive(number);
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    result
}

#[inline(never)]
async fn timed_wait(number: u64) -> u64 {
    waits(number).await
}

//
#[inline(never)]
fn told(number: u64) -> u64 {
    let doubled = black_box(number) * 2;
    if doubled == 22 {
        return 5;
    }
    doubled + 1
}

//
#[inline(never)]
async fn told_later(number: u64) -> u64 {
    let before = black_box(number) * 3;
    std::future::ready(before).await + 2
}

#[inline(never)]
fn profiled(number: u64) -> u64 {
    //
    //
    //
    let result = black_box(number) * 11;
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    result
}

#[inline(never)]
async fn profiled_task(number: u64) -> u64 {
    told_later(number).await
}

#[inline(never)]
fn attached(number: u64) -> u64 {
    //
    //
    //
    //
    //
    let work = move || function(number);
    work()
}

#[inline(never)]
async fn carried(number: u64) -> u64 {
    waits(attached(number)).await
}

#[inline(never)]
fn reads(number: u64) -> u64 {
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    //
    black_box(number) + 1
}

#[inline(never)]
fn block_on(future: impl Future<Output = u64>) -> u64 {
    let mut future = std::pin::pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

//
fn main() {
    let mut counter = Counter::new(5);
    let mut sum = function(1) + recursive(5) + counter.next() + counter.area() + observed(2) + observed_in_full(3);
    sum += early(&black_box(String::from("12"))).unwrap_or(0) + inner::panics(black_box(4)) + inner::skipped(5);
    sum += (generic::<u64, 3>(&sum).len() + generic::<String, 2>(&String::new()).len()) as u64;
    sum += (allocates(100) + has_it_all(100)) as u64 + scoped(&[1, 2, 3]) + timed_by_hand(4) + reads(5);
    sum += measured(12) + metered(13);
    sum += told(9) + profiled(10) + block_on(profiled_task(11));
    sum += block_on(waits(6)) + block_on(waits_twice(7)) + block_on(timed_wait(8)) + block_on(carried(9));
    let call: unsafe extern "C" fn(u64) -> u64 = foreign;
    black_box((sum, call));
}
