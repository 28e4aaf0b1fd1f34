//! A small server that speaks the protocol of Redis, on tokio, with timers that stay in.
//!
//! `cargo run --release --example kv_server`, and `redis-benchmark -p 6380 -t set,get,incr -P 16` in another terminal.
//! Arguments: `--port N`, 0 for any; `--every SECONDS` between tables; `--seconds N` to stop by itself.

mod connection;
mod protocol;
mod store;

use instrument::timer;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use store::Store;
use tokio::net::TcpListener;

struct Arguments {
    port: u16,
    every: Duration,
    seconds: Option<Duration>,
}

fn arguments() -> Result<Arguments, String> {
    let mut found = Arguments { port: 6380, every: Duration::from_secs(5), seconds: None };
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} takes a value"));
        let seconds = |value: String| match value.parse().map(Duration::try_from_secs_f64) {
            Ok(Ok(seconds)) => Ok(seconds),
            _ => Err(format!("{name} takes a number of seconds, not {value:?}")),
        };
        match name.as_str() {
            "--port" => {
                let port = value?;
                found.port = port.parse().map_err(|_| format!("--port takes a number up to 65535, not {port:?}"))?;
            }
            "--every" => found.every = seconds(value?)?,
            "--seconds" => found.seconds = Some(seconds(value?)?),
            _ => return Err(format!("no argument {name}: there are --port N, --every SECONDS, --seconds N")),
        }
    }
    Ok(found)
}

#[instrument::main]
fn main() -> ExitCode {
    let result = arguments().and_then(|arguments| {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.map_err(|error| format!("no runtime: {error}"))?.block_on(run(arguments))
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("kv_server: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<(), String> {
    let at = ("127.0.0.1", arguments.port);
    let listener = TcpListener::bind(at).await.map_err(|error| format!("can't listen on port {}: {error}", at.1))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    println!("listening on {address}");
    tokio::select! {
        () = accept(&listener) => {}
        () = tables(arguments.every) => {}
        () = stop(arguments.seconds) => {}
    }
    Ok(())
}

/// Serves each client in a task of its own.
async fn accept(listener: &TcpListener) {
    let store = Arc::new(Store::default());
    loop {
        match listener.accept().await {
            Ok((client, _)) => {
                let store = Arc::clone(&store);
                // A client that's gone is no error of ours.
                tokio::spawn(async move {
                    client.set_nodelay(true).ok();
                    connection::serve(client, &store).await
                });
            }
            // Too many open files, say: those that are served go on.
            Err(error) => {
                eprintln!("kv_server: can't accept: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// A table every so often.
async fn tables(every: Duration) {
    loop {
        tokio::time::sleep(every.max(Duration::from_millis(10))).await;
        print_table(every);
    }
}

#[timer("print the table")]
fn print_table(every: Duration) {
    instrument::log_metrics(every);
}

async fn stop(after: Option<Duration>) {
    let time = async {
        match after {
            Some(after) => tokio::time::sleep(after).await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = time => {}
        _ = tokio::signal::ctrl_c() => {}
        () = terminated() => {}
    }
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => std::future::pending().await,
    }
}

#[cfg(not(unix))]
async fn terminated() {
    std::future::pending().await
}
