//! What's in a report's cells and lines.

use super::super::footer;
use super::*;

#[test]
fn a_tree_is_drawn_with_lines_each_level_sorted_by_sum() {
    assert_tables(
        &program().report(),
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
        &program().report().columns(columns).title("main loop:"),
        120,
        "
main loop: 1.00 s

Stack              Count      Own      Dev      P50    P99.9  % of elapsed
main_loop              2   120 ms  50.0 ms   400 ms   499 ms        90.0 %
|- update_state        2   437 ms  30.2 ms   250 ms   310 ms        56.0 %
|  |- World::step    100   123 ms     0 ns  1.23 ms  1.23 ms        12.3 %
|- draw                2   220 ms  10.0 ms   100 ms   120 ms        22.0 %
load                   1  40.0 ms     0 ns  40.0 ms  40.0 ms         4.0 %

",
    );
    assert_tables(
        &program().report().columns([]),
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
            Unit::Nanoseconds,
            "
elapsed 1.00 s

Stack                 Avg               Min               Max  Count               Sum  % of elapsed
long     1,500,000,000 ns  1,500,000,000 ns  1,500,000,000 ns      1  1,500,000,000 ns       150.0 %
tick                 3 ns              2 ns              4 ns      2              6 ns        <0.1 %
nothing              0 ns              0 ns              0 ns      1              0 ns           0 %

",
        ),
        (
            Unit::Microseconds,
            "
elapsed 1.00 s

Stack             Avg           Min           Max  Count           Sum  % of elapsed
long     1,500,000 µs  1,500,000 µs  1,500,000 µs      1  1,500,000 µs       150.0 %
tick         0.003 µs      0.002 µs      0.004 µs      2      0.006 µs        <0.1 %
nothing          0 ns          0 ns          0 ns      1          0 ns           0 %

",
        ),
        (
            Unit::Milliseconds,
            "
elapsed 1.00 s

Stack            Avg          Min          Max  Count          Sum  % of elapsed
long        1,500 ms     1,500 ms     1,500 ms      1     1,500 ms       150.0 %
tick     0.000003 ms  0.000002 ms  0.000004 ms      2  0.000006 ms        <0.1 %
nothing         0 ns         0 ns         0 ns      1         0 ns           0 %

",
        ),
        (
            Unit::Seconds,
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
        assert_tables(&script.report().unit(unit), 120, expected);
    }
}

#[test]
fn estimated_figures_are_marked() {
    let mut script = Script::new();
    let site = Site::new(Some("sampled"), Location::new("m", "m.rs", 1, 1, || "m::f::here")).sampled(64);
    let place = script.site(None, site, &[1_000, 3_000]) as usize;
    let node = &mut script.0.nodes[place];
    (node.untimed, node.total, node.own) = (126, 256_000, 256_000);
    assert_tables(
        &script.report(),
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
        &script.report(),
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
        &script.report().rows(2),
        120,
        "
elapsed 1.00 s

Stack           Avg     Min     Max  Count      Sum  % of elapsed
large        900 µs  900 µs  900 µs      1   900 µs         0.1 %
|- child     300 µs  300 µs  300 µs      1   300 µs        <0.1 %
|  |- leaf   150 µs  150 µs  150 µs      2   300 µs        <0.1 %
|- … 6 more                              9  6.00 µs        <0.1 %
small        500 ns  500 ns  500 ns      1   500 ns        <0.1 %

",
    );
    // Among equals, too, the limit is kept.
    let mut script = Script::new();
    (0..50).for_each(|_| _ = script.calls(None, "same", &[7]));
    assert_tables(
        &script.report().rows(1),
        120,
        "
elapsed 1.00 s

Stack       Avg   Min   Max  Count     Sum  % of elapsed
same       7 ns  7 ns  7 ns      1    7 ns        <0.1 %
… 49 more                       49  343 ns        <0.1 %

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
        &script.report(),
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
        &script.report().rows(3).columns([Column::Stddev]),
        120,
        "
elapsed 1.00 s

Measurement   Avg   Min   Max  Count  Sum   Dev
a               2     1     3      2    4     1
e               4     1     8      3   12  2.94
f            14.7  14.7  14.7     24  353     0
… 3 more                           6

",
    );
}

#[test]
fn an_empty_report_says_what_to_look_at() {
    assert_tables(
        &Script::new().report(),
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
    let mut report = script.report();
    report.title = "interval of".into();
    assert_tables(
        &report,
        120,
        "
interval of 1.00 s

nothing was recorded in this time

",
    );
}

#[test]
fn the_footer_says_what_the_figures_cost_and_what_is_missing() {
    let mut snapshot = program().0;
    let lines =
        |snapshot: &Snapshot| footer::lines(snapshot, Duration::from_micros(160), Some(Duration::from_nanos(20)));
    assert_eq!(
        lines(&snapshot),
        [
            "report made in 160 µs",
            "timers: 20 ns a call as measured in this process, × 107 timed calls = 2.14 µs (<0.1 % of the time)",
        ]
    );
    snapshot.threads = 4;
    snapshot.to = 500_000_000;
    snapshot.lost.too_deep = 1_234;
    snapshot.lost.too_many_nodes = 1;
    snapshot.lost.after_exit = 2;
    snapshot.lost.too_many_names = 3;
    snapshot.lost.not_a_number = 4;
    assert_eq!(
        lines(&snapshot)[2..],
        [
            "up to 4 threads recorded at the same time: their times add up to more than the time elapsed",
            "lost: 1,234 × a call too deep in the stack, its time now its caller's own; \
             write #[timer(recursion = \"fold\")] on what recurses",
            "lost: 1 × a call on a new path past the limit, its time now its caller's own; \
             fold what recurses, or time fewer functions",
            "lost: 2 × a span that began or ended after its thread's end; \
             time nothing in destructors of thread locals",
            "lost: 3 × a measurement with a new name past the limit of 10,000; \
             make names of kinds, not of things",
            "lost: 4 × a measurement that's not a number; look for a division by zero before measure!",
        ]
    );
}
