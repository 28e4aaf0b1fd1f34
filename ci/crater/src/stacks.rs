//! The ways in which functions are annotated.

/// One way to annotate all functions of a crate.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stack {
    pub name: &'static str,
    /// From the first to the last.
    pub attributes: &'static [&'static str],
    pub place: Place,
    /// Whether a whole `impl` and `trait` has them, in place of each of its functions.
    pub blocks: bool,
    /// The features of `instrument`.
    pub features: &'static [&'static str],
}

/// Where the attributes stand among others.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Place {
    First,
    Last,
}

const ON: &[&str] = &["enabled"];

const fn last(name: &'static str, attributes: &'static [&'static str]) -> Stack {
    Stack { name, attributes, place: Place::Last, blocks: false, features: ON }
}

const ALL: &[&str] = &["timer", "perf_timer", "print_mem", "checkpoints", "probe"];

/// Each attribute alone, a whole block's, all of them in several orders, and all of them while off.
pub(crate) const STACKS: [Stack; 11] = [
    last("timer", &["timer"]),
    last("perf_timer", &["perf_timer"]),
    last("print_mem", &["print_mem"]),
    last("checkpoints", &["checkpoints"]),
    last("probe", &["probe"]),
    Stack { blocks: true, ..last("blocks", &["timer"]) },
    last("all", ALL),
    last("reversed", &["probe", "checkpoints", "print_mem", "perf_timer", "timer"]),
    last("mixed", &["checkpoints", "timer", "probe", "perf_timer", "print_mem"]),
    Stack { place: Place::First, ..last("above", ALL) },
    Stack { features: &[], ..last("off", ALL) },
];

impl Stack {
    /// Whether it makes something of functions, by that attribute, or by any if it's "".
    pub(crate) fn has(&self, attribute: &str) -> bool {
        !self.features.is_empty() && (attribute.is_empty() || self.attributes.contains(&attribute))
    }
}

/// One build of all crates: its name, and which stack each of them has.
#[derive(Debug)]
pub(crate) struct Round {
    pub name: String,
    pub stacks: Vec<Stack>,
    pub is_tested: bool,
    pub is_linted: bool,
}

/// A round for each stack, which all crates have.
pub(crate) fn every(stacks: &[Stack], crates: usize) -> Vec<Round> {
    let round = |stack: &Stack| Round {
        name: stack.name.to_owned(),
        stacks: vec![*stack; crates],
        is_tested: true,
        is_linted: true,
    };
    stacks.iter().map(round).collect()
}

/// As many rounds, in each of which neighbouring crates have different stacks; and one more for the stacks that want
/// `instrument` built otherwise, each of which all crates have.
///
/// In round `r`, crate number `c` has the stack number `c + 3 r` of those in [`ROTATION`], beginning anew behind the last.
/// Clippy takes as long as building, and looks at the first round only, and at what's off, whose tests don't run: that the
/// code is the same then is shown elsewhere.
pub(crate) fn rotating(rounds: usize, crates: usize) -> Vec<Round> {
    let turning: Vec<Stack> =
        ROTATION.iter().flat_map(|name| STACKS.into_iter().find(|stack| stack.name == *name)).collect();
    let stack = |round: usize, krate: usize| turning.get((krate + 3 * round) % turning.len()).copied();
    let round = |round: usize| Round {
        name: format!("round {}", round + 1),
        stacks: (0..crates).filter_map(|krate| stack(round, krate)).collect(),
        is_tested: true,
        is_linted: round == 0,
    };
    let off = STACKS.into_iter().filter(|stack| !ROTATION.contains(&stack.name));
    let off = every(&off.collect::<Vec<_>>(), crates).into_iter().map(|round| Round { is_tested: false, ..round });
    (0..rounds).map(round).chain(off).collect()
}

/// Attributes alone and all of them in turn, so that three steps lead from one kind to the other.
const ROTATION: [&str; 10] =
    ["timer", "all", "perf_timer", "reversed", "print_mem", "mixed", "checkpoints", "above", "probe", "blocks"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_rotation_each_crate_has_several_stacks_and_each_stack_several_crates() {
        let rounds = rotating(3, 15);
        let of_crate = |krate: usize| -> Vec<&str> { rounds.iter().map(|round| round.stacks[krate].name).collect() };
        assert_eq!(of_crate(0), ["timer", "reversed", "checkpoints", "off"]);
        for krate in 0..15 {
            let stacks = of_crate(krate);
            let alone = stacks.iter().filter(|name| STACKS[..5].iter().any(|stack| stack.name == **name)).count();
            assert!(stacks.len() == 4 && (1..=2).contains(&alone), "{stacks:?}");
        }
        for stack in STACKS {
            let times = rounds.iter().flat_map(|round| &round.stacks).filter(|other| other.name == stack.name).count();
            assert!(
                if stack.name == "off" { times == 15 } else { (4..=5).contains(&times) },
                "{}: {times}",
                stack.name
            );
        }
    }
}
