//! The cost of what isn't compiled in, measured by the package that proves that it's gone.

use crate::harness::Figure;
use std::path::Path;
use std::process::Command;

/// Runs the `cost` program of the package in `off/`, which prints the medians of a plain and an annotated call; nothing
/// if it can't be built here.
pub fn measure() -> Option<Figure> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("off/Cargo.toml");
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["run", "--quiet", "--release", "--bin", "cost", "--manifest-path"])
        .arg(manifest)
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut numbers = text.split_whitespace().filter_map(|word| word.parse::<f64>().ok());
    let (plain, off, low, high) = (numbers.next()?, numbers.next()?, numbers.next()?, numbers.next()?);
    Some(Figure { name: "off", median: off, quartiles: (low, high), over_plain: off - plain })
}
