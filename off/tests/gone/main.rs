//! Off means gone: no dependencies, no code, no bytes are left of `instrument` in a program that doesn't turn it on.

mod assembly;

use object::{Object, ObjectSection};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Cargo, for this package, with a target folder of its own: the one that the tests are in belongs to who runs them.
fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", target())
        // Whatever somebody wants of the tests mustn't become part of what they look at.
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .expect("cargo");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo {}:\n{errors}", arguments.join(" "));
    assert!(!errors.contains("warning:"), "cargo {}:\n{errors}", arguments.join(" "));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn target() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("gone")
}

fn source(program: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin").join(program).with_extension("rs");
    std::fs::read_to_string(path).expect("a program's source")
}

/// Builds the program's release version afresh, and returns its assembly and the executable's path.
fn build(program: &str) -> (String, PathBuf) {
    // A folder of its own, since the assembly's file name has a hash in it and older ones may lie beside.
    let folder = target().join(program);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("a folder");
    let assembly = folder.join("assembly.s");
    let executable = folder.join(format!("executable{}", std::env::consts::EXE_SUFFIX));
    let emit = format!("asm={},link={}", assembly.display(), executable.display());
    // An empty option, unlike for each call, makes cargo call the compiler even if nothing changed since.
    let again = format!("--check-cfg=cfg(again_{})", std::process::id());
    cargo(&["rustc", "--quiet", "--release", "--bin", program, "--", "--emit", &emit, &again]);
    (std::fs::read_to_string(&assembly).expect("the assembly"), executable)
}

#[test]
fn a_program_depends_on_instrument_and_its_attributes_and_nothing_else() {
    let tree = cargo(&["tree", "--edges", "normal,build", "--prefix", "none", "--format", "{p}"]);
    let packages: BTreeSet<&str> = tree.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(packages, BTreeSet::from(["instrument", "instrument-macros", "instrument-off"]), "{tree}");
}

/// Else the comparison of the two would prove nothing.
#[test]
fn the_plain_program_is_the_noted_one_without_its_lines_on_instrument() {
    let (noted, plain) = (source("noted"), source("plain"));
    assert_eq!(noted.lines().count(), plain.lines().count());
    let mut removed = 0;
    for (at, (noted, plain)) in noted.lines().zip(plain.lines()).enumerate() {
        let replaced = ["TIMER.time", "Profiler::task", "context.wrap", ".in_context", "CountingAllocator<System> ="]
            .iter()
            .any(|part| noted.contains(part));
        removed += usize::from(noted != plain);
        assert!(
            noted == plain || plain.trim() == "//" || plain.starts_with("//!") || replaced,
            "line {}:\n- {noted}\n+ {plain}",
            at + 1
        );
    }
    assert!(removed > 50 && !plain.contains("instrument::"));
}

#[test]
fn nothing_is_left_in_a_programs_assembly_nor_in_the_size_of_its_code() {
    let ((noted, noted_executable), (plain, plain_executable)) = (build("noted"), build("plain"));
    assert!(plain.lines().count() > 500, "the assembly of a whole program");
    let difference =
        assembly::difference(&assembly::normalised(&plain, "plain"), &assembly::normalised(&noted, "noted"));
    if let Some(difference) = difference {
        panic!("plain (-) and noted (+) have {difference}");
    }
    assert_eq!(code_size(&noted_executable), code_size(&plain_executable));
}

/// Bytes of the executable's section of code.
fn code_size(executable: &Path) -> u64 {
    let bytes = std::fs::read(executable).expect("the executable");
    let file = object::File::parse(&*bytes).expect("an executable");
    let section = file.section_by_name(".text").or_else(|| file.section_by_name("__text")).expect("a section of code");
    section.size()
}

#[test]
fn all_examples_compile_without_warnings() {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let count = std::fs::read_dir(&examples).expect("the link to the repository's examples").count();
    assert!(count > 0, "no examples in {}", examples.display());
    cargo(&["check", "--quiet", "--examples"]);
}

/// What compiles off has to compile on, with nothing but an option on the command line.
#[test]
fn the_noted_program_compiles_with_any_part_turned_on() {
    for features in ["timers", "memory", "probes", "enabled"] {
        cargo(&["check", "--quiet", "--bin", "noted", "--features", &format!("instrument/{features}")]);
    }
}
