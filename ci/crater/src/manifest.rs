//! Manifests of published crates, with what doesn't matter left out.

use std::path::Path;

use toml::{Table, Value};

use crate::list::Listed;

/// What benches alone need; and each costs a minute of building.
const BENCH_TOOLS: [&str; 4] = ["criterion", "bencher", "gungraun", "iai"];

/// The crate's manifest in a workspace of ours; with `instrument`, if it's given by its folder and features.
pub(crate) fn rewritten(text: &str, listed: &Listed, instrument: Option<(&Path, &[&str])>) -> Result<String, String> {
    let mut manifest: Table = text.parse().map_err(|error| format!("{}: {error}", listed.name))?;
    for of_the_workspace in ["bench", "profile", "patch", "workspace"] {
        manifest.remove(of_the_workspace);
    }
    if let Some(package) = manifest.get_mut("package").and_then(Value::as_table_mut) {
        package.insert("autobenches".to_owned(), Value::Boolean(false));
    }
    if let Some(tests) = manifest.get_mut("test").and_then(Value::as_array_mut) {
        tests.retain(|test| {
            test.get("name")
                .and_then(Value::as_str)
                .is_none_or(|name| !listed.without.iter().any(|without| without == name))
        });
    }
    forget_bench_tools(&mut manifest);
    let features = manifest.get_mut("features").and_then(Value::as_table_mut);
    for (_, needs) in features.into_iter().flat_map(|features| features.iter_mut()) {
        let is_kept = |need: &Value| {
            let name = need.as_str().and_then(|need| need.split(['/', '?']).next());
            name.is_none_or(|name| !BENCH_TOOLS.contains(&name.trim_start_matches("dep:")))
        };
        needs.as_array_mut().into_iter().for_each(|needs| needs.retain(is_kept));
    }
    if let Some((folder, features)) = instrument {
        let mut dependency = Table::new();
        dependency.insert("path".to_owned(), folder.display().to_string().into());
        dependency.insert("features".to_owned(), features.to_vec().into());
        let dependencies = manifest.entry("dependencies").or_insert_with(|| Table::new().into());
        let dependencies = dependencies.as_table_mut().ok_or("`dependencies` is no table")?;
        dependencies.insert("instrument".to_owned(), dependency.into());
    }
    Ok(manifest.to_string())
}

/// The edition that a manifest says.
pub(crate) fn edition(text: &str) -> String {
    let manifest: Table = text.parse().unwrap_or_default();
    let edition = manifest.get("package").and_then(|package| package.get("edition")).and_then(Value::as_str);
    edition.unwrap_or("2015").to_owned()
}

fn forget_bench_tools(table: &mut Table) {
    if let Some(tools) = table.get_mut("dev-dependencies").and_then(Value::as_table_mut) {
        tools.retain(|name, _| !BENCH_TOOLS.contains(&name));
    }
    for target in
        table.get_mut("target").and_then(Value::as_table_mut).into_iter().flat_map(|targets| targets.iter_mut())
    {
        target.1.as_table_mut().into_iter().for_each(forget_bench_tools);
    }
}
