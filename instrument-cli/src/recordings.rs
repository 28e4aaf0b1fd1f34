//! Recordings from files and folders.

use crate::failure::Failure;
use instrument_model::Snapshot;
use instrument_model::text::printable;
use std::fs;
use std::path::{Path, PathBuf};

/// What could be loaded, and whether that's all.
pub(crate) struct Loaded {
    pub(crate) snapshots: Vec<Snapshot>,
    /// Whether something couldn't, which has been said.
    pub(crate) is_short: bool,
}

impl Loaded {
    /// How a command ends that has done what it could with these.
    pub(crate) fn end(&self) -> Result<(), Failure> {
        if self.is_short { Err(Failure::Said) } else { Ok(()) }
    }
}

/// That what's written replaces none of the recordings that it's made of.
pub(crate) fn spare(output: Option<&Path>, files: &[PathBuf]) -> Result<(), Failure> {
    match output.filter(|output| is_one_of(output, files)) {
        Some(output) => Err(Failure::Usage(format!(
            "-o {}: that's one of the files to be shown, which this would replace: write another name",
            printable(&output.display().to_string())
        ))),
        None => Ok(()),
    }
}

/// Whether it's a file of these, or in one of these folders, by whatever name. What takes bytes one after the other, as a terminal,
/// isn't replaced.
fn is_one_of(output: &Path, files: &[PathBuf]) -> bool {
    let Ok(known) = output.canonicalize() else { return false };
    let in_folder = known.parent().filter(|_| known.extension().is_some_and(|extension| extension == "json"));
    let is_it = |file: PathBuf| file == known || in_folder == Some(&file);
    known.is_file() && files.iter().any(|file| file.canonicalize().is_ok_and(is_it))
}

/// All recordings of these files, and of folders those in it whose names end in `.json`; `-` is what comes on stdin.
///
/// What can't be loaded is said in one line each, and the others still are.
///
/// # Errors
/// If none could be loaded.
pub(crate) fn load(paths: &[PathBuf]) -> Result<Loaded, Failure> {
    let mut loaded = Loaded { snapshots: Vec::new(), is_short: false };
    for path in paths {
        for answer in of(path) {
            match answer {
                Ok(snapshot) => loaded.snapshots.push(snapshot),
                Err(message) => {
                    eprintln!("instrument: {}", printable(&message));
                    loaded.is_short = true;
                }
            }
        }
    }
    if loaded.snapshots.is_empty() { Err(Failure::Said) } else { Ok(loaded) }
}

fn of(path: &Path) -> Vec<Result<Snapshot, String>> {
    if path == Path::new("-") {
        return vec![Snapshot::read_from(std::io::stdin()).map_err(|error| format!("stdin: {error}"))];
    }
    if !path.is_dir() {
        return vec![Snapshot::load(path).map_err(|error| error.to_string())];
    }
    match files(path) {
        Ok(files) if files.is_empty() => {
            vec![Err(format!("{}: no file in this folder ends in .json, as recordings do", path.display()))]
        }
        Ok(files) => files.iter().map(|file| Snapshot::load(file).map_err(|error| error.to_string())).collect(),
        Err(error) => vec![Err(format!("{}: the folder can't be read: {error}", path.display()))],
    }
}

/// In the order of their names, so that the same folder gives the same.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files: Vec<PathBuf> = entries.collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json") && file.is_file());
    files.sort();
    Ok(files)
}
