//! Every lint that there is, on code of many styles in `ui-tests/pedantic`: none says more of annotated functions than of
//! plain ones.
//!
//! That takes lints which contradict each other, as all of clippy's `restriction` do, so that nobody could have them denied
//! and be left in peace. So the same code is looked at twice, with `instrument` on and off, and what's found is compared.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::cargo::{self, Said};

/// The same sources in three editions, and who looks at them.
const LOOKS: [(&str, &str); 4] = [
    ("stable", "instrument-ui-pedantic"),
    ("stable", "instrument-ui-edition-2021"),
    ("stable", "instrument-ui-edition-2018"),
    ("nightly", "instrument-ui-pedantic"),
];

/// What turns on lints that only a nightly compiler has.
const UNSTABLE: &str = "-Zcrate-attr=feature(must_not_suspend,strict_provenance_lints,multiple_supertrait_upcastable,\
    non_exhaustive_omitted_patterns_lint,supertrait_item_shadowing,unqualified_local_imports)";

/// Groups that hold all of clippy's lints but those that are on anyway.
const GROUPS: [&str; 4] = ["clippy::pedantic", "clippy::nursery", "clippy::restriction", "clippy::cargo"];

/// How many findings there are that only annotated functions have, by the toolchains that are installed.
pub(crate) fn compare(repository: &Path, target: &Path) -> Result<usize, String> {
    let mut count = 0;
    for (toolchain, package) in LOOKS {
        let Some(lints) = lints(toolchain) else {
            println!("{toolchain}: has no clippy here");
            continue;
        };
        let look = |more: &[&str]| {
            let mut command = proxy("cargo", toolchain);
            command.args(["clippy", "--quiet", "--no-deps", "--tests", "--message-format=json", "--package", package]);
            command.args(more).args(["--", "--cap-lints", "warn"]).args(&lints);
            findings(command.current_dir(repository).env("CARGO_TARGET_DIR", target.join(toolchain)))
        };
        let (on, off) = (look(&[])?, look(&["--no-default-features"])?);
        if off.len() < MANY {
            return Err(format!("{package}: {} findings of all lints are too few to be true", off.len()));
        }
        let more: Vec<_> = on.iter().filter(|(key, _)| !off.contains_key(*key)).collect();
        println!("{toolchain}, {package}: {} findings, and {} only with attributes", off.len(), more.len());
        more.iter().for_each(|(key, rendered)| println!("  {key}\n{rendered}"));
        count += more.len();
    }
    Ok(count)
}

/// What all lints find in such an amount of code, at least.
const MANY: usize = 100;

/// The options for all lints that aren't on by default; `None` without that toolchain, or its clippy.
fn lints(toolchain: &str) -> Option<Vec<String>> {
    let clippy = proxy("cargo", toolchain).args(["clippy", "--version"]).output().ok()?;
    let help = proxy("rustc", toolchain).args(["-W", "help"]).output().ok()?;
    if !clippy.status.success() || !help.status.success() {
        return None;
    }
    let names: Vec<String> = String::from_utf8_lossy(&help.stdout).lines().filter_map(allowed).collect();
    let all = names.iter().map(String::as_str).chain(GROUPS).map(|lint| format!("-W{lint}"));
    Some(all.chain((toolchain == "nightly").then(|| UNSTABLE.to_owned())).collect())
}

/// `    unit-bindings  allow    binding is useless`.
fn allowed(line: &str) -> Option<String> {
    let mut words = line.split_whitespace();
    let (name, level) = (words.next()?, words.next()?);
    (level == "allow" && line.starts_with(' ')).then(|| name.to_owned())
}

/// A tool of that toolchain.
fn proxy(tool: &str, toolchain: &str) -> Command {
    let mut command = Command::new(tool);
    // Set by a `cargo run`, and mightier than what's asked for.
    command.env_remove("RUSTC").env_remove("CARGO").env("RUSTUP_TOOLCHAIN", toolchain).stderr(Stdio::piped());
    command
}

/// What's found, by lint and line: the same thing may be said in other words.
fn findings(command: &mut Command) -> Result<BTreeMap<String, String>, String> {
    let output = command.output().map_err(|error| format!("cargo clippy: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo clippy: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let mut said = Said::default();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        cargo::take(&message, &mut said);
    }
    let by_line = |key: String| key.splitn(4, ' ').skip(1).take(2).collect::<Vec<_>>().join(" ");
    Ok(said.findings.into_iter().map(|(key, rendered)| (by_line(key), rendered)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lints_are_read_from_the_compilers_help() {
        assert_eq!(allowed("      unit-bindings  allow    binding is useless").as_deref(), Some("unit-bindings"));
        assert_eq!(allowed("      dead-code  warn     detect unused code"), None);
        assert_eq!(allowed("name  default  meaning"), None);
    }
}
