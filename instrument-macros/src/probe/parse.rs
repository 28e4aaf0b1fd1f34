//! The arguments of `#[probe]`.

use crate::shared::arguments::arguments;
use crate::shared::values::{Flag, Names, PlainPath, Text};

arguments! {
    pub struct Probe("probe", bare: Some("name")) {
        /// A name by which it can be attached to, beside its path; `#[probe("add")]` for short.
        #[argument = "name", takes = "a string that isn't empty", example = r#"name = "add""#]
        name: Option<Text>,

        /// The parameters that instruments can see, instead of all but `self`.
        #[argument = "args", takes = "names of parameters", example = "args(a, b)"]
        args: Option<Names>,

        /// What instruments can't see, although its name is known.
        #[argument = "redact", takes = "names of parameters, or `result`", example = "redact(c)"]
        redact: Option<Names>,

        /// Lets instruments replace the result, return an error, delay or panic. The result has to be `'static`.
        #[argument = "inject", takes = "no value", example = "inject"]
        inject: Flag,

        /// Where `instrument` is, if your manifest gives it another name.
        #[argument = "crate", takes = "a path without quotes", example = "crate = ::renamed"]
        krate: Option<PlainPath>,
    }
}
