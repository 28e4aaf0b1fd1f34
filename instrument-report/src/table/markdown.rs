//! Tables as Markdown, in the dialect that has tables: GitHub's, and that of most others.

use super::layout::Layout;
use std::fmt;

/// What a level of the tree is indented by: blanks at the beginning of a cell don't count, unless they're of this kind.
const STEP: char = '\u{2003}';

/// Writes a table and what stands right below it.
pub(super) fn write(layout: &Layout, out: &mut (impl fmt::Write + ?Sized)) -> fmt::Result {
    for heading in &layout.heading {
        write!(out, "| {} ", text(heading))?;
    }
    out.write_str("|\n|:---|")?;
    for _ in layout.heading.iter().skip(1) {
        out.write_str("---:|")?;
    }
    out.write_char('\n')?;
    for row in &layout.rows {
        out.write_str("| ")?;
        (0..row.depth).try_for_each(|_| out.write_char(STEP))?;
        write!(out, "{}{} |", code(&row.name), text(&row.aside))?;
        for cell in &row.cells {
            write!(out, " {} |", text(cell))?;
        }
        out.write_char('\n')?;
    }
    for line in &layout.below {
        write!(out, "\n{}\n", text(line))?;
    }
    Ok(())
}

/// A name as code, so that nothing in it means anything.
pub(crate) fn code(name: &str) -> String {
    let longest = name.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let blank = if longest > 0 { " " } else { "" };
    // A cell ends at a bar, in code as well.
    format!("{fence}{blank}{}{blank}{fence}", name.replace('|', "\\|"))
}

/// Text in which nothing is formatted.
pub(crate) fn text(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '|' | '#' | '~' | '&') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::layout::Row;
    use super::*;

    #[test]
    fn names_stay_what_they_are() {
        let row = |depth, name: &str| Row { depth, ..Row::new(name.into(), vec!["~5.0 %".into()]) };
        let layout = Layout {
            heading: vec!["Stack".into(), "thread_cpu".into()],
            rows: vec![row(0, "<Vec<T> as Trait>::f"), row(1, "a|b"), row(2, "has `ticks`")],
            below: vec!["2 * 3".into()],
        };
        let mut out = String::new();
        write(&layout, &mut out).expect("a string takes all");
        let expected = "| Stack | thread\\_cpu |\n|:---|---:|\n\
                        | `<Vec<T> as Trait>::f` | \\~5.0 % |\n\
                        | \u{2003}`a\\|b` | \\~5.0 % |\n\
                        | \u{2003}\u{2003}`` has `ticks` `` | \\~5.0 % |\n\n2 \\* 3\n";
        assert_eq!(out, expected);
    }
}
