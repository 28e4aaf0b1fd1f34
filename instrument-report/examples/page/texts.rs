//! What the table of a page has to show, said by the figures of a snapshot's nodes: what a browser's cells are compared with.

use instrument_model::json::{self, Writer};
use instrument_model::text::{count, format, percent, printable};
use instrument_model::{NodeRef, Snapshot, Unit};
use std::io;
use std::time::Duration;

const ABSENT: &str = "–";

fn mark(text: String, is_vague: bool) -> String {
    if is_vague && text != ABSENT && !text.starts_with('<') { format!("~{text}") } else { text }
}

/// Own, total, share, calls, mean, median, p99, max; then each component's total and own figure.
fn cells(snapshot: &Snapshot, node: &NodeRef<'_>) -> Vec<String> {
    let is_vague = node.is_estimated() || node.may_contain_parting();
    let only_components = !node.is_timed() && node.columns().next().is_some();
    let ended = node.data().times.count > 0;
    let time = |is_there: bool, time: Duration| if is_there { mark(format(time), is_vague) } else { ABSENT.to_owned() };
    let share = node.total().as_secs_f64() / snapshot.elapsed().as_secs_f64();
    let observed = node.data().columns.iter().map(|column| column.inclusive.count).max().unwrap_or(0);
    let mut cells = vec![
        time(!only_components, node.own()),
        time(!only_components, node.total()),
        if only_components { ABSENT.to_owned() } else { mark(percent(share), is_vague) },
        count(if only_components { observed } else { node.count() }),
        time(ended, node.mean()),
        time(ended, node.quantile(0.5)),
        time(ended, node.quantile(0.99)),
        time(ended, node.max()),
    ];
    for component in snapshot.components() {
        let figures = node.column(&component.name);
        let is_time = matches!(component.unit, Unit::Seconds | Unit::Percent);
        let is_vague = component.is_sampled || !component.is_tally && (node.is_estimated() || is_time && is_vague);
        let text = |is_there: bool, figure: f64| {
            if is_there { mark(component.unit.format(figure), is_vague) } else { ABSENT.to_owned() }
        };
        let is_ratio = component.unit == Unit::Percent;
        let per = |per: f64| !is_ratio || per > 0.0;
        cells.push(figures.map_or(ABSENT.to_owned(), |figures| text(per(figures.data().total.per), figures.total())));
        if !component.is_event {
            cells.push(figures.map_or(ABSENT.to_owned(), |figures| text(per(figures.data().own.per), figures.own())));
        }
    }
    cells
}

/// Writes a list of nodes: `name`, `parent` (a place in the list, or −1), `own` in nanoseconds, `cells`.
pub(crate) fn write(snapshot: &Snapshot, out: &mut dyn io::Write) -> io::Result<()> {
    let node = |out: &mut Writer<'_>, node: NodeRef<'_>| {
        out.key("name");
        out.string(&printable(node.name()));
        out.key("parent");
        out.number(node.data().parent.map_or(-1.0, f64::from));
        out.key("own");
        out.whole(node.own().as_nanos() as u64);
        out.key("cells");
        out.array(&mut |out| cells(snapshot, &node).iter().for_each(|cell| out.string(cell)));
    };
    json::write_to(out, &mut |out| {
        out.array(&mut |out| snapshot.nodes().for_each(|one| out.object(&mut |out| node(out, one))))
    })
}
