//! The arguments of `#[timer]`.

use super::components::Components;
use crate::shared::arguments::arguments;
use crate::shared::values::{AtLeastOne, Flag, PlainPath, Text, choice};

arguments! {
    pub struct Timer("timer", bare: Some("name")) {
        /// What the table calls it, instead of `Type::method`; `#[timer("load users")]` for short. Not for a whole block.
        #[argument = "name", takes = "a string that isn't empty", example = r#"name = "load users""#]
        name: Option<Text>,

        /// Counts every call, and times one in that many.
        #[argument = "sample", takes = "an integer of at least 1", example = "sample = 64"]
        sample: Option<AtLeastOne<u32>>,

        /// `"nest"`, the default, gives every level of a recursion a row, as the call stack does;
        /// `"fold"` keeps one row and times the outermost call.
        #[argument = "recursion", takes = r#""nest" or "fold""#, example = r#"recursion = "fold""#, words = Recursion::WORDS]
        recursion: Recursion,

        /// Measures these, too, in every call that's timed, of an async function in every poll: ours by their names, your
        /// own by a path. One that nothing else names needs `#[allow(dead_code)]`, since it's gone while timers are off.
        #[argument = "components", takes = "one to eight different types in parentheses", example = "components(WallClock, PeakRss)"]
        components: Option<Components>,

        /// Where `instrument` is, if your manifest gives it another name.
        #[argument = "crate", takes = "a path without quotes", example = "crate = ::renamed"]
        krate: Option<PlainPath>,

        /// Leaves an item out of the annotated `impl`, `trait` or `mod` around it.
        #[argument = "skip", takes = "no value", example = "#[timer(skip)]"]
        skip: Flag,
    }
}

choice! {
    /// What becomes of a call within a call of the same function.
    pub enum Recursion {
        #[default]
        Nest = "nest",
        Fold = "fold",
    }
}
