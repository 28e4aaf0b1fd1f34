//! The connections: they are accepted, served side by side, and ended.

use crate::arguments::Arguments;
use crate::commands::execute;
use crate::protocol::{Reply, parse};
use crate::store::Store;
use instrument::{PerfTimer, log_metrics, measure, timer};
use std::future::pending;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};

/// Room for reading at least; also what a connection's buffers keep while nothing is in them.
const BUFFER: usize = 16 * 1024;
/// So many bytes of replies are written before more requests are looked at, since those may be much smaller.
const MOST_REPLIES: usize = 256 * 1024;
const MOST_CONNECTIONS: usize = 1000;

/// Reports in one line when the program exits: how long replies take, from a read to the end of the write.
static REPLY: PerfTimer = PerfTimer::new("reply to what was read");

/// Serves until somebody asks it to stop.
pub async fn run(arguments: &Arguments) -> Result<(), String> {
    let port = arguments.port;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
    let listener = listener.map_err(|error| format!("can't listen on port {port}: {error}"))?;
    println!("listening on {}", listener.local_addr().map_err(|error| error.to_string())?);

    let store = Arc::new(Store::default());
    let mut connections = JoinSet::new();
    let mut now_and_then = interval(Duration::from_millis(100));
    let stop = stop(arguments.stop_after);
    tokio::pin!(stop);
    loop {
        tokio::select! {
            // This future isn't a worker's, so nobody waits for the table.
            _ = now_and_then.tick() => drop(log_metrics(arguments.every)),
            accepted = listener.accept(), if connections.len() < MOST_CONNECTIONS => match accepted {
                Ok((stream, _)) => drop(connections.spawn(Connection::new(stream, Arc::clone(&store)).serve())),
                // Too many open files, for one: those who are connected go on, and may leave.
                Err(error) => {
                    eprintln!("kv_server: can't accept a connection: {error}");
                    sleep(Duration::from_millis(100)).await;
                }
            },
            // A client that goes without a word concerns nobody else.
            Some(_) = connections.join_next() => {}
            reason = &mut stop => {
                connections.shutdown().await;
                return reason;
            }
        }
    }
}

/// Ends when it's time to, or on Ctrl-C or SIGTERM.
async fn stop(after: Option<Duration>) -> Result<(), String> {
    let time = async {
        match after {
            Some(after) => sleep(after).await,
            None => pending().await,
        }
    };
    tokio::select! {
        () = time => Ok(()),
        result = tokio::signal::ctrl_c() => result.map_err(|error| format!("can't wait for Ctrl-C: {error}")),
        result = terminated() => result.map_err(|error| format!("can't wait for SIGTERM: {error}")),
    }
}

#[cfg(unix)]
async fn terminated() -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    signal(SignalKind::terminate())?.recv().await;
    Ok(())
}

#[cfg(not(unix))]
async fn terminated() -> io::Result<()> {
    pending().await
}

struct Connection {
    stream: TcpStream,
    store: Arc<Store>,
    /// What was read and isn't answered.
    input: Vec<u8>,
    /// Replies to be written.
    output: Vec<u8>,
}

/// How a connection goes on.
enum Next {
    Read,
    Answer,
    Close,
}

// Each poll of these is a span, so what a connection waits for isn't in their time; no guard is held meanwhile.
#[timer]
impl Connection {
    #[timer(skip)]
    fn new(stream: TcpStream, store: Arc<Store>) -> Connection {
        Connection { stream, store, input: Vec::new(), output: Vec::new() }
    }

    async fn serve(mut self) -> io::Result<()> {
        self.stream.set_nodelay(true)?;
        let mut next = Next::Read;
        loop {
            match next {
                Next::Read if self.read().await? == 0 => return Ok(()),
                Next::Read | Next::Answer => next = REPLY.time_async(self.reply()).await?,
                Next::Close => return self.hang_up().await,
            }
        }
    }

    /// Waits for more; 0 bytes if the client won't send any.
    async fn read(&mut self) -> io::Result<usize> {
        self.input.reserve(BUFFER);
        self.stream.read_buf(&mut self.input).await
    }

    #[timer(skip)]
    async fn reply(&mut self) -> io::Result<Next> {
        let next = self.answer();
        self.write().await?;
        Ok(next)
    }

    /// Answers all requests that have arrived, unless the replies become too many.
    fn answer(&mut self) -> Next {
        let (mut taken, mut requests) = (0, 0_u32);
        let next = loop {
            if self.output.len() >= MOST_REPLIES {
                break Next::Answer;
            }
            match parse(&self.input[taken..]) {
                Ok(Some(request)) => {
                    taken += request.length;
                    if !request.words.is_empty() {
                        requests += 1;
                        execute(&request.words, &self.store).encode(&mut self.output);
                    }
                }
                Ok(None) => break Next::Read,
                Err(violation) => {
                    Reply::Error(format!("ERR Protocol error: {violation}")).encode(&mut self.output);
                    break Next::Close;
                }
            }
        };
        self.input.drain(..taken);
        self.input.shrink_to(BUFFER);
        measure!("pipelined requests", requests);
        next
    }

    async fn write(&mut self) -> io::Result<()> {
        self.stream.write_all(&self.output).await?;
        self.output.clear();
        self.output.shrink_to(BUFFER);
        Ok(())
    }

    /// Ends it so that the last reply arrives: closed with unread input, a connection is reset, and the client's system
    /// may drop what it hasn't read yet.
    async fn hang_up(mut self) -> io::Result<()> {
        self.stream.shutdown().await?;
        let (mut unread, mut nowhere) = (self.stream.take(1 << 20), tokio::io::sink());
        let _ = timeout(Duration::from_millis(500), tokio::io::copy(&mut unread, &mut nowhere)).await;
        Ok(())
    }
}
