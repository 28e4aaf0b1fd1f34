//! A small server that speaks Redis's protocol, on tokio, and shows where its time goes.
//!
//! ```text
//! cargo run --release --example kv_server -- --every 5
//! redis-benchmark -p 6380 -P 16 -t set,get,incr          # in another terminal
//! ```
//!
//! It keeps everything in memory, and listens to this machine only.

mod arguments;
mod commands;
mod protocol;
mod server;
mod store;

use arguments::Arguments;
use std::process::ExitCode;

#[instrument::main]
#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let arguments = match Arguments::from_command_line() {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("kv_server: {message}");
            return ExitCode::from(2);
        }
    };
    match server::run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("kv_server: {message}");
            ExitCode::FAILURE
        }
    }
}
