//! The list of crates: `crates.toml`.

use toml::{Table, Value};

/// One crate, at a version.
#[derive(Debug, Default)]
pub(crate) struct Listed {
    pub name: String,
    pub version: String,
    /// What's special about it.
    pub style: String,
    /// Whether it's among the few that run in CI.
    pub ci: bool,
    pub features: Vec<String>,
    /// Test targets that are left out, since they can't be built from what's published.
    pub without: Vec<String>,
    /// Files that aren't annotated, by how their path begins.
    pub leave: Vec<String>,
    /// Tests that don't run, by a part of their name.
    pub skip: Vec<String>,
    /// Tests that don't run where each call prints a line, since they call functions by the hundred thousand; and, as
    /// `test NAME`, whole programs of tests.
    pub loud: Vec<String>,
}

/// Every crate of the list.
pub(crate) fn parse(text: &str) -> Result<Vec<Listed>, String> {
    let table: Table = text.parse().map_err(|error| format!("{error}"))?;
    let crates = table.get("crate").and_then(Value::as_array).ok_or("no `[[crate]]`")?;
    crates.iter().map(|krate| listed(krate.as_table().ok_or("`crate` is no table")?)).collect()
}

fn listed(table: &Table) -> Result<Listed, String> {
    let mut listed = Listed::default();
    for (key, value) in table {
        let text = || value.as_str().map(str::to_owned).ok_or_else(|| format!("`{key}` takes a string"));
        let texts = || {
            let words =
                value.as_array().and_then(|words| words.iter().map(|word| word.as_str().map(str::to_owned)).collect());
            words.ok_or_else(|| format!("`{key}` takes a list of strings"))
        };
        match key.as_str() {
            "name" => listed.name = text()?,
            "version" => listed.version = text()?,
            "style" => listed.style = text()?,
            "ci" => listed.ci = value.as_bool().ok_or("`ci` takes `true` or `false`")?,
            "features" => listed.features = texts()?,
            "without" => listed.without = texts()?,
            "leave" => listed.leave = texts()?,
            "skip" => listed.skip = texts()?,
            "loud" => listed.loud = texts()?,
            _ => return Err(format!("`{key}` is no field of a crate")),
        }
    }
    if listed.name.is_empty() || listed.version.is_empty() {
        return Err("a crate needs a `name` and a `version`".to_owned());
    }
    Ok(listed)
}
