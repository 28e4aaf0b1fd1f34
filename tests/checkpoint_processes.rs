//! What checkpoints print as a process: which of them `INSTRUMENT_PROFILE` turns on, and where blocks go. This program
//! runs itself again as a child for each scene.

use instrument::{Profiler, Switch, checkpoints, profiler, set_enabled};
use std::process::{Command, Output, Stdio};

struct Cart;

impl Cart {
    fn add(&self, makes_title: &dyn Fn() -> String) {
        let profiler = profiler!(makes_title());
        profiler.mark("add");
    }
}

trait Priced {
    fn price(&self);
}

impl Priced for Cart {
    fn price(&self) {
        let _profiler = profiler!();
    }
}

mod shop {
    #[instrument::checkpoints]
    pub fn open(number: u32) -> u32 {
        let doubled = number * 2;
        doubled + 1
    }
}

#[checkpoints("slow", threshold_ms = 1_000_000)]
fn never_slow_enough() {
    let _nested = Profiler::new("a part of something fast");
}

#[checkpoints]
async fn cancelled() {
    let _before = 1;
    std::future::pending::<()>().await;
}

/// Not a scene of its own, unless the variable names one.
#[test]
fn scene() {
    let Ok(scene) = std::env::var("TEST_SCENE") else { return };
    let made = std::cell::Cell::new(0);
    let title = || {
        made.set(made.get() + 1);
        "adding".to_owned()
    };
    match scene.as_str() {
        "all" => {
            for _ in 0..3 {
                Cart.add(&title);
                Cart.price();
                assert_eq!(shop::open(2), 5);
                never_slow_enough();
            }
            println!("titles made: {}", made.get());
        }
        "switched off" => {
            set_enabled(Switch::Timers, false);
            Cart.add(&title);
            drop(Profiler::new("never printed"));
            assert_eq!(shop::open(2), 5);
        }
        "closed" => {
            let profiler = Profiler::new("nobody reads this").immediate();
            profiler.mark("x");
            drop(Profiler::new("nor this"));
            drop(profiler);
            drop(Profiler::new("nor this one"));
            println!("survived");
        }
        "cancelled" => {
            let mut future = Box::pin(cancelled());
            let mut context = std::task::Context::from_waker(std::task::Waker::noop());
            assert!(Future::poll(future.as_mut(), &mut context).is_pending());
        }
        "report" => {
            shop::open(1);
            eprint!("{}", instrument::report());
            instrument::reset();
            eprint!("{}", instrument::report());
            shop::open(1);
            eprint!("{}", instrument::report());
        }
        _ => unreachable!("no scene {scene}"),
    }
}

fn run(scene: &str, variables: &[(&str, &str)]) -> Output {
    Command::new(std::env::current_exe().expect("this program has a path"))
        .args(["scene", "--exact", "--nocapture", "--test-threads=1"])
        .env("TEST_SCENE", scene)
        .envs(variables.iter().copied())
        .stdin(Stdio::null())
        .output()
        .expect("this program can be run")
}

/// What's printed when that's selected: the titles and our complaints.
fn printed(selection: &str) -> Vec<String> {
    let output = run("all", &[("INSTRUMENT_PROFILE", selection)]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stderr);
    let lines = text.lines().filter(|line| line.starts_with(['[', 'i']));
    lines.map(|line| line.split(']').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn nothing_is_printed_or_made_that_is_not_selected() {
    let output = run("all", &[]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(String::from_utf8_lossy(&output.stdout).contains("titles made: 0\n"), "{output:?}");
}

#[test]
fn functions_are_selected_by_the_end_of_their_path() {
    for (selection, blocks) in [
        ("Cart::add", &["[adding"][..]),
        ("checkpoint_processes::Cart::add", &["[adding"]),
        ("shop::open", &["[open"]),
        ("open , Cart::price,", &["[Cart::price", "[open"]),
        ("never_slow_enough", &["[slow"]),
        ("*", &["[adding", "[Cart::price", "[open", "[slow"]),
    ] {
        let three_times: Vec<_> = blocks.iter().cycle().take(blocks.len() * 3).collect();
        assert_eq!(printed(selection), three_times.into_iter().copied().collect::<Vec<_>>(), "{selection}");
    }
}

#[test]
fn unknown_names_are_reported_once_with_near_ones() {
    assert_eq!(
        printed("Cart::ad,shop::open,nonsense,Basket::price")
            .into_iter()
            .filter(|line| line.starts_with('i'))
            .collect::<Vec<_>>(),
        [
            "instrument: INSTRUMENT_PROFILE=Cart::ad: no function of that name has `profiler!` or `#[checkpoints",
            "instrument: INSTRUMENT_PROFILE=nonsense: no function of that name has `profiler!` or `#[checkpoints",
            "instrument: INSTRUMENT_PROFILE=Basket::price: no function of that name has `profiler!` or `#[checkpoints",
        ]
    );
    let output = run("all", &[("INSTRUMENT_PROFILE", "Cart::ad,Basket::price")]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("; did you mean Cart::add?\n"), "{text}");
    assert!(text.contains("; did you mean Cart::price?\n"), "{text}");
}

#[test]
fn the_switch_and_the_output_are_those_of_timers() {
    for variables in [&[("INSTRUMENT_PROFILE", "*")][..], &[("INSTRUMENT_PROFILE", "*"), ("INSTRUMENT", "off")]] {
        let output = run("switched off", variables);
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
    let file = std::env::temp_dir().join(format!("instrument-checkpoints-{}.txt", std::process::id()));
    let output = run("all", &[("INSTRUMENT_PROFILE", "shop::open"), ("INSTRUMENT_OUTPUT", &file.to_string_lossy())]);
    let text = std::fs::read_to_string(&file).expect("blocks were written");
    std::fs::remove_file(&file).expect("it was there");
    assert_eq!((text.matches("[open]").count(), output.stderr.len()), (3, 0), "{text}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_closed_or_full_output_harms_nobody() {
    for output in ["/dev/full", "/nonexistent/folder/x"] {
        let output = run("closed", &[("INSTRUMENT_OUTPUT", output)]);
        assert!(output.status.success() && String::from_utf8_lossy(&output.stdout).contains("survived"), "{output:?}");
    }
    let closed = Command::new("sh")
        .args(["-c", "exec \"$0\" scene --exact --nocapture 2>&-"])
        .arg(std::env::current_exe().expect("this program has a path"))
        .env("TEST_SCENE", "closed")
        .output()
        .expect("a shell");
    assert!(closed.status.success() && String::from_utf8_lossy(&closed.stdout).contains("survived"), "{closed:?}");
}

#[test]
fn a_cancelled_call_says_so() {
    let output = run("cancelled", &[("INSTRUMENT_PROFILE", "cancelled")]);
    let text = String::from_utf8_lossy(&output.stderr);
    let labels: Vec<_> =
        text.lines().map(|line| line.split("  ").find(|part| !part.is_empty()).unwrap_or("")).collect();
    assert_eq!(labels.len(), 3, "{text}");
    assert!(labels[0].starts_with("[cancelled] ") && labels[1].ends_with("let _before = 1;"), "{text}");
    assert_eq!(labels[2], "(cancelled)");
}

#[test]
fn the_report_has_a_row_for_each_function_until_a_reset() {
    let output = run("report", &[]);
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(text.matches("Worst line, by its sum").count(), 2, "{text}");
    let rows = text.lines().filter(|line| line.starts_with("open"));
    let calls: Vec<_> = rows.filter_map(|row| row.split_whitespace().nth(1)).collect();
    assert_eq!(calls, ["1", "1"], "{text}");
    assert_eq!(text.matches("nothing was recorded").count(), 1, "{text}");
}
