//! What's in a report's cells and lines.

use super::super::footer;
use super::*;
use instrument_model::data::{Checkpoints, Line, Tasks};

#[test]
fn a_tree_is_drawn_with_lines_each_level_sorted_by_sum() {
    assert_tables(
        program().report(),
        120,
        "
elapsed 1.00 s

Stack                  Avg      Min      Max  Count      Sum  % of elapsed
main_loop           450 ms   400 ms   500 ms      2   900 ms        90.0 %
|- update_state     280 ms   250 ms   310 ms      2   560 ms        56.0 %
|  |- World::step  1.23 ms  1.23 ms  1.23 ms    100   123 ms        12.3 %
|- draw             110 ms   100 ms   120 ms      2   220 ms        22.0 %
load               40.0 ms  40.0 ms  40.0 ms      1  40.0 ms         4.0 %

",
    );
}

#[test]
fn columns_are_those_asked_for_in_the_order_asked_for() {
    let columns =
        [Column::Count, Column::Own, Column::Stddev, Column::Quantile(0.5), Column::Quantile(0.999), Column::Percent];
    assert_tables(
        program().report().columns(Some(columns.to_vec())).title("main loop:"),
        120,
        "
main loop: 1.00 s

Stack              Count      Own      Dev      P50    P99.9  % of elapsed
main_loop              2   120 ms  50.0 ms   400 ms   500 ms        90.0 %
|- update_state        2   437 ms  30.2 ms   250 ms   310 ms        56.0 %
|  |- World::step    100   123 ms     0 ns  1.23 ms  1.23 ms        12.3 %
|- draw                2   220 ms  10.0 ms   100 ms   120 ms        22.0 %
load                   1  40.0 ms     0 ns  40.0 ms  40.0 ms         4.0 %

",
    );
    assert_tables(
        program().report().columns(Some(Vec::new())),
        120,
        "
elapsed 1.00 s

Stack
main_loop
|- update_state
|  |- World::step
|- draw
load

",
    );
}

#[test]
fn every_unit_shows_what_is_not_nothing_as_not_nothing() {
    for (unit, expected) in [
        (
            TimeUnit::Nanoseconds,
            "
elapsed 1.00 s

Stack                 Avg               Min               Max  Count               Sum  % of elapsed
long     1,500,000,000 ns  1,500,000,000 ns  1,500,000,000 ns      1  1,500,000,000 ns       150.0 %
tick                 3 ns              2 ns              4 ns      2              6 ns        <0.1 %
nothing              0 ns              0 ns              0 ns      1              0 ns           0 %

",
        ),
        (
            TimeUnit::Microseconds,
            "
elapsed 1.00 s

Stack             Avg           Min           Max  Count           Sum  % of elapsed
long     1,500,000 µs  1,500,000 µs  1,500,000 µs      1  1,500,000 µs       150.0 %
tick         0.003 µs      0.002 µs      0.004 µs      2      0.006 µs        <0.1 %
nothing          0 ns          0 ns          0 ns      1          0 ns           0 %

",
        ),
        (
            TimeUnit::Milliseconds,
            "
elapsed 1.00 s

Stack            Avg          Min          Max  Count          Sum  % of elapsed
long        1,500 ms     1,500 ms     1,500 ms      1     1,500 ms       150.0 %
tick     0.000003 ms  0.000002 ms  0.000004 ms      2  0.000006 ms        <0.1 %
nothing         0 ns         0 ns         0 ns      1         0 ns           0 %

",
        ),
        (
            TimeUnit::Seconds,
            "
elapsed 1.00 s

Stack              Avg            Min            Max  Count            Sum  % of elapsed
long            1.50 s         1.50 s         1.50 s      1         1.50 s       150.0 %
tick     0.000000003 s  0.000000002 s  0.000000004 s      2  0.000000006 s        <0.1 %
nothing           0 ns           0 ns           0 ns      1           0 ns           0 %

",
        ),
    ] {
        let mut script = Script::new();
        script.calls(None, "tick", &[2, 4]);
        script.calls(None, "nothing", &[0]);
        script.calls(None, "long", &[1_500_000_000]);
        assert_tables(script.report().unit(unit), 120, expected);
    }
}

#[test]
fn estimated_figures_are_marked() {
    let mut script = Script::new();
    let label = Label { sample: 64, ..given("sampled") };
    let place = script.site(None, label, &[1_000, 3_000]) as usize;
    let node = &mut script.0.nodes[place];
    (node.untimed, node.total, node.own) = (126, 256_000, 256_000);
    assert_tables(
        script.report(),
        120,
        "
elapsed 1.00 s

Stack         Avg       Min       Max  Count      Sum  % of elapsed
sampled  ~2.00 µs  ~1.00 µs  ~3.00 µs    128  ~256 µs        <0.1 %

",
    );
}

#[test]
fn spans_that_run_are_shown_with_their_time_so_far() {
    let mut script = Script::new();
    let main = script.calls(None, "main", &[]) as usize;
    let worker = script.calls(None, "worker", &[1_000_000]) as usize;
    let node = &mut script.0.nodes[main];
    (node.running, node.total, node.own) = (1, 900_000_000, 900_000_000);
    let node = &mut script.0.nodes[worker];
    (node.running, node.total, node.own) = (3, 5_000_000, 5_000_000);
    assert_tables(
        script.report(),
        120,
        "
elapsed 1.00 s

Stack                   Avg      Min      Max  Count      Sum  % of elapsed
main (running)            -        -        -      0   900 ms        90.0 %
worker (3 running)  1.00 ms  1.00 ms  1.00 ms      1  5.00 ms         0.5 %

",
    );
}

#[test]
fn past_the_limit_the_smallest_are_one_row_of_their_parent() {
    let mut script = Script::new();
    let large = script.calls(None, "large", &[900_000]);
    for time in [1_000, 2_000, 300_000, 3_000] {
        let child = script.calls(Some(large), "child", &[time]);
        script.calls(Some(child), "leaf", &[time / 2; 2]);
    }
    script.calls(None, "small", &[500]);
    assert_tables(
        script.report().rows(2),
        120,
        "
elapsed 1.00 s

Stack                       Avg     Min     Max  Count      Sum  % of elapsed
large                    900 µs  900 µs  900 µs      1   900 µs         0.1 %
|- child > leaf          150 µs  150 µs  150 µs      2   300 µs        <0.1 %
|- … 6 more below large                              9  6.00 µs        <0.1 %
small                    500 ns  500 ns  500 ns      1   500 ns        <0.1 %
a > … > b: 1 call path folded into the row of the only one below, whose figures it has; own time of those before it is
  at most 5 % of the sum
7 of 10 call paths without a row; INSTRUMENT_ROWS=10 or report().rows(10) shows all

Function     Own   % own     Sum     Max  Count  Paths
large     594 µs   0.1 %  900 µs  900 µs      1      1
leaf      306 µs  <0.1 %  306 µs  150 µs      8      4
2 of 4 functions, by own time; recursive calls count once in Sum

",
    );
    // Among equals, too, the limit is kept.
    let mut script = Script::new();
    (0..50).for_each(|_| _ = script.calls(None, "same", &[7]));
    assert_tables(
        script.report().rows(1),
        120,
        "
elapsed 1.00 s

Stack       Avg   Min   Max  Count     Sum  % of elapsed
same       7 ns  7 ns  7 ns      1    7 ns        <0.1 %
… 49 more                       49  343 ns        <0.1 %
49 of 50 call paths without a row; INSTRUMENT_ROWS=50 or report().rows(50) shows all

Function     Own   % own     Sum   Max  Count  Paths
same      350 ns  <0.1 %  350 ns  7 ns     50     50
1 of 1 functions, by own time; recursive calls count once in Sum

",
    );
}

#[test]
fn measurements_are_numbers_with_sensible_digits() {
    let mut script = Script::new();
    script.measured("free memory", &[14.7, 14.700_000_01]);
    script.measured("large", &[1_234_000_000.0]);
    script.measured("queue", &[0.0, 1_500.0, 36.0]);
    script.measured("temperature", &[-2.5]);
    assert_tables(
        script.report(),
        120,
        "
elapsed 1.00 s

Measurement      Avg      Min      Max  Count      Sum
free memory     14.7     14.7     14.7      2     29.4
large        1.234e9  1.234e9  1.234e9      1  1.234e9
queue            512        0    1,500      3    1,536
temperature    -2.50    -2.50    -2.50      1    -2.50

",
    );
    let mut script = Script::new();
    ["a", "b", "c", "d"].iter().for_each(|name| script.measured(name, &[1.0, 3.0]));
    script.measured("e", &[1.0, 3.0, 8.0]);
    script.measured("f", &[14.7; 24]);
    assert_tables(
        script.report().rows(3).columns(Some(vec![Column::Stddev])),
        120,
        "
elapsed 1.00 s

Measurement   Avg   Min   Max  Count  Sum   Dev
a               2     1     3      2    4     1
e               4     1     8      3   12  2.94
f            14.7  14.7  14.7     24  353     0
… 3 more                           6
3 of 6 measurements without a row; INSTRUMENT_ROWS=6 or report().rows(6) shows all

",
    );
}

#[test]
fn an_empty_report_says_what_to_look_at() {
    assert_tables(
        Script::new().report(),
        120,
        "
elapsed 1.00 s

nothing was recorded: no function that ran is annotated with #[timer]

",
    );
}

#[test]
fn an_interval_without_calls_is_no_table() {
    let mut script = Script::new();
    script.calls(None, "earlier", &[]);
    assert_tables(
        script.report().title("interval of"),
        120,
        "
interval of 1.00 s

nothing was recorded in this time

",
    );
}

#[test]
fn the_footer_says_what_the_figures_cost_and_what_is_missing() {
    let mut script = program();
    let lines = |script: &Script| footer::lines(&script.snapshot(), Some(Duration::from_micros(160)), Vec::new());
    assert_eq!(
        lines(&script),
        [
            "report made in 160 µs",
            "timers: 20 ns a call as measured in this process, × 107 timed calls = 2.14 µs (<0.1 % of the time)",
        ]
    );
    script.0.cost = Some(19.6);
    assert!(
        lines(&script)[1]
            .ends_with("20 ns a call as measured in this process, × 107 timed calls = 2.14 µs (<0.1 % of the time)")
    );
    let whole = std::mem::replace(&mut script.0.to, 0);
    assert!(lines(&script)[1].ends_with(" = 2.14 µs (0 % of the time)"), "in no time");
    script.0.to = whole;
    script.0.most_threads = 4;
    script.0.to = 500_000_000;
    script.0.lost.too_deep = 1_234;
    script.0.lost.too_many_nodes = 1;
    script.0.lost.after_exit = 2;
    script.0.lost.too_many_names = 3;
    script.0.lost.not_a_number = 4;
    script.0.nodes[0].is_throttled = true;
    script.0.lost.overwritten = 5;
    script.0.lost.inside = 6;
    script.0.lost.live_blocks = 7;
    assert_eq!(
        lines(&script)[2..],
        [
            "throttled: 1 call path of short calls, one in 64 of which is timed",
            "lost: 1,234 × a call too deep in the stack, its time now its caller's own; \
             write #[timer(recursion = \"fold\")] on what recurses",
            "lost: 1 × a call on a new path past the limit, its time now its caller's own; \
             fold what recurses, or time fewer functions",
            "lost: 2 × a span that began or ended after its thread's end; \
             time nothing in destructors of thread locals",
            "lost: 3 × a span or a measurement with a new name past the limit of 10,000; \
             use a fixed set of names: those of kinds, not of things",
            "lost: 4 × a measurement, or a component's lap, that's NaN, infinite or beyond ±1e144; look for a division by zero \
             before measure! or in the component",
            "lost: 5 × an entry of a timeline that made room for a later one; \
             read storage() more often, or write Scope::Tree",
            "lost: 6 × a span, or the like, begun by what the toolkit calls, or amid it by a signal handler; \
             annotate nothing that allocators, clocks, sinks or signal handlers call",
            "lost: 7 × a sampled block that the live profile had no room for: what's alive is more than it says; \
             sample fewer, as by INSTRUMENT_MEMORY=live:4MiB",
        ]
    );
    // Said once: in the heading, where there are shares to explain.
    let said = "up to 4 threads recorded at the same time: their times add up to more than the time elapsed\n";
    assert!(script.report().columns(Some(vec![Column::Sum])).to_string().contains(said));
    assert!(!script.report().to_string().contains("recorded at the same time"));
}

#[test]
fn the_footer_counts_all_that_was_recorded_and_names_whose_timing_is_in_vain() {
    let mut script = program();
    script.0.cost = Some(20.0);
    script.0.counting = Some(1.904);
    script.0.most_threads = 4;
    // Most of its calls were only counted.
    script.0.nodes[1].untimed = 1_000_000;
    // 48 ms for 3 ms of work; 20 ms, which is no hundredth of it all, for 15 ms; 36 ms for more than that.
    for (node, calls, own) in [(0, 2_400_000, 3_000_000), (2, 1_000_000, 15_000_000), (3, 1_800_000, 220_000_000)] {
        script.0.nodes[node].times.count = calls;
        script.0.nodes[node].own = own;
    }
    let lines = footer::lines(&script.snapshot(), None, Vec::new());
    // Of four seconds.
    assert_eq!(
        lines[0],
        "timers: 20 ns a call as measured in this process, × 5,200,102 timed calls, and 1.90 ns × 1,000,000 counted \
         = 106 ms (2.6 % of 4 threads' time)"
    );
    assert_eq!(
        lines[1],
        "timing takes longer than the work of load (1.2 % of 4 threads' time): write #[timer(sample = 64)] or \
         #[timer(skip)] there, or set INSTRUMENT_THROTTLE=on, or INSTRUMENT_SKIP=PATTERN"
    );
    script.0.cost = None;
    assert!(!footer::lines(&script.snapshot(), None, Vec::new()).iter().any(|line| line.starts_with("tim")));
}

#[test]
fn what_timing_costs_below_is_a_column_on_request() {
    let mut script = program();
    script.0.cost = Some(20.0);
    script.0.counting = Some(2.0);
    script.0.nodes[2].untimed = 500;
    let columns = Some(vec![Column::Count, Column::Sum, Column::Timing]);
    assert_tables(
        script.report().columns(columns),
        120,
        "
elapsed 1.00 s

Stack              Count      Sum    Timing
main_loop              2   900 ms  ~3.08 µs
|- update_state        2   560 ms  ~2.00 µs
|  |- World::step    100   123 ms         -
|- draw              502   220 ms         -
load                   1  40.0 ms         -

",
    );
}

#[test]
fn how_long_it_took_is_asked_when_the_tables_are_written() {
    let script = program();
    let snapshot = script.snapshot();
    let asked = std::cell::Cell::new(0);
    let took = || {
        asked.set(asked.get() + 1);
        Duration::from_millis(7)
    };
    let mut text = String::new();
    Table::new(&snapshot).took(took).write_to(&mut text).expect("a string takes it");
    assert!(text.contains("\n\nreport made in 7.00 ms\ntimers: 20 ns a call"), "{text}");
    assert_eq!(asked.get(), 1);
    assert!(!Table::new(&snapshot).to_string().contains("report made in"));
}

#[test]
fn async_sites_are_added_up_over_their_call_paths() {
    let mut script = Script::new();
    let outer = script.calls(None, "serve", &[9_000]);
    for (parent, time, wall) in [(None, 1_000, [5_000]), (Some(outer), 3_000, [8_000])] {
        let place = script.calls(parent, "query", &[time]) as usize;
        let wall = times(&wall);
        let tasks = Tasks { begun: 2, polls: 5, wall, cancelled: 1, cancelled_wall: 3_000 };
        script.0.nodes[place].tasks = Some(Box::new(tasks));
    }
    assert_tables(
        script.report().columns(Some(vec![Column::Count])),
        120,
        "
elapsed 1.00 s

Stack     Count
serve         1
|- query      1
query         1

Async  Count  Avg wall  P50 wall  P99 wall  Max wall  Sum wall  Avg busy  Polls/call  Cancelled  Avg cancelled
query      2   6.50 µs   5.00 µs   8.00 µs   8.00 µs   13.0 µs   2.00 µs        2.50          2        3.00 µs

",
    );
}

#[test]
fn checkpoints_come_last() {
    let mut script = Script::new();
    script.measured("queue", &[3.0]);
    let line = Line { label: "3: parse()".to_owned(), sum: 2_000, max: 1_500 };
    script.0.checkpoints.push(Checkpoints { name: "load".to_owned(), calls: 2, lines: vec![line] });
    assert_tables(
        script.report(),
        120,
        "
elapsed 1.00 s

Measurement  Avg  Min  Max  Count  Sum
queue          3    3    3      1    3

Checkpoints  Calls  Worst line, by its sum      Sum  % of calls  Slowest line, once     Time
load             2              3: parse()  2.00 µs     100.0 %          3: parse()  1.50 µs

",
    );
}
