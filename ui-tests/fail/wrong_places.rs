//! An attribute on something that it can't measure.

use instrument::{checkpoints, perf_timer, print_mem, timer};

#[timer]
struct Data;

#[timer]
enum Choice {}

#[timer]
static NUMBER: u8 = 1;

#[timer]
use instrument as _;

#[timer]
#[path = "modules/file.rs"]
mod file;

#[timer]
macro_rules! declares_nothing {
    () => {};
}

#[timer]
const fn constant() -> u8 {
    1
}

#[timer("constant", sample = 0)]
pub const fn constant_with_a_wrong_argument() {}

trait Shape {
    #[timer]
    fn area(&self) -> f64;
}

unsafe extern "C" {
    #[timer]
    fn foreign();
}

#[timer]
#[timer(sample = 2)]
fn timed_twice() {}

#[perf_timer]
impl Data {}

#[print_mem]
mod inline {}

#[perf_timer]
trait Quiet {}

#[perf_timer]
const fn constant_run() {}

#[print_mem]
struct More;

#[checkpoints]
struct Steps;

#[checkpoints]
impl Data {}

#[checkpoints]
const fn constant_steps() {}

trait Staged {
    #[checkpoints]
    fn stage(&self);
}

#[timer]
unsafe extern "C" {
    fn abs(n: i32) -> i32;
}

#[timer]
thread_local! {
    static LOCAL: u8 = 1;
}

#[timer]
extern crate core as renamed;

#[instrument::main]
fn not_main() {}

#[instrument::main]
struct NotEvenAFunction;

fn expressions() {
    #[timer]
    let _closure = || 1;
    let _other = #[timer]
    || 1;
    #[perf_timer]
    {}
}

fn main() {
    expressions();
    declares_nothing!();
    timed_twice();
    not_main();
}
