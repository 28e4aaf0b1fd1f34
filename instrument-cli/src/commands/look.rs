//! Commands that only look: processes, targets, dumps, reports.

use crate::failure::{Failure, dots};
use crate::page::page;
use crate::process::{self, Wanted};
use crate::table::{Cells, Column, print, printable_lines, table};
use instrument_wire::remote::{Answer, Request};

pub(crate) fn processes() -> Result<(), Failure> {
    let (found, silent): (Vec<_>, Vec<_>) = process::all().into_iter().partition(Result::is_ok);
    for error in silent.into_iter().filter_map(Result::err) {
        eprintln!("instrument: {error}");
    }
    let found: Vec<process::Found> = found.into_iter().flatten().collect();
    let several = found.windows(2).any(|two| two[0].hello.host != two[1].hello.host);
    let rows: Vec<[String; 4]> = found
        .into_iter()
        .map(|found| {
            let (name, hello) = (found.process.name(), found.hello);
            [name, process::program(&hello, several), hello.version, format!("{:.0} s", hello.uptime_seconds)]
        })
        .collect();
    if rows.is_empty() {
        eprintln!("no process of yours serves");
        return Ok(());
    }
    let columns = [
        Column("Pid", Cells::Figures, 0),
        Column("Program", Cells::Names, 0),
        Column("Version", Cells::Text, 2),
        Column("Serving for", Cells::Figures, 1),
    ];
    print(&table(columns, rows, page().width))
}

pub(crate) fn targets(wanted: &Wanted, filter: Option<&str>) -> Result<(), Failure> {
    let mut found = process::one(wanted)?;
    let mut targets = match found.client.ask(&Request::Targets {})? {
        Answer::Targets { targets } => targets,
        other => return Err(process::unexpected(found.hello.pid, &other).into()),
    };
    let all = targets.len();
    targets.retain(|target| filter.is_none_or(|filter| target.path.contains(filter)));
    match (all, targets.len()) {
        (0, _) => return Err(Failure::new("the program has no targets; put `#[probe]` on its functions")),
        (all, 0) => {
            let hint = dots(filter.unwrap_or_default());
            return Err(Failure::new(format!("none of {all} targets has that in its path{hint}")));
        }
        _ => {}
    }
    let rows = targets
        .into_iter()
        .map(|target| [target.path, target.arguments.join(", "), format!("{}:{}", target.file, target.line)]);
    let columns =
        [Column("Target", Cells::Names, 0), Column("Arguments", Cells::Text, 1), Column("Where", Cells::Names, 2)];
    print(&table(columns, rows, page().width))
}

pub(crate) fn dump(wanted: &Wanted) -> Result<(), Failure> {
    let width = page().width.and_then(|width| u32::try_from(width).ok());
    text(wanted, &Request::Dump { width: width.unwrap_or(u32::MAX) })
}

pub(crate) fn report(wanted: &Wanted) -> Result<(), Failure> {
    text(wanted, &Request::Report { width: page().width.unwrap_or(120) })
}

fn text(wanted: &Wanted, request: &Request) -> Result<(), Failure> {
    let mut found = process::one(wanted)?;
    match found.client.ask(request)? {
        Answer::Text { text } => print(&printable_lines(&text)),
        other => Err(process::unexpected(found.hello.pid, &other).into()),
    }
}
