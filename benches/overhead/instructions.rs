//! Instructions per call, counted by callgrind where it's installed: the figure that no noise touches.

use std::process::Command;

/// Instructions that one call of each case takes, its loop and the plain call included; empty without callgrind.
pub fn count(names: &[&'static str]) -> Vec<(&'static str, f64)> {
    names.iter().map_while(|name| Some((*name, per_call(name)?))).collect()
}

fn per_call(name: &str) -> Option<f64> {
    let (few, many) = (total(name, 1_000)?, total(name, 101_000)?);
    Some((many - few) as f64 / 100_000.0)
}

fn total(name: &str, calls: u64) -> Option<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(std::env::current_exe().ok()?)
        .args(["--only", name, &calls.to_string()])
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let line = text.lines().find(|line| line.contains("Collected"))?;
    line.rsplit(':').next()?.trim().parse().ok()
}
