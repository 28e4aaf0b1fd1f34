//! Columns in tables, as the environment asks for them, and at the tree's limits: each case in a process of its own.

#[macro_use]
#[path = "scripted/components.rs"]
mod parts;
#[path = "scripted/child.rs"]
mod child;
mod scripted;

use child::run;
use instrument::component::{self, Component};
use instrument::{marker, report, scope, snapshot, timer};
use parts::use_up;
use scripted::{pass, script};
use std::time::Duration;

components! {
    Busy = "busy" in Seconds of Total
    Bytes = "bytes" in Bytes of Level
    Deep = "deep" in Count of Total
}

#[timer("outer", components(Busy, Bytes))]
fn outer() {
    pass(1_000_000);
    use_up(0.5);
    let _inner = marker!("inner", Busy);
    pass(2_000_000);
    use_up(0.25);
    drop(scope!("neither"));
}

/// The cells of each row of the first table in a text.
fn rows(text: &str) -> Vec<Vec<String>> {
    let begin = text.lines().position(|line| line.starts_with("Stack")).unwrap_or_else(|| panic!("no table in {text}"));
    let table = text.lines().skip(begin).take_while(|line| !line.is_empty());
    table
        .map(|line| {
            line.trim_start_matches("|  ")
                .split("  ")
                .map(str::trim)
                .filter(|cell| !cell.is_empty())
                .map(str::to_owned)
                .collect()
        })
        .collect()
}

#[test]
fn tables_have_the_sum_and_own_of_each_component_beside_time() {
    let _ = run("tables_have_the_sum_and_own_of_each_component_beside_time", &[], || {
        let _turn = script();
        outer();
        let text = report().width(300).to_string();
        let found = rows(&text);
        let row = |name: &str| found.iter().find(|row| row[0].ends_with(name)).unwrap_or_else(|| panic!("{text}"));
        assert_eq!(row("Stack")[7..], ["busy", "own", "bytes", "own"], "{text}");
        assert_eq!(row("outer")[7..], ["750 ms", "500 ms", "0.75 B", "0.75 B"], "{text}");
        assert_eq!(row("inner")[7..], ["250 ms", "250 ms", "-", "-"], "{text}");
        assert_eq!(row("neither")[7..], ["-", "-", "-", "-"], "{text}");
    });
}

#[test]
fn the_environment_chooses_columns_and_the_unit_of_times() {
    let variables = [("INSTRUMENT_COLUMNS", "count,busy.own,sum,bytes.sum,busy.max"), ("INSTRUMENT_UNIT", "ms")];
    let _ = run("the_environment_chooses_columns_and_the_unit_of_times", &variables, || {
        let _turn = script();
        outer();
        outer();
        let text = report().width(300).to_string();
        let found = rows(&text);
        assert_eq!(found[1][1..], ["2", "1,000 ms", "6.00 ms", "1.50 B", "750 ms"], "{text}");
        assert_eq!(found[2][1..], ["2", "500 ms", "4.00 ms", "-", "250 ms"], "{text}");
    });
}

#[test]
fn interval_tables_have_what_components_measured_in_the_interval() {
    let text = run("interval_tables_have_what_components_measured_in_the_interval", &[("COLUMNS", "300")], || {
        let _turn = script();
        outer();
        assert!(instrument::log_metrics(Duration::ZERO));
        outer();
        outer();
        assert!(instrument::log_metrics(Duration::ZERO));
        assert!(instrument::log_metrics(Duration::ZERO));
    });
    let tables: Vec<&str> = text.split("interval of").skip(1).collect();
    assert_eq!(tables.len(), 3, "{text}");
    let busy = |table: &str, name: &str| -> Option<String> {
        let found = rows(table);
        let at = found[0].iter().position(|cell| cell == "busy")?;
        Some(found.iter().find(|row| row[0].ends_with(name))?.get(at)?.clone())
    };
    assert_eq!(busy(tables[0], "outer").as_deref(), Some("750 ms"), "{text}");
    assert_eq!(busy(tables[1], "outer").as_deref(), Some("1.50 s"), "{text}");
    assert_eq!(busy(tables[1], "inner").as_deref(), Some("500 ms"), "{text}");
    assert!(!tables[2].contains("outer"), "nothing happened: {text}");
}

#[test]
fn past_the_depth_amounts_stay_with_what_is_above_and_pushes_are_counted() {
    let variables = [("INSTRUMENT_MAX_DEPTH", "3")];
    let _ = run("past_the_depth_amounts_stay_with_what_is_above_and_pushes_are_counted", &variables, || {
        let _turn = script();
        {
            let _a = marker!("a", Deep);
            use_up(1.0);
            let _b = marker!("b", Deep);
            let _c = scope!("c");
            use_up(2.0);
            let _d = marker!("d", Deep);
            use_up(4.0);
            let mut e = Deep::new("e");
            e.push();
            e.start();
            use_up(8.0);
            e.pop();
            assert_eq!(e.get(), 8.0, "laps are its own");
        }
        let snapshot = snapshot();
        let column = |path: &[&str]| {
            let figures = snapshot.find(path)?.column("deep")?;
            Some((figures.total(), figures.own(), figures.count()))
        };
        assert_eq!(column(&["a"]), Some((15.0, 1.0, 1.0)));
        assert_eq!(column(&["a", "b"]), Some((14.0, 14.0, 1.0)));
        assert_eq!(snapshot.find(&["a", "b", "c"]).map(|node| node.children().count()), Some(0));
        assert_eq!((snapshot.lost().pushes, snapshot.lost().too_deep), (1, 1));
        let text = report().to_string();
        assert!(text.contains("lost: 1 × a call too deep") && text.contains("lost: 1 × a component's push"), "{text}");
    });
}

#[test]
fn past_the_limit_of_nodes_known_paths_are_measured_on() {
    let variables = [("INSTRUMENT_MAX_NODES", "10")];
    let _ = run("past_the_limit_of_nodes_known_paths_are_measured_on", &variables, || {
        let _turn = script();
        for round in 0..3 {
            for name in 0..20 {
                let mut meter = Deep::new(format!("meter {name}"));
                meter.push();
                meter.start();
                use_up(1.0);
                meter.pop();
                let _ = round;
            }
        }
        let snapshot = snapshot();
        let counts: Vec<f64> =
            snapshot.roots().filter_map(|node| node.column("deep")).map(|column| column.count()).collect();
        assert_eq!(counts, [3.0; 10]);
        assert_eq!(snapshot.lost().pushes, 3 * 10);
    });
}

struct Many<const A: u8, const B: u8>;

impl<const A: u8, const B: u8> Many<A, B> {
    const LETTERS: [u8; 6] = [b'm', b'a', b'n', b'y', b'a' + A, b'a' + B];
}

impl<const A: u8, const B: u8> Component for Many<A, B> {
    type Reading = f64;
    const NAME: &'static str = match std::str::from_utf8(&Self::LETTERS) {
        Ok(name) => name,
        Err(_) => "",
    };
    const DESCRIPTION: &'static str = "one of many";
    const UNIT: component::Unit = component::Unit::Count;
    fn read() -> Result<f64, component::Unavailable> {
        parts::read()
    }
    fn lap(start: &f64, end: &f64) -> f64 {
        end - start
    }
}

macro_rules! all {
    ($call:ident $(($a:literal))*) => { $(all!(@ $call $a 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16);)* };
    (@ $call:ident $a:literal $($b:literal)*) => { $($call::<Many<$a, $b>>();)* };
}

fn measured<C: Component>() {
    let _marker = component::Marker::<(C, Deep)>::new("many");
    use_up(1.0);
}

#[test]
fn past_256_components_further_ones_are_counted_as_lost_and_others_go_on() {
    let _ = run("past_256_components_further_ones_are_counted_as_lost_and_others_go_on", &[], || {
        let _turn = script();
        // 17 × 17 = 289, and one besides.
        for _ in 0..2 {
            all! { measured (0)(1)(2)(3)(4)(5)(6)(7)(8)(9)(10)(11)(12)(13)(14)(15)(16) }
        }
        let snapshot = snapshot();
        let node = snapshot.find(&["many"]).expect("recorded");
        assert_eq!((node.columns().count(), node.count()), (256, 2 * 289));
        assert!(node.columns().filter(|column| column.name() != "deep").all(|column| column.count() == 2.0));
        assert_eq!(node.column("deep").map(|column| column.total()), Some(2.0 * 289.0));
        assert_eq!(snapshot.lost().pushes, 2 * (289 + 1 - 256));
        assert!(instrument::storage::<Many<16, 16>>().flat().is_empty());
    });
}
