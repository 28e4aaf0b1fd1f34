//! The report of a test binary, if `INSTRUMENT_TESTS` asks for it: it has no `main` to annotate.

use super::{main_guard, report};
use crate::process::exit::at_each_exit;
use crate::state::Setup;
use crate::threads::tally;
use std::ffi::OsString;

inventory::submit! { Setup(|settings| if settings.tests && settings.enabled { begin() }) }

/// At exit the harness has printed what it prints.
fn begin() {
    tally::watch();
    at_each_exit(|| {
        // A program that a test starts may have a report of its own.
        if tally::has_recorded() && !main_guard::reports() {
            let title = test(std::env::args_os().skip(1)).map_or("elapsed".to_owned(), |name| format!("{name}: elapsed"));
            report().title(title).one_of_many().print();
        }
    });
}

/// The one test that was asked for, as by `cargo nextest`, for which each is a process.
fn test(arguments: impl Iterator<Item = OsString>) -> Option<String> {
    let arguments: Vec<_> = arguments.map(|argument| argument.to_string_lossy().into_owned()).collect();
    let place = arguments.iter().position(|argument| argument == "--exact")?;
    let around = [arguments.get(place + 1), place.checked_sub(1).map(|before| &arguments[before])];
    around.into_iter().flatten().find(|argument| !argument.starts_with('-')).cloned()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_test_is_that_which_is_asked_for_exactly() {
        let of = |line: &str| super::test(line.split(' ').map(Into::into));
        assert_eq!(of("--exact a::b --nocapture").as_deref(), Some("a::b"));
        assert_eq!(of("a::b --exact").as_deref(), Some("a::b"));
        assert_eq!(of("a::b --exact --nocapture").as_deref(), Some("a::b"));
        assert_eq!(of("--nocapture --exact"), None);
        assert_eq!(of("a::b --nocapture"), None);
    }
}
