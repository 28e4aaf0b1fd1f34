//! What instrumentation costs: ns per call, and the ratio to two bare TSC readings taken in the same rounds.
//!
//! `cargo bench --bench overhead` prints the table; `-- --json FILE` writes the figures as well; `-- --quick` makes
//! fewer rounds. All cases take turns in every round, so that a machine that slows down slows down all of them; each
//! figure is the median of its rounds, with the quartiles as spread.

mod cases;
mod harness;
mod instructions;
mod nodes;
mod off;
mod output;
mod probes;
mod switches;

use instrument::CountingAllocator;

/// Counts what nodes take.
#[global_allocator]
static ALLOCATOR: CountingAllocator = CountingAllocator::new();

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => run(None, harness::ROUNDS),
        ["--quick"] => run(None, harness::ROUNDS / 5),
        ["--json", file] => run(Some(file), harness::ROUNDS),
        ["--quick", "--json", file] | ["--json", file, "--quick"] => run(Some(file), harness::ROUNDS / 5),
        // How `nodes` measures in a process of its own.
        ["--nodes"] => nodes::report(),
        // How `instructions` runs a case below callgrind.
        ["--only", name, calls] => cases::only(name, calls.parse().expect("a number of calls")),
        _ => {
            eprintln!("overhead: arguments are [--quick] [--json FILE], not {arguments:?}");
            std::process::exit(2);
        }
    }
}

fn run(json: Option<&str>, rounds: usize) {
    let nodes = nodes::measure();
    let mut figures = harness::measure(cases::all(), rounds);
    figures.extend(off::measure());
    let instructions =
        instructions::count(&["plain call", "two TSC reads", "flat", "switched off", "sampled 1/64", "throttled"]);
    output::print(&figures, &instructions, &nodes);
    if let Some(file) = json {
        output::write(file, &figures, &instructions, &nodes)
            .unwrap_or_else(|error| panic!("can't write {file}: {error}"));
    }
}
