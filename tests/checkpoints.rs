//! What a profiler prints, line by line, by a clock that each test scripts for its own thread.

#[path = "checkpoints/scripted.rs"]
mod scripted;

use instrument::Profiler;
use scripted::{Printed, block_on, pass, suspend};
use std::cell::Cell;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

#[test]
fn each_line_has_the_steps_time_the_running_total_and_the_share() {
    let printed = Printed::new();
    let profiler = Profiler::new("start-up").sink(printed.sink());
    pass(1_200);
    profiler.mark("read the configuration");
    pass(8_000);
    profiler.mark(format_args!("connect to {}", "db"));
    pass(3_100);
    drop(profiler);
    assert_eq!(
        printed.one(),
        "\
[start-up] 12.3 ms
  read the configuration  1.20 ms  1.20 ms   9.8 %
  connect to db           8.00 ms  9.20 ms  65.0 %
  (end)                   3.10 ms  12.3 ms  25.2 %
"
    );
}

#[test]
fn finish_names_the_rest_and_a_run_without_marks_is_one_line() {
    let printed = Printed::new();
    let profiler = Profiler::new(String::from("run")).sink(printed.sink());
    pass(1);
    profiler.finish("ready");
    let profiler = Profiler::new("quick").sink(printed.sink());
    pass(7);
    drop(profiler);
    drop(Profiler::new("nothing").sink(printed.sink()));
    assert_eq!(
        *printed.lock(),
        ["[run] 1.00 µs\n  ready  1.00 µs  1.00 µs  100.0 %\n", "[quick] 7.00 µs\n", "[nothing] 0 ns\n"]
    );
}

#[test]
fn nested_profilers_are_one_block_below_the_step_that_they_ran_in() {
    let printed = Printed::new();
    let outer = Profiler::new("outer").sink(printed.sink());
    pass(10);
    outer.mark("before");
    {
        let inner = Profiler::new("inner");
        pass(20);
        inner.mark("half");
        let innermost = Profiler::new("innermost");
        pass(5);
        innermost.mark("deep");
        drop(innermost);
        pass(15);
    }
    outer.mark("step with more in it");
    drop(Profiler::new("again"));
    drop(outer);
    assert_eq!(
        printed.one(),
        "\
[outer] 50.0 µs
  before                10.0 µs  10.0 µs   20.0 %
  step with more in it  40.0 µs  50.0 µs   80.0 %
    [inner] 40.0 µs
      half              20.0 µs  20.0 µs   50.0 %
      (end)             20.0 µs  40.0 µs   50.0 %
        [innermost] 5.00 µs
          deep          5.00 µs  5.00 µs  100.0 %
          (end)            0 ns  5.00 µs      0 %
  (end)                    0 ns  50.0 µs      0 %
    [again] 0 ns
"
    );
}

#[test]
fn only_runs_as_slow_as_the_threshold_are_printed() {
    let printed = Printed::new();
    for microseconds in [99, 100] {
        let profiler = Profiler::new("slow").threshold(Duration::from_micros(100)).sink(printed.sink());
        drop(Profiler::new("a part of it"));
        pass(microseconds);
        profiler.mark("work");
    }
    assert!(printed.one().starts_with("[slow] 100 µs\n  work "), "{printed:?}");
}

#[test]
fn an_immediate_profiler_prints_each_line_at_its_mark() {
    let printed = Printed::new();
    let profiler = Profiler::new("now").immediate().sink(printed.sink());
    pass(10);
    profiler.mark("one");
    assert_eq!(*printed.lock(), ["[now] one  10.0 µs  10.0 µs\n"]);
    let inner = Profiler::new("inner");
    pass(5);
    inner.mark("step");
    drop(inner);
    pass(5);
    profiler.mark("two");
    profiler.finish("done");
    assert_eq!(
        printed.lock()[1..],
        [
            "  [inner] 5.00 µs\n    step   5.00 µs  5.00 µs  100.0 %\n    (end)     0 ns  5.00 µs      0 %\n",
            "[now] two  10.0 µs  20.0 µs\n",
            "[now] done  0 ns  20.0 µs\n"
        ]
    );
}

/// Counts how often it's formatted.
struct Formatted<'a>(&'a Cell<u32>);

impl fmt::Display for Formatted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.set(self.0.get() + 1);
        f.write_str("formatted")
    }
}

#[test]
fn a_disabled_profiler_formats_and_prints_nothing() {
    let printed = Printed::new();
    let count = Cell::new(0);
    let outer = Profiler::new("outer").disabled(true).sink(printed.sink());
    outer.mark(Formatted(&count));
    outer.mark_remote(Formatted(&count), None);
    outer.finish(Formatted(&count));
    assert_eq!((printed.lock().len(), count.get()), (0, 0));

    let enabled = Profiler::new("on").disabled(false).sink(printed.sink());
    enabled.mark(Formatted(&count));
    drop(enabled);
    assert_eq!((printed.lock().len(), count.get()), (1, 1));
}

#[test]
fn a_run_that_panics_says_so() {
    let printed = Printed::new();
    let unwound = catch_unwind(AssertUnwindSafe(|| {
        let profiler = Profiler::new("doomed").sink(printed.sink());
        pass(3);
        profiler.mark("before");
        pass(1);
        panic!("on purpose");
    }));
    assert!(unwound.is_err());
    assert_eq!(
        printed.one(),
        "[doomed] 4.00 µs\n  before      3.00 µs  3.00 µs  75.0 %\n  (panicked)  1.00 µs  4.00 µs  25.0 %\n"
    );
}

struct Panics;

impl fmt::Display for Panics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half a ")?;
        panic!("on purpose")
    }
}

struct Fails;

impl fmt::Display for Fails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half")?;
        Err(fmt::Error)
    }
}

/// Marks the profiler that it's a label of.
struct Marks<'a>(&'a Profiler);

impl fmt::Display for Marks<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.mark("inner");
        f.write_str("outer")
    }
}

#[test]
fn labels_and_sinks_that_misbehave_harm_nobody() {
    let printed = Printed::new();
    let profiler = Profiler::new("two\nlines\x1b[2J").sink(printed.sink());
    assert!(catch_unwind(AssertUnwindSafe(|| profiler.mark(Panics))).is_err(), "it's the caller's panic");
    profiler.mark(Fails);
    profiler.mark(Marks(&profiler));
    profiler.mark("\u{202e}e".repeat(40));
    profiler.mark("");
    drop(profiler);
    let text = printed.one();
    let labels: Vec<_> = text.lines().map(|line| line.split_whitespace().next().unwrap_or_default()).collect();
    assert_eq!(labels[..4], ["[two\\nlines\\u{1b}[2J]", "half", "inner", "outer"]);
    assert!(labels[4].starts_with("\\u{202e}e\\u{202e}e"));
    assert_eq!(labels.len(), 7, "{text}");

    drop(Profiler::new("x").sink(|_| panic!("on purpose")));
    let unwound = catch_unwind(|| {
        let _profiler = Profiler::new("x").sink(|_| panic!("a second time"));
        panic!("on purpose");
    });
    assert!(unwound.is_err(), "and the program isn't aborted");
}

#[test]
fn endless_marks_are_counted_and_deep_recursion_is_cut() {
    fn recurse(depth: u32) {
        let profiler = Profiler::new("level");
        if depth > 1 {
            recurse(depth - 1);
        }
        profiler.mark("back");
    }
    let printed = Printed::new();
    let profiler = Profiler::new("endless").sink(printed.sink());
    (0..20_000).for_each(|number| profiler.mark(number));
    drop(profiler);
    let text = printed.one();
    assert_eq!(text.lines().count(), 10_001);
    assert!(text.ends_with("  … 10,002 more lines than a block keeps\n"), "{}", &text[text.len() - 100..]);

    printed.lock().clear();
    let profiler = Profiler::new("recursion").sink(printed.sink());
    recurse(1000);
    drop(profiler);
    let text = printed.one();
    assert_eq!(text.matches("[level]").count(), 63);
    assert!(text.contains("… 937 more lines than a block keeps"), "{text}");
}

#[test]
fn a_profiler_that_is_sent_elsewhere_prints_for_itself() {
    let (main, other) = (Printed::new(), Printed::new());
    let outer = Profiler::new("outer").sink(main.sink());
    let sent = Profiler::new("sent").sink(other.sink());
    std::thread::spawn(move || {
        sent.mark("elsewhere");
        drop(Profiler::new("not its child").disabled(false).sink(|_| {}));
    })
    .join()
    .expect("no panic");
    assert!(other.one().starts_with("[sent] "));
    // It has ended, so what comes now is the outer one's.
    drop(Profiler::new("inner"));
    drop(outer);
    assert!(main.one().contains("  [inner] 0 ns"), "{main:?}");
    assert!(!main.one().contains("sent"));
}

#[test]
fn profilers_that_end_in_any_order_are_printed_once() {
    let (first, second) = (Printed::new(), Printed::new());
    let a = Profiler::new("a").sink(first.sink());
    let b = Profiler::new("b").sink(second.sink());
    drop(a);
    drop(b);
    assert_eq!((first.one().as_str(), second.one().as_str()), ("[a] 0 ns\n", "[b] 0 ns\n"));
}

#[test]
fn a_tasks_profilers_are_its_own() {
    let (one, two) = (Printed::new(), Printed::new());
    let task = |name: &'static str, printed: &Printed| {
        let sink = printed.sink();
        Profiler::task(async move {
            let profiler = Profiler::new(name).sink(sink);
            suspend().await;
            drop(Profiler::new("within"));
            suspend().await;
            profiler.mark("done");
        })
    };
    let (mut first, mut second) = (pin!(task("first", &one)), pin!(task("second", &two)));
    let mut context = Context::from_waker(Waker::noop());
    while first.as_mut().poll(&mut context).is_pending() | second.as_mut().poll(&mut context).is_pending() {
        if one.lock().len() == 1 {
            break;
        }
    }
    for (printed, name) in [(&one, "first"), (&two, "second")] {
        let text = printed.one();
        assert_eq!(text.lines().next(), Some(format!("[{name}] 0 ns").as_str()));
        assert_eq!(text.matches("[within]").count(), 1, "{text}");
    }
}

fn is_send_and_sync<T: Send + Sync>(value: T) -> T {
    value
}

#[test]
fn a_future_that_holds_a_profiler_can_be_sent() {
    let printed = Printed::new();
    let profiler = is_send_and_sync(Profiler::new("sent").sink(printed.sink()));
    block_on(is_send_and_sync(async move {
        let by_reference = &profiler;
        suspend().await;
        by_reference.mark("done");
    }));
    assert!(printed.one().starts_with("[sent] 1.00 ms\n  done "), "{printed:?}");
}

#[test]
fn eight_threads_tear_no_line_of_a_thousand_nested_blocks_each() {
    let printed = Printed::new();
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let printed = &printed;
            scope.spawn(move || {
                for number in 0..1000 {
                    let outer = Profiler::new(format!("outer {thread}.{number}")).sink(printed.sink());
                    let inner = Profiler::new(format!("inner {thread}.{number}")).sink(printed.sink());
                    inner.mark(format_args!("step {thread}.{number}"));
                    drop(inner);
                    outer.finish(format_args!("end {thread}.{number}"));
                }
            });
        }
    });
    let blocks = printed.lock();
    assert_eq!(blocks.len(), 8000);
    for block in blocks.iter() {
        let number = block.trim_start_matches("[outer ").split(']').next().unwrap_or_default().to_owned();
        let expected = format!(
            "\
[outer {number}] 0 ns
  end {number}       0 ns  0 ns  0 %
    [inner {number}] 0 ns
      step {number}  0 ns  0 ns  0 %
      (end){}  0 ns  0 ns  0 %
",
            " ".repeat(number.len())
        );
        assert_eq!(*block, expected);
    }
}
