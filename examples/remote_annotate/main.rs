//! Checkpoints across two processes: `cargo run --release --example remote_annotate [-- --kill-server]`
//!
//! A client has a batch of 1,000 words annotated by a server, which it starts itself. The client's block shows the
//! server's steps below the call, and how much of the call was transport. With `--kill-server` the server dies half-way:
//! the client prints what it has.

mod client;
mod server;

const ITEMS: usize = 1_000;

fn main() -> std::io::Result<()> {
    match std::env::args().nth(1).as_deref() {
        None => client::run(false),
        Some("--kill-server") => client::run(true),
        Some("--serve") => server::run(),
        Some(_) => {
            eprintln!("usage: remote_annotate [--kill-server]");
            std::process::exit(2);
        }
    }
}
