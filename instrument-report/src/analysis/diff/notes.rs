//! What makes a comparison doubtful.

use instrument_model::Snapshot;
use instrument_model::data::Process;
use instrument_model::text::printable;

/// What a process's fact is called, where to find it, and what follows where the sides differ in it.
type Fact = (&'static str, fn(&Process) -> &str, &'static str);

const FACTS: [Fact; 6] = [
    ("program", |process| &process.program, "rows of the same name may be other functions"),
    ("build", |process| &process.profile, "times of debug and release builds have nothing to do with each other"),
    ("clock", |process| &process.clock, "times may differ for that alone"),
    ("processor", |process| &process.cpu, "times may differ for that alone"),
    ("system", |process| &process.system, "times may differ for that alone"),
    ("host", |process| &process.host, "times may differ for that alone"),
];

pub(super) fn warnings(base: &[Snapshot], new: &[Snapshot]) -> Vec<String> {
    let mut found: Vec<String> = FACTS.iter().filter_map(|fact| differ(fact, base, new)).collect();
    for (side, runs) in [("base", base), ("new", new)] {
        let parted = runs.iter().filter(|run| !run.partings().is_empty()).count();
        if parted > 0 {
            let s = if parted == 1 { "" } else { "s" };
            found.push(format!(
                "the machine slept or was paused in {parted} run{s} of {side}: what was open then may be off"
            ));
        }
    }
    found
}

fn differ((what, of, follows): &Fact, base: &[Snapshot], new: &[Snapshot]) -> Option<String> {
    let all = |runs: &[Snapshot]| {
        let mut values: Vec<String> = Vec::new();
        for value in runs.iter().map(|run| of(&run.data().process)).filter(|value| !value.is_empty()) {
            if !values.iter().any(|known| known == value) {
                values.push(value.to_owned());
            }
        }
        values
    };
    let (olds, news) = (all(base), all(new));
    // What isn't known may be the same.
    if olds.is_empty() || news.is_empty() || (olds == news && olds.len() == 1) {
        return None;
    }
    let list = |values: &[String]| {
        let shown = values.iter().take(3).map(|value| format!("`{}`", printable(value))).collect::<Vec<_>>().join(", ");
        if values.len() > 3 { format!("{shown} and {} more", values.len() - 3) } else { shown }
    };
    Some(format!("{what} differs: {} in base, {} in new; {follows}", list(&olds), list(&news)))
}
