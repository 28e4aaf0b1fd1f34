//! What's seen of the crates of a workspace, and how it differs from what's seen of them bare.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::cargo::{self, Tests};
use crate::list::Listed;
use crate::programs::{self, NOT_DONE, Outcomes};
use crate::stacks::{Round, Stack};
use crate::workspace::Workspace;

/// What's seen of one crate.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// What the compiler says when it builds the tests, if they're built.
    warnings: BTreeMap<String, String>,
    /// What clippy says, and the compiler with it, if that's asked.
    hints: BTreeMap<String, String>,
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
        // The compiler's are in both. Of a lint that a crate denies itself, its number is enough.
        let mut lints: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        for key in self.warnings.keys().chain(self.hints.keys()).filter(|key| key.starts_with("error")) {
            lints.entry(lint(key)).or_default().insert(key);
        }
        let errors = lints.into_iter().map(|(lint, all)| match (all.first(), all.len()) {
            (Some(one), 1) => (*one).to_owned(),
            (_, more) => format!("{more} × {lint}"),
        });
        let failed = self.outcomes.iter().flat_map(|(target, (outcomes, _))| {
            let failed =
                outcomes.iter().filter(|(_, end)| !matches!(end.as_str(), "ok" | "ignored" | "exit status: 0"));
            failed.map(move |(name, end)| format!("{target} {name}: {end}"))
        });
        errors.chain(failed).collect()
    }
}

/// What takes longer is worth a line: there are many stacks.
const SLOW: Duration = Duration::from_secs(3);

/// How to look at the crates.
pub(crate) struct How {
    /// Where everything is built.
    pub target: PathBuf,
    /// How long one program may take.
    pub limit: Duration,
    /// Further lints that clippy warns of.
    pub lints: Vec<String>,
    /// Whether tests run.
    pub tests: bool,
}

/// Builds, lints and runs everything.
pub(crate) fn observe(
    workspace: &Workspace<'_>,
    how: &How,
    round: Option<&Round>,
) -> Result<BTreeMap<String, Seen>, String> {
    let mut all: BTreeMap<String, Seen> = BTreeMap::new();
    cargo::fetch(&workspace.root.join("Cargo.toml"))?;
    let start = Instant::now();
    let (is_tested, is_linted) =
        (how.tests && round.is_none_or(|it| it.is_tested), round.is_none_or(|it| it.is_linted));
    if is_tested {
        for (krate, said) in cargo::build(workspace, "build", &[], &how.target)? {
            let seen = all.entry(krate).or_default();
            seen.warnings.extend(said.findings);
            seen.programs.extend(said.tests.into_iter().map(|tests| (tests.target.clone(), tests)));
        }
    }
    let built = start.elapsed();
    if is_linted {
        for (krate, said) in cargo::build(workspace, "clippy", &how.lints, &how.target)? {
            all.entry(krate).or_default().hints.extend(said.findings);
        }
    }
    let linted = start.elapsed();
    for (at, listed) in workspace.crates.iter().enumerate() {
        let stack = round.and_then(|round| round.stacks.get(at));
        let seen = all.entry(listed.name.clone()).or_default();
        let skip = left_out(listed, stack);
        for (name, program) in seen.programs.iter().filter(|(name, _)| !skip.contains(name)) {
            let start = Instant::now();
            let ended = programs::run(program, &workspace.folder(listed), &skip, how.limit)?;
            if start.elapsed() > SLOW {
                println!("  {}: `{name}` took {} s", listed.name, start.elapsed().as_secs());
            }
            seen.outcomes.insert(name.clone(), ended);
        }
    }
    let seconds = |duration: Duration| duration.as_secs();
    println!(
        "  built in {} s, linted in {} s, run in {} s",
        seconds(built),
        seconds(linted - built),
        seconds(start.elapsed() - linted)
    );
    Ok(all)
}

/// Which tests and programs of tests of a crate don't run with a stack.
fn left_out(listed: &Listed, stack: Option<&Stack>) -> Vec<String> {
    let loud = stack.is_some_and(|stack| stack.has("print_mem")).then_some(&listed.loud);
    listed.skip.iter().chain(loud.into_iter().flatten()).cloned().collect()
}

/// What differs for one crate, a text for each difference.
pub(crate) fn differences(
    bare: &Seen,
    noted: &Seen,
    (listed, stack, round): (&Listed, &Stack, &Round),
    workspace: &Workspace<'_>,
    limit: Duration,
) -> Result<Vec<String>, String> {
    let mut all = Vec::new();
    let warned = round.is_tested.then_some((&noted.warnings, &bare.warnings));
    let hinted = round.is_linted.then_some((&noted.hints, &bare.hints));
    for (noted, bare) in warned.into_iter().chain(hinted) {
        all.extend(grouped("new", noted, bare));
        all.extend(grouped("gone", bare, noted).into_iter().filter(|text| !is_unseen(text, stack)));
    }
    // Both say what the compiler says.
    all.dedup();
    if !round.is_tested {
        return Ok(all);
    }
    let skip = left_out(listed, Some(stack));
    for (target, (expected, _)) in bare.outcomes.iter().filter(|(target, _)| !skip.contains(target)) {
        let expected = &without(expected, &skip);
        let Some((ended, output)) = noted.outcomes.get(target) else {
            all.push(format!("`{target}` wasn't built"));
            continue;
        };
        if ended == expected {
            continue;
        }
        // Some tests of some crates fail once in a while.
        if let Some(program) = noted.programs.get(target)
            && ended.get("").is_none_or(|end| !end.starts_with(NOT_DONE))
            && programs::run(program, &workspace.folder(listed), &skip, limit)?.0 == *expected
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

/// Those whose names have none of these parts.
fn without(outcomes: &Outcomes, skip: &[String]) -> Outcomes {
    let runs = |name: &str| name.is_empty() || !skip.iter().any(|skip| name.contains(skip));
    outcomes.iter().filter(|(name, _)| runs(name)).map(|(name, end)| (name.clone(), end.clone())).collect()
}

/// Hints that clippy can't give of annotated functions, by the attribute that hides them; "" stands for any.
///
/// - `#[probe]` makes a closure of a body, in which these aren't looked for.
/// - `#[checkpoints]` has a mark between a `let` and what's behind it.
/// - Any of them: a `default` that does more than call `new` isn't known to be the same as that, and a function that makes
///   more than an async block is no async function written by hand.
const UNSEEN: [(&str, &str); 5] = [
    ("probe", "clippy::explicit_auto_deref"),
    ("probe", "clippy::needless_return"),
    ("checkpoints", "clippy::let_and_return"),
    ("", "clippy::mem_replace_with_default"),
    ("", "clippy::manual_async_fn"),
];

fn is_unseen(gone: &str, stack: &Stack) -> bool {
    UNSEEN.iter().any(|(attribute, lint)| stack.has(attribute) && gone.contains(lint))
}

/// The level and the name of what a finding is one of.
fn lint(key: &str) -> String {
    key.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// What's in one and not in the other, a text for each lint, with the first of its findings.
fn grouped(what: &str, these: &BTreeMap<String, String>, those: &BTreeMap<String, String>) -> Vec<String> {
    let mut groups: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for (key, rendered) in these.iter().filter(|(key, _)| !those.contains_key(*key)) {
        groups.entry(lint(key)).or_default().push(rendered);
    }
    let text = |(lint, all): (String, Vec<&String>)| {
        format!("{what}: {} × {lint}\n{}", all.len(), all.first().map_or("", |first| first.as_str()))
    };
    groups.into_iter().map(text).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stacks::STACKS;

    #[test]
    fn findings_that_only_one_has_are_told_once_a_lint() {
        let findings = |keys: &[&str]| keys.iter().map(|key| ((*key).to_owned(), format!("<{key}>"))).collect();
        let bare: BTreeMap<String, String> = findings(&["warning dead_code a:1: x"]);
        let noted = findings(&["warning dead_code a:1: x", "warning unused b:2: y", "warning unused b:3: y"]);
        assert_eq!(grouped("new", &noted, &bare), ["new: 2 × warning unused\n<warning unused b:2: y>"]);
        assert!(grouped("gone", &bare, &noted).is_empty());
    }

    #[test]
    fn a_hint_is_missed_unless_its_attribute_is_there() {
        let known =
            |name| STACKS.into_iter().find(|stack| stack.name == name).is_some_and(|stack| is_unseen(GONE, &stack));
        const GONE: &str = "gone: 1 × warning clippy::let_and_return";
        assert!(known("checkpoints") && known("all") && !known("timer") && !known("off"));
    }
}
