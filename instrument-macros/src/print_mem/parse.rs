//! The arguments of `#[print_mem]`.

use crate::shared::arguments::arguments;
use crate::shared::values::{PlainPath, Text};

arguments! {
    pub struct PrintMem("print_mem", bare: Some("when")) {
        /// The line's label, instead of `Type::method`; `#[print_mem("imported")]` for short.
        #[argument = "when", takes = "a string that isn't empty", example = r#"when = "imported""#]
        when: Option<Text>,

        /// Where `instrument` is, if your manifest gives it another name.
        #[argument = "crate", takes = "a path without quotes", example = "crate = ::renamed"]
        krate: Option<PlainPath>,
    }
}
