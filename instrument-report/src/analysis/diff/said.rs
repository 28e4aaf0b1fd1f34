//! A diff in words: the verdict first, then what to know about it.

use super::model::{Diff, Presence, RowRef};
use instrument_model::text::{count, nanos, printable};

/// More runs a side than this are rarely waited for, and fewer rarely tell.
const ADVISED: usize = 5;

impl Diff {
    /// The verdict in a line: how many call paths have changed, and which way.
    pub fn verdict(&self) -> String {
        if !self.can_judge() {
            return match self.base.runs.min(self.new.runs) {
                0 => "one side has no runs: there's nothing to compare".to_owned(),
                _ => format!(
                    "{} of base and {} of new can't tell a change from noise: record {ADVISED} runs of each side, in turns, \
                     and name the folders",
                    runs(self.base.runs),
                    runs(self.new.runs)
                ),
            };
        }
        let (mut slower, mut faster) = (0, 0);
        for row in self.rows().filter(RowRef::significant) {
            match row.evidence().is_some_and(|evidence| evidence.change > 0.0) {
                true => slower += 1,
                false => faster += 1,
            }
        }
        let verdict = match (slower, faster) {
            (0, 0) if self.common().is_some() => "no call path has changed beside that by more than noise".to_owned(),
            (0, 0) => "no call path has changed by more than noise".to_owned(),
            (slower, 0) => format!("{} slower", paths(slower)),
            (0, faster) => format!("{} faster", paths(faster)),
            (slower, faster) => format!("{} slower, {} faster", paths(slower), count(faster)),
        };
        match self.common() {
            Some(common) => {
                format!("everything is {}: the machine, or the build; {verdict}", faster_or_slower(common.change))
            }
            None => verdict,
        }
    }

    /// What to know about the figures, a line each.
    pub(super) fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = self.warnings.iter().map(|warning| format!("warning: {warning}")).collect();
        let each = "each figure is the median of a side's runs, which no slow run moves; means, which a slow call moves, aren't shown";
        notes.push(each.to_owned());
        if self.can_judge() {
            notes.push(format!(
                "change is a call's own time, by what noise reaches least, and beside what all paths have in common; {} judged, \
                 and those with p ≤ {} are called changed",
                if self.judged == 1 { "1 path is".to_owned() } else { format!("{} paths are", count(self.judged as u64)) },
                self.level
            ));
        } else {
            notes.push("change is a call's own time, noise included".to_owned());
        }
        if self.rows().any(|row| row.is_estimated()) {
            notes.push("~ estimated from the calls that a sampled or throttled site times".to_owned());
        }
        notes
    }

    /// `base: 5 runs of shop, 1.20 s each`.
    pub(super) fn sides(&self) -> String {
        let of = |name: &str, facts: &super::SideFacts| {
            let program = printable(&facts.process.program);
            let program = if program.is_empty() { String::new() } else { format!(" of {program}") };
            format!("{name}: {}{program}, {} each", runs(facts.runs), nanos(facts.elapsed.round()))
        };
        format!("{}; {}", of("base", &self.base), of("new", &self.new))
    }
}

impl RowRef<'_> {
    /// By how much a call's own time has changed, as well as it's known: with what all rows have in common taken away where the row
    /// was judged.
    pub fn call_change(&self) -> f64 {
        self.evidence().map_or_else(|| self.change_of(|figures| figures.own_mean), |evidence| evidence.change)
    }

    /// What's to be said of it, in a few words.
    pub(super) fn said(&self) -> String {
        let renamed = match self.presence() {
            Presence::New => return "new".to_owned(),
            Presence::Vanished => return "vanished".to_owned(),
            Presence::Renamed => "renamed, ",
            Presence::Both => "",
        };
        let said = match self.evidence() {
            None if renamed.is_empty() => "-".to_owned(),
            None => return "renamed".to_owned(),
            Some(evidence) if !self.significant() => {
                if evidence.p < 1.0 {
                    format!("noise (p {})", p(evidence.p))
                } else {
                    "noise".to_owned()
                }
            }
            Some(evidence) => {
                let more = evidence.change > 0.0;
                let what = match (evidence.measure, more) {
                    (super::Measure::Calls, true) => "called more",
                    (super::Measure::Calls, false) => "called less",
                    (_, true) => "slower",
                    (_, false) => "faster",
                };
                format!("{what} (p {})", p(evidence.p))
            }
        };
        format!("{renamed}{said}")
    }
}

/// A probability as people read it.
fn p(p: f64) -> String {
    if p < 0.001 { "<0.001".to_owned() } else { format!("{p:.3}") }
}

/// `+9.8 %`; `-` of what isn't known on one side.
pub(super) fn percent(change: f64) -> String {
    match 100.0 * change {
        change if !change.is_finite() => "-".to_owned(),
        0.0 => "0 %".to_owned(),
        change if change.abs() < 0.05 => "±0.0 %".to_owned(),
        change if change.abs() >= 999.5 => format!("× {:.0}", change / 100.0 + 1.0),
        change => format!("{change:+.1} %"),
    }
}

fn faster_or_slower(change: f64) -> String {
    let word = if change > 0.0 { "slower" } else { "faster" };
    format!("{:.1} % {word}", 100.0 * change.abs())
}

fn paths(number: u64) -> String {
    if number == 1 { "1 call path is".to_owned() } else { format!("{} call paths are", count(number)) }
}

fn runs(number: usize) -> String {
    format!("{} run{}", count(number as u64), if number == 1 { "" } else { "s" })
}
