//! Expressions are CEL: they mean what another evaluator takes them for, but where bytes, which are lists of numbers here,
//! and types, which are their names, are told from those, and where a null has no meaning for others.
#![allow(clippy::unwrap_used, reason = "a test that finds an error has failed")]

use cel::{Context, Program, Value as Cel};
use instrument::probe;
use instrument::probe::{Event, InstrumentStatus, LogInstrument, Memory};
use proptest::prelude::*;
use std::collections::HashMap;

#[probe]
fn subject(n: i64, f: f64, s: &str, l: &[i64], m: &HashMap<String, i64>, t: bool) {
    let _ = (n, f, s, l, m, t);
}

/// What an expression is for us, or that it's an error.
fn ours(expression: &str) -> Result<String, String> {
    let memory = Memory::default();
    let probe = probe::attach_to("subject").unwrap();
    let instrument = LogInstrument::new("see", expression).event(Event::Call).max_length(100_000).sink(memory.clone());
    probe.instrument("see", instrument).map_err(|error| error.to_string())?;
    probe.start();
    subject(7, 2.5, "text", &[1, 2, 3], &HashMap::from([("a".to_owned(), 1)]), true);
    let status = probe.status("see");
    probe.remove("see");
    match status {
        Some(InstrumentStatus::Failed { error }) => Err(error),
        _ => Ok(memory.lines().concat()),
    }
}

/// What it is for others.
fn theirs(expression: &str) -> Result<String, String> {
    let program = Program::compile(expression).map_err(|errors| errors.to_string())?;
    let mut context = Context::default();
    context.add_variable("n", 7_i64).unwrap();
    context.add_variable("f", 2.5).unwrap();
    context.add_variable("s", "text").unwrap();
    context.add_variable("l", vec![1_i64, 2, 3]).unwrap();
    context.add_variable("m", HashMap::from([("a".to_owned(), 1_i64)])).unwrap();
    context.add_variable("t", true).unwrap();
    let value = program.execute(&context).map_err(|error| error.to_string())?;
    Ok(match &value {
        Cel::String(text) => text.to_string(),
        other => shown(other),
    })
}

/// As our values are printed.
fn shown(value: &Cel) -> String {
    match value {
        Cel::Null => "null".to_owned(),
        Cel::Bool(truth) => truth.to_string(),
        Cel::Int(number) => number.to_string(),
        Cel::UInt(number) => number.to_string(),
        Cel::Float(number) => format!("{number:?}"),
        Cel::String(text) => format!("{text:?}"),
        Cel::Bytes(bytes) => format!("{bytes:?}"),
        Cel::List(elements) => format!("[{}]", elements.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Cel::Map(map) => {
            let mut entries: Vec<_> = map.map.iter().map(|(key, value)| (key.to_string(), shown(value))).collect();
            entries.sort();
            format!(
                "{{{}}}",
                entries.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ")
            )
        }
        other => format!("{other:?}"),
    }
}

/// Expressions of all types, mixed in all ways. Maps have one entry, since those of the other evaluator have no order.
fn expressions() -> impl Strategy<Value = String> {
    let leaves = prop::sample::select(vec![
        "n",
        "f",
        "s",
        "l",
        "m",
        "t",
        "0",
        "1",
        "2",
        "7",
        "-3",
        "3u",
        "0x1F",
        "2.0",
        "0.5",
        "1e3",
        "-0.25",
        "''",
        "'a'",
        "\"text\"",
        "'é\\n'",
        "r'\\d'",
        "true",
        "false",
        "null",
        "[]",
        "{}",
        "[1, 2]",
        "['a', 'text']",
        "{'a': 1}",
        "{true: 2}",
        "9223372036854775807",
        "-9223372036854775808",
        "m.a",
        "m['b']",
        "l[0]",
        "has(m.a)",
        "has(m.c)",
    ]);
    let leaves = leaves.prop_map(str::to_owned);
    leaves.prop_recursive(4, 24, 3, |inner| {
        let operator =
            prop::sample::select(vec!["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", " in "]);
        let function = prop::sample::select(vec!["size", "string", "int", "uint", "double", "dyn", "!", "-", ""]);
        let looping = prop::sample::select(vec!["all", "exists", "exists_one", "filter", "map"]);
        let method = prop::sample::select(vec!["contains", "startsWith", "endsWith"]);
        prop_oneof![
            4 => (inner.clone(), operator, inner.clone()).prop_map(|(a, op, b)| format!("{a} {op} {b}")),
            2 => (function, inner.clone()).prop_map(|(function, a)| format!("{function}({a})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("(type({a}) == type({b}))")),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("{a} ? {b} : {c}")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
            1 => (inner.clone(), method, inner.clone()).prop_map(|(a, method, b)| format!("({a}).{method}({b})")),
            2 => (inner.clone(), looping, inner.clone())
                .prop_map(|(a, looping, b)| format!("({a}).{looping}(x, {b})")),
            2 => (looping_names(), inner).prop_map(|(looping, b)| format!("l.{looping}(x, x > 1 && {b})")),
            1 => Just("l.map(x, x > 1, x * n)".to_owned()),
        ]
    })
}

fn looping_names() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["all", "exists", "exists_one", "filter", "map"])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn expressions_are_what_another_evaluator_takes_them_for(expression in expressions()) {
        let (ours, theirs) = (ours(&expression), theirs(&expression));
        match (&ours, &theirs) {
            (Ok(ours), Ok(theirs)) => prop_assert_eq!(ours, theirs, "{}", expression),
            (Err(_), Err(_)) => {}
            // The other one appends the entries of a map to a list, which CEL doesn't know.
            (Err(error), Ok(_)) if error.contains("`+` has no meaning between the list ") && error.contains(" and the map ") => {}
            // What's made of a null is null here, and no error.
            (Ok(_), Err(_)) if expression.contains("null") => {}
            _ => prop_assert!(false, "{}: {:?}, and for others {:?}", expression, ours, theirs),
        }
    }
}
