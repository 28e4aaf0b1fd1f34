//! The page: a template, style sheets, scripts and data, put together.

use super::escaped::{Escaped, text};
use instrument_model::Snapshot;
use instrument_model::text::printable;
use std::io::{self, Write};

const TEMPLATE: &str = include_str!("page/page.html");

const STYLES: [&str; 5] = [
    include_str!("page/colours.css"),
    include_str!("page/layout.css"),
    include_str!("page/flame.css"),
    include_str!("page/table.css"),
    include_str!("page/panels.css"),
];

/// Later ones use earlier ones.
const SCRIPTS: [&str; 20] = [
    include_str!("page/text.js"),
    include_str!("page/elements.js"),
    include_str!("page/data.js"),
    include_str!("page/details.js"),
    include_str!("page/state.js"),
    include_str!("page/weights.js"),
    include_str!("page/functions.js"),
    include_str!("page/search.js"),
    include_str!("page/views.js"),
    include_str!("page/colours.js"),
    include_str!("page/flame.js"),
    include_str!("page/flame-input.js"),
    include_str!("page/columns.js"),
    include_str!("page/table.js"),
    include_str!("page/table-rows.js"),
    include_str!("page/table-input.js"),
    include_str!("page/histogram.js"),
    include_str!("page/panel.js"),
    include_str!("page/sections.js"),
    include_str!("page/main.js"),
];

/// What writes a part of the page.
type Part<'a> = &'a mut dyn FnMut(&mut dyn Write) -> io::Result<()>;

/// What the page is called.
pub(super) fn title(snapshot: &Snapshot) -> String {
    match printable(&snapshot.data().process.program) {
        program if program.is_empty() => "recording".to_owned(),
        program => program,
    }
}

/// Writes the page: what's between `{{` and `}}` in the template stands for a part.
pub(super) fn page(out: &mut dyn Write, title: &str, tree: Part<'_>, details: Part<'_>) -> io::Result<()> {
    for piece in TEMPLATE.split("{{") {
        let (name, markup) = piece.split_once("}}").unwrap_or(("", piece));
        match name {
            "title" => out.write_all(text(title).as_bytes())?,
            "style" => STYLES.iter().try_for_each(|style| out.write_all(style.as_bytes()))?,
            "script" => SCRIPTS.iter().try_for_each(|script| out.write_all(script.as_bytes()))?,
            "tree" => tree(&mut Escaped(out))?,
            "details" => details(&mut Escaped(out))?,
            _ => {}
        }
        out.write_all(markup.as_bytes())?;
    }
    out.flush()
}
