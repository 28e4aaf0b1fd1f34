//! Attributes that leave a function as it is: all but those that may be macros.

use crate::shared::attribute::Attribute;

/// Those of the language that a function can have, and those of its test harness, which look at nothing but its name.
const INERT: [&str; 28] = [
    "allow",
    "automatically_derived",
    "bench",
    "cfg",
    "cold",
    "coverage",
    "deny",
    "deprecated",
    "doc",
    "expect",
    "export_name",
    "forbid",
    "global_allocator",
    "ignore",
    "inline",
    "link_section",
    "must_use",
    "naked",
    "no_mangle",
    "optimize",
    "panic_handler",
    "proc_macro",
    "proc_macro_attribute",
    "proc_macro_derive",
    "should_panic",
    "target_feature",
    "test",
    "track_caller",
];

/// Whose attributes are only for themselves.
const TOOLS: [&str; 5] = ["clippy", "diagnostic", "miri", "rust_analyzer", "rustfmt"];

/// Whether the compiler may expand it later: one of ours, whatever it's called, somebody else's, or whatever a `cfg_attr` is.
pub fn may_be_a_macro(attribute: &Attribute) -> bool {
    let path = attribute.path();
    match path.as_slice() {
        _ if attribute.is_inner() => false,
        [name] => name != "unsafe" && !INERT.contains(&name.as_str()),
        [tool, ..] => !TOOLS.contains(&tool.as_str()),
        [] => true,
    }
}
