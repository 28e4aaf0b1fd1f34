//! Files that nobody meant: read or refused, never more, and never changed by the reading.

use super::*;
use instrument_wire::JsonFileStore;
use proptest::collection::vec;
use proptest::prelude::*;
use std::fs;

const SPECS: &str = r#"{"specs": [
    {"target": "shop::Cart::add", "instrument": {"type": "log", "name": "a", "value": "result", "event": "return",
     "condition": "result > 10 && user_id == 42", "tags": "{'a': 1}", "custom": {"max_length": 10, "x": [null, {"y": -0.5e3}]}},
     "lifespan": 0.5, "last_modified": "2026-11-21T07:50:00Z"},
    {"target": "f", "instrument": {"type": "increment", "name": "b"}}
]}"#;

/// Bytes that are nothing, JSON in disorder, and a good file with a wound.
fn files() -> impl Strategy<Value = Vec<u8>> {
    let words = vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "null",
        "true",
        "1",
        "-1",
        "1e999",
        "0.5",
        "\"specs\"",
        "\"target\"",
        "\"f\"",
        "\"instrument\"",
        "\"type\"",
        "\"name\"",
        "\"custom\"",
        "\"lifespan\"",
        "\"event\"",
        "\"call\"",
        "\"last_modified\"",
        "\"2026-11-21T07:50:00Z\"",
        "\"9999-99-99T99:99:99Z\"",
        "{\"specs\":[",
        "{\"target\":\"f\",\"instrument\":",
        "{\"type\":\"log\",\"name\":\"\u{202e}\"}",
        "\u{0}",
        "\n",
    ];
    let wound = (0..SPECS.len(), 0..40usize, vec(any::<u8>(), 0..6)).prop_map(|(at, length, new)| {
        let mut bytes = SPECS.as_bytes().to_vec();
        let end = (at + length).min(bytes.len());
        bytes.splice(at..end, new);
        bytes
    });
    prop_oneof![
        vec(any::<u8>(), 0..300),
        vec(prop::sample::select(words), 0..40).prop_map(|words| words.concat().into_bytes()),
        wound,
        (1..100_000usize, prop::sample::select(vec!["[", "{\"specs\":", "{\"specs\":[{\"target\":"]))
            .prop_map(|(times, word)| word.repeat(times).into_bytes()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_file_is_specs_or_an_error_in_one_line(content in files()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("probes.json");
        fs::write(&path, &content).unwrap();
        let store = JsonFileStore::new(&path);
        match store.specs() {
            Ok(specs) => {
                // What was read can be written, and read again; what isn't valid says why.
                for spec in &specs {
                    let json = spec.to_json();
                    prop_assert!(serde_json::from_str::<serde_json::Value>(&json).is_ok());
                    prop_assert_eq!(&json.parse::<Spec>().unwrap(), spec);
                    if let Err(error) = spec.validate() {
                        prop_assert!(!error.problems.is_empty() && !error.to_string().contains(|c: char| c.is_control()));
                    }
                    let _ = spec.time_left(Timestamp::now(), Timestamp::now());
                }
                prop_assert!(store.add(self::spec("fuzz", "added")).is_ok());
                prop_assert_eq!(store.specs().unwrap().len(), specs.len() + 1);
            }
            Err(error) => {
                let text = error.to_string();
                prop_assert!(text.len() < 2_000 && !text.contains(|c: char| c.is_control()), "{:?}", text);
                prop_assert!(store.add(self::spec("fuzz", "added")).is_err());
                prop_assert_eq!(fs::read(&path).unwrap(), content);
            }
        }
    }
}
