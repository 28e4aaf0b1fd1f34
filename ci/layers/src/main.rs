//! Checks the order of floors: `instrument-layers ROOT` reads `ROOT/ci/layers.txt`, or a second argument, and exits with 1
//! if anything in the sources of the crates named there, or in their manifests, goes upwards.
//!
//! What it looks at is tokens: comments and strings don't count, macros and inline paths do. It can't see what no path
//! names: a method that a higher floor gives to a type of a lower one, or a trait object.

mod circles;
mod crates;
mod modules;
mod order;
mod paths;
mod resolve;

use order::Order;
use resolve::{House, Met};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let root = arguments.next().unwrap_or_else(|| PathBuf::from("."));
    let order = arguments.next().unwrap_or_else(|| root.join("ci/layers.txt"));
    match check(&root, &order) {
        Ok(wrong) if wrong.is_empty() => ExitCode::SUCCESS,
        Ok(wrong) => {
            wrong.iter().for_each(|line| eprintln!("{line}"));
            eprintln!("{} wrong", wrong.len());
            ExitCode::FAILURE
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// What's wrong, a line each. `Err` if it can't be told.
fn check(root: &Path, order: &Path) -> Result<Vec<String>, String> {
    let text = std::fs::read_to_string(order).map_err(|error| format!("{}: {error}", order.display()))?;
    let order = Order::parse(&text).map_err(|error| format!("{}: {error}", order.display()))?;
    let mut wrong = crates::check(root, &order)?;
    for krate in &order.crates {
        let Some(floors) = &krate.floors else {
            println!("{}: floors aren't drawn yet", krate.name);
            continue;
        };
        // Said above.
        if !krate.folder(root).exists() {
            continue;
        }
        let modules = modules::load(&krate.folder(root), root)?;
        let house = House::new(&modules, &krate.package().replace('-', "_"));
        wrong.extend(unplaced(&krate.name, floors, &modules));
        let mut arrows = Vec::new();
        for module in modules.iter().filter(|module| !module.is_inline) {
            for named in paths::named(module, &house) {
                let place = format!("{}:{}", module.shown, named.line);
                match house.resolve(&named) {
                    Ok(Some(Met { floor, file })) => {
                        if let Some(file) = file {
                            arrows.push((module.shown.clone(), file));
                        }
                        wrong.extend(
                            floors.complaint(module.floor(), floor.as_deref()).map(|what| format!("{place}: {what}")),
                        );
                    }
                    Ok(None) => {}
                    Err(what) => wrong.push(format!("{place}: {what}")),
                }
            }
        }
        let floor_of = |file: &str| {
            let module = modules.iter().find(|module| module.shown == file);
            module.and_then(|module| module.floor()).map(str::to_owned)
        };
        let files = modules.iter().filter(|module| !module.is_inline).count();
        let circle = circles::largest_across(&arrows, floor_of);
        println!("{}: {files} files, the largest circle of files across floors has {}", krate.name, circle.len());
        circle.iter().for_each(|file| println!("    {file}"));
    }
    wrong.sort();
    wrong.dedup();
    Ok(wrong)
}

/// Floors that don't exist, and modules without a floor.
fn unplaced(name: &str, floors: &order::Floors, modules: &[modules::Module]) -> Vec<String> {
    let there = |floor: &str| modules.iter().any(|module| !module.is_inline && module.path == [floor]);
    let missing = floors.all().filter(|floor| !there(floor));
    let missing = missing.map(|floor| format!("layers.txt: {name} has no module `{floor}`"));
    let tops = modules.iter().filter(|module| !module.is_inline && module.path.len() == 1);
    let homeless = tops.filter(|module| !floors.all().any(|floor| floor == module.path[0]));
    let homeless = homeless
        .map(|module| format!("{}: `{}` is on no floor; write it into layers.txt", module.shown, module.path[0]));
    missing.chain(homeless).collect()
}
