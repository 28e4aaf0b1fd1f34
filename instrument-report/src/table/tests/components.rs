//! What components measured, as columns of the one table.

use super::*;
use crate::Figure;
use instrument_model::Unit;
use instrument_model::data::{Amount, Moment};

const MIB: f64 = 1024.0 * 1024.0;

/// The small program with its processor time and what it allocated.
fn measured() -> Script {
    let mut script = program();
    let cpu = script.component("thread_cpu", Unit::Seconds);
    let heap = script.component("taken_bytes", Unit::Bytes);
    let [load, main, draw, update, step] = [0, 1, 2, 3, 4];
    script.observed(load, cpu, &[(0.004, 0.004)]);
    script.observed(main, cpu, &[(0.39, 0.04), (0.49, 0.05)]);
    script.observed(draw, cpu, &[(0.1, 0.1), (0.11, 0.11)]);
    script.observed(update, cpu, &[(0.25, 0.188), (0.33, 0.269)]);
    script.observed(step, cpu, &[(0.00123, 0.00123); 100]);
    script.observed(load, heap, &[(64.0 * MIB, 64.0 * MIB)]);
    script.observed(main, heap, &[(1.5 * MIB, 0.0), (2.5 * MIB, 1024.0)]);
    script.observed(update, heap, &[(1.5 * MIB, 1.5 * MIB), (2.5 * MIB - 1024.0, 2.5 * MIB - 1024.0)]);
    script
}

#[test]
fn each_component_has_its_sum_and_its_own_figure_beside_the_time() {
    assert_tables(
        measured().report(),
        120,
        "
elapsed 1.00 s

Stack                  Avg      Min      Max  Count      Sum  % of elapsed  thread_cpu      own  taken_bytes       own
main_loop           450 ms   400 ms   500 ms      2   900 ms        90.0 %      880 ms  90.0 ms     4.00 MiB  1.00 KiB
|- update_state     280 ms   250 ms   310 ms      2   560 ms        56.0 %      580 ms   457 ms     4.00 MiB  4.00 MiB
|  |- World::step  1.23 ms  1.23 ms  1.23 ms    100   123 ms        12.3 %      123 ms   123 ms            -         -
|- draw             110 ms   100 ms   120 ms      2   220 ms        22.0 %      210 ms   210 ms            -         -
load               40.0 ms  40.0 ms  40.0 ms      1  40.0 ms         4.0 %     4.00 ms  4.00 ms     64.0 MiB  64.0 MiB

",
    );
}

#[test]
fn a_narrow_terminal_goes_without_own_figures_then_extremes_then_shares_then_components() {
    for (width, heading) in [
        (
            118,
            "Stack                  Avg      Min      Max  Count      Sum  % of elapsed  thread_cpu      own  taken_bytes       own",
        ),
        (
            117,
            "Stack                  Avg      Min      Max  Count      Sum  % of elapsed  thread_cpu      own  taken_bytes",
        ),
        (100, "Stack                  Avg      Min      Max  Count      Sum  % of elapsed  thread_cpu  taken_bytes"),
        (90, "Stack                  Avg      Max  Count      Sum  % of elapsed  thread_cpu  taken_bytes"),
        (81, "Stack                  Avg  Count      Sum  % of elapsed  thread_cpu  taken_bytes"),
        (80, "Stack             Count      Sum  % of elapsed  thread_cpu  taken_bytes"),
        (72, "Stack             Count      Sum  % of elapsed  thread_cpu  taken_bytes"),
        (65, "Stack             Count     Sum  thread_cpu  taken_bytes"),
        (50, "Stack             Count     Sum  thread_cpu"),
        (30, "Stack             Count     Sum"),
    ] {
        let (tables, notes) = measured().report().width(width).parts();
        let found: Vec<&str> = tables.lines().nth(2).unwrap_or_default().split_whitespace().collect();
        assert_eq!(found, heading.split_whitespace().collect::<Vec<_>>(), "{width}");
        let left_out = match width {
            50 => Some("taken_bytes"),
            30 => Some("thread_cpu, taken_bytes"),
            _ => None,
        };
        let expected = left_out.map(|names| {
            format!("no room for {names}; widen the terminal, set COLUMNS, or choose by INSTRUMENT_COLUMNS")
        });
        assert_eq!(notes, Vec::from_iter(expected), "{width}");
    }
}

#[test]
fn columns_of_components_are_chosen_as_others_are() {
    let columns = ["taken_bytes.own", "thread_cpu", "thread_cpu.own", "thread_cpu.avg", "count", "thread_cpu.max"]
        .into_iter()
        .chain(["thread_cpu.count", "taken_bytes.min", "taken_bytes.dev"])
        .map(|name| Column::parse(name, &|_| false).expect("a column"));
    assert_tables(
        measured().report().columns(Some(columns.collect())).unit(TimeUnit::Milliseconds),
        40,
        "
elapsed 1.00 s

Stack              taken_bytes own  thread_cpu      own      avg  Count  thread_cpu max  count  taken_bytes min      dev
main_loop                 1.00 KiB      880 ms  90.0 ms   440 ms      2          490 ms      2         1.50 MiB  512 KiB
|- update_state           4.00 MiB      580 ms   457 ms   290 ms      2          330 ms      2         1.50 MiB  512 KiB
|  |- World::step                -      123 ms   123 ms  1.23 ms    100         1.23 ms    100                -        -
|- draw                          -      210 ms   210 ms   105 ms      2          110 ms      2                -        -
load                      64.0 MiB     4.00 ms  4.00 ms  4.00 ms      1         4.00 ms      1         64.0 MiB      0 B

",
    );
}

#[test]
fn a_chosen_component_that_nothing_measured_is_said_in_one_line() {
    let chosen = |names: &[&str]| {
        let columns = names.iter().map(|name| Column::parse(name, &|_| false).expect("a column"));
        let (tables, notes) = measured().report().columns(Some(columns.collect())).parts();
        (tables.lines().nth(3).map(str::to_owned).unwrap_or_default(), notes)
    };
    assert_eq!(
        chosen(&["count", "page_rss", "page_rss.own", "read_bytes"]),
        (
            "main_loop              2         -    -           -".to_owned(),
            vec![
                "nothing measured page_rss, read_bytes; \
                 INSTRUMENT_COMPONENTS=page_rss,read_bytes measures them in every span"
                    .to_owned()
            ]
        )
    );
    assert_eq!(
        chosen(&["thread_cup"]).1,
        ["nothing measured thread_cup; did you mean `thread_cpu`?"],
        "a slip looks like a component"
    );
    assert_eq!(chosen(&["thread_cpu"]).1, Vec::<String>::new());
    assert_eq!(
        chosen(&["page_rss"]).1,
        ["nothing measured page_rss; INSTRUMENT_COMPONENTS=page_rss measures it in every span"]
    );
}

#[test]
fn what_was_never_timed_has_no_time_and_comes_after_what_was() {
    let mut script = Script::new();
    let cpu = script.component("thread_cpu", Unit::Seconds);
    let trips = script.component("trip_count", Unit::Count);
    script.0.components[trips as usize].is_event = true;
    let trip = script.calls(None, "trip", &[]);
    script.observed(trip, trips, &[(1.0, 1.0); 3000]);
    // Pushed, and not popped yet: what's known is what was observed within.
    let open = script.calls(None, "an open one", &[]);
    script.observed(open, cpu, &[]);
    script.0.nodes[open as usize].columns[0].total.sum = 0.001;
    let closed = script.calls(Some(open), "closed", &[]);
    script.observed(closed, cpu, &[(0.001, 0.001)]);
    let small = script.calls(None, "small", &[]);
    script.observed(small, cpu, &[(0.001, 0.001); 2]);
    let large = script.calls(None, "large", &[]);
    script.observed(large, cpu, &[(0.2, 0.1)]);
    // The time of what's within is no time of its own.
    script.0.nodes[large as usize].total = 100_000;
    let below = script.calls(Some(large), "below", &[100_000]);
    script.observed(below, cpu, &[(0.1, 0.1)]);
    script.calls(None, "timed", &[5]);
    script.calls(None, "zero", &[0]);
    let expected = "
elapsed 1.00 s

Stack           Avg     Min     Max  Count     Sum  % of elapsed  thread_cpu      own  trip_count
timed          5 ns    5 ns    5 ns      1    5 ns        <0.1 %           -        -           -
zero           0 ns    0 ns    0 ns      1    0 ns           0 %           -        -           -
large             -       -       -      1       -             -      200 ms   100 ms           -
|- below     100 µs  100 µs  100 µs      1  100 µs        <0.1 %      100 ms   100 ms           -
small             -       -       -      2       -             -     2.00 ms  2.00 ms           -
an open one       -       -       -      0       -             -     1.00 ms     0 ns           -
|- closed         -       -       -      1       -             -     1.00 ms  1.00 ms           -
trip              -       -       -  3,000       -             -           -        -       3,000

";
    assert_tables(script.report(), 120, expected);
    // What's timed is kept when there's no room for all, wherever it is.
    let columns = [Column::Count, Column::Sum, Column::component("thread_cpu", Figure::Avg)];
    assert_tables(
        script.report().rows(2).columns(Some(columns.to_vec())),
        120,
        "
elapsed 1.00 s

Stack     Count     Sum  thread_cpu avg
large         1       -          200 ms
|- below      1  100 µs          100 ms
… 6 more  3,005    5 ns
6 of 8 call paths without a row; INSTRUMENT_ROWS=8 or report().rows(8) shows all

Function     Own   % own     Sum     Max  Count  Paths
below     100 µs  <0.1 %  100 µs  100 µs      1      1
timed       5 ns  <0.1 %    5 ns    5 ns      1      1
2 of 3 functions, by own time; recursive calls count once in Sum

",
    );
    assert_tables(
        script.report().columns(Some(columns[2..].to_vec())),
        120,
        "
elapsed 1.00 s

Stack        thread_cpu avg
timed                     -
zero                      -
large                200 ms
|- below             100 ms
small               1.00 ms
an open one               -
|- closed           1.00 ms
trip                      -

",
    );
}

#[test]
fn the_rest_adds_up_what_can_be_added_and_nothing_twice() {
    let mut script = Script::new();
    let heap = script.component("taken_bytes", Unit::Bytes);
    let share = script.component("cpu_util", Unit::Percent);
    let trips = script.component("trip_count", Unit::Count);
    script.0.components[trips as usize].is_event = true;
    let main = script.calls(None, "main", &[1_000]);
    let timed_only = script.calls(Some(main), "timed only", &[300]);
    let one = script.calls(Some(timed_only), "one", &[200]);
    let two = script.calls(Some(timed_only), "two", &[90]);
    let within = script.calls(Some(one), "within", &[50]);
    script.observed(main, heap, &[(999.0, 100.0)]);
    for (node, inclusive, exclusive) in [(one, 600.0, 400.0), (two, 50.0, 50.0), (within, 200.0, 200.0)] {
        script.observed(node, heap, &[(inclusive, exclusive)]);
        script.observed(node, share, &[(75.0, 75.0)]);
        script.observed(node, trips, &[(1.0, 1.0)]);
    }
    assert_tables(
        script.report().rows(1),
        120,
        "
elapsed 1.00 s

Stack                     Avg      Min      Max  Count      Sum  % of elapsed  taken_bytes    own  cpu_util  own  trip_count
main                  1.00 µs  1.00 µs  1.00 µs      1  1.00 µs        <0.1 %        999 B  100 B         -    -           -
|- … 4 more                                          4   300 ns        <0.1 %        650 B  650 B                          3
4 of 5 call paths without a row; INSTRUMENT_ROWS=5 or report().rows(5) shows all

Function     Own   % own      Sum      Max  Count  Paths
main      700 ns  <0.1 %  1.00 µs  1.00 µs      1      1
1 of 5 functions, by own time; recursive calls count once in Sum

",
    );
}

#[test]
fn estimated_figures_of_components_are_marked_and_shares_of_nothing_are_none() {
    let mut script = Script::new();
    let cpu = script.component("thread_cpu", Unit::Seconds);
    let share = script.component("cpu_util", Unit::Percent);
    let place = script.site(None, Label { sample: 64, ..given("sampled") }, &[1_000, 3_000]);
    script.observed(place, cpu, &[(1e-6, 1e-6), (2e-6, 2e-6)]);
    script.observed(place, share, &[(75.0, 0.0)]);
    let node = &mut script.0.nodes[place as usize];
    (node.untimed, node.total, node.own) = (126, 256_000, 256_000);
    node.columns[0].total = Amount { sum: 192e-6, per: 0.0 };
    node.columns[1].total = Amount { sum: 192e-6 * 100.0, per: 256e-6 };
    let columns = [Column::Count, Column::Sum].into_iter().chain(
        [("thread_cpu", Figure::Sum), ("thread_cpu", Figure::Avg), ("thread_cpu", Figure::Count)]
            .into_iter()
            .chain([("cpu_util", Figure::Sum), ("cpu_util", Figure::Own)])
            .map(|(name, figure)| Column::component(name, figure)),
    );
    assert_tables(
        script.report().columns(Some(columns.collect())),
        120,
        "
elapsed 1.00 s

Stack    Count      Sum  thread_cpu       avg  count  cpu_util  own
sampled    128  ~256 µs     ~192 µs  ~1.50 µs      2   ~75.0 %    -

",
    );
}

#[test]
fn an_interval_shows_the_components_that_measured_something_in_it() {
    let mut script = measured();
    let before = script.snapshot();
    script.0.to += 1_000_000_000;
    script.0.epoch += 1;
    let node = &mut script.0.nodes[0];
    (node.times.count, node.times.sum, node.total, node.own) = (2, 70_000_000, 70_000_000, 70_000_000);
    node.times.interval = (30_000_000, 30_000_000);
    let column = &mut node.columns[0];
    (column.laps, column.total.sum, column.own.sum) = (2, 0.007, 0.007);
    column.inclusive.merge(&instrument_model::Spread::of_one(0.003));
    let interval = script.snapshot().since(&before);
    assert_tables(
        Table::new(&interval).title("interval of"),
        120,
        "
interval of 1.00 s

Stack      Avg      Min      Max  Count      Sum  % of elapsed  thread_cpu      own
load   30.0 ms  30.0 ms  30.0 ms      1  30.0 ms         3.0 %     3.00 ms  3.00 ms

",
    );
}

#[test]
fn a_component_that_is_quiet_in_an_interval_needs_no_remedy() {
    let mut script = program();
    script.component("thread_cpu", Unit::Seconds);
    script.observed(0, 0, &[]);
    let columns = ["thread_cpu.own", "page_rss"].map(|name| Column::parse(name, &|_| false).expect("a column"));
    let notes = |columns: &[Column]| script.report().columns(Some(columns.to_vec())).parts().1;
    assert_eq!(notes(&columns[..1]), ["nothing measured thread_cpu"]);
    assert_eq!(
        notes(&columns),
        ["nothing measured thread_cpu, page_rss; INSTRUMENT_COMPONENTS=page_rss measures it in every span"]
    );
}

#[test]
fn single_observations_alone_are_no_table_and_not_nothing() {
    let mut script = Script::new();
    let cpu = script.component("thread_cpu", Unit::Seconds);
    let node = script.calls(None, "moment", &[]);
    script.0.moments.push(Moment { component: cpu, node, id: 1, laps: 1, ..Moment::default() });
    assert_tables(
        script.report(),
        120,
        "
elapsed 1.00 s

only single observations of components were recorded: storage() lists them

",
    );
}

/// What the counting allocator adds to the small program.
fn counted() -> Script {
    let mut script = program();
    let [bytes, blocks, freed] =
        [("alloc_bytes", Unit::Bytes), ("alloc_blocks", Unit::Count), ("free_bytes", Unit::Bytes)].map(
            |(name, unit)| {
                let component = script.component(name, unit);
                script.0.components[component as usize].is_tally = true;
                component
            },
        );
    let mut add = |node: usize, component, total, own| {
        let [total, own] = [total, own].map(|sum| Amount { sum, per: 0.0 });
        let column = instrument_model::data::Column { component, total, own, ..Default::default() };
        script.0.nodes[node].columns.push(column);
    };
    let [load, main, update] = [0, 1, 3];
    add(load, bytes, 64.0 * MIB, 64.0 * MIB);
    add(load, blocks, 3.0, 3.0);
    add(main, bytes, 4.0 * MIB, 0.0);
    add(main, blocks, 5000.0, 0.0);
    add(main, freed, 1024.0, 0.0);
    add(update, bytes, 4.0 * MIB, 4.0 * MIB);
    add(update, blocks, 5000.0, 5000.0);
    add(update, freed, 1024.0, 1024.0);
    script
}

#[test]
fn what_is_alive_is_marked_as_an_estimate_and_may_be_less_than_before() {
    let mut script = program();
    for (name, unit, sum) in [("live_bytes", Unit::Bytes, 64.0 * MIB), ("live_blocks", Unit::Count, -12.0)] {
        let component = script.component(name, unit);
        let known = &mut script.0.components[component as usize];
        (known.is_tally, known.is_sampled, known.is_signed) = (true, true, true);
        let total = Amount { sum, per: 0.0 };
        let column = instrument_model::data::Column { component, total, own: total, ..Default::default() };
        script.0.nodes[0].columns.push(column);
    }
    let table = script.report().to_string();
    let heading = table.lines().find(|line| line.starts_with("Stack")).expect("a heading");
    assert!(heading.ends_with("  Live  Live blocks"), "{table}");
    assert!(table.lines().any(|line| line.contains("  ~64.0 MiB  ") && line.ends_with("  ~-12")), "{table}");
    assert!(table.contains("\n~ what's alive is estimated from a sample of blocks\n"), "{table}");
    script.0.live = Some(instrument_model::data::Live {
        interval: 512 * 1024,
        bytes: 65.0 * MIB,
        bytes_outside: MIB,
        variance: MIB * MIB * 4.0,
        ..Default::default()
    });
    let line = "\n~ what's alive is estimated from the blocks of one byte in 524,288: 65.0 MiB ± 2.00 MiB at the end, of which \
                1.00 MiB\n  were allocated outside of spans\n";
    let table = script.report().to_string();
    assert!(table.contains(line), "{table}");
    let asked = vec![Column::component("live_bytes", Figure::Own)];
    let table = program().report().columns(Some(asked)).to_string().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(table.contains("CountingAllocator as the global allocator, and INSTRUMENT_MEMORY=live"), "{table}");
}

#[test]
fn what_was_allocated_has_two_columns_and_others_on_request() {
    assert_tables(
        counted().report(),
        120,
        "
elapsed 1.00 s

Stack                  Avg      Min      Max  Count      Sum  % of elapsed     Alloc  Blocks
main_loop           450 ms   400 ms   500 ms      2   900 ms        90.0 %  4.00 MiB   5,000
|- update_state     280 ms   250 ms   310 ms      2   560 ms        56.0 %  4.00 MiB   5,000
|  |- World::step  1.23 ms  1.23 ms  1.23 ms    100   123 ms        12.3 %         -       -
|- draw             110 ms   100 ms   120 ms      2   220 ms        22.0 %         -       -
load               40.0 ms  40.0 ms  40.0 ms      1  40.0 ms         4.0 %  64.0 MiB       3

",
    );
    let columns = [
        Column::component("free_bytes", Figure::Sum),
        Column::component("alloc_bytes", Figure::Own),
        Column::component("alloc_bytes", Figure::Avg),
        Column::component("alloc_bytes", Figure::Max),
    ];
    assert_tables(
        counted().report().columns(Some(columns.to_vec())),
        120,
        "
elapsed 1.00 s

Stack                 Freed  Alloc own       avg  max
main_loop          1.00 KiB        0 B  2.00 MiB    -
|- update_state    1.00 KiB   4.00 MiB  2.00 MiB    -
|  |- World::step         -          -         -    -
|- draw                   -          -         -    -
load                      -   64.0 MiB  64.0 MiB    -

",
    );
    let asked = vec![Column::component("alloc_bytes", Figure::Sum), Column::component("free_bytes", Figure::Sum)];
    let (_, footer) = program().report().columns(Some(asked)).parts();
    let remedy =
        "nothing measured alloc_bytes, free_bytes; that takes instrument::CountingAllocator as the global allocator";
    assert!(footer.iter().any(|line| line == remedy), "{footer:?}");
}
