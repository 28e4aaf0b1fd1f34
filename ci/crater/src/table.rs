//! The table in the docs: a row for each crate, which is replaced when the crate is run again.

use std::path::Path;

use crate::fetch::{read, write};
use crate::list::Listed;

/// What's told of a crate.
pub(crate) struct Row {
    pub functions: usize,
    pub tests: usize,
    /// The stacks with which everything was as bare.
    pub same: Vec<&'static str>,
    /// Those with which something wasn't.
    pub different: Vec<&'static str>,
    /// What it fails at by itself.
    pub troubles: usize,
}

/// Whether [`put`] will find a table there: asked before hours of work that would be lost.
pub(crate) fn is_there(file: &Path) -> Result<(), String> {
    if read(file)?.lines().any(|line| line.starts_with('|')) {
        Ok(())
    } else {
        Err(format!(
            "{}: there's no table to put rows into; begin it with its heading, as in docs/crater.md",
            file.display()
        ))
    }
}

/// Puts the crate's row into the table of `file`: in the old one's place, or after the last.
pub(crate) fn put(file: &Path, listed: &Listed, row: &Row) -> Result<(), String> {
    let text = read(file)?;
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let start = format!("| {} {} |", listed.name, listed.version);
    let line = format!("{start} {} |", cells(listed, row).join(" | "));
    let is_same = |line: &String| line.starts_with(&format!("| {} ", listed.name));
    match lines.iter().position(is_same) {
        Some(at) => lines[at] = line,
        None => {
            let last =
                lines.iter().rposition(|line| line.starts_with('|')).ok_or("there's no table to put a row into")?;
            lines.insert(last + 1, line);
        }
    }
    write(file, &format!("{}\n", lines.join("\n")))
}

fn cells(listed: &Listed, row: &Row) -> [String; 5] {
    let bare = if row.troubles == 0 { String::new() } else { format!(", {} failures of its own", row.troubles) };
    let different = if row.different.is_empty() { "none".to_owned() } else { row.different.join(", ") };
    [listed.style.clone(), row.functions.to_string(), format!("{}{bare}", row.tests), row.same.join(", "), different]
}
