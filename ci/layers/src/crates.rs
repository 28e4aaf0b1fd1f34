//! Which crate depends on which, by their manifests. What tests need doesn't count.

use crate::order::Order;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Dependencies that aren't allowed, and crates that one or the other list doesn't know.
pub(crate) fn check(root: &Path, order: &Order) -> Result<Vec<String>, String> {
    let manifest = root.join("Cargo.toml");
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1", "--manifest-path"])
        .arg(&manifest)
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)));
    }
    let metadata: Value = serde_json::from_slice(&output.stdout).map_err(|error| format!("cargo metadata: {error}"))?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let mut wrong = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some(krate) = order.crates.iter().find(|krate| krate.package() == name) else {
            // What's never published is a test of something.
            if package["publish"].as_array().is_none_or(|registries| !registries.is_empty()) {
                wrong.push(format!("layers.txt: the package `{name}` isn't in it"));
            }
            continue;
        };
        let dependencies = package["dependencies"].as_array().into_iter().flatten();
        let ours = dependencies.filter(|dependency| !dependency["path"].is_null() && dependency["kind"] != "dev");
        for dependency in ours.filter_map(|dependency| dependency["name"].as_str()) {
            let allowed = order.crates.iter().filter(|other| krate.dependencies.contains(&other.name));
            if !allowed.map(|other| other.package()).any(|allowed| allowed == dependency) {
                wrong.push(format!("{name}/Cargo.toml: `{name}` mustn't depend on `{dependency}`"));
            }
        }
    }
    for krate in &order.crates {
        if !packages.iter().any(|package| package["name"].as_str() == Some(&krate.package())) {
            wrong.push(format!("layers.txt: the workspace has no package `{}`", krate.package()));
        }
    }
    Ok(wrong)
}
