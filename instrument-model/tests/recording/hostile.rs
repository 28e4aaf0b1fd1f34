//! What isn't a recording is an error with a place, in bounded memory: never a panic, never an overflowing stack.

use crate::any::Source;
use crate::example::EXAMPLE;
use crate::{load, text, with};
use instrument_model::data::{Column, Moment, Node};
use instrument_model::{LoadError, Snapshot};
use proptest::prelude::*;

/// The message, which has to be one about a place in the text.
#[track_caller]
fn message(text: impl AsRef<[u8]>) -> String {
    let error = load(text).expect_err("this is no recording");
    let place = error.place().expect("a place");
    assert!(place.line > 0 && place.column > 0);
    error.to_string()
}

#[test]
fn a_recording_cut_off_anywhere_is_an_error() {
    for end in 0..EXAMPLE.len() {
        message(&EXAMPLE.as_bytes()[..end]);
    }
    load(EXAMPLE).expect("the whole is none");
}

#[test]
fn each_mistake_is_named_with_its_place_and_what_to_write() {
    let node =
        |fields: &str| with(&format!("\"labels\":[{{\"name\":\"a\"}}],\n\"nodes\":[{{\"label\":0}},\n {{{fields}}}]"));
    let mut wrong = Vec::new();
    for (text, expected) in [
        (String::new(), "line 1, column 1: the text ends where an object, the recording, is expected: it was cut off"),
        ("null".to_owned(), "line 1, column 1: an object, the recording, is expected here, not `null`"),
        ("{}".to_owned(), "line 1, column 3: this is no recording of `instrument`"),
        ("{\"format\":\"chrome\"}".to_owned(), "format, line 1, column 11: this is no recording of `instrument`"),
        ("{\"format\":\"instrument recording\"}".to_owned(), "line 1, column 34: this is no recording"),
        ("{\"version\":[1]}".to_owned(), "version, line 1, column 15: a version has two numbers: write [1,2]"),
        (with("\"nodes\":{}"), "nodes, line 1, column 58: a list is expected here, not an object"),
        (with("\"clock\":{\"scale\":0}"), "clock.scale, line 1, column 67: a tick takes more than 0"),
        (
            with("\"clock\":{\"to\":1.5}"),
            "clock.to, line 1, column 64: a whole number from 0 to 18446744073709551615 is expected here, not `1.5`",
        ),
        (
            with("\"era\":4294967296"),
            "era, line 1, column 56: a whole number from 0 to 4294967295 is expected here, not `4294967296`",
        ),
        (with("\"era\":1,"), "line 1, column 58: the name of a field, in quotes, is expected here, not `}`"),
        (with("\"era\":1") + "x", "line 1, column 58: the end of the text is expected here, not `x`"),
        (
            with("\"clock\":{\"cost\":NaN}"),
            "clock.cost, line 1, column 66: a number, \"inf\", \"-inf\" or null is expected here, not `NaN`",
        ),
        (
            with("\"clock\":{\"cost\":1e999}"),
            "clock.cost, line 1, column 66: a number, \"inf\", \"-inf\" or null is expected here, not `1e999`",
        ),
        (with("\"process\":{\"host\":\"\u{1}\"}"), "process.host, line 1, column 70: this string is no JSON"),
        (
            node("\"label\":0,\"parent\":1"),
            "nodes[1].parent, line 3, column 22: node 1 has the parent 1, of 1: name one that there is",
        ),
        (
            node("\"label\":1000000000"),
            "nodes[1].label, line 3, column 11: node 1 names label 1000000000, of 1: name one that there is",
        ),
        (node("\"label\":0,\"thread\":0"), "nodes[1].thread, line 3, column 22: node 1 names thread 0, of 0"),
        (node("\"parent\":0"), "nodes[1], line 3, column 14: the node that ends here has no `label`: add it"),
        (
            node("\"label\":0,\"times\":[1,2]"),
            "nodes[1].times, line 3, column 26: this list ends too early: 5 numbers are needed",
        ),
        (
            node("\"label\":0,\"parallel\":1"),
            "nodes[1].parallel, line 3, column 24: true or false is expected here, not `1`",
        ),
        (
            node("\"label\":0,\"histogram\":[-1000000000,1]"),
            "nodes[1].histogram[1], line 3, column 38: there are 1920 buckets",
        ),
        (
            node("\"label\":0,\"histogram\":[0]"),
            "nodes[1].histogram[0], line 3, column 26: a bucket that's listed holds something",
        ),
        (
            node("\"label\":0,\"columns\":[{\"component\":3}]"),
            "nodes[1].columns[0].component, line 3, column 37: node 1 names component 3, of 0",
        ),
    ] {
        let message = message(&text);
        if !message.starts_with(&format!("no recording: {expected}")) {
            wrong.push(format!("{text}\ngives  {message}\nnot    {expected}\n"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.concat());
}

#[test]
fn a_newer_minor_version_is_understood_but_for_what_is_new() {
    let text = EXAMPLE
        .replace(
            "\"version\":[1,0]",
            "\"version\":[1,7,\"beta\"],\"weather\":{\"deep\":[{\"er\":[[],{},null,true,-1.5e3,\"x\\n\"]}]}",
        )
        .replace("{\"label\":0,", "{\"label\":0,\"colour\":[\"red\"],");
    assert_ne!(text, EXAMPLE);
    assert_eq!(load(text).expect("a recording").data(), load(EXAMPLE).expect("a recording").data());
}

#[test]
fn another_major_version_is_an_error_wherever_it_is_told() {
    let newer = "{\"nodes\":\"in a new way\",\"format\":\"instrument recording\",\"version\":[2,1]}";
    let error = load(newer).expect_err("too new");
    assert!(matches!(error, LoadError::Version { major: 2, minor: 1, .. }));
    let expected = "was written by version 2.1 of the format; this program reads version 1: use a newer `instrument`";
    assert_eq!(error.to_string(), expected);
    assert!(load(newer.replace("[2,1]", "[0,9]")).is_err());
}

#[test]
fn a_million_levels_overflow_no_stack() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let deep = format!("{}1{}", open.repeat(1_000_000), close.repeat(1_000_000));
        load(with(&format!("\"unknown\":{deep}"))).expect("what's unknown is passed over");
        message(with(&format!("\"unknown\":{}", open.repeat(1_000_000))));
        message(with(&format!("\"nodes\":{deep}")));
        message(&deep);
    }
}

#[test]
fn a_path_of_a_million_levels_is_loaded_and_dropped() {
    let mut nodes = String::from("{\"label\":0}");
    for parent in 0..999_999 {
        nodes.push_str(&format!(",{{\"label\":0,\"parent\":{parent}}}"));
    }
    let snapshot = load(with(&format!("\"labels\":[{{\"name\":\"a\"}}],\"nodes\":[{nodes}]"))).expect("a valid model");
    assert_eq!(snapshot.len(), 1_000_000);
    assert_eq!(snapshot.since(&snapshot).len(), 1_000_000);
    assert!(snapshot.find(&["a", "a", "a"]).is_some());
}

#[test]
fn memory_is_bounded_by_the_length_of_the_text() {
    // What costs the most for its letters: each of these is made of at least so many.
    for (size, letters) in [
        (size_of::<Node>(), "{\"label\":0},".len()),
        (size_of::<Column>(), "{\"component\":0},".len()),
        (size_of::<Moment>(), "{\"component\":0,\"node\":0},".len()),
        (size_of::<(u16, u64)>(), "1,".len()),
        (size_of::<String>(), "\"\",".len()),
    ] {
        assert!(size <= 24 * letters, "{size} bytes are made of {letters} letters");
    }
}

#[test]
fn unknown_names_and_digits_of_any_length_make_a_short_message() {
    let long = "9".repeat(1_000_000);
    for text in [
        with(&format!("\"era\":{long}")),
        with(&format!("\"{long}\":nonsense")),
        with(&format!("\"nodes\":[{{\"label\":{long}}}]")),
    ] {
        assert!(message(&text).len() < 300);
    }
}

#[test]
fn bytes_that_are_no_text_are_an_error() {
    for bytes in [&b"\xff\xfe"[..], b"\x00", b"\xef\xbb\xbf{}", b"{\"format\":\"\xff\"}"] {
        message(bytes);
    }
    let error = message(with("\"process\":{\"host\":\"\\ud800\"}"));
    assert!(error.contains("process.host"), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_changed_is_read_or_refused(
        numbers in prop::collection::vec(any::<u64>(), 0..300),
        changes in prop::collection::vec((any::<prop::sample::Index>(), 0u8..5, any::<u8>()), 1..6),
    ) {
        let mut bytes = text(&Snapshot::new(Source::new(numbers).data()).expect("a valid model")).into_bytes();
        for (place, kind, byte) in changes {
            if bytes.is_empty() {
                break;
            }
            let at = place.index(bytes.len());
            match kind {
                0 => bytes[at] = byte,
                1 => drop(bytes.remove(at)),
                2 => bytes.insert(at, b"{}[],:\"-0e"[usize::from(byte) % 10]),
                3 => bytes.truncate(at),
                _ => drop(bytes.splice(at..at, *b"1000000000")),
            }
        }
        if let Ok(snapshot) = load(&bytes) {
            // What was let in is a snapshot as any other.
            let again = load(text(&snapshot)).expect("what was saved");
            prop_assert_eq!(text(&again), text(&snapshot));
            assert_eq!(snapshot.since(&again).len(), snapshot.len());
            snapshot.nodes().for_each(|node| drop(format!("{node:?} {:?} {:?}", node.quantile(0.5), node.stddev())));
        }
    }
}
