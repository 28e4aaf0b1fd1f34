//! Expressions: what they can name and do, what's said if they can't, and what they may cost.
#![allow(clippy::unwrap_used, reason = "a test that finds an error has failed")]

use instrument::probe;
use instrument::probe::{
    Bounds, Event, InstrumentStatus, LogInstrument, Memory, Spec, Value, register_function, register_value,
};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

#[probe]
fn subject(user_id: Option<u64>, name: &str, sizes: &[i32], ratio: f32, huge: u64) -> Vec<i32> {
    let _ = (user_id, name, ratio, huge);
    sizes.iter().map(|size| size * 2).collect()
}

fn call() {
    subject(Some(42), "Ann", &[1, 20, 300], 0.1, u64::MAX);
}

/// What the expression is for a call, or why it isn't.
fn evaluate(name: &str, value: &str) -> Result<String, String> {
    // All of it is about one function, and a call is everybody's.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let memory = Memory::default();
    let probe = probe::attach_to("subject").unwrap();
    // Wherever it looks at, it's known at the return.
    let instrument = LogInstrument::new(name, value).event(Event::Return).max_length(100_000).sink(memory.clone());
    probe.instrument(name, instrument).map_err(|error| error.to_string())?;
    probe.start();
    call();
    let status = probe.status(name);
    probe.remove(name);
    match status {
        Some(InstrumentStatus::Failed { error }) => Err(error),
        _ => Ok(memory.lines().concat()),
    }
}

#[test]
fn expressions_see_the_call() {
    register_value("limit", 10).unwrap();
    register_function("twice", |arguments| match arguments {
        [Value::Int(number)] => Ok(Value::from(number * 2)),
        _ => Err("twice takes an integer".to_owned()),
    })
    .unwrap();
    for (expression, value) in [
        ("user_id == 42", "true"),
        ("args.user_id + 1", "43"),
        ("has(args.name) && !has({'a': 1}.b)", "true"),
        ("args['name'] + '!'", "Ann!"),
        ("size(args)", "5"),
        ("sizes", "[1, 20, 300]"),
        ("result", "[2, 40, 600]"),
        ("sizes[1] < result[1]", "true"),
        ("ratio", "0.1"),
        ("huge", "18446744073709551615"),
        ("elapsed >= 0.0 && elapsed < 60.0", "true"),
        ("now > 1700000000.0", "true"),
        ("thread.id > 0 && size(thread.name) > 0", "true"),
        ("sizes.map(s, mag(s))", "[0, 1, 2]"),
        ("mag(0.02) + mag(-1000) + mag(0)", "1"),
        ("sizes.filter(s, s > limit).map(s, twice(s))", "[40, 600]"),
        ("sizes.exists(s, s == 20) && sizes.all(s, s > 0) && sizes.exists_one(s, s > 299)", "true"),
        ("name.startsWith('A') ? 'yes' : 'no'", "yes"),
        ("name.contains('nn') && name.endsWith('n')", "true"),
        ("name.matches('^A.{2}$') && !matches(name, 'b')", "true"),
        ("sizes.filter(s, string(s).matches('0+'))", "[20, 300]"),
        ("{'a': sizes[0], 'b': name}", r#"{a: 1, b: "Ann"}"#),
        ("type(name) == string && int('7') == 7 && double(sizes[0]) == 1.0", "true"),
        // Bytes are lists of numbers, as captured ones are, and types are their names.
        (r"b'a\xff' + bytes('b')", "[97, 255, 98]"),
        ("type(sizes)", "list"),
        ("{1: 'a'}[1u] + {'b': 'c'}.b", "ac"),
        ("1 < 1.5 && 2u >= 2 && 9007199254740993 > 9007199254740992.0", "true"),
        ("sizes.map(s, s > 1, s / 10) + [-7 % 3, -(2), - 2]", "[2, 30, -1, -2, -2]"),
        ("max(1, 3, 2) == max([3]) && min(0.5, 1) == 0.5", "true"),
        (r#"'''a"b''' + r'\n' + "\u00e9\101" // a comment"#, r#"a"b\néA"#),
        ("false && sizes[9] > 0 || sizes.exists(s, sizes[s] > 0 || true)", "true"),
        ("error == null", "null"),
    ] {
        if expression == "error == null" {
            assert!(evaluate("see", expression).unwrap_err().contains("`error` is known at the event error alone"));
        } else {
            assert_eq!(evaluate("see", expression).as_deref(), Ok(value), "{expression}");
        }
    }
}

#[test]
fn what_cant_be_compiled_says_what_to_write() {
    for (expression, message) in [
        ("", "it's empty"),
        ("nobody\n\u{1b}[31m", r"`nobody\n\u{1b}[31m`"),
        ("sizes[", "it's no CEL: 1:"),
        ("nmae == 'Ann'", "`nmae` is no argument of `expressions::subject`: did you mean `name`?"),
        ("reslut > 1", "or `result`?"),
        ("has(args.nobody)", "`nobody` is no argument of"),
        ("sizee(sizes)", "there's no function `sizee`: did you mean `size`?"),
        ("nothing.like(this)", "there's no function `like`: register it by `register_function`"),
        ("sizes.map(s, t)", "`t` is no argument"),
        ("result == 1 || error == 'x'", "a call has either a `result` or an `error`"),
    ] {
        let error = evaluate("compile", expression).unwrap_err();
        assert!(error.contains(message), "{expression}: {error}");
    }
    // What a spec may have can be compiled, to the last byte.
    let of_length = |length| format!("'{}'", "x".repeat(length - 2));
    for length in [2_049, Bounds::EXPRESSION, Bounds::EXPRESSION + 1] {
        let mut spec = Spec::new("expressions::subject", "log", "long");
        spec.instrument.value = Some(of_length(length));
        let compiled = evaluate("compile", &of_length(length));
        assert_eq!((spec.validate().is_ok(), compiled.is_ok()), (length <= 4_096, length <= 4_096), "{length}");
        assert!(compiled.err().is_none_or(|error| error.contains("it has 4097 bytes: write at most 4096")));
    }
    let error = evaluate("compile", &format!("1{}", " + 1".repeat(100))).unwrap_err();
    assert!(error.contains("nested 101 deep"), "{error}");
    assert!(register_function("no-name", |_| Ok(Value::Null)).is_err());
    assert!(register_function("size", |_| Ok(Value::Null)).is_err());
}

#[test]
fn what_is_made_of_what_is_not_there_is_not_there_either() {
    for (expression, value) in [
        // A null is a value: it can be looked for.
        ("null == null && user_id != null && !(user_id == null)", "true"),
        ("null in [1, null]", "true"),
        ("null in {'a': 1}", "false"),
        ("type(null)", "null_type"),
        ("[null, -null, !null, null + 1, 2.0 * null, null > 1, 1 <= null, null.name, null[0], sizes[null]]", NULLS),
        ("1 in null", "null"),
        ("size(null)", "null"),
        (
            "[double(null), 'a'.contains(null), mag(null), name.matches(null), null.exists(x, x > 1)]",
            "[null, null, null, null, null]",
        ),
        ("has(null.name)", "false"),
        // What else there is may decide, in any order.
        ("null > 1 || user_id == 42", "true"),
        ("user_id == 42 || null > 1", "true"),
        ("null > 1 && user_id == 42", "null"),
        ("null > 1 && user_id == 7", "false"),
        ("[1, null, 3].exists(x, x > 2)", "true"),
        ("[1, null].exists(x, x > 2)", "null"),
        ("[null, 1].all(x, x > 2)", "false"),
        ("[null, 3].all(x, x > 2)", "null"),
        ("[1, null, 3].filter(x, x > 2)", "[3]"),
        ("[1, null, 3].map(x, x * 2)", "[2, null, 6]"),
        ("[1, null, 3].map(x, x > 2, x)", "[3]"),
        ("[1, null, 3].exists_one(x, x > 2)", "true"),
        ("null > 1 ? 'yes' : 'no'", "no"),
        // The extremes are of what there is.
        ("[max(null, 1, 3), min([2, null]), max([null])]", "[3, 2, null]"),
    ] {
        assert_eq!(evaluate("null", expression).as_deref(), Ok(value), "{expression}");
    }
    // A mistake is one, whatever is missing beside it.
    assert!(evaluate("null", "null > 1 && sizes[7] > 1").unwrap_err().contains("Index out of bounds"));
}

const NULLS: &str = "[null, null, null, null, null, null, null, null, null, null]";

#[test]
fn what_fails_when_it_runs_says_so_and_stops() {
    for (expression, message) in [
        // It's told by what it was, and not by its kind alone.
        ("name > 7", "the string \"Ann\" can't be compared with the integer 7"),
        ("sizes.name", "the list [1, 20, 300] has no field `name`"),
        ("size(user_id)", "`size` takes something else than the integer 42"),
        ("-name", "`-` takes a number, and got the string \"Ann\""),
        ("ratio && true", "true or false is needed here, and it's the float 0.1"),
        ("bool('perhaps')", "and got the string \"perhaps\""),
        ("sizes[7]", "Index out of bounds"),
        ("sizes[0] / 0", "Division by zero"),
        ("elapsed * 1000 > 1.0", "write `double(n) * elapsed`"),
        ("9223372036854775807 + sizes[0]", "Overflow"),
        ("mag(name)", "mag takes a number, and got the string \"Ann\""),
        ("int(name)", "invalid digit"),
        ("name.matches('(')", "the pattern:"),
        ("name.matches('(a{1000}){1000}')", "the pattern:"),
        ("name.matches(7)", "it takes a text and a pattern"),
    ] {
        let error = evaluate("run", expression).unwrap_err();
        assert!(error.contains(message), "{expression}: {error}");
    }
}

#[test]
fn no_expression_takes_long_or_makes_much() {
    let bits = |depth: usize| {
        (0..depth).fold("name".to_owned(), |inner, at| format!("[{inner}].map(v{at}, v{at} + v{at})[0]"))
    };
    let loops = |depth: usize| {
        let list = "[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30]";
        (0..depth).fold("1".to_owned(), |inner, at| format!("{list}.map(v{at}, {inner})"))
    };
    for (expression, fails) in [
        // A text doubled a few times is fine, doubled without end it isn't.
        (bits(5), false),
        (bits(35), true),
        // 30 steps, 900, 27,000, 810,000, 24 million.
        (loops(2), false),
        (loops(4), true),
        (loops(5), true),
        // A part of the whole that takes an error for an answer.
        (format!("true || size({}) > 0", loops(5)), false),
        (format!("size({}) > 0 || true", loops(5)), true),
        (format!("{}.all(x, true)", loops(5)), true),
        (format!("[1].exists(x, size({}) > 0)", loops(5)), true),
        // A pattern is small, a text may not be.
        (format!("{}[0].matches('(x+x+)+y')", "[name]"), false),
        (format!("sizes.all(a, sizes.all(b, sizes.all(c, !({}).matches('(n{{1,20}}){{1,5}}y'))))", bits(9)), true),
        // Growth without a loop.
        ((0..6).fold("name".to_owned(), |inner, _| format!("[{inner}, {inner}]")), false),
        (format!("{} == 1", "[".repeat(38) + &"]".repeat(38)), false),
    ] {
        let start = Instant::now();
        let result = evaluate("cost", &expression);
        assert_eq!(result.is_err(), fails, "{}: {result:?}", &expression[..expression.len().min(200)]);
        assert!(result.map_or(0, |value| value.len()) < 1_000_000);
        // Not a measurement: a bound that's a thousand times what's expected tells an endless loop from none.
        assert!(start.elapsed().as_secs() < 60, "{expression}");
    }
}

/// Words that CEL is made of, in any order: most of it is nonsense, and none of it may do more than fail.
#[test]
fn nonsense_never_panics() {
    const WORDS: [&str; 48] = [
        "user_id",
        "name",
        "sizes",
        "result",
        "args",
        "elapsed",
        "now",
        "thread",
        "mag(",
        "size(",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ".",
        ",",
        ":",
        "?",
        "+",
        "-",
        "*",
        "/",
        "%",
        "==",
        "!=",
        "<",
        "&&",
        "||",
        "!",
        " in ",
        "1",
        "0x7f",
        "1u",
        "2.5",
        "'a'",
        "\"b\"",
        "b'c'",
        "r'\\d'",
        "true",
        "null",
        ".map(x, x)",
        ".all(y, y)",
        ".filter(z,",
        "\u{1F600}",
        "\0",
        "has(args.name)",
    ];
    // xorshift: the same in each run.
    let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed % below as u64).unwrap()
    };
    let mut compiled = 0;
    for _ in 0..300 {
        let length = random(12) + 1;
        let expression: String = (0..length).map(|_| WORDS[random(WORDS.len())]).collect();
        let result = evaluate("nonsense", &expression);
        compiled += usize::from(result.is_ok());
        let in_a_line = |error: String| error.len() < 2_000 && !error.contains(char::is_control);
        assert!(result.err().is_none_or(in_a_line), "{expression:?}");
    }
    assert!(compiled > 0, "some of it makes sense");
    for (open, close) in [("(", ")"), ("[", "]"), ("{1:", "}"), ("a?", ":a"), ("a.", "a"), ("size(", ")")] {
        let half = 2_000 / open.len().max(close.len());
        let deep = format!("{}1{}", open.repeat(half), close.repeat(half));
        assert!(evaluate("nonsense", &deep).is_err(), "{open}");
    }
}

/// Signals are for the program's threads: the one that compiles takes none, as short as it lives.
#[test]
#[cfg(target_os = "linux")]
fn the_thread_that_compiles_takes_no_signals() {
    use std::fs;
    use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
    /// What signals it blocks, if it's there just now.
    fn blocked() -> Option<u64> {
        fs::read_dir("/proc/self/task").unwrap().find_map(|thread| {
            let status = fs::read_to_string(thread.ok()?.path().join("status")).ok()?;
            let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
            let signals = |name| u64::from_str_radix(field(name)?, 16).ok();
            // The system keeps fifteen bytes of a thread's name. One that's ending has no signals any more, not even those that
            // a Rust program ignores.
            let is_it = field("Name:")? == "instrument-comp" && signals("SigIgn:")? != 0;
            is_it.then(|| signals("SigBlk:")).flatten()
        })
    }
    let ends = AtomicBool::new(false);
    let seen = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ends.load(Relaxed) {
                evaluate("long", &format!("[{}]", "1, ".repeat(600))).unwrap();
            }
        });
        let begun = Instant::now();
        let mut seen = None;
        while seen.is_none() && begun.elapsed().as_secs() < 60 {
            seen = blocked();
        }
        ends.store(true, Relaxed);
        seen
    });
    let seen = seen.expect("it was compiling for a minute");
    // SIGHUP, SIGINT, SIGTERM.
    assert!([1, 2, 15].iter().all(|signal| seen >> (signal - 1) & 1 == 1), "{seen:x}");
}
