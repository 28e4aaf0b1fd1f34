//! Workspaces of the listed crates: one with them as they are, one with them annotated.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::annotate::annotate;
use crate::fetch::{read, write};
use crate::list::Listed;
use crate::manifest::{edition, rewritten};
use crate::stacks::Round;

/// Debug information would take most of the time, and all of the disk.
const ROOT: &str =
    "[workspace]\nmembers = [\"members/*\"]\nresolver = \"2\"\n[profile.dev]\ndebug = 0\nincremental = false\n";

pub(crate) struct Workspace<'list> {
    pub root: PathBuf,
    pub crates: &'list [Listed],
    sources: &'list BTreeMap<String, PathBuf>,
}

/// What was annotated in a crate.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Annotated {
    pub functions: usize,
    pub files: usize,
    /// Files that are no Rust by themselves, as `include!` takes them.
    pub unreadable: usize,
}

impl<'list> Workspace<'list> {
    /// Copies the crates into a new folder `root`.
    pub(crate) fn new(
        root: PathBuf,
        crates: &'list [Listed],
        sources: &'list BTreeMap<String, PathBuf>,
    ) -> Result<Self, String> {
        if root.exists() {
            fs::remove_dir_all(&root).map_err(|error| format!("{}: {error}", root.display()))?;
        }
        write(&root.join("Cargo.toml"), ROOT)?;
        let workspace = Workspace { root, crates, sources };
        for listed in crates {
            let from = workspace.source(listed);
            for file in files(from) {
                let to = workspace.folder(listed).join(file.strip_prefix(from).unwrap_or(&file));
                let copied = fs::create_dir_all(to.parent().unwrap_or(&to)).and_then(|()| fs::copy(&file, &to));
                copied.map_err(|error| format!("{}: {error}", to.display()))?;
            }
            workspace.write_manifest(listed, None)?;
        }
        Ok(workspace)
    }

    /// Where a crate is in here.
    pub(crate) fn folder(&self, listed: &Listed) -> PathBuf {
        self.root.join("members").join(&listed.name)
    }

    /// Annotates every crate, each with the stack that the round has for it; what was annotated before is made new.
    pub(crate) fn annotate(&self, round: &Round, instrument: &Path) -> Result<BTreeMap<String, Annotated>, String> {
        let mut all = BTreeMap::new();
        for (listed, stack) in self.crates.iter().zip(&round.stacks) {
            let from = self.source(listed);
            // In the edition of 2015 a path of an attribute can't begin with `::`.
            let is_old = edition(&read(&from.join("Cargo.toml"))?) == "2015";
            let krate = if is_old { "instrument" } else { "::instrument" };
            let mut annotated = Annotated::default();
            for file in files(from).filter(|file| file.extension().is_some_and(|extension| extension == "rs")) {
                let path = file.strip_prefix(from).unwrap_or(&file);
                if !(path.starts_with("src") || path.starts_with("tests"))
                    || listed.leave.iter().any(|left| path.starts_with(left))
                {
                    continue;
                }
                match annotate(&read(&file)?, stack, krate) {
                    Ok((text, functions)) => {
                        write(&self.folder(listed).join(path), &text)?;
                        annotated.functions += functions;
                        annotated.files += 1;
                    }
                    Err(_) => annotated.unreadable += 1,
                }
            }
            self.write_manifest(listed, Some((instrument, stack.features)))?;
            all.insert(listed.name.clone(), annotated);
        }
        Ok(all)
    }

    fn write_manifest(&self, listed: &Listed, instrument: Option<(&Path, &[&str])>) -> Result<(), String> {
        let text = read(&self.source(listed).join("Cargo.toml"))?;
        write(&self.folder(listed).join("Cargo.toml"), &rewritten(&text, listed, instrument)?)
    }

    fn source(&self, listed: &Listed) -> &'list Path {
        self.sources.get(&listed.name).map_or(Path::new(""), PathBuf::as_path)
    }
}

fn files(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    // Their own lock files and settings of cargo's would be none of ours.
    let walk = WalkDir::new(folder).into_iter().filter_entry(|entry| entry.file_name() != ".cargo");
    walk.flatten().filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path)
}
