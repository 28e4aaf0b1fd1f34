//! What the tool is asked: wrong questions are answered with what to ask instead, and by the exit code.

use std::process::{Command, Output};

fn crater(arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_instrument-crater")).args(arguments).output();
    output.unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn what_it_does_not_know_is_an_error() {
    for (arguments, said) in [
        (&["--only", "no-such-crate"][..], "`no-such-crate` isn't in crates.toml"),
        (&["--stacks", "sideways"], "`sideways` is no stack"),
        (&["--tables"], "`--tables` is no option"),
        (&["--batch"], "`--batch` takes a value"),
    ] {
        let output = crater(arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains(said), "{arguments:?}: {output:?}");
    }
}
