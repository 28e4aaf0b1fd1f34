//! `top`: where the time goes, again and again.

use crate::arguments::Top;
use crate::failure::Failure;
use crate::process;
use crate::table::{Column, print, shortened, table, terminal};
use instrument_model::text::{count, format, percent, printable};
use instrument_wire::remote::{self, Answer, Request, TopRow};
use std::thread;
use std::time::Duration;

/// What a name may take beside the figures.
const FIGURES: usize = 70;

pub(crate) fn top(arguments: Top) -> Result<(), Failure> {
    let mut found = process::one(&arguments.which.clone().into())?;
    let every = Duration::from_secs_f64(arguments.every);
    // The first table is of everything so far, each further one of the time since the one before.
    let mut interval = false;
    loop {
        let size = terminal();
        let fitting = size.map_or(20, |(_, height)| height.saturating_sub(4).max(1));
        let rows = arguments.rows.map_or(fitting, usize::from);
        let request = Request::Top { order: arguments.by.into(), rows, interval };
        let top = match found.client.ask(&request)? {
            Answer::Top(top) => top,
            other => return Err(process::unexpected(found.hello.pid, &other).into()),
        };
        let live = size.is_some() && !arguments.once;
        let title = format!(
            "{} {}: {} {}\n\n",
            found.hello.pid,
            printable(&found.hello.program),
            if interval { "the last" } else { "all of" },
            format(Duration::from_nanos(top.elapsed_ns)),
        );
        // Cursor to the top left, and nothing below it.
        let clear = if live { "\x1b[H\x1b[J" } else { "" };
        print(&format!("{clear}{title}{}{}", rows_of(&top, size), if live { "" } else { "\n" }))?;
        if arguments.once {
            return Ok(());
        }
        interval = true;
        thread::sleep(every);
    }
}

fn rows_of(top: &remote::Top, size: Option<(usize, usize)>) -> String {
    if top.rows.is_empty() {
        return "nothing that's timed has run\n".to_owned();
    }
    let widest = size.map_or(60, |(width, _)| width.saturating_sub(FIGURES).max(20));
    let share = |nanos: u64| percent(nanos as f64 / top.elapsed_ns.max(1) as f64);
    let time = |nanos: u64| format(Duration::from_nanos(nanos));
    // Two functions may share a label; then paths tell them apart.
    let name = |row: &TopRow| match top.rows.iter().filter(|other| other.name == row.name).count() {
        1 => row.name.clone(),
        _ => format!("{} ({})", row.name, row.path),
    };
    let rows = top.rows.iter().map(|row| {
        let mean = row.total_ns.checked_div(row.count).map_or_else(String::new, time);
        [
            shortened(&printable(&name(row)), widest),
            count(row.count),
            count(row.running),
            time(row.total_ns),
            share(row.total_ns),
            time(row.own_ns),
            share(row.own_ns),
            mean,
            time(row.max_ns),
        ]
    });
    let columns = [
        Column("Function or span", false),
        Column("Calls", true),
        Column("Open", true),
        Column("Total", true),
        Column("%", true),
        Column("Own", true),
        Column("% own", true),
        Column("Mean", true),
        Column("Max", true),
    ];
    let mut text = table(columns, rows);
    if top.more > 0 {
        text.push_str(&format!("and {} more\n", top.more));
    }
    text
}
