//! The arguments of `perf_timer`, `print_mem` and `main`.

use instrument::{perf_timer, print_mem};

#[perf_timer(observer = "histgram", clock = "cpu", quantile = [0.5])]
fn three_at_once() {}

#[perf_timer(observer = "average", quantiles = [0.5])]
fn quantiles_of_an_average() {}

#[perf_timer(quantiles = [0.5, 1.5])]
fn above_one() {}

#[perf_timer(quantiles = [0.9, 0.5])]
fn descending() {}

#[perf_timer(quantiles = [])]
fn empty() {}

#[perf_timer(quantiles = 0.5)]
fn no_list() {}

#[perf_timer(log = |line| println!("{line}"))]
fn closure() {}

#[perf_timer(log = count)]
fn not_a_logger() {}

#[print_mem(label = "imported")]
fn other_name() {}

#[print_mem(imported foo)]
fn label_without_quotes() {}

#[print_mem("imported", "twice")]
fn two_labels() {}

fn count(_: u8) {}

#[instrument::main(interval = 10, report = "no", 5)]
fn main() {
    three_at_once();
    quantiles_of_an_average();
    above_one();
    descending();
    empty();
    no_list();
    closure();
    not_a_logger();
    other_name();
    label_without_quotes();
    two_labels();
    count(1);
}
