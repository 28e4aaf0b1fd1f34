//! What `#[checkpoints]` prints and reports, by a clock that each test scripts for its own thread.

#[path = "checkpoints/scripted.rs"]
mod scripted;

use instrument::{Profiler, checkpoints};
use scripted::{Printed, block_on, pass, suspend};
use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};

mod annotated {
    use super::*;

    #[checkpoints("a request", threshold_ms = 0)]
    pub fn request(fail: bool) -> Option<u32> {
        const FIRST: u32 = 1;
        let mut sum = FIRST;
        pass(100);
        for number in 0..3 {
            sum += number;
            pass(20);
        }
        let checked = (!fail).then_some(sum)?;
        pass(5);
        checked.checked_add(1)
    }

    #[checkpoints(threshold_ms = 0)]
    pub async fn waits() -> u32 {
        pass(10);
        suspend().await;
        let result = 5;
        pass(20);
        result
    }

    #[checkpoints("busy", threshold_ms = 0)]
    pub async fn busy() {
        works_and_waits().await;
        pass(1);
    }

    async fn works_and_waits() {
        for _ in 0..3 {
            pass(40);
            suspend().await;
        }
    }
}

/// The line of a text in this file, so that tests don't name numbers that move.
fn line_of(text: &str) -> usize {
    let found = include_str!("checkpoint_functions.rs").lines().position(|line| line.trim_start().starts_with(text));
    found.map(|line| line + 1).unwrap_or_else(|| panic!("no {text}"))
}

#[test]
fn annotated_functions_mark_each_statement_by_line_and_words() {
    let printed = Printed::new();
    let outer = Profiler::new("test").sink(printed.sink());
    assert_eq!(annotated::request(false), Some(5));
    outer.mark("good");
    assert_eq!(annotated::request(true), None);
    outer.mark("bad");
    drop(outer);
    let line = line_of("let mut sum = FIRST;");
    let label = |offset: usize, words: &str| format!("{}: {words}", line + offset);
    let text = printed.one();
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let starts = [
        "[test] 325 µs".to_owned(),
        "good".to_owned(),
        "[a request] 165 µs".to_owned(),
        format!("{}  0 ns", label(0, "let mut sum = FIRST;              ").trim_end()),
        label(1, "pass(100);"),
        label(2, "for number in 0..3 { sum += numb…"),
        label(6, "let checked = (!fail).then_some(…"),
        label(7, "pass(5);"),
        label(8, "checked.checked_add(1)"),
        "bad".to_owned(),
        "[a request] 160 µs".to_owned(),
        label(0, "let mut sum = FIRST;"),
        label(1, "pass(100);"),
        label(2, "for number in 0..3 { sum += numb…"),
        label(6, "let checked = (!fail).then_some(…"),
        "(end)".to_owned(),
    ];
    assert_eq!(lines.len(), starts.len(), "{text}");
    for (line, start) in lines.iter().zip(starts) {
        let normal = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(normal(line).starts_with(&normal(&start)), "{line} isn't {start}:\n{text}");
    }
}

#[test]
fn async_steps_have_their_wall_and_their_busy_time() {
    let printed = Printed::new();
    let outer = Profiler::new("test").sink(printed.sink());
    assert_eq!(block_on(annotated::waits()), 5);
    drop(outer);
    let line = line_of("pass(10);");
    let text = printed.one();
    assert_eq!(
        text,
        format!(
            "\
[test] 1.03 ms
  [waits] 1.03 ms
    {}: pass(10);         10.0 µs  10.0 µs   1.0 %  busy 10.0 µs
    {}: suspend().await;  1.00 ms  1.01 ms  97.1 %  busy 0 ns
    {}: let result = 5;      0 ns  1.01 ms     0 %  busy 0 ns
    {}: pass(20);         20.0 µs  1.03 ms   1.9 %  busy 20.0 µs
    {}: result               0 ns  1.03 ms     0 %  busy 0 ns
",
            line,
            line + 1,
            line + 2,
            line + 3,
            line + 4
        )
    );
}

#[test]
fn busy_time_is_that_of_all_polls_of_a_step() {
    let printed = Printed::new();
    let outer = Profiler::new("test").sink(printed.sink());
    block_on(annotated::busy());
    drop(outer);
    let text = printed.one();
    assert!(text.contains(": works_and_waits().await;  3.12 ms  3.12 ms  100.0 %  busy 120 µs\n"), "{text}");
}

#[checkpoints(threshold_ms = 0)]
async fn outer(name: &'static str) {
    let inner = Profiler::new(name);
    suspend().await;
    inner.finish("waited");
    annotated::waits().await;
}

/// Two tasks on one thread, polled in turn: each is one block, with what it called, and nothing of the other's.
#[test]
fn async_calls_of_two_tasks_are_two_blocks() {
    let printed = Printed::new();
    {
        let _around = Profiler::new("executor").sink(printed.sink());
        let (mut first, mut second) = (pin!(outer("first")), pin!(outer("second")));
        let mut context = Context::from_waker(Waker::noop());
        let mut left = [true, true];
        while left != [false, false] {
            if left[0] {
                left[0] = first.as_mut().poll(&mut context).is_pending();
            }
            if left[1] {
                left[1] = second.as_mut().poll(&mut context).is_pending();
            }
        }
    }
    let text = printed.one();
    let titles: Vec<_> = text.lines().filter(|line| line.contains('[')).collect();
    let titles: Vec<_> = titles.iter().filter_map(|line| line.split(']').next()).collect();
    assert_eq!(
        titles,
        ["[executor", "  [outer", "      [first", "      [waits", "  [outer", "      [second", "      [waits"],
        "{text}"
    );
}

#[checkpoints("cancelled", threshold_ms = 0)]
async fn waits_for_ever() {
    pass(10);
    std::future::pending::<()>().await;
    pass(20);
}

#[test]
fn a_cancelled_call_says_so_and_is_not_counted() {
    let printed = Printed::new();
    let outer = Profiler::new("outer").sink(printed.sink());
    let mut future = Box::pin(waits_for_ever());
    assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    // It isn't a part of what cancels it, so it prints for itself, to stderr; what it prints is another test's to look at.
    drop(future);
    drop(outer);
    assert_eq!(printed.one(), "[outer] 10.0 µs\n");
    let report = instrument::report().to_string();
    assert!(!report.lines().any(|line| line.starts_with("cancelled ")), "{report}");
}

mod counted {
    use super::*;

    #[checkpoints]
    pub fn hot_spots(number: u64) {
        pass(10);
        pass(number);
        pass(20);
    }

    #[checkpoints]
    pub fn recursive(depth: u32) {
        pass(1);
        if depth > 1 {
            recursive(depth - 1);
        }
        pass(100);
    }
}

/// The report's row of that function.
fn row(function: &str) -> String {
    let report = instrument::report().width(200).to_string();
    let row =
        report.lines().find(|line| line.starts_with(&format!("{function} "))).unwrap_or_else(|| panic!("{report}"));
    row.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_report_names_the_worst_and_the_slowest_line_over_all_calls_of_all_threads() {
    let _printed = Printed::new();
    for number in [0, 0, 50] {
        std::thread::spawn(move || counted::hot_spots(number)).join().expect("no panic");
    }
    counted::hot_spots(0);
    // Four times 20 µs are more than once 50 µs.
    let line = line_of("pub fn hot_spots") + 1;
    assert_eq!(
        row("hot_spots"),
        format!("hot_spots 4 {}: pass(20); 80.0 µs 47.1 % {}: pass(number); 50.0 µs", line + 2, line + 1)
    );
}

#[test]
fn of_a_recursion_the_outermost_call_counts() {
    let _printed = Printed::new();
    counted::recursive(3);
    let line = line_of("pub fn recursive") + 2;
    assert_eq!(
        row("recursive"),
        format!(
            "recursive 1 {line}: if depth > 1 {{ recursive(depth -… 202 µs 66.7 % {line}: if depth > 1 {{ recursive(depth -… 202 µs"
        )
    );
}
