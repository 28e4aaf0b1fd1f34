//! Whatever bytes are loaded: no panic, no overflowing stack, no memory beyond a few times their length; and what's let in
//! is a snapshot as any other.
#![no_main]

use instrument_model::Snapshot;
use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

/// What's put in the place of a number: the ends of what's allowed, what's just beyond, and other kinds of values.
const VALUES: [&str; 20] = [
    "0",
    "1",
    "2",
    "-1",
    "-32",
    "-1919",
    "-1920",
    "-2000",
    "-1000000000",
    "1000000000",
    "4294967295",
    "4294967296",
    "18446744073709551615",
    "18446744073709551616",
    "1.5",
    "1e308",
    "null",
    "\"inf\"",
    "[]",
    "{}",
];

fuzz_target!(|bytes: &[u8]| {
    let Ok(snapshot) = Snapshot::read_from(bytes) else { return };
    let mut saved = Vec::new();
    snapshot.write_to(&mut saved).expect("memory takes everything");
    let again = Snapshot::read_from(&saved[..]).expect("what was saved");
    let mut twice = Vec::new();
    again.write_to(&mut twice).expect("memory takes everything");
    assert_eq!(saved, twice, "what's loaded is what was saved");
    assert_eq!(snapshot.since(&again).len(), snapshot.len());
    for node in snapshot.nodes() {
        std::hint::black_box((
            node.mean(),
            node.stddev(),
            node.quantile(0.5),
            node.quantile(1.0),
            node.columns().count(),
        ));
    }
});

// Most changes of bytes make something that's no JSON, and nothing behind the lexer is reached; so every other change is
// one of a number.
fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    let numbers = if seed.is_multiple_of(2) { numbers(&data[..size]) } else { Vec::new() };
    let mut choice = seed as usize / 2;
    let mut choose = |of: usize| {
        let chosen = choice % of;
        choice /= of;
        chosen
    };
    if numbers.is_empty() {
        return fuzzer_mutate(data, size, max_size);
    }
    let number = numbers[choose(numbers.len())].clone();
    let value = VALUES[choose(VALUES.len())].as_bytes();
    let changed = [&data[..number.start], value, &data[number.end..size]].concat();
    if changed.len() > max_size {
        return fuzzer_mutate(data, size, max_size);
    }
    data[..changed.len()].copy_from_slice(&changed);
    changed.len()
});

/// Where there are numbers in a text.
fn numbers(text: &[u8]) -> Vec<std::ops::Range<usize>> {
    let is_part = |byte: u8| byte.is_ascii_digit() || byte == b'-';
    let mut found: Vec<std::ops::Range<usize>> = Vec::new();
    for at in (0..text.len()).filter(|&at| is_part(text[at])) {
        match found.last_mut() {
            Some(last) if last.end == at => last.end += 1,
            _ => found.push(at..at + 1),
        }
    }
    found
}
