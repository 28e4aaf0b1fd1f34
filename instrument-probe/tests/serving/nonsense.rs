//! Whatever is sent, it's answered by an error, and concerns nobody else.

use super::*;
use instrument_probe::remote::{LONGEST_ANSWER, LONGEST_REQUEST};
use proptest::collection::vec;
use proptest::prelude::*;

fn error(text: &str) -> String {
    format!("{{\"answer\":\"error\",\"error\":\"{text}\"}}\n")
}

#[test]
fn nonsense_is_answered_and_the_connection_goes_on() {
    let _alone = alone();
    let mut raw = Raw::connect();
    for (request, expected) in [
        ("x", "no request: line 1, column 1: an object is expected here, not `x`"),
        ("{}", "no request: line 1, column 2: missing field `ask`"),
        (
            "{\"ask\": \"targetz\"}",
            "no request: line 1, column 9: `ask`: unknown variant `targetz`, expected one of `hello`, `targets`, \
             `probe_add`, `probe_list`, `probe_remove`, `lines`, `top`, `dump`, `report`, `save`; did you mean `targets`?",
        ),
        ("{\"ask\": \"hello\", \"x\": 1}", "no request: line 1, column 18: `x`: unknown field `x`, expected `ask`"),
        (
            "{\"ask\": \"top\", \"order\": \"name\"}",
            "no request: line 1, column 25: `order`: unknown variant `name`, expected one of `total`, `own`, `wall`",
        ),
        (
            "{\"ask\": \"top\", \"rows\": -1}",
            "no request: line 1, column 24: `rows`: a whole number from 0 to 18446744073709551615 is expected here, not `-1`",
        ),
        (
            "{\"ask\": \"hello\"} {\"ask\": \"hello\"}",
            "no request: line 1, column 18: the end of the text is expected here, not an object",
        ),
    ] {
        assert_eq!(raw.ask(request), error(expected), "{request}");
    }
    assert!(raw.ask("{\"ask\": \"hello\"}").starts_with("{\"answer\":\"hello\""));
}

#[test]
fn a_request_that_is_too_long_ends_its_own_connection_alone() {
    let _alone = alone();
    let mut other = Raw::connect();
    let mut raw = Raw::connect();
    // A long one that fits is a request like any other.
    let mut fits = b"{\"ask\": \"hello\"}".to_vec();
    fits.resize(LONGEST_REQUEST - 1, b' ');
    fits.push(b'\n');
    raw.send(&fits);
    assert!(raw.receive().starts_with("{\"answer\":\"hello\""));
    raw.send(&vec![b' '; 10 * LONGEST_REQUEST]);
    assert_eq!(raw.receive(), error("the request is longer than 65536 bytes"));
    assert_eq!(raw.receive(), "");
    assert!(other.ask("{\"ask\": \"hello\"}").starts_with("{\"answer\":\"hello\""));
}

#[test]
fn half_a_request_is_none() {
    let _alone = alone();
    let mut raw = Raw::connect();
    raw.send(b"{\"ask\": \"hello\"}");
    raw.0.get_ref().shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(raw.receive(), error("the request has no line feed at its end"));
    drop(Raw::connect());
    Raw::connect().send(b"{\"ask\":");
}

/// Bytes that are nothing, and JSON that's almost something.
fn requests() -> impl Strategy<Value = Vec<u8>> {
    let words = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\\",
        "null",
        "true",
        "-1",
        "1e999",
        "0.5",
        "\"ask\"",
        "\"hello\"",
        "\"targets\"",
        "\"probe_add\"",
        "\"probe_remove\"",
        "\"lines\"",
        "\"top\"",
        "\"dump\"",
        "\"spec\"",
        "\"target\"",
        "\"instrument\"",
        "\"type\"",
        "\"name\"",
        "\"id\"",
        "\"lifespan\"",
        "\"rows\"",
        "\"follow\"",
        "\u{7f}",
        "\"\\u0000\"",
        "\"\u{202e}\"",
        " ",
        "{\"ask\":\"probe_list\"",
        "{\"ask\":\"probe_remove\",\"id\":",
        "{\"target\":\"x\",\"name\":\"y\"}",
        "{\"ask\":\"probe_add\",\"spec\":{\"target\":\"x\",\"instrument\":{\"type\":\"log\",\"name\":\"n\"",
        "{\"ask\":\"top\",\"rows\":",
        "18446744073709551616",
    ]);
    prop_oneof![
        vec(any::<u8>(), 0..300),
        vec(words, 0..30).prop_map(|words| words.concat().into_bytes()),
        // Deeper than anyone would recurse.
        (1..60_000usize).prop_map(|depth| vec![b'['; depth]),
    ]
}

#[test]
fn every_line_gets_an_answer_of_bounded_length() {
    let _alone = alone();
    let raw = std::cell::RefCell::new(Raw::connect());
    let config = ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(mut request in requests())| {
        request.retain(|&byte| byte != b'\n');
        request.push(b'\n');
        let asks = !request.trim_ascii().is_empty();
        let mut raw = raw.borrow_mut();
        raw.send(&request);
        if asks {
            let answer = raw.receive();
            prop_assert!(answer.len() < LONGEST_ANSWER, "{} bytes", answer.len());
            prop_assert!(Answer::parse(answer.trim_end().as_bytes()).is_ok(), "{:?}", answer);
            // It's JSON for everybody else, too.
            prop_assert!(serde_json::from_str::<serde_json::Value>(&answer).is_ok(), "{:?}", answer);
        }
    });
    assert!(raw.borrow_mut().ask("{\"ask\": \"hello\"}").starts_with("{\"answer\":\"hello\""));
}
