//! Whatever is in a store: specs or errors of one line; reading changes nothing, and what was read is what's written.
#![no_main]

use instrument_wire::{JsonFileStore, Spec, SpecStore, StoreError};
use libfuzzer_sys::fuzz_target;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

/// Written anew each time.
static FILE: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("instrument-fuzz-{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder");
    folder.join("specs.json")
});

fuzz_target!(|bytes: &[u8]| {
    // As a field of Redis has it, by itself.
    if let Ok(text) = std::str::from_utf8(bytes) {
        match text.parse::<Spec>() {
            Ok(spec) => written_and_read(&spec),
            Err(error) => in_one_line(&error),
        }
    }
    fs::write(&*FILE, bytes).expect("the file");
    let store = JsonFileStore::new(&*FILE);
    let (specs, readable) = (store.specs(), store.readable());
    assert_eq!(fs::read(&*FILE).expect("it's still there"), bytes);
    match (&specs, readable) {
        (Ok(specs), Ok(readable)) => {
            assert!(readable.broken.is_empty() && readable.specs == *specs);
            specs.iter().for_each(written_and_read);
        }
        // Some of them may be read although others can't.
        (Err(error), Ok(readable)) => {
            in_one_line(error);
            assert!(!readable.broken.is_empty(), "{error}");
            readable.specs.iter().for_each(written_and_read);
            readable.broken.iter().for_each(|(_, error)| in_one_line(error));
        }
        (Err(error), Err(other)) => {
            in_one_line(error);
            in_one_line(&other);
        }
        (Ok(_), Err(error)) => panic!("{error}"),
    }
    // Another one changes none of them, or nothing at all.
    let added = Spec::new("fuzz", "log", "added");
    match (store.add(added.clone()), specs) {
        (Ok(()), Ok(mut specs)) => {
            let mut after = store.specs().expect("what was written");
            assert_eq!(after.pop().map(|spec| spec.id()), Some(added.id()));
            specs.iter_mut().for_each(|spec| spec.ignored.clear());
            assert_eq!(after, specs);
        }
        (Ok(()), Err(error)) => panic!("it was written, where there was {error}"),
        (Err(error), specs) => {
            in_one_line(&error);
            let is_there = specs.is_ok_and(|specs| specs.iter().any(|spec| spec.id() == added.id()));
            assert!(is_there || !matches!(error, StoreError::Exists(_)), "{error}");
            assert_eq!(fs::read(&*FILE).expect("it's still there"), bytes);
        }
    }
    // Nobody writes statuses by hand, so there are no errors; they're written by whoever can write to the folder.
    let status = FILE.with_extension("json.status");
    fs::write(&status, bytes).expect("the file");
    assert!(store.statuses().is_ok());
});

fn written_and_read(spec: &Spec) {
    let json = spec.to_json();
    let again: Spec = json.parse().expect("what was written");
    let mut written = spec.clone();
    written.ignored.clear();
    assert_eq!(written, again);
    if let Err(error) = spec.validate() {
        assert!(!error.problems.is_empty());
        in_one_line(&error);
    }
}

fn in_one_line(error: &dyn std::fmt::Display) {
    let error = error.to_string();
    assert!(error.len() < 5_000 && !error.contains(char::is_control), "{error:?}");
}
