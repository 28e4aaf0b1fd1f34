//! How a report fits its names, its tree and its lines into the width there is.

use super::super::footer;
use super::*;

#[test]
fn wide_names_are_aligned_and_controls_escaped() {
    let mut script = Script::new();
    let wide = script.calls(None, "日本語", &[3_000]);
    script.calls(Some(wide), "größe 🦀", &[2_000]);
    script.calls(None, "new\nline \x1b[31m\u{202e}", &[1_000]);
    assert_tables(
        script.report(),
        120,
        r"
elapsed 1.00 s

Stack                             Avg      Min      Max  Count      Sum  % of elapsed
日本語                        3.00 µs  3.00 µs  3.00 µs      1  3.00 µs        <0.1 %
|- größe 🦀                   2.00 µs  2.00 µs  2.00 µs      1  2.00 µs        <0.1 %
new\nline \u{1b}[31m\u{202e}  1.00 µs  1.00 µs  1.00 µs      1  1.00 µs        <0.1 %

",
    );
}

#[test]
fn names_are_cut_to_the_width_figures_never() {
    for (width, expected) in [
        (
            40, // The names keep 20 cells, and what tells the most is never given up.
            "
elapsed 1.00 s

Stack                 Count      Sum  % of elapsed
Interpret…nvironment      1   123 ms        12.3 %
|- Environm…n_scopes      3  70.4 ms         7.0 %
|  |- hash               10  12.3 µs        <0.1 %

",
        ),
        (
            60, // Without extremes.
            "
elapsed 1.00 s

Stack                      Avg  Count      Sum  % of elapsed
Interprete…nvironment   123 ms      1   123 ms        12.3 %
|- Environm…in_scopes  23.5 ms      3  70.4 ms         7.0 %
|  |- hash             1.23 µs     10  12.3 µs        <0.1 %

",
        ),
        (
            80,
            "
elapsed 1.00 s

Stack                        Avg      Min      Max  Count      Sum  % of elapsed
Interpreter…environment   123 ms   123 ms   123 ms      1   123 ms        12.3 %
|- Environme…_in_scopes  23.5 ms  23.5 ms  23.5 ms      3  70.4 ms         7.0 %
|  |- hash               1.23 µs  1.23 µs  1.23 µs     10  12.3 µs        <0.1 %

",
        ),
        (
            200,
            "
elapsed 1.00 s

Stack                                                  Avg      Min      Max  Count      Sum  % of elapsed
Interpreter::evaluate_expression_with_environment   123 ms   123 ms   123 ms      1   123 ms        12.3 %
|- Environment::lookup_variable_in_scopes          23.5 ms  23.5 ms  23.5 ms      3  70.4 ms         7.0 %
|  |- hash                                         1.23 µs  1.23 µs  1.23 µs     10  12.3 µs        <0.1 %

",
        ),
    ] {
        let mut script = Script::new();
        let outer = script.calls(None, "Interpreter::evaluate_expression_with_environment", &[123_456_789]);
        let inner = script.calls(Some(outer), "Environment::lookup_variable_in_scopes", &[23_456_789; 3]);
        script.calls(Some(inner), "hash", &[1_234; 10]);
        assert_tables(script.report(), width, expected);
    }
}

#[test]
fn namesakes_say_where_they_stand() {
    let mut script = Script::new();
    let method = |line| Label {
        name: "Cache::get".into(),
        is_given: false,
        path: "m::Cache::get".into(),
        file: "src/deep/cache.rs".into(),
        line,
        ..Label::default()
    };
    let first = script.site(None, method(12), &[30_000]);
    script.site(None, method(34), &[20_000]);
    script.site(Some(first), method(12), &[10_000]);
    assert_tables(
        script.report().columns(Some(vec![Column::Count])),
        80,
        "
elapsed 1.00 s

Stack                     Count
Cache::get (cache.rs:12)      1
|- Cache::get                 1
Cache::get (cache.rs:34)      1

",
    );
}

#[test]
fn a_deep_tree_keeps_its_names_and_says_how_deep() {
    let mut script = Script::new();
    let mut parent = None;
    for depth in 0..9 {
        parent = Some(script.calls(parent, "fib", &[100_000 - depth]));
    }
    assert_tables(
        script.report().columns(Some(vec![Column::Sum])),
        31,
        "
elapsed 1.00 s

Stack                       Sum
fib                      100 µs
|- fib                   100 µs
|  |- fib                100 µs
|  |  |- fib             100 µs
|  |  |  |- fib          100 µs
|  |  |  |  |- fib       100 µs
|  |  |  |  |  |- fib    100 µs
7… |  |  |  |  |- fib    100 µs
8… |  |  |  |  |- fib    100 µs

",
    );
}

#[test]
fn long_lines_of_the_footer_are_broken_between_words() {
    assert_eq!(footer::wrap("one two three four", 9), "one two\n  three\n  four");
    assert_eq!(footer::wrap("one two three four", 80), "one two three four");
    assert_eq!(footer::wrap("incomprehensible", 5), "incomprehensible");
}

#[test]
fn colour_changes_nothing_but_colour() {
    let tables = |style| program().report().width(80).style(style).parts().0;
    let coloured = tables(Style::Colour);
    let plain = ["\x1b[0m", "\x1b[1m", "\x1b[2m"].iter().fold(coloured.clone(), |text, code| text.replace(code, ""));
    assert_ne!(coloured, plain);
    assert_eq!(plain, tables(Style::Plain));
}
