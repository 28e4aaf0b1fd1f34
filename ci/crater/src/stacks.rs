//! The ways in which functions are annotated.

/// One way.
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
