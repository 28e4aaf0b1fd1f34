//! `top`: where the time goes, again and again.

use crate::arguments::{By, Top};
use crate::failure::Failure;
use crate::page::page;
use crate::process;
use crate::table::{Cells, Column, print, shortened, table};
use instrument_model::text::{count, format, percent, printable};
use instrument_wire::remote::{self, Answer, Request, TopRow, WallRow};
use std::thread;
use std::time::Duration;

pub(crate) fn top(arguments: Top) -> Result<(), Failure> {
    let mut found = process::one(&arguments.which.clone().into())?;
    let every = Duration::from_secs_f64(arguments.every);
    // The first table is of everything so far, each further one of the time since the one before.
    let mut interval = false;
    loop {
        let page = page();
        // Beside a title, a heading, what's left out, and the line on which the cursor stays.
        let fitting = page.height.map_or(20, |height| height.saturating_sub(6).max(1));
        let rows = arguments.rows.map_or(fitting, usize::from);
        let request = Request::Top { order: arguments.by.into(), rows, interval };
        let top = match found.client.ask(&request)? {
            Answer::Top(top) => top,
            other => return Err(process::unexpected(found.hello.pid, &other).into()),
        };
        let live = page.height.is_some() && !arguments.once;
        let title = format!(
            "{} {}: {} {}",
            found.hello.pid,
            printable(&found.hello.program),
            if interval { "the last" } else { "all of" },
            format(Duration::from_nanos(top.elapsed_ns)),
        );
        // Cursor to the top left, and nothing below it.
        let clear = if live { "\x1b[H\x1b[J" } else { "" };
        let title = shortened(&title, page.width.unwrap_or(usize::MAX), Cells::Text);
        let rows = rows_of(&top, arguments.by, page.width);
        print(&format!("{clear}{title}\n\n{rows}{}", if live { "" } else { "\n" }))?;
        if arguments.once {
            return Ok(());
        }
        interval = true;
        thread::sleep(every);
    }
}

fn rows_of(top: &remote::Top, by: By, width: Option<usize>) -> String {
    if top.rows.is_empty() {
        return "nothing that's timed has run\n".to_owned();
    }
    let share = |nanos: u64| percent(nanos as f64 / top.elapsed_ns.max(1) as f64);
    let time = |nanos: u64| format(Duration::from_nanos(nanos));
    // Two functions may share a label; then paths tell them apart.
    let name = |row: &TopRow| match top.rows.iter().filter(|other| other.name == row.name).count() {
        1 => row.name.clone(),
        _ => format!("{} ({})", row.name, row.path),
    };
    let has_wall = top.rows.iter().any(|row| row.wall.is_some());
    let wall = |row: &TopRow, figure: fn(&WallRow) -> u64| match &row.wall {
        Some(wall) => time(figure(wall)),
        None if has_wall => "-".to_owned(),
        None => String::new(),
    };
    let rows = top.rows.iter().map(|row| {
        let mark =
            |text: String| if row.estimated == Some(true) && !text.is_empty() { format!("~{text}") } else { text };
        let time = |nanos: u64| mark(time(nanos));
        let share = |nanos: u64| mark(share(nanos));
        let mean = row.total_ns.checked_div(row.count).map_or_else(String::new, time);
        [
            shortened(&printable(&name(row)), if width.is_some() { usize::MAX } else { 60 }, Cells::Names),
            count(row.count),
            count(row.running),
            time(row.total_ns),
            share(row.total_ns),
            time(row.own_ns),
            share(row.own_ns),
            mean,
            time(row.max_ns),
            wall(row, |wall| wall.sum_ns),
            wall(row, |wall| wall.mean_ns),
            wall(row, |wall| wall.p50_ns),
            wall(row, |wall| wall.p99_ns),
            wall(row, |wall| wall.max_ns),
        ]
    });
    // What they're sorted by goes last.
    let (total, own, waited) = match by {
        By::Total => ([1, 3], [5, 9], [8, 2, 11, 4, 6]),
        By::Own => ([5, 9], [1, 3], [8, 2, 11, 4, 6]),
        By::Wall => ([6, 10], [8, 11], [1, 2, 7, 3, 4]),
    };
    let figures = |title, goes| Column(title, Cells::Figures, goes);
    let columns = [
        Column("Function or span", Cells::Names, 0),
        figures("Calls", if let By::Wall = by { 5 } else { 4 }),
        figures("Open", 12),
        figures("Total", total[0]),
        figures("%", total[1]),
        figures("Own", own[0]),
        figures("% own", own[1]),
        figures("Mean", 7),
        figures("Max", 10),
        figures("Wall", waited[0]),
        figures("Mean wall", waited[1]),
        figures("P50 wall", waited[2]),
        figures("P99 wall", waited[3]),
        figures("Max wall", waited[4]),
    ];
    let mut text = table(columns, rows, width);
    if top.more > 0 {
        text.push_str(&format!("and {} more\n", top.more));
    }
    text
}
