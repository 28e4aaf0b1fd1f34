//! What cargo and the compiler say of a workspace's crates.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::workspace::Workspace;

/// What's said of one crate.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Warnings and errors: by kind, place and text, since the same ones come once for each target. Rendered, for people.
    pub findings: BTreeMap<String, String>,
    /// Programs with tests.
    pub tests: BTreeSet<Tests>,
}

/// A program with tests, and its target's name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tests {
    pub target: String,
    pub program: PathBuf,
}

/// Builds the tests of all crates, or has clippy look at them.
pub(crate) fn build(
    workspace: &Workspace<'_>,
    what: &str,
    lints: &[String],
    target: &Path,
) -> Result<BTreeMap<String, Said>, String> {
    let features: Vec<String> = workspace
        .crates
        .iter()
        .flat_map(|listed| listed.features.iter().map(|feature| format!("{}/{feature}", listed.name)))
        .collect();
    let mut command = cargo();
    command
        .arg(what)
        .args([
            "--workspace",
            "--tests",
            "--keep-going",
            "--quiet",
            "--message-format=json",
            "--features",
            &features.join(","),
        ])
        .arg("--manifest-path")
        .arg(workspace.root.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", target)
        .stderr(Stdio::piped());
    if !lints.is_empty() {
        command.arg("--").args(lints.iter().map(|lint| format!("-W{lint}")));
    }
    let output = command.output().map_err(|error| format!("cargo: {error}"))?;
    let mut said: BTreeMap<String, Said> = BTreeMap::new();
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        // A build script or a macro may print lines of its own.
        let Ok(message) = serde_json::from_str::<Value>(line) else { continue };
        let Some(krate) = member(&message, workspace) else { continue };
        take(&message, said.entry(krate).or_default());
    }
    // Without an error of a crate, it's cargo that didn't understand something.
    if !output.status.success() && !said.values().any(|said| said.findings.keys().any(|key| key.starts_with("error"))) {
        return Err(format!("cargo {}: {}", what, String::from_utf8_lossy(&output.stderr)));
    }
    Ok(said)
}

/// `cargo metadata`, with everything fetched.
pub(crate) fn metadata(manifest: &Path) -> Result<Value, String> {
    let output = cargo()
        .args(["metadata", "--format-version", "1", "--manifest-path"])
        .arg(manifest)
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))
}

/// Everything that building takes, from the registry: what fails after that isn't the network.
pub(crate) fn fetch(manifest: &Path) -> Result<(), String> {
    let output = cargo()
        .args(["fetch", "--quiet", "--manifest-path"])
        .arg(manifest)
        .output()
        .map_err(|error| format!("cargo fetch: {error}"))?;
    if output.status.success() {
        Ok(())
    } else {
        Err(format!("cargo fetch: {}", String::from_utf8_lossy(&output.stderr)))
    }
}

/// Whether cargo says that it couldn't reach the registry, and not that something isn't there.
pub(crate) fn is_of_the_network(error: &str) -> bool {
    const SAID: [&str; 6] = [
        "Could not resolve host",
        "Couldn't resolve host",
        "Could not connect",
        "Couldn't connect",
        "Timeout was reached",
        "--offline was specified",
    ];
    SAID.iter().any(|said| error.to_ascii_lowercase().contains(&said.to_ascii_lowercase()))
}

/// Where the standard library's own files are: tests of a proc-macro are linked to them.
pub(crate) fn compiler_libraries() -> Result<PathBuf, String> {
    let output = Command::new("rustc").args(["--print", "target-libdir"]).output();
    let output = output.map_err(|error| format!("rustc: {error}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().into())
}

fn cargo() -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // What the crates are compiled with is the same everywhere, and so is what they're told.
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_BUILD_TARGET").env("CARGO_TERM_COLOR", "never");
    cargo
}

/// The crate that a message is about.
fn member(message: &Value, workspace: &Workspace<'_>) -> Option<String> {
    let manifest = Path::new(message["manifest_path"].as_str()?);
    let folder = manifest.parent()?.strip_prefix(workspace.root.join("members")).ok()?;
    Some(folder.to_str()?.to_owned())
}

pub(crate) fn take(message: &Value, said: &mut Said) {
    let target = message["target"]["name"].as_str().unwrap_or_default();
    match message["reason"].as_str() {
        Some("compiler-artifact") if message["profile"]["test"] == true => {
            if let Some(program) = message["executable"].as_str() {
                // A library and its tests may have the same name.
                let kind = message["target"]["kind"][0].as_str().unwrap_or_default();
                said.tests.insert(Tests { target: format!("{kind} {target}"), program: program.into() });
            }
        }
        Some("compiler-message") => {
            let message = &message["message"];
            let (level, text) =
                (message["level"].as_str().unwrap_or_default(), message["message"].as_str().unwrap_or_default());
            let spans = message["spans"].as_array().map(Vec::as_slice).unwrap_or_default();
            let Some(place) = spans.iter().find(|span| span["is_primary"] == true) else {
                // `12 warnings emitted`, or an error without a place.
                if level == "error" && !text.starts_with("aborting") {
                    said.findings.insert(format!("error: {text}"), text.to_owned());
                }
                return;
            };
            let code = message["code"]["code"].as_str().unwrap_or_default();
            let file = place["file_name"].as_str().unwrap_or_default();
            let line = &place["line_start"];
            let rendered = message["rendered"].as_str().unwrap_or_default();
            said.findings.insert(format!("{level} {code} {file}:{line}: {text}"), rendered.to_owned());
        }
        _ => {}
    }
}
