//! Runs as a table for people, or for a comment in Markdown.

use super::{FIGURES, Runs, Spread, signal_name};
use crate::running::End;
use crate::table::{Cells, Column, table};
use instrument_model::Unit;
use instrument_model::text::printable;

/// Characters of a command that are shown.
const MOST: usize = 200;

/// How a table looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// In so many characters, if that's limited.
    Plain(Option<usize>),
    Markdown,
}

pub(crate) fn text(runs: &Runs, look: Look) -> String {
    let mut absent: Vec<(String, Vec<&str>)> = Vec::new();
    let mut rows: Vec<[String; 6]> = Vec::new();
    for figure in &FIGURES {
        let cells = match runs.values(figure) {
            Ok(values) => cells(&Spread::of(values), &figure.unit),
            Err(reason) => {
                let title = figure.title.trim_start();
                match absent.iter_mut().find(|(other, _)| *other == reason) {
                    Some((_, titles)) => titles.push(title),
                    None => absent.push((reason.into_owned(), vec![title])),
                }
                std::array::from_fn(|_| "-".to_owned())
            }
        };
        let [median, lower, upper, min, max] = cells;
        rows.push([figure.title.to_owned(), median, lower, upper, min, max]);
    }
    let mut lines = vec![headline(runs)];
    let table = match (look, runs.runs.len()) {
        (Look::Plain(width), 1) => {
            let columns = [Column("", Cells::Text, 0), Column("", Cells::Figures, 0)];
            // Two columns need no titles.
            let text = table(columns, rows.into_iter().map(|[title, figure, ..]| [title, figure]), width);
            text.split_once('\n').map_or(String::new(), |(_, rows)| rows.to_owned())
        }
        (Look::Plain(width), _) => {
            let columns = [
                Column("Figure", Cells::Text, 0),
                Column("Median", Cells::Figures, 0),
                Column("25 %", Cells::Figures, 2),
                Column("75 %", Cells::Figures, 2),
                Column("Min", Cells::Figures, 1),
                Column("Max", Cells::Figures, 1),
            ];
            table(columns, rows, width)
        }
        (Look::Markdown, several) => markdown(&rows, several > 1),
    };
    lines.push(table.trim_end_matches('\n').to_owned());
    lines.extend(notes(runs));
    lines.extend(absent.into_iter().map(|(reason, titles)| format!("No {}: {reason}", titles.join(", "))));
    let apart = if look == Look::Markdown { "\n\n" } else { "\n" };
    lines.join(apart) + "\n"
}

fn cells(spread: &Spread, unit: &Unit) -> [String; 5] {
    [spread.median, spread.lower_quartile, spread.upper_quartile, spread.min, spread.max]
        .map(|value| unit.format(value))
}

fn markdown(rows: &[[String; 6]], several: bool) -> String {
    let titles = ["Figure", "Median", "25 %", "75 %", "Min", "Max"];
    let shown = if several { titles.len() } else { 2 };
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let mut text = match several {
        true => line(&titles.map(str::to_owned)),
        false => line(&["Figure".to_owned(), "Value".to_owned()]),
    };
    text.push_str(&format!("|---|{}\n", "---:|".repeat(shown - 1)));
    text.extend(rows.iter().map(|row| {
        let mut row = row[..shown].to_vec();
        row[0] = row[0].trim_start().to_owned();
        line(&row)
    }));
    text
}

/// The command, and how it ended.
fn headline(runs: &Runs) -> String {
    let words: Vec<String> = runs.command.iter().map(|word| printable(&word.to_string_lossy())).collect();
    let all = words.join(" ");
    let mut shown: String = all.chars().take(MOST).collect();
    if shown.len() < all.len() {
        shown.push('…');
    }
    match &runs.runs[..] {
        [only] if runs.wanted == 1 => format!("{shown}: {}", said(only.end)),
        several => match (runs.failures().count(), several.len()) {
            (0, _) => format!("{shown}: {}, all exited with 0", count(several.len())),
            (failed, all) if all == failed => format!("{shown}: {}, none exited with 0", count(all)),
            (failed, all) => format!("{shown}: {}, of which {failed} failed", count(all)),
        },
    }
}

fn count(runs: usize) -> String {
    if runs == 1 { "1 run".to_owned() } else { format!("{runs} runs") }
}

fn said(end: End) -> String {
    match end {
        End::Exited(code) => format!("exited with {code}"),
        End::Signalled(signal) => match signal_name(signal) {
            Some(name) => format!("ended by {name}"),
            None => format!("ended by signal {signal}"),
        },
    }
}

fn notes(runs: &Runs) -> Vec<String> {
    let mut notes = Vec::new();
    if runs.runs.len() < runs.wanted {
        notes.push(format!("Stopped after {} of {}", runs.runs.len(), count(runs.wanted)));
    }
    if runs.wanted > 1 && runs.failures().next().is_some() {
        let mut ends: Vec<(End, usize)> = Vec::new();
        for end in runs.failures() {
            match ends.iter_mut().find(|(other, _)| *other == end) {
                Some((_, times)) => *times += 1,
                None => ends.push((end, 1)),
            }
        }
        let ends: Vec<String> = ends.into_iter().map(|(end, times)| format!("{times} {}", said(end))).collect();
        notes.push(format!("Of those that failed, {}; they're in the figures", ends.join(", ")));
    }
    if runs.runs.iter().any(|run| run.usage.is_ok()) {
        notes.push(
            "Of the command and the children that it waited for, from its exec on; peak memory is that of the largest \
             process"
                .to_owned(),
        );
    }
    notes
}
