//! What is open now, as lines for a terminal.

use super::{Active, OpenSpan, WaitingTask};
use crate::table::{cut_middle, lines_of_tree, wrap};
use instrument_model::text::{format, printable};
use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// Cells that are left to a name, however narrow it is.
const NARROWEST: usize = 8;

impl fmt::Display for Active {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for thread in &self.threads {
            writeln!(f, "{}", named("thread ", &printable(&thread.name), "", self.width))?;
            for (depth, span) in thread.spans.iter().enumerate() {
                writeln!(f, "{}", span_line(depth, span, self.width))?;
            }
        }
        for (longest, calls) in places(&self.tasks) {
            writeln!(f, "{}", waiting_line(longest, calls, self.width))?;
        }
        if self.threads.is_empty() && self.tasks.is_empty() {
            writeln!(f, "no span is open")?;
        }
        if !self.is_watching {
            let hint = "async calls that wait aren't listed: set INSTRUMENT_TASKS=on before they begin";
            writeln!(f, "{}", wrap(hint, self.width))?;
        }
        Ok(())
    }
}

fn span_line(depth: usize, span: &OpenSpan, width: usize) -> String {
    let name = printable(&span.name);
    let elapsed = span.elapsed.map_or_else(String::new, |elapsed| format!("  {}", time(elapsed, span.is_vague)));
    // Lines and name share what's there, as in a table's first column.
    let room = width.saturating_sub("  ".len() + elapsed.width());
    let lines = lines_of_tree(depth, room.saturating_sub(name.width()).max(room / 2));
    named(&format!("  {lines}"), &name, &elapsed, width)
}

fn waiting_line(task: &WaitingTask, calls: usize, width: usize) -> String {
    let path: Vec<String> = task.path.iter().map(|name| printable(name)).collect();
    let path = path.join(" > ");
    let waiting = format!("waiting {}", time(task.waiting, task.vague.waiting));
    let of = format!(" of {}", time(task.elapsed, task.vague.elapsed));
    let more = if calls == 1 { String::new() } else { format!("  ({calls} calls, this the longest)") };
    let fits = |of: &str, name: usize, more: &str| waiting.width() + of.width() + 2 + name + more.width() <= width;
    // Words go before the name is cut, and the second time before there's no room for a name.
    let more = if calls == 1 || fits(&of, path.width(), &more) { more } else { format!("  ({calls})") };
    let of = if fits(&of, NARROWEST.min(path.width()), &more) { of } else { String::new() };
    named(&format!("{waiting}{of}  "), &path, &more, width)
}

/// A line whose name is cut if it's too long.
fn named(before: &str, name: &str, behind: &str, width: usize) -> String {
    let room = width.saturating_sub(before.width() + behind.width());
    format!("{before}{}{behind}", cut_middle(name, room.max(NARROWEST)))
}

/// A time, marked where the clocks may have parted.
fn time(time: Duration, is_vague: bool) -> String {
    let mark = if is_vague { "~" } else { "" };
    format!("{mark}{}", format(time))
}

/// Where calls wait: the one that has waited longest there, and how many they are. A server that hangs has thousands, most of
/// which wait in the same place.
fn places(tasks: &[WaitingTask]) -> Vec<(&WaitingTask, usize)> {
    let mut places: Vec<(&WaitingTask, usize)> = Vec::new();
    let mut known: HashMap<&[String], usize> = HashMap::new();
    for task in tasks {
        let place = *known.entry(&task.path).or_insert(places.len());
        match places.get_mut(place) {
            Some((longest, count)) => {
                *longest = if task.waiting > longest.waiting { task } else { longest };
                *count += 1;
            }
            None => places.push((task, 1)),
        }
    }
    places.sort_by_key(|(longest, _)| Reverse(longest.waiting));
    places
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ActiveThread;

    fn task(name: &str, elapsed: u64, waiting: u64) -> WaitingTask {
        let seconds = Duration::from_secs;
        WaitingTask::new(vec!["serve\n".to_owned(), name.to_owned()], seconds(elapsed), seconds(waiting))
    }

    #[test]
    fn calls_that_wait_in_the_same_place_are_one_line_the_longest_first() {
        let tasks = vec![task("query", 5, 1), task("flush", 7, 2).marked(true, false), task("query", 9, 3)];
        let active = Active::new(Vec::new(), tasks, true);
        assert_eq!(
            active.to_string(),
            "\
waiting 3.00 s of 9.00 s  serve\\n > query  (2 calls, this the longest)
waiting 2.00 s of ~7.00 s  serve\\n > flush
"
        );
    }

    #[test]
    fn what_is_not_listed_is_said() {
        let active = Active::new(Vec::new(), Vec::new(), false);
        assert_eq!(
            active.to_string(),
            "\
no span is open
async calls that wait aren't listed: set INSTRUMENT_TASKS=on before they begin
"
        );
        assert!(active.width(40).to_string().lines().all(|line| line.width() <= 40));
    }

    #[test]
    fn names_are_cut_to_the_width_and_times_are_whole() {
        let span = |name: &str| OpenSpan::new(name, Some(Duration::from_millis(1_230)));
        let spans: Vec<OpenSpan> = (0..60).map(|_| span("Parser::größe_日本語_of_an_expression")).collect();
        let tasks = vec![task("query_of_a_long_name", 5, 1), task("query_of_a_long_name", 5, 2), task("flush", 7, 3)];
        let active = Active::new(vec![ActiveThread::new("a-thread-with-a-long-name #17", spans)], tasks, false);
        let whole = active.to_string();
        for width in 30..400 {
            let text = active.clone().width(width).to_string();
            assert!(text.lines().all(|line| line.width() <= width), "{width}:\n{text}");
            assert_eq!(text.matches("  1.23 s\n").count(), 60, "{width}:\n{text}");
            assert_eq!(text.matches("waiting ").count(), 2, "{width}:\n{text}");
        }
        assert_eq!(active.clone().width(400).to_string(), whole);
        let line = |width: usize, beginning: &str| {
            let text = active.clone().width(width).to_string();
            text.lines().find(|line| line.starts_with(beginning)).unwrap_or_default().to_owned()
        };
        assert_eq!(line(30, "  59"), "  59… |  |- Pars…ssion  1.23 s");
        assert_eq!(line(30, "waiting 2"), "waiting 2.00 s  serv…name  (2)");
        assert_eq!(line(30, "waiting 3"), "waiting 3.00 s  serve\\…> flush");
        assert_eq!(line(34, "waiting 3"), "waiting 3.00 s of 7.00 s  ser…lush");
    }
}
