//! What instruments see of calls: typed values if there are any, else text, else names of types.
#![allow(clippy::unwrap_used, reason = "a test that finds an error has failed")]

use instrument::probe;
use instrument::probe::{Event, HistogramInstrument, LogInstrument, Memory};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::sync::{Mutex, RwLock};
use std::time::{Duration, UNIX_EPOCH};

mod shapes {
    use instrument::probe;

    pub struct Adder(pub u64);

    impl Adder {
        #[probe]
        pub fn add13(&self, arg: u64) -> u64 {
            arg + 13 + self.0
        }
    }
}

#[probe]
fn first<'a>(words: &'a mut Vec<String>, fallback: &'a mut String) -> &'a mut String {
    if words.is_empty() {
        return fallback;
    }
    &mut words[0]
}

#[probe]
fn parse(text: &str) -> Result<i32, std::num::ParseIntError> {
    let number: i32 = text.parse()?;
    Ok(number)
}

#[test]
fn a_methods_arguments_and_result_come_through() {
    let paths: Vec<String> = probe::targets().iter().map(ToString::to_string).collect();
    assert!(paths.contains(&"values::shapes::Adder::add13".to_owned()), "{paths:?}");
    let probe = probe::attach_to("values::shapes::Adder::add13").unwrap();
    let memory = Memory::default();
    probe.instrument("foo", LogInstrument::new("foo", "[arg, result]").sink(memory.clone())).unwrap();
    shapes::Adder(0).add13(1);
    probe.start();
    assert_eq!(shapes::Adder(0).add13(29), 42);
    probe.stop();
    shapes::Adder(0).add13(1);
    assert_eq!(memory.lines(), ["[29, 42]"]);
}

#[test]
fn results_may_borrow_from_arguments() {
    let memory = Memory::default();
    let probe = probe::attach_to("first").unwrap();
    probe.instrument("x", LogInstrument::new("x", "[words, result]").sink(memory.clone())).unwrap();
    probe.start();
    first(&mut vec!["a".to_owned(), "b".to_owned()], &mut String::new()).push('c');
    assert_eq!(memory.lines(), [r#"[["a", "b"], "a"]"#]);
}

#[test]
fn errors_are_events_of_their_own() {
    let memory = Memory::default();
    let probe = probe::attach_to("parse").unwrap();
    probe.instrument("ok", LogInstrument::new("ok", "result").sink(memory.clone())).unwrap();
    probe.instrument("error", LogInstrument::new("error", "text + ': ' + error").sink(memory.clone())).unwrap();
    probe.instrument("all", LogInstrument::new("all", "text").event(Event::Error).sink(memory.clone())).unwrap();
    probe.start();
    assert_eq!(parse("7"), Ok(7));
    assert!(parse("seven").is_err());
    assert_eq!(memory.lines(), ["7", "seven: invalid digit found in string", "seven"]);
}

#[derive(serde::Serialize)]
struct Order {
    id: u64,
    tags: Vec<&'static str>,
    note: Option<String>,
    state: State,
}

#[derive(serde::Serialize)]
enum State {
    New,
    Paid(u32),
    Sent(u8, char),
    Lost { at: f32 },
}

#[derive(serde::Serialize)]
struct Wrapped(i128);

#[derive(serde::Serialize)]
struct Nothing;

#[derive(serde::Serialize)]
struct Nested(Option<Box<Nested>>, Vec<u8>);

/// Fails when it's asked for its second part.
struct Half;

impl serde::Serialize for Half {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::{Error, SerializeSeq};
        let mut sequence = serializer.serialize_seq(None)?;
        sequence.serialize_element(&1)?;
        Err(S::Error::custom("there's no more"))
    }
}

#[probe]
fn show<T: serde::Serialize>(value: &T) -> usize {
    size_of_val(value)
}

#[test]
fn what_serializes_comes_through_typed() {
    let memory = Memory::default();
    let probe = probe::attach_to("values::show").unwrap();
    probe.instrument("x", LogInstrument::new("x", "value").max_length(1 << 16).sink(memory.clone())).unwrap();
    probe.start();
    let shown = |call: &dyn Fn() -> usize| {
        call();
        memory.lines().pop().unwrap()
    };
    let order = |note: Option<&str>, state| Order { id: 7, tags: vec!["a", "b"], note: note.map(str::to_owned), state };
    for (order, text) in [
        (order(None, State::New), r#"{id: 7, note: null, state: "New", tags: ["a", "b"]}"#),
        (order(Some("x"), State::Paid(3)), r#"{id: 7, note: "x", state: {Paid: 3}, tags: ["a", "b"]}"#),
        (order(None, State::Sent(1, 'é')), r#"{id: 7, note: null, state: {Sent: [1, "é"]}, tags: ["a", "b"]}"#),
        (order(None, State::Lost { at: 0.1 }), r#"{id: 7, note: null, state: {Lost: {at: 0.1}}, tags: ["a", "b"]}"#),
    ] {
        assert_eq!(shown(&|| show(&order)), text);
    }
    let map = std::collections::BTreeMap::from([(1, (true, ())), (2, (false, ()))]);
    assert_eq!(shown(&|| show(&map)), "{1: [true, null], 2: [false, null]}");
    assert_eq!(shown(&|| show(&Wrapped(i128::MIN))), i128::MIN.to_string());
    assert_eq!(shown(&|| show(&Wrapped(-5))), "-5");
    assert_eq!(shown(&|| show(&Nothing)), "Nothing");
    assert_eq!(shown(&|| show(&u64::MAX)), u64::MAX.to_string());
    assert_eq!(shown(&|| show(&std::net::Ipv4Addr::LOCALHOST)), "127.0.0.1");
    assert_eq!(shown(&|| show(&Half)), "<can't be serialized: there's no more>");
}

#[probe]
fn show_large<T: serde::Serialize>(value: &T) -> usize {
    size_of_val(value)
}

#[test]
fn whatever_is_large_is_cut() {
    let memory = Memory::default();
    let probe = probe::attach_to("values::show_large").unwrap();
    probe.instrument("large", LogInstrument::new("large", "value").max_length(1 << 16).sink(memory.clone())).unwrap();
    probe.start();
    let shown = |call: &dyn Fn() -> usize| {
        call();
        let lines = memory.observations();
        let line = lines.iter().rfind(|line| line.name.starts_with("large")).unwrap().reading.clone();
        let probe::Reading::Line(line) = line else { panic!("{line:?}") };
        assert!(line.len() < 1 << 17, "{} bytes", line.len());
        line
    };
    let bytes = shown(&|| show_large(&vec![7_u8; 100 << 20]));
    assert_eq!(bytes, format!("[{}\"…\"]", "7, ".repeat(100)));
    let text = shown(&|| show_large(&"é".repeat(50 << 20)));
    assert_eq!(text, format!("{}…", "é".repeat(512)));
    let much = vec![vec![vec!["x".repeat(1 << 10); 1_000]; 10]; 3];
    assert!(shown(&|| show_large(&much)).contains('…'));
    let deep = (0..10_000).fold(Nested(None, vec![1]), |inner, _| Nested(Some(Box::new(inner)), vec![1]));
    assert_eq!(
        shown(&|| show_large(&deep)),
        format!("{}\"…\"{}", "[".repeat(8), ", [1]]".repeat(8)).replacen(", [1]]", ", \"…\"]", 1)
    );
    std::mem::forget(deep);
}

/// Counts how much of it is looked at.
struct Endless(std::cell::Cell<usize>);

impl serde::Serialize for Endless {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeSeq;
        let mut sequence = serializer.serialize_seq(None)?;
        loop {
            self.0.set(self.0.get() + 1);
            sequence.serialize_element("x")?;
        }
    }
}

#[probe]
fn endless(value: &Endless) -> usize {
    value.0.get()
}

#[test]
fn what_never_ends_is_left_after_some_elements() {
    let memory = Memory::default();
    let probe = probe::attach_to("values::endless").unwrap();
    probe.instrument("x", LogInstrument::new("x", "size(value)").sink(memory.clone())).unwrap();
    probe.start();
    let seen = endless(&Endless(std::cell::Cell::new(0)));
    assert!(seen > 100 && seen < 2_000, "{seen}");
    assert_eq!(memory.lines(), ["101"]);
}

/// A chain as deep as a linked list may be.
#[derive(serde::Serialize)]
struct Chain(Option<Box<Chain>>);

#[probe]
fn unwraps(chain: &Chain) -> bool {
    chain.0.is_some()
}

#[test]
fn what_wraps_itself_is_left_after_some_levels() {
    let mut chain = Chain(None);
    for _ in 0..200_000 {
        chain = Chain(Some(Box::new(chain)));
    }
    let probe = probe::attach_to("values::unwraps").unwrap();
    let memory = Memory::default();
    probe.instrument("chain", LogInstrument::new("chain", "chain").sink(memory.clone())).unwrap();
    probe.start();
    assert!(unwraps(&chain));
    assert_eq!(memory.lines(), ["…"]);
    probe.clear();
    // Not by recursion, which is what a chain like that can't afford.
    while let Some(next) = chain.0.take() {
        chain = *next;
    }
}

/// A type of somebody's own that's called as one of the standard library's.
mod own {
    #[derive(serde::Serialize)]
    pub struct Duration {
        pub secs: u64,
        pub nanos: u32,
    }
}

#[derive(serde::Serialize)]
struct Timings {
    took: Duration,
    #[serde(rename = "limit")]
    at_most: Option<Duration>,
    each: (Duration, u8),
    tree: Tree,
    own: own::Duration,
    transparent: Transparent,
}

#[derive(serde::Serialize)]
#[serde(transparent)]
struct Transparent(Duration);

/// The last `Duration` is deeper than any collection may be.
#[derive(serde::Serialize)]
enum Tree {
    Leaf(Duration),
    Branch([Box<Tree>; 1]),
}

/// Its own function, since tests run at the same time.
#[probe]
fn show_known<T: serde::Serialize>(value: &T) -> usize {
    size_of_val(value)
}

#[test]
fn what_the_standard_library_makes_of_parts_is_shown_as_what_it_means() {
    let probe = probe::attach_to("values::show_known").unwrap();
    let memory = Memory::default();
    probe.instrument("std", LogInstrument::new("std", "value").max_length(1 << 16).sink(memory.clone())).unwrap();
    probe.start();
    let second = Duration::from_millis(1_500);
    let shown = |call: &dyn Fn() -> usize| {
        call();
        memory.lines().pop().unwrap()
    };
    assert_eq!(shown(&|| show_known(&second)), "1.5");
    assert_eq!(shown(&|| show_known(&Duration::ZERO)), "0.0");
    assert_eq!(shown(&|| show_known(&Duration::MAX)), format!("{:?}", Duration::MAX.as_secs_f64()));
    assert_eq!(shown(&|| show_known(&Some(second))), "1.5");
    assert_eq!(shown(&|| show_known(&None::<Duration>)), "null");
    assert_eq!(shown(&|| show_known(&[(second, "a")])), r#"[[1.5, "a"]]"#);
    assert_eq!(shown(&|| show_known(&Box::new(&second))), "1.5");
    assert_eq!(shown(&|| show_known(&BTreeMap::from([(second, second)]))), "{1.5: 1.5}");
    assert_eq!(shown(&|| show_known(&(UNIX_EPOCH + second))), "1.5");
    let tree = (0..3).fold(Tree::Leaf(second), |tree, _| Tree::Branch([Box::new(tree)]));
    let own = own::Duration { secs: 1, nanos: 5 };
    let timings =
        Timings { took: second, at_most: None, each: (second, 7), tree, own, transparent: Transparent(second) };
    assert_eq!(
        shown(&|| show_known(&timings)),
        "{each: [1.5, 7], limit: null, own: {nanos: 5, secs: 1}, took: 1.5, transparent: 1.5, \
         tree: {Branch: [{Branch: [{Branch: [{Leaf: 1.5}]}]}]}}"
    );
    assert_eq!(shown(&|| show_known(&std::num::NonZeroU8::MIN)), "1");
    assert_eq!(shown(&|| show_known(&std::num::Wrapping(7))), "7");
    assert_eq!(shown(&|| show_known(&OsString::from("größe"))), "größe");
    let long = OsString::from("x".repeat(2_000));
    assert_eq!(shown(&|| show_known(&(&long, 1))), format!("[\"{}…\", 1]", "x".repeat(1_024)));
    assert_eq!(shown(&|| show_known(&c"text")), "text");
    probe.clear();
}

#[probe]
fn compares(left: u8, right: u8) -> std::cmp::Ordering {
    left.cmp(&right)
}

#[probe]
fn took(millis: Option<u64>) -> Option<Duration> {
    millis.map(Duration::from_millis)
}

#[test]
fn an_ordering_is_its_name_and_a_duration_a_number() {
    let memory = Memory::default();
    let log = |value: &str| LogInstrument::new("x", value).condition("result != 'Equal'").sink(memory.clone());
    let probe = probe::attach_to("values::compares").unwrap();
    probe.instrument("x", log("result")).unwrap();
    probe.start();
    let _ = (compares(1, 2), compares(2, 2));
    probe.clear();
    let probe = probe::attach_to("values::took").unwrap();
    probe.instrument("x", HistogramInstrument::new("x", "result").sink(memory.clone())).unwrap();
    probe.start();
    let _ = (took(None), took(Some(250)));
    probe.clear();
    let readings: Vec<String> = memory.observations().iter().map(ToString::to_string).collect();
    assert_eq!(readings, ["x: Less (values::compares return)", "x: 0.25 (values::took return)"]);
}

#[derive(serde::Serialize)]
struct Shared {
    count: Mutex<u64>,
    names: RwLock<Vec<String>>,
}

#[probe]
fn takes_a_lock(lock: &Mutex<u64>, shared: &Shared) -> bool {
    lock.is_poisoned() || shared.names.is_poisoned()
}

#[test]
fn a_lock_that_the_caller_holds_is_not_waited_for() {
    let probe = probe::attach_to("values::takes_a_lock").unwrap();
    let memory = Memory::default();
    probe.instrument("x", LogInstrument::new("x", "[lock, shared]").sink(memory.clone())).unwrap();
    probe.start();
    let (done, finished) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let (lock, shared) = (Mutex::new(7), Shared { count: Mutex::new(8), names: RwLock::default() });
        let held = (lock.lock().unwrap(), shared.count.lock().unwrap(), shared.names.write().unwrap());
        takes_a_lock(&lock, &shared);
        drop(held);
        done.send(()).unwrap();
    });
    finished.recv_timeout(Duration::from_secs(20)).expect("it isn't waited for");
    let lines = memory.lines().concat();
    assert!(lines.contains("Mutex<u64>>") && lines.contains("names: \"<"), "{lines}");
    probe.clear();
}

#[probe]
fn measure_it(größe: u64, имя: &str, null: u64) -> u64 {
    größe + null + u64::from(имя.is_empty())
}

#[test]
fn names_of_any_letters_are_spelt_as_they_are() {
    let probe = probe::attach_to("values::measure_it").unwrap();
    let memory = Memory::default();
    let value = "[größe + 1, args.größe, args['größe'], имя, [1].map(ä, ä * 2)[0], {'ö': 5}.ö, args['null']]";
    probe.instrument("spelt", LogInstrument::new("spelt", value).sink(memory.clone())).unwrap();
    probe.start();
    measure_it(3, "я", 4);
    assert_eq!(memory.lines(), [r#"[4, 3, 3, "я", 2, 5, 4]"#]);
    for (wrong, message) in [
        ("größee", "did you mean `größe`?"),
        ("args['größee']", "did you mean `größe`?"),
        ("1größe", "1:2: this is no number"),
        ("größe × 2", "`×` is no part of CEL"),
    ] {
        let error = probe.instrument("wrong", LogInstrument::new("wrong", wrong)).unwrap_err().to_string();
        assert!(error.contains(message), "{wrong}: {error}");
    }
    probe.clear();
}

#[probe]
fn raw(r#type: u64, r#match: u64) -> u64 {
    r#type + r#match
}

#[test]
fn a_raw_identifier_is_named_without_its_mark() {
    let probe = probe::attach_to("values::raw").unwrap();
    let memory = Memory::default();
    probe.instrument("raw", LogInstrument::new("raw", "args.type + args['match']").sink(memory.clone())).unwrap();
    probe.start();
    raw(3, 4);
    assert_eq!(memory.lines(), ["7"]);
    probe.clear();
}
