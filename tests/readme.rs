//! The README's code does what it says: each block is here as it's there, and runs in a process of its own.

use instrument::probe;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

#[rustfmt::skip]
mod first {
    use instrument::{measure, scope, timer};
    use std::time::Duration;

    #[timer]                                     // or #[timer("a name")], also on a whole `impl` or `mod`
    fn update_state(queue: &[u32]) {
        let _span = scope!("sum");               // a part of a function; or scope!(format!("shard {n}"))
        measure!("queue length", queue.len());   // a number, not a time
    }

    #[instrument::main]                          // prints the table at the end
    fn main() {
        for _ in 0..3 {
            update_state(&[1, 2, 3]);
            instrument::log_metrics(Duration::from_secs(10)); // and one every ten seconds, if you like
        }
    }

    pub fn block() {
    main();
    }
}

#[rustfmt::skip]
mod heap {
    #[global_allocator]
    static ALLOCATOR: instrument::CountingAllocator = instrument::CountingAllocator::new();
}

#[rustfmt::skip]
mod columns {
    pub fn block() {
    use instrument::{Column, Unit, report};

    // Empty, but for a line's end, in a build without timers.
    eprintln!("{}", report().columns([Column::Count, Column::Own, Column::Quantile(0.99)]).unit(Unit::Milliseconds));
    }
}

#[rustfmt::skip]
mod elsewhere {
    pub fn block() {
    use instrument::{Context, FutureExt, timer};

    #[timer]
    async fn fetch() {
        async { /* … */ }.timed("parse").await; // what can't be annotated
    }

    let context = Context::current(); // work elsewhere hangs below the path that asked for it:
    std::thread::spawn(context.wrap(|| { /* … */ })); // threads; `rayon::spawn(context.wrap(…))` alike
    let squares = [1, 2].iter().map(|n| { // what takes arguments, as rayon's `par_iter().map(…)`
        let _here = context.attach();
        n * n
    });
    assert_eq!(squares.sum::<i32>(), 5);
    let _task = fetch().in_context(context); // tasks: `tokio::spawn(fetch().in_context(context))`
    }
}

#[rustfmt::skip]
mod step_by_step {
    pub fn block() {
    use instrument::{Profiler, checkpoints};

    let profiler = Profiler::new("start-up");    // prints a block when it's dropped; `profiler!` only if it's asked for
    profiler.mark("read the configuration");     // ends a step, and names it
    drop(Profiler::new("resolve"));              // what runs within another one is a part of its block
    profiler.mark(format_args!("connect to {}", "db"));

    #[checkpoints]                               // a mark after each statement: reports name the worst and slowest line
    fn load(text: &str) -> usize {
        let words = text.split(' ');
        words.count()
    }
    load("a b c");
    }
}

#[rustfmt::skip]
mod components {
    pub fn block() {
    use instrument::component::{PeakRss, WallClock};
    use instrument::{marker, storage, timer};

    #[timer(components(WallClock, PeakRss))]           // two more columns of this function's rows
    fn load(path: &str) -> std::io::Result<String> {
        let _part = marker!("read", WallClock);        // a part of a function; needs no import
        std::fs::read_to_string(path)
    }
    let _ = load("Cargo.toml");

    let mut cpu = instrument::component::ThreadCpu::new("parse"); // by hand: laps, which touch no call tree
    cpu.start();
    cpu.stop();
    println!("{cpu}");                                 // parse: thread_cpu 751 ns in 1 lap

    for entry in storage::<WallClock>().flat() {       // plain data, or `.tree()`; a table by `Display`
        println!("{} {} {:.3} s", entry.depth, entry.prefix, entry.data);
    }
    println!("{}", storage::<PeakRss>());
    }
}

#[rustfmt::skip]
mod probes {
    pub fn block() -> Result<(), Box<dyn std::error::Error>> {
    use instrument::probe;
    use instrument::probe::{HistogramInstrument, LogInstrument};

    #[probe(redact(token))]                      // args(…), redact(…), inject; `fn`, `async fn`, methods
    fn order(user_id: u64, items: &[u32], token: &str) -> Result<u32, String> {
        if token.is_empty() { Err("no token".into()) } else { Ok(items.iter().sum()) }
    }

    let probe = probe::attach_to("order")?;      // or the whole path; `targets()` lists all
    let log = LogInstrument::new("large", "[user_id, result]").condition("result > 10 && user_id == 42");
    probe.instrument("log", log.lifespan_minutes(30.0))?;
    probe.instrument("took", HistogramInstrument::new("seconds", "elapsed").tags("{'size': mag(result)}"))?;
    probe.start();                               // stderr: large: [42, 15] (program::order return)
    order(42, &[7, 8], "t")?;
    Ok::<(), Box<dyn std::error::Error>>(())
    }
}

#[rustfmt::skip]
mod breakpoints {
    pub fn block() -> Result<(), instrument::probe::BreakpointError> {
    use instrument::probe::run;
    use instrument::probe;
    #[probe] fn read_balance() -> u32 { 1 }

    let paused = run(|| read_balance() + 10).until("read_balance").returns()?; // it has read, and hasn't written
    // … whatever must happen in between …
    assert_eq!(paused.finish()?, 11);
    Ok::<(), instrument::probe::BreakpointError>(())
    }
}

#[rustfmt::skip]
mod manager {
    pub fn block() -> Result<(), std::io::Error> {
    use instrument::probe::{JsonFileStore, Manager};
    use std::time::Duration;

    let manager = Manager::new(JsonFileStore::new("probes.json")).applying_every(Duration::from_secs(5))?;
    super::is_applied();
    drop(manager);
    Ok::<(), std::io::Error>(())
    }
}
/// What a spec in the manager's file is for.
#[probe]
fn called(number: u64) -> u64 {
    number
}

fn is_applied() {
    let probe = probe::attach_to("readme::called").expect("it's there");
    let start = Instant::now();
    while probe.instruments().is_empty() {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing is applied");
        std::thread::sleep(Duration::from_millis(5));
    }
    called(1);
    assert_eq!(probe.instruments()[0].fired, 1);
}

/// Not a test of its own, unless the variable names a block.
#[test]
#[expect(clippy::exit, reason = "the harness has nothing to add")]
fn scene() {
    let Ok(block) = std::env::var("TEST_SCENE") else { return };
    match block.as_str() {
        "first" => first::block(),
        "heap" => instrument::print_mem("first of all"),
        "columns" => {
            first::block();
            columns::block();
        }
        "elsewhere" => elsewhere::block(),
        "step by step" => {
            step_by_step::block();
            instrument::report().print();
        }
        "components" => {
            components::block();
            instrument::report().print();
        }
        "probes" => {
            probes::block().expect("a target, and expressions");
            instrument::report().print();
        }
        "breakpoints" => breakpoints::block().expect("it's held"),
        "manager" => manager::block().expect("a thread"),
        other => panic!("no block {other}"),
    }
    std::process::exit(0);
}

/// What it writes to stdout, but for the harness's lines, and to stderr.
fn run(block: &str, folder: &Path) -> [String; 2] {
    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command.args(["scene", "--exact", "--nocapture"]).env("TEST_SCENE", block).current_dir(folder);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("INSTRUMENT")) {
        command.env_remove(name);
    }
    let Output { status, stdout, stderr } = command.output().expect("it runs");
    let [stdout, stderr] = [stdout, stderr].map(|text| String::from_utf8(text).expect("text"));
    assert!(status.success(), "{status}: {stderr}");
    [stdout.replace("\nrunning 1 test\n", ""), stderr]
}

fn here(block: &str) -> [String; 2] {
    run(block, Path::new(env!("CARGO_MANIFEST_DIR")))
}

/// The words of the line that begins so.
#[track_caller]
fn line<'a>(text: &'a str, begin: &str) -> Vec<&'a str> {
    let line = text.lines().find(|line| line.starts_with(begin));
    line.unwrap_or_else(|| panic!("nothing begins with {begin:?}: {text}")).split_whitespace().collect()
}

#[test]
fn what_is_tested_here_is_what_the_readme_says() {
    let mut here = include_str!("readme.rs").lines().map(str::trim);
    let mut blocks = 0;
    let mut is_code = false;
    for line in include_str!("../README.md").lines() {
        if line.starts_with("```") {
            is_code = line.starts_with("```rust");
            blocks += usize::from(is_code);
        } else if is_code {
            // A line that only the documentation's tests see begins with a sign.
            let line = line.trim().trim_start_matches("# ");
            assert!(here.any(|here| here == line), "this line of block {blocks} isn't tested in its place: {line}");
        }
    }
    assert_eq!(blocks, 9);
}

#[test]
fn a_function_a_part_and_a_number_are_rows_of_the_table_at_the_end() {
    let [stdout, stderr] = here("first");
    assert_eq!(stdout, "");
    assert_eq!(stderr.matches("\nStack ").count(), 1, "one table, as ten seconds haven't passed: {stderr}");
    assert_eq!(line(&stderr, "update_state")[7], "3", "{stderr}");
    assert_eq!(line(&stderr, "|- sum")[8], "3", "{stderr}");
    assert_eq!(line(&stderr, "queue length"), ["queue", "length", "3", "3", "3", "3", "9"]);
}

#[test]
fn columns_are_those_that_were_asked_for() {
    let [_, stderr] = here("columns");
    assert_eq!(stderr.lines().filter(|line| line.starts_with("Stack ")).count(), 2);
    let asked = stderr.rsplit("\nStack ").next().unwrap_or_default();
    let asked = format!("Stack {asked}");
    assert_eq!(line(&asked, "Stack"), ["Stack", "Count", "Own", "P99"]);
    let row = line(&asked, "update_state");
    assert_eq!((row[1], row[3], row[5]), ("3", "ms", "ms"), "{asked}");
}

#[test]
fn the_heap_is_counted() {
    let [_, stderr] = here("heap");
    assert!(stderr.contains("first of all") && stderr.contains(" heap ") && !stderr.contains("need the"), "{stderr}");
}

#[test]
fn work_elsewhere_does_what_it_does() {
    assert_eq!(here("elsewhere")[1], "", "it prints nothing, and its sum is right");
}

#[test]
fn a_run_is_a_block_of_steps() {
    let [_, stderr] = here("step by step");
    assert_eq!(line(&stderr, "[start-up]").len(), 3);
    let begins = ["[start-up]", "  read the configuration ", "  connect to db ", "    [resolve] ", "  (end) "];
    let mut lines = stderr.lines();
    for begin in begins {
        assert!(lines.any(|line| line.starts_with(begin)), "{begin:?} isn't there, or in another place: {stderr}");
    }
    assert!(stderr.contains("words"), "either line may be the slowest: {stderr}");
}

#[test]
fn components_are_columns_laps_and_entries() {
    let [stdout, stderr] = here("components");
    assert!(line(&stdout, "parse: thread_cpu ").join(" ").ends_with(" in 1 lap"), "{stdout}");
    assert!(line(&stdout, "0 ")[1].ends_with("load"), "{stdout}");
    assert_eq!(line(&stdout, "1 read ").last(), Some(&"s"));
    assert_eq!(line(&stdout, "peak_rss")[1..3], ["Laps", "Count"]);
    assert!(line(&stderr, "Stack").ends_with(&["wall_clock", "own", "peak_rss", "Alloc", "Blocks"]), "{stderr}");
}

#[test]
fn a_probe_logs_what_its_condition_chooses_and_keeps_figures() {
    let [_, stderr] = here("probes");
    assert!(
        stderr.lines().any(|line| line.starts_with("large: [42, 15] (readme::") && line.ends_with("::order return)"))
    );
    assert_eq!(stderr.matches("large: ").count(), 1);
    assert!(line(&stderr, "seconds").len() > 3, "{stderr}");
}

#[test]
fn a_call_is_held_before_it_returns() {
    assert_eq!(here("breakpoints")[1], "", "what it returns is right");
}

#[test]
fn a_manager_applies_what_its_file_says() {
    let folder = std::env::temp_dir().join(format!("readme-{}", std::process::id()));
    std::fs::create_dir(&folder).expect("a new folder");
    let spec = r#"{"target": "readme::called", "instrument": {"type": "increment", "name": "n", "value": "1"}}"#;
    std::fs::write(folder.join("probes.json"), format!("{{\"specs\": [{spec}]}}")).expect("written");
    run("manager", &folder);
    std::fs::remove_dir_all(folder).expect("it's ours");
}
