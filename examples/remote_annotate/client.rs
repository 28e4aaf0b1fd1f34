//! The client: starts the server, calls it once, and says how long each part took.

use crate::ITEMS;
use instrument::{Profiler, RemoteSummary};
use std::io::{self, BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

pub fn run(kill_server: bool) -> io::Result<()> {
    let profiler = Profiler::new("client");
    let (mut server, address) = start_server()?;
    profiler.mark("start the server");
    let batch: Vec<String> = (0..ITEMS).map(|number| format!("word{number}")).collect();
    profiler.mark(format_args!("make {} items", batch.len()));

    // Without a summary, be it that the server died or doesn't send any, there's one line less to tell.
    let mut annotated = Vec::new();
    let summary = call(&address, &batch, &profiler, kill_server.then_some(&mut server), &mut annotated);
    profiler.mark_remote("batch call", summary.unwrap_or(None));

    let letters: usize = annotated.iter().map(String::len).sum();
    profiler.mark("add up");
    server.kill().ok();
    server.wait()?;
    profiler.finish("stop the server");
    println!("{} of {ITEMS} items annotated, {letters} letters", annotated.len());
    Ok(())
}

/// The server's address is the first line that it prints.
fn start_server() -> io::Result<(Child, String)> {
    let mut server =
        Command::new(std::env::current_exe()?).arg("--serve").stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let mut address = String::new();
    if let Some(stdout) = server.stdout.take() {
        BufReader::new(stdout).read_line(&mut address)?;
    }
    Ok((server, address.trim().to_owned()))
}

/// Sends the trace context and the batch; receives the items, a pause half-way, and the summary.
fn call(
    address: &str,
    batch: &[String],
    profiler: &Profiler,
    kill: Option<&mut Child>,
    annotated: &mut Vec<String>,
) -> io::Result<Option<RemoteSummary>> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "{}\n{}\n", profiler.context(), batch.join("\n"))?;
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    for line in lines.by_ref().take(ITEMS / 2) {
        annotated.push(line?);
    }
    if let Some(server) = kill {
        server.kill()?;
        server.wait()?;
    }
    writeln!(stream, "go on")?;
    for line in lines.by_ref().take(ITEMS - ITEMS / 2) {
        annotated.push(line?);
    }
    Ok(lines.next().transpose()?.and_then(|summary| summary.parse().ok()))
}
