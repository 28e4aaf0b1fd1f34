//! Crates as they were published: cargo fetches and unpacks them, and tells where.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use crate::cargo;
use crate::list::Listed;

/// The folder of each crate, by its name. `at` is a folder for a package that depends on all of them; with a lock file that
/// has them, nothing is asked of the registry that's there already.
pub(crate) fn sources(at: &Path, crates: &[Listed], lock: Option<&str>) -> Result<BTreeMap<String, PathBuf>, String> {
    let mut manifest = String::from("[package]\nname = \"fetch\"\nedition = \"2021\"\n[workspace]\n[dependencies]\n");
    for Listed { name, version, .. } in crates {
        let _ = writeln!(manifest, "{name} = {{ version = \"={version}\", default-features = false }}");
    }
    write(&at.join("src/lib.rs"), "")?;
    write(&at.join("Cargo.toml"), &manifest)?;
    lock.map_or(Ok(()), |lock| write(&at.join("Cargo.lock"), lock))?;
    let metadata = cargo::metadata(&at.join("Cargo.toml"))?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata lists no packages")?;
    let mut sources = BTreeMap::new();
    for Listed { name, version, .. } in crates {
        // What's behind a `+` says something about the version, and isn't part of it.
        let is_it = |found: &str| found == version || found.starts_with(&format!("{version}+"));
        let package = packages
            .iter()
            .find(|package| package["name"].as_str() == Some(name) && package["version"].as_str().is_some_and(is_it));
        let manifest = package.and_then(|package| package["manifest_path"].as_str());
        let folder = manifest.and_then(|manifest| Path::new(manifest).parent());
        let folder = folder.ok_or_else(|| format!("cargo fetched no {name} {version}"))?;
        sources.insert(name.clone(), folder.to_owned());
    }
    Ok(sources)
}

/// Writes a file, and makes its folder.
pub(crate) fn write(path: &Path, text: &str) -> Result<(), String> {
    let folder = path.parent().unwrap_or(path);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Reads a file.
pub(crate) fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}
