//! The check itself: a tree without a wrong arrow passes, and each way of writing one is found, at its line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const LAYERS: &str = "\
base ->
top -> base   # and no other

top 1: low near
top 2: high
";

/// Names everything that may be named, in every way.
const TREE: [(&str, &str); 12] = [
    ("Cargo.toml", "[workspace]\nmembers = [\"instrument-base\", \"instrument-top\"]\nresolver = \"3\"\n"),
    ("ci/layers.txt", LAYERS),
    ("instrument-base/Cargo.toml", "[package]\nname = \"instrument-base\"\nversion = \"0.1.0\"\nedition = \"2024\"\n"),
    ("instrument-base/src/lib.rs", ""),
    (
        "instrument-top/Cargo.toml",
        "[package]\nname = \"instrument-top\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
         [dependencies]\ninstrument-base = { path = \"../instrument-base\" }\n",
    ),
    (
        "instrument-top/src/lib.rs",
        "mod high;\nmod low;\n#[cfg_attr(not(unix), path = \"near/elsewhere.rs\")]\nmod near;\n\
         pub use self::{high::{Far, floor as roof}, low::Low, near::*};\npub use low::Low as Deep;\n",
    ),
    ("instrument-top/src/low/mod.rs", "mod inner;\nmod beside;\npub use inner::Low;\npub fn ground() {}\n"),
    (
        "instrument-top/src/low/inner.rs",
        "//! Says `crate::high::Far`.\nuse super::beside;\nuse super::super::low::ground;\n\
         /* crate::high */\n/// See [`crate::high::Far`].\npub struct Low;\n\
         pub fn text() -> &'static str { beside::none(); ground(); crate::low::ground(); \"crate::high::Far\" }\n\
         #[cfg(test)]\nmod tests { use crate::{high, near}; }\n\
         #[cfg(all(test, unix))]\nuse crate::{high, near};\nmod inside { pub use super::Low as Here; use crate::Deep; }\n",
    ),
    ("instrument-top/src/low/beside.rs", "pub fn none() {}\n#[cfg(test)]\nmod tests;\n"),
    ("instrument-top/src/low/beside/tests.rs", "use crate::high::Far;\n"),
    (
        "instrument-top/src/near/mod.rs",
        "pub struct Near;\n#[macro_export]\nmacro_rules! near { () => { $crate::Near }; }\n",
    ),
    (
        "instrument-top/src/high.rs",
        "use crate::{low::{self, Low}, near};\npub struct Far(Low, near::Near, crate::Near, crate::Low);\n\
         pub fn floor() { low::ground(); crate::near!(); near!(); }\n",
    ),
];

/// Writes the tree with those files in place of its own; exit code, and what was said.
fn check(name: &str, changes: &[(&str, &str)]) -> (i32, String) {
    let root = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&root);
    for (file, text) in TREE.iter().chain(changes) {
        let file = root.join(file);
        fs::create_dir_all(file.parent().unwrap_or(Path::new("."))).expect("a folder");
        fs::write(file, text).expect("a file");
    }
    let output = Command::new(env!("CARGO_BIN_EXE_instrument-layers")).arg(&root).output().expect("it runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().expect("no signal"), String::from_utf8_lossy(&said).into_owned())
}

#[test]
fn a_tree_whose_arrows_go_down_passes() {
    let (code, said) = check("right", &[]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("top: 6 files, the largest circle of files across floors has 0"), "{said}");
}

#[test]
fn every_way_to_name_a_higher_floor_is_found_at_its_line() {
    let file = "instrument-top/src/low/beside.rs";
    for (number, (text, line)) in [
        ("pub fn none() {}\nuse crate::high::Far;", 2),
        ("pub fn none() {}\nuse crate::{\n    low::Low,\n    high::{self, Far},\n};", 4),
        ("pub fn none() {\n    crate::high::floor();\n}", 2),
        ("pub fn none() {}\ntype T = Vec<crate::high::Far>;", 2),
        ("pub fn none() {}\nuse super::super::high;", 2),
        ("pub fn none() {}\nuse super::super::{high as up};", 2),
        ("pub fn none() {}\nuse self::super::super::high::Far;", 2),
        // By what the root re-exports, renamed or not.
        ("pub fn none() {}\nuse crate::Far;", 2),
        ("pub fn none() {}\nfn f() { crate::roof() }", 2),
        ("pub fn none() {}\nuse crate::{Low, Far as L};", 2),
        ("pub fn none() {}\npub(in crate::low) fn f(_: &crate::Far) {}", 2),
        // In macros, of its own and of others.
        ("pub fn none() {}\nmacro_rules! m {\n    () => { $crate::high::Far };\n}", 3),
        ("pub fn none() {\n    assert!(\n        crate::high::floor() == ());\n}", 3),
        ("pub fn none() {\n    println!(\"{}\", crate::high::FLOOR);\n}", 2),
        ("pub fn none() {}\n#[serde(with = \"crate::high::far\")]\nstruct S;", 2),
        ("pub fn none() {}\n#[derive(X)]\n#[x(crate::high::Far)]\nstruct S;", 3),
        // What's behind a feature, but not for tests alone.
        ("pub fn none() {}\n#[cfg(any(test, unix))]\nuse crate::high::Far;", 3),
        ("pub fn none() {}\n#[cfg(not(test))]\nuse crate::high::Far;", 3),
        ("#[cfg(test)]\nuse crate::{high, near};\npub fn none(_: crate::high::Far) {}", 3),
        ("#[cfg(test)]\nfn test<A, B>() {}\npub fn none(_: crate::high::Far) {}", 3),
        ("pub fn none() {}\nmod inner {\n    use super::super::super::high;\n}", 3),
        ("pub fn none() {}\nfn f() { let _ = <crate::high::Far as Clone>::clone; }", 2),
        ("pub fn none() {}\nuse instrument_top::high::Far;", 2),
    ]
    .into_iter()
    .enumerate()
    {
        let (code, said) = check(&format!("wrong{number}"), &[(file, text)]);
        assert_eq!(code, 1, "{text}\n{said}");
        let expected = format!("{file}:{line}: floor `low` names the higher floor `high`\n");
        assert!(said.contains(&expected), "{text}\n{said}");
    }
}

#[test]
fn what_is_beside_or_above_is_told_apart() {
    let file = "instrument-top/src/low/beside.rs";
    for (number, (text, expected)) in [
        ("pub fn none() {}\nuse crate::near;", ":2: floor `low` names `near`, which is on the same floor\n"),
        // By a glob of the root.
        ("pub fn none() {}\nuse crate::Near;", ":2: floor `low` names `near`, which is on the same floor\n"),
        // Macros have no path where they're known by their order.
        ("pub fn none() { near!() }", ":1: floor `low` names `near`, which is on the same floor\n"),
        ("pub fn none() { crate::near!() }", ":1: floor `low` names `near`, which is on the same floor\n"),
        ("pub fn none() {}\nuse crate::*;", ":2: floor `low` names the crate's root, which is above all floors\n"),
        (
            "pub fn none() {}\nuse super::super as up;",
            ":2: floor `low` names the crate's root, which is above all floors\n",
        ),
        (
            "pub fn none() {}\nuse {crate as all};",
            ":2: floor `low` names the crate's root, which is above all floors\n",
        ),
        ("pub fn none() {}\nuse crate::Nobody;", ":2: can't tell what `crate::Nobody` is, so it may hide an arrow\n"),
        ("pub fn none() {}\nuse super::super::super::x;", ":2: `super::super::super::x` leads out of the crate\n"),
    ]
    .into_iter()
    .enumerate()
    {
        let (code, said) = check(&format!("beside{number}"), &[(file, text)]);
        assert_eq!(code, 1, "{text}\n{said}");
        assert!(said.contains(&format!("{file}{expected}")), "{text}\n{said}");
    }
}

#[test]
fn a_file_for_another_system_is_looked_at_as_well() {
    let file = "instrument-top/src/near/elsewhere.rs";
    let (code, said) = check("elsewhere", &[(file, "use crate::high::Far;")]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(&format!("{file}:1: floor `near` names the higher floor `high`\n")), "{said}");
}

#[test]
fn a_circle_across_floors_is_shown_with_its_files() {
    let (code, said) =
        check("circle", &[("instrument-top/src/low/beside.rs", "pub fn none() { crate::high::floor() }")]);
    assert_eq!(code, 1, "{said}");
    let expected = "top: 6 files, the largest circle of files across floors has 4\n    \
        instrument-top/src/high.rs\n    instrument-top/src/low/beside.rs\n    \
        instrument-top/src/low/inner.rs\n    instrument-top/src/low/mod.rs\n";
    assert!(said.contains(expected), "{said}");
}

#[test]
fn the_list_and_the_tree_have_the_same_floors_and_crates() {
    let list = |from: &str, to: &str| {
        assert!(LAYERS.contains(from));
        LAYERS.replace(from, to)
    };
    for (number, (list, expected)) in [
        (list("low near", "low near cellar"), "layers.txt: top has no module `cellar`\n"),
        (list("low near", "low"), "instrument-top/src/near/mod.rs: `near` is on no floor; write it into layers.txt\n"),
        (list("top 2:", "top 3:"), "the next floor is `top 2: modules`"),
        (list("top 2: high\n", ""), "instrument-top/src/high.rs: `high` is on no floor; write it into layers.txt\n"),
        (list("2: high", "2: high low"), "`low` is on two floors"),
        (list("top ->", "attic ->\ntop ->"), "layers.txt: the workspace has no package `instrument-attic`\n"),
        (list("-> base", "->"), "instrument-top/Cargo.toml: `instrument-top` mustn't depend on `instrument-base`\n"),
        (list("base ->\n", "").replace("-> base", "->"), "layers.txt: the package `instrument-base` isn't in it\n"),
        (list("base ->\n", ""), "`base` isn't a crate of a line above"),
        (list("top 2: high", "loft 1: high"), "first write what that crate may depend on"),
        (list("2: high", "two high"), "write `crate -> crates` or `crate 1: modules`"),
    ]
    .into_iter()
    .enumerate()
    {
        let (code, said) = check(&format!("list{number}"), &[("ci/layers.txt", &list)]);
        assert_eq!(code, 1, "{list}\n{said}");
        assert!(said.contains(expected), "{list}\n{said}");
    }
}

#[test]
fn what_tests_alone_depend_on_is_free() {
    let manifest = "[package]\nname = \"instrument-base\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\
        [dev-dependencies]\ninstrument-top = { path = \"../instrument-top\" }\n";
    let (code, said) = check("dev", &[("instrument-base/Cargo.toml", manifest)]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = check("build", &[("instrument-base/Cargo.toml", &manifest.replace("dev-", "build-"))]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("`instrument-base` mustn't depend on `instrument-top`"), "{said}");
}

#[test]
fn this_workspace_keeps_the_order() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let output = Command::new(env!("CARGO_BIN_EXE_instrument-layers")).arg(root).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
