//! No crate that the toolkit brings along implements a trait of the standard library for one of its types in a way that
//! leaves a choice where there was none.
//!
//! Such an implementation has a type of the crate's own as a parameter: `PartialEq<Value> for u8`. rustdoc lists them,
//! private ones too. One does no harm where the compiler can't infer the parameter anyway, since the standard library has
//! several; so the compiler is asked about each, without any crate.

use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What has no better replacement, and why it's harmless enough.
const EXCEPTIONS: [&str; 1] = [
    // Of a regular expression's match. Only `<&str>::from(…)`, spelled so, of something that's inferred would break: that
    // takes a `&str` from a `&str`.
    "regex_lite: From<_> for &'static str",
];

/// Cargo, for this package.
fn cargo(arguments: &[&str], folder: &str) -> Output {
    Command::new(env!("CARGO"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("CARGO_TARGET_DIR", Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder))
        // rustdoc's JSON isn't stable; what's read of it here has been the same for years.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTDOCFLAGS", "-Zunstable-options --output-format json --document-private-items --document-hidden-items --cap-lints allow")
        .env_remove("RUSTFLAGS")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .output()
        .expect("cargo")
}

/// The packages that are linked to who depends on this one with those features: macros and what they're made of aren't.
fn linked(features: &str) -> Vec<String> {
    let arguments =
        ["tree", "--edges", "normal,no-proc-macro", "--prefix", "none", "--format", "{p}", "--features", features];
    let tree = cargo(&arguments, "tree");
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let lines = String::from_utf8(tree.stdout).expect("names");
    let packages: BTreeSet<String> = lines
        .lines()
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            Some(format!("{}@{}", words.next()?, words.next()?.trim_start_matches('v')))
        })
        .collect();
    packages.into_iter().collect()
}

/// All harmful implementations, as `crate: Trait<_> for Type`.
fn harmful(features: &str) -> BTreeSet<String> {
    let folder = features.replace(',', "-");
    let packages = linked(features);
    let mut arguments = vec!["doc", "--quiet", "--no-deps", "--features", features];
    packages.iter().for_each(|package| arguments.extend(["--package", package]));
    let documented = cargo(&arguments, &folder);
    assert!(documented.status.success(), "{}", String::from_utf8_lossy(&documented.stderr));

    let docs = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&folder).join("doc");
    let mut found = BTreeSet::new();
    let mut crates = 0;
    for entry in std::fs::read_dir(&docs).expect("the documentation") {
        let path = entry.expect("a file").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            crates += 1;
            let text = std::fs::read_to_string(&path).expect("JSON");
            found.extend(foreign(&path, &serde_json::from_str(&text).expect("JSON")));
        }
    }
    // Else nothing was found since nothing was looked at.
    assert!(crates >= packages.len().min(10), "{crates} of {} crates", packages.len());
    let compiler = Compiler::new(&folder);
    found.retain(|implementation| compiler.infers(implementation.split_once(": ").expect("a crate").1));
    found
}

/// Implementations of the standard library's traits for its types, as `crate: Trait<_> for Type`.
fn foreign(path: &Path, docs: &Value) -> Vec<String> {
    let name = path.file_stem().expect("a name").to_string_lossy();
    let crates = docs["external_crates"].as_object().expect("crates");
    let is_std = |id: &Value| {
        let krate = &docs["paths"][id.to_string()]["crate_id"];
        crates
            .get(&krate.to_string())
            .is_some_and(|krate| matches!(krate["name"].as_str(), Some("std" | "core" | "alloc")))
    };
    let index: &Map<String, Value> = docs["index"].as_object().expect("items");
    let mut found = Vec::new();
    for item in index.values().filter(|item| item["crate_id"] == 0) {
        let implementation = &item["inner"]["impl"];
        let (of, is_for) = (&implementation["trait"], &implementation["for"]);
        if !of.is_object() || !is_std(&of["id"]) || implementation["blanket_impl"].is_object() {
            continue;
        }
        // The standard library's own head, behind any number of references.
        let mut head = is_for;
        while head["borrowed_ref"].is_object() {
            head = &head["borrowed_ref"]["type"];
        }
        let is_ours = head["resolved_path"].is_object() && !is_std(&head["resolved_path"]["id"]);
        let parameters: Vec<&Value> = types(&of["args"]).collect();
        if is_ours || head["generic"].is_string() || parameters.is_empty() {
            continue;
        }
        let parameters: Vec<String> = parameters.into_iter().map(|kind| spelled(kind, &is_std)).collect();
        let of = path_of(docs, &of["id"]);
        found.push(format!("{name}: {of}<{}> for {}", parameters.join(", "), spelled(is_for, &is_std)));
    }
    found
}

fn types(arguments: &Value) -> impl Iterator<Item = &Value> {
    let all = arguments["angle_bracketed"]["args"].as_array();
    all.into_iter().flatten().map(|argument| &argument["type"]).filter(|kind| !kind.is_null())
}

fn path_of(docs: &Value, id: &Value) -> String {
    let path = docs["paths"][id.to_string()]["path"].as_array().expect("a path");
    path.last().and_then(Value::as_str).expect("a name").to_owned()
}

/// A type as the compiler reads it, with `_` for those of the crate's own and for parameters.
fn spelled(kind: &Value, is_std: &dyn Fn(&Value) -> bool) -> String {
    let inner = |kind: &Value| spelled(kind, is_std);
    if let Some(primitive) = kind["primitive"].as_str() {
        return primitive.to_owned();
    }
    if kind["borrowed_ref"].is_object() {
        let mutable = if kind["borrowed_ref"]["is_mutable"] == true { "mut " } else { "" };
        return format!("&'static {mutable}{}", inner(&kind["borrowed_ref"]["type"]));
    }
    if kind["slice"].is_object() {
        return format!("[{}]", inner(&kind["slice"]));
    }
    if kind["array"].is_object() {
        return format!("[{}; 1]", inner(&kind["array"]["type"]));
    }
    if let Some(parts) = kind["tuple"].as_array() {
        return format!("({})", parts.iter().map(|part| inner(part) + ", ").collect::<String>());
    }
    let path = &kind["resolved_path"];
    if !path.is_object() || !is_std(&path["id"]) {
        return "_".to_owned();
    }
    // As it was written, `std::io::Error`, or as it was imported, `Duration`.
    let written = path["path"].as_str().unwrap_or_default().trim_start_matches("crate::");
    let arguments: Vec<String> = types(&path["args"]).map(inner).collect();
    match arguments.is_empty() {
        true => written.to_owned(),
        false => format!("{written}<{}>", arguments.join(", ")),
    }
}

/// The compiler, without any crate.
struct Compiler(PathBuf);

impl Compiler {
    fn new(folder: &str) -> Compiler {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder).join("asked");
        std::fs::create_dir_all(&folder).expect("a folder");
        Compiler(folder)
    }

    /// Whether it knows what `_` is in `Trait<_> for Type`.
    fn infers(&self, implementation: &str) -> bool {
        let (of, is_for) = implementation.split_once(" for ").expect("a type");
        // `_` has no meaning where a type is declared.
        let is_for = is_for.replace('_', "u8").replace("u8u8", "u8");
        let (name, parameters) = of.split_once('<').expect("a parameter");
        let source = format!(
            "#![allow(unused_imports)]\nextern crate alloc;\n\
             use std::{{borrow::*, boxed::Box, cell::*, collections::*, ffi::*, hash::*, io, iter::*, net::*, num::*, \
             ops::*, path::*, rc::Rc, string::String, sync::Arc, time::*}};\n\
             #[cfg(unix)] use std::os::fd::*;\n\
             fn asked<S: ?Sized + {name}<P>, P: ?Sized>() {{}}\n\
             fn main() {{ asked::<{is_for}, {parameters}(); }}\n",
        );
        let file = self.0.join("asked.rs");
        std::fs::write(&file, source).expect("a file");
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let asked = Command::new(rustc)
            .args(["--edition", "2024", "--emit", "metadata", "--out-dir"])
            .args([&self.0, &file])
            .output()
            .expect("rustc");
        let errors = String::from_utf8_lossy(&asked.stderr);
        // Whatever else is wrong, nobody knows whether it's harmless.
        !(errors.contains("error[E0283]") || errors.contains("error[E0282]"))
    }
}

#[test]
fn nothing_of_the_toolkit_leaves_a_choice_where_there_was_none() {
    let found = harmful("toolkit,perf,serde");
    let unknown: Vec<&String> = found.iter().filter(|found| !EXCEPTIONS.contains(&found.as_str())).collect();
    assert!(unknown.is_empty(), "these can break a program that doesn't name them: {unknown:#?}");
    let gone: Vec<_> = EXCEPTIONS.iter().filter(|exception| !found.contains(**exception)).collect();
    assert!(gone.is_empty(), "no exception any more: {gone:?}");
}

/// Else it could as well look at nothing.
#[test]
fn what_would_is_found() {
    let found = harmful("offender");
    assert!(found.contains("serde_json: PartialEq<_> for u8"), "{found:#?}");
}
