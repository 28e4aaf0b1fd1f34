//! What's seen of the crates of a workspace, and how it differs from what's seen of them bare.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::cargo::{self, Tests};
use crate::list::Listed;
use crate::programs::{self, Outcomes};
use crate::workspace::Workspace;

/// What's seen of one crate.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// What the compiler and clippy say.
    findings: BTreeMap<String, String>,
    programs: BTreeMap<String, Tests>,
    /// How the tests of each target ended, and what's left of their output.
    outcomes: BTreeMap<String, (Outcomes, String)>,
}

impl Seen {
    /// How many tests ran.
    pub(crate) fn count(&self) -> usize {
        let all = self.outcomes.values().flat_map(|(outcomes, _)| outcomes);
        all.filter(|(name, end)| !name.is_empty() && *end != "ignored").count()
    }

    /// What keeps the tests of a crate from being a measure: it doesn't compile as it is, or they don't pass.
    pub(crate) fn troubles(&self) -> Vec<String> {
        let errors = self.findings.keys().filter(|key| key.starts_with("error")).cloned();
        let failed = self.outcomes.iter().flat_map(|(target, (outcomes, _))| {
            let failed =
                outcomes.iter().filter(|(_, end)| !matches!(end.as_str(), "ok" | "ignored" | "exit status: 0"));
            failed.map(move |(name, end)| format!("{target} {name}: {end}"))
        });
        errors.chain(failed).collect()
    }
}

/// Builds, lints and runs everything. `limit` is how long one program may take.
pub(crate) fn observe(
    workspace: &Workspace<'_>,
    target: &Path,
    limit: Duration,
) -> Result<BTreeMap<String, Seen>, String> {
    let mut all: BTreeMap<String, Seen> = BTreeMap::new();
    for (krate, said) in cargo::build(workspace, &["build"], target)? {
        let seen = all.entry(krate).or_default();
        seen.findings.extend(said.findings);
        seen.programs.extend(said.tests.into_iter().map(|tests| (tests.target.clone(), tests)));
    }
    for (krate, said) in cargo::build(workspace, &["clippy"], target)? {
        all.entry(krate).or_default().findings.extend(said.findings);
    }
    for listed in workspace.crates {
        let seen = all.entry(listed.name.clone()).or_default();
        for (name, program) in &seen.programs {
            let ended = programs::run(program, &workspace.folder(listed), &listed.skip, limit)?;
            seen.outcomes.insert(name.clone(), ended);
        }
    }
    Ok(all)
}

/// What differs for one crate, a text for each difference.
pub(crate) fn differences(
    bare: &Seen,
    noted: &Seen,
    listed: &Listed,
    workspace: &Workspace<'_>,
    limit: Duration,
) -> Result<Vec<String>, String> {
    let new = noted.findings.iter().filter(|(key, _)| !bare.findings.contains_key(*key));
    let gone = bare.findings.keys().filter(|key| !noted.findings.contains_key(*key));
    let mut all: Vec<_> = new.map(|(key, rendered)| format!("new: {key}\n{rendered}")).collect();
    all.extend(gone.map(|key| format!("gone: {key}")));
    for (target, (expected, _)) in &bare.outcomes {
        let Some((ended, output)) = noted.outcomes.get(target) else {
            all.push(format!("`{target}` wasn't built"));
            continue;
        };
        if ended == expected {
            continue;
        }
        // Some tests of some crates fail once in a while.
        if let Some(program) = noted.programs.get(target)
            && programs::run(program, &workspace.folder(listed), &listed.skip, limit)?.0 == *expected
        {
            println!("  {}: `{target}` differed once, and not the second time", listed.name);
            continue;
        }
        let other = |name: &&String| ended.get(*name) != expected.get(*name);
        let names = expected.keys().chain(ended.keys().filter(|name| !expected.contains_key(*name)));
        let lines: Vec<_> = names
            .filter(other)
            .map(|name| {
                let end = |outcomes: &Outcomes| outcomes.get(name).map_or("didn't end", String::as_str).to_owned();
                format!(
                    "  {}: {}, bare: {}",
                    if name.is_empty() { "as a whole" } else { name },
                    end(ended),
                    end(expected)
                )
            })
            .collect();
        all.push(format!("`{target}`:\n{}\n{output}", lines.join("\n")));
    }
    Ok(all)
}
