//! One client: read what it sends, answer all of it at once, until it goes or can't be understood.

use crate::protocol::{self, Malformed, Reply};
use crate::store::Store;
use instrument::{PerfTimer, measure, timer};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// From the first byte of a batch to its answer.
static BATCH: PerfTimer = PerfTimer::new("answer a batch");

/// Serves a client to its end, which an error is, too: that one's connection closes, and no other.
#[timer]
pub async fn serve(mut client: TcpStream, store: &Store) -> io::Result<()> {
    let (mut input, mut output) = (Vec::with_capacity(16 * 1024), Vec::new());
    while receive(&mut client, &mut input).await? > 0 {
        let understood = BATCH
            .time_async(async {
                let answered = answer(&mut input, &mut output, store);
                if let Err(malformed) = answered {
                    Reply::Error(format!("Protocol error: {malformed}")).write_to(&mut output);
                }
                send(&mut client, &mut output).await?;
                io::Result::Ok(answered.is_ok())
            })
            .await?;
        if !understood {
            return hang_up(client).await;
        }
    }
    Ok(())
}

/// Closes such that the last answer arrives: what a client has sent and nobody read would take it along.
async fn hang_up(mut client: TcpStream) -> io::Result<()> {
    client.shutdown().await?;
    let (mut rest, mut nowhere) = (client.take(1 << 20), tokio::io::sink());
    let read = tokio::io::copy(&mut rest, &mut nowhere);
    let _ = tokio::time::timeout(Duration::from_millis(500), read).await;
    Ok(())
}

/// Waits for more; 0 bytes are the end.
#[timer]
async fn receive(client: &mut TcpStream, input: &mut Vec<u8>) -> io::Result<usize> {
    client.read_buf(input).await
}

/// Answers all requests that are there; what's there of the next one stays.
#[timer]
fn answer(input: &mut Vec<u8>, output: &mut Vec<u8>, store: &Store) -> Result<(), Malformed> {
    let (mut done, mut requests) = (0, 0);
    let mut step = || {
        let Some((request, taken)) = parse(&input[done..])? else { return Ok(false) };
        done += taken;
        if !request.is_empty() {
            requests += 1;
            store.execute(&request).write_to(output);
        }
        Ok(true)
    };
    let mut result = Ok(true);
    while result == Ok(true) {
        result = step();
    }
    input.drain(..done);
    measure!("requests a batch", requests);
    result.map(|_| ())
}

#[timer]
fn parse(input: &[u8]) -> Result<Option<(protocol::Request, usize)>, Malformed> {
    protocol::parse(input)
}

#[timer]
async fn send(client: &mut TcpStream, output: &mut Vec<u8>) -> io::Result<()> {
    client.write_all(output).await?;
    output.clear();
    Ok(())
}
