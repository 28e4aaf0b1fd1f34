//! The arguments of `#[checkpoints]`.

use crate::shared::arguments::arguments;
use crate::shared::values::{PlainPath, Text, Whole};

arguments! {
    pub struct Checkpoints("checkpoints", bare: Some("msg")) {
        /// What the block and the report call it, instead of `Type::method`; `#[checkpoints("start-up")]` for short.
        #[argument = "msg", takes = "a string that isn't empty", example = r#"msg = "start-up""#]
        msg: Option<Text>,

        /// Prints each call that takes so many milliseconds, or more: `0` for all.
        #[argument = "threshold_ms", takes = "an integer of at least 0", example = "threshold_ms = 100"]
        threshold_ms: Option<Whole>,

        /// Where `instrument` is, if your manifest gives it another name.
        #[argument = "crate", takes = "a path without quotes", example = "crate = ::renamed"]
        krate: Option<PlainPath>,
    }
}
