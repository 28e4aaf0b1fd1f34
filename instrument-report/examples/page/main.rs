//! A recording as a page: `cargo run -p instrument-report --features html --example page -- RECORDING.json PAGE.html`.
//!
//! `--difference BASE.json NEW.json PAGE.html` is the page of what changed between two.
//!
//! What pages are tested and measured by comes from here, too: instead of a recording, `--many N` makes one of so many
//! call paths up (`--measure N` writes it nine times and says how long that takes), and `--everything` one of all that there can be in it, hostile names included (`--changed` is what changes in a later run of it); with `--texts FILE`
//! behind, it's said what cells have to show. They're always the same.

mod everything;
mod many;
mod texts;

use instrument_model::Snapshot;
use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::time::{Duration, Instant};

const USAGE: &str = "write `page RECORDING.json PAGE.html`, or `--many N`, `--measure N`, `--everything` or `--nothing` instead of the recording";
/// How often a page is written where it's measured.
const ROUNDS: usize = 9;

fn write(snapshot: &Snapshot, page: &str) -> std::io::Result<Duration> {
    let start = Instant::now();
    let mut out = BufWriter::new(File::create(page)?);
    instrument_report::html::write(snapshot, &mut out)?;
    out.flush()?;
    Ok(start.elapsed())
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--many", number, page] => {
            write(&many::snapshot(number.parse()?)?, page)?;
        }
        ["--measure", number, page] => {
            let snapshot = many::snapshot(number.parse()?)?;
            let times: Result<Vec<Duration>, _> = (0..ROUNDS).map(|_| write(&snapshot, page)).collect();
            let mut times = times?;
            times.sort();
            let bytes = std::fs::metadata(page)?.len();
            println!(
                "{} nodes, {bytes} bytes, written in {:.0?}, the median of {ROUNDS}",
                snapshot.len(),
                times[ROUNDS / 2]
            );
        }
        ["--everything", page, "--texts", texts] => {
            let snapshot = everything::snapshot()?;
            write(&snapshot, page)?;
            texts::write(&snapshot, &mut File::create(texts)?)?;
        }
        ["--nothing", page] => {
            write(&Snapshot::default(), page)?;
        }
        ["--changed", page] => {
            let mut out = BufWriter::new(File::create(page)?);
            instrument_report::html::write_difference(&everything::snapshot()?, &everything::changed()?, &mut out)?;
            out.flush()?;
        }
        ["--difference", base, new, page] => {
            let mut out = BufWriter::new(File::create(page)?);
            instrument_report::html::write_difference(&Snapshot::load(base)?, &Snapshot::load(new)?, &mut out)?;
            out.flush()?;
        }
        [recording, page] if !recording.starts_with('-') => {
            write(&Snapshot::load(recording)?, page)?;
        }
        _ => return Err(USAGE.into()),
    }
    Ok(())
}
