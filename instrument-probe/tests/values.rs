//! What instruments see of calls: typed values if there are any, else text, else names of types.
#![allow(clippy::unwrap_used, reason = "a test that finds an error has failed")]

use instrument::probe;
use instrument::probe::{Event, LogInstrument, Memory};

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
