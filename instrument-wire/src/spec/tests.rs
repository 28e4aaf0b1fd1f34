//! What specs promise: complaints that name field, place and what's allowed; bounds; lifespans that end.

#![expect(clippy::unwrap_used, reason = "a test fails by a panic")]

use super::*;

const FULL: &str = r#"{
    "target": "shop::Cart::add",
    "instrument": {
        "type": "log", "name": "n", "value": "result", "event": "error",
        "condition": "a > 1", "tags": "{}", "custom": { "levels": [1, 2] }
    },
    "lifespan": 0.5,
    "last_modified": "2026-11-21T07:50:00Z"
}"#;

#[test]
fn a_spec_survives_the_way_through_json() {
    let spec: Spec = FULL.parse().unwrap();
    assert_eq!(spec.instrument.event, Some(Event::Error));
    assert_eq!(spec.instrument.custom["levels"][1].as_u64(), Some(2));
    assert_eq!(spec.last_modified.unwrap().to_string(), "2026-11-21T07:50:00.000Z");
    assert_eq!(spec.to_json().parse::<Spec>().unwrap(), spec);
}

#[test]
fn only_what_makes_an_identity_is_required() {
    let spec: Spec = r#"{"target": "f", "instrument": {"type": "increment", "name": "n"}}"#.parse().unwrap();
    assert_eq!((spec.instrument.event, spec.lifespan, spec.share, spec.last_modified), (None, None, None, None));
    assert!(spec.validate().is_ok());
    assert_eq!(spec.to_json(), r#"{"target":"f","instrument":{"type":"increment","name":"n"}}"#);
}

#[test]
fn a_spec_of_the_library_for_python_is_read_and_written_as_ours() {
    let old = r#"{
        "target": "shop::Cart::add",
        "instrument": {"type": "hist", "name": "n", "value": "result", "event": "return", "custom": {}},
        "lifespan": 10,
        "lastmodified": "2026-11-21T07:50:00.250000",
        "applied": {"host:7": {"lm": "2026-11-21T07:50:00", "err": null}}
    }"#;
    let spec: Spec = old.parse().unwrap();
    assert_eq!(spec.validate(), Ok(()));
    assert_eq!(spec.last_modified.unwrap().to_string(), "2026-11-21T07:50:00.250Z");
    assert_eq!((spec.lifespan, spec.ignored.as_slice()), (Some(10.0), &["applied".to_owned()][..]));
    let written = spec.to_json();
    assert!(
        written.contains(r#""last_modified":"2026-11-21T07:50:00.250Z""#) && !written.contains("applied"),
        "{written}"
    );
    for time in ["2026-11-21T07:50:00.25Z", "2026-11-21 07:50:00.250000", "2026-11-21T07:50:00.250000+00:00"] {
        let same: Spec = old.replace("2026-11-21T07:50:00.250000", time).parse().unwrap();
        assert_eq!(same, spec, "{time}");
    }
    assert_eq!(
        old.replace("{\"host:7\"", "null, \"lifetime\": {\"host:7\"").parse::<Spec>().unwrap_err().to_string(),
        "line 6, column 26: `lifetime`: unknown field `lifetime`, expected one of `target`, `instrument`, `lifespan`, `share`, `last_modified`"
    );
    let both = old.replace("\"applied\": {", "\"last_modified\": \"2026-11-21T07:50:00Z\", \"applied\": {");
    assert!(both.parse::<Spec>().unwrap_err().to_string().contains("there are `last_modified` and `lastmodified`"));
    // Ours is as strict as it was.
    assert!(FULL.replace("00Z", "00").parse::<Spec>().unwrap_err().to_string().contains("is no time"));
}

#[test]
fn complaints_name_field_place_and_what_is_allowed() {
    for (from, to, expected) in [
        (
            "\"value\"",
            "\"valeu\"",
            "line 4, column 37: `instrument.valeu`: unknown field `valeu`, expected one of `type`, `name`, `value`, \
             `event`, `condition`, `tags`, `custom`; did you mean `value`?",
        ),
        (
            "\"lifespan\"",
            "\"lifetime\"",
            "line 7, column 5: `lifetime`: unknown field `lifetime`, expected one of `target`, `instrument`, \
             `lifespan`, `share`, `last_modified`",
        ),
        (
            "\"error\"",
            "\"retrun\"",
            "line 4, column 65: `instrument.event`: unknown variant `retrun`, expected one of `call`, `return`, `error`; \
             did you mean `return`?",
        ),
        ("0.5", "\"5\"", "line 7, column 17: `lifespan`: a number is expected here, not a string"),
        (
            "2026-11-21T07:50:00Z",
            "yesterday",
            "line 8, column 22: `last_modified`: `yesterday` is no time; write it in UTC, as `2026-11-21T07:50:00Z`",
        ),
        ("\"name\": \"n\", ", "", "line 6, column 5: `instrument`: missing field `name`"),
        ("0.5,", "0.5", "line 8, column 5: `,` or `}` is expected here, not a string"),
    ] {
        let json = FULL.replace(from, to);
        assert_ne!(json, FULL);
        assert_eq!(json.parse::<Spec>().unwrap_err().to_string(), expected);
    }
    assert_eq!("{} x".parse::<Spec>().unwrap_err().to_string(), "line 1, column 2: missing field `target`");
    let more = format!("{FULL} x").parse::<Spec>().unwrap_err();
    assert_eq!((more.line, more.field), (9, None));
}

#[test]
fn a_complaint_is_one_printable_line_of_bounded_length() {
    let json = FULL.replace("\"value\"", &format!("\"\\u001b[2J\\n{}\"", "x".repeat(100_000)));
    let error = json.parse::<Spec>().unwrap_err().to_string();
    assert!(error.len() < 1000, "{} bytes", error.len());
    assert!(!error.contains(|c: char| c.is_control()), "{error:?}");
}

#[test]
fn deep_nesting_is_refused() {
    let json = FULL.replace("[1, 2]", &"[".repeat(100_000));
    assert!(json.parse::<Spec>().unwrap_err().to_string().contains("recursion limit"));
}

#[test]
fn validation_finds_everything_at_once() {
    let mut spec: Spec = FULL.parse().unwrap();
    assert_eq!(spec.validate(), Ok(()));
    spec.target = String::new();
    spec.instrument.name = "two\nlines".into();
    spec.instrument.kind = " log".into();
    spec.instrument.value = Some(" ".into());
    spec.instrument.condition = Some("x".repeat(Bounds::EXPRESSION + 1));
    spec.instrument.custom.insert("big".into(), "x".repeat(Bounds::CUSTOM).into());
    spec.lifespan = Some(f64::NAN);
    spec.share = Some(f64::NAN);
    let error = spec.validate().unwrap_err();
    let fields: Vec<&str> = error.problems.iter().map(|problem| problem.field).collect();
    assert_eq!(
        fields,
        [
            "target",
            "instrument.type",
            "instrument.name",
            "instrument.value",
            "instrument.condition",
            "lifespan",
            "share",
            "instrument.custom"
        ]
    );
    assert!(!error.to_string().contains('\n'));
}

#[test]
fn a_share_is_a_percentage_above_none() {
    let shared = |share: &str| FULL.replace("0.5,", &format!("0.5,\n    \"share\": {share},"));
    let mut spec: Spec = shared("1.5").parse().unwrap();
    assert_eq!((spec.share, spec.to_json().parse().as_ref()), (Some(1.5), Ok(&spec)));
    for (share, is_valid) in [(0.001, true), (100.0, true), (0.0, false), (-1.0, false), (100.1, false)] {
        spec.share = Some(share);
        assert_eq!(spec.validate().is_ok(), is_valid, "{share}");
    }
    let text = spec.validate().unwrap_err().to_string();
    assert!(
        text.ends_with("`share` is 100.1; write percent above 0 and up to 100, such as 5, or leave it out"),
        "{text}"
    );
    let error = shared("\"5%\"").parse::<Spec>().unwrap_err();
    assert_eq!((error.field.as_deref(), error.line), (Some("share"), 8));
}

#[test]
fn a_lifespan_counts_from_the_last_change() {
    let mut spec: Spec = FULL.parse().unwrap();
    let changed = spec.last_modified.unwrap();
    let at = |seconds| changed.after(Duration::from_secs(seconds));
    assert_eq!(spec.time_left(at(20), at(20)), Some(Duration::from_secs(10)));
    assert_eq!(spec.time_left(at(20), at(31)), Some(Duration::ZERO));
    // Another machine's clock is an hour ahead.
    spec.last_modified = Some(at(3600));
    assert_eq!(spec.time_left(at(0), at(0)), Some(Duration::from_secs(30)));
    spec.last_modified = None;
    assert_eq!(spec.time_left(at(20), at(25)), Some(Duration::from_secs(25)));
    for never in [f64::INFINITY, f64::NAN, -1.0] {
        spec.lifespan = Some(never);
        assert_eq!(spec.time_left(at(0), at(1)), Some(Duration::ZERO));
    }
    spec.lifespan = None;
    assert_eq!(spec.time_left(at(0), at(1_000_000)), None);
}

#[test]
fn moments_beyond_the_calendar_are_kept_within_it() {
    let last = Timestamp::now().after(Duration::MAX);
    assert_eq!(last.to_string(), "9999-12-31T23:59:59.999Z");
    assert_eq!(last.after(Duration::from_secs(1)), last);
}

#[test]
fn a_process_that_ended_is_dead_and_this_one_is_not() {
    assert!(ProcessId::current().is_here() && ProcessId::current().is_running());
    let mut child = std::process::Command::new("true").spawn().unwrap();
    let ended = ProcessId { pid: child.id(), ..ProcessId::current() };
    child.wait().unwrap();
    assert!(!ended.is_running());
    assert!(!ProcessId { host: "another machine".into(), ..ended }.is_here());
}
