//! What's said on the socket of a program that serves, and the end of it that asks: finds processes that serve, and asks
//! them.
//!
//! What the program `instrument` is made of, for those who want to build something else on it. [`folder`], [`lines`] and
//! [`peer`] are what the end that answers needs besides.
//!
//! ```
//! use instrument::probe::remote::{Answer, Client, Request, processes};
//!
//! for process in processes() {
//!     if let Ok(Answer::Hello(hello)) = Client::connect(&process).and_then(|mut client| client.ask(&Request::Hello {})) {
//!         println!("{} {} has run for {} s", process.pid, hello.program, hello.uptime_seconds);
//!     }
//! }
//! ```

mod client;
mod error;
pub mod folder;
pub mod lines;
pub mod peer;
mod protocol;

pub use client::{Client, Process, processes};
pub use error::RemoteError;
pub use protocol::{
    Answer, Hello, LONGEST_ANSWER, LONGEST_REQUEST, MOST_ROWS, Order, ProbeRow, ProbeState, Request, TargetRow, Top,
    TopRow, WallRow,
};
