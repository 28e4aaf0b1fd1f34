//! The server: answers one call, and sends its own story along.

use crate::ITEMS;
use instrument::{Profiler, TraceContext};
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpListener;

pub fn run() -> io::Result<()> {
    // A process's first block waits until its clock is known well, a millisecond: not in the middle of the call.
    drop(Profiler::new("first").sink(|_| {}));
    let listener = TcpListener::bind("127.0.0.1:0")?;
    println!("{}", listener.local_addr()?);
    let (mut stream, _) = listener.accept()?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    let header = lines.next().transpose()?.unwrap_or_default();

    // What it tells goes to the client, not to this process's stderr.
    let caller = TraceContext::from_header(&header);
    let profiler = Profiler::with_parent("annotate the batch", &caller).sink(|_| {});
    let items: Vec<String> = lines.by_ref().take(ITEMS).collect::<Result<_, _>>()?;
    profiler.mark(format_args!("read {} items", items.len()));
    let (first, second) = items.split_at(ITEMS / 2);
    annotate(first, &mut stream)?;
    profiler.mark("first half");
    if lines.next().transpose()?.as_deref() != Some("go on") {
        return Ok(());
    }
    profiler.mark("wait for the client");
    annotate(second, &mut stream)?;
    profiler.mark("second half");
    let summary = profiler.summarize();
    writeln!(stream, "{}", summary.map(|summary| summary.to_string()).unwrap_or_default())
}

fn annotate(items: &[String], stream: &mut impl Write) -> io::Result<()> {
    let profiler = Profiler::new("annotate");
    let mut answer = String::new();
    for item in items {
        let vowels = item.chars().filter(|letter| "aeiou".contains(*letter)).count();
        answer.push_str(&format!("{item}: {} letters, {vowels} vowels\n", item.len()));
    }
    profiler.mark("count letters");
    stream.write_all(answer.as_bytes())?;
    profiler.finish("send");
    Ok(())
}
