//! A connection that's made when it's needed, and made anew after the server was away.

use super::answer::{Answer, Failed, Timed, ask, left};
use super::resolve::Host;
use super::url::{Address, Place};
use crate::fields::shortened;
use crate::store::StoreError;
use std::collections::BTreeMap;
use std::fmt;
use std::net::TcpStream;
use std::sync::{Mutex, MutexGuard, TryLockError};
use std::thread;
use std::time::{Duration, Instant};

/// How long all of it may take: to find the host, to connect, to log in, and to get the whole answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Bytes of an answer: more than a store's specs or statuses take.
const LARGEST: usize = 16 * 1024 * 1024;

/// Bytes of what the server says that an error repeats.
const LONGEST: usize = 500;

/// A Redis server, and perhaps a connection to it.
pub(super) struct Server {
    address: Address,
    connection: Mutex<Connection>,
    name: String,
}

struct Connection {
    kept: Option<Kept>,
    host: Host,
}

struct Kept {
    stream: Box<dyn Timed>,
    /// A forked child has its parent's, which isn't the child's to talk to.
    process: u32,
}

impl Server {
    pub(super) fn new(url: &str) -> Result<Server, StoreError> {
        let address = Address::parse(url).map_err(|why| StoreError::unavailable("the URL of the Redis server", why))?;
        let name = format!("redis at {}", address.place);
        Ok(Server { address, connection: Mutex::new(Connection { kept: None, host: Host::new() }), name })
    }

    /// For errors: without user and password.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What the server says in a word.
    pub(super) fn ask(&self, command: &Command) -> Result<String, StoreError> {
        match self.answer(command)? {
            Answer::Text(text) => Ok(String::from_utf8_lossy(&text).into_owned()),
            Answer::Nothing => Ok(String::new()),
            _ => Err(self.failed(&Failed::Odd)),
        }
    }

    /// Fields and values, sorted, so that equal ones are equal.
    pub(super) fn ask_for_fields(&self, command: &Command) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, StoreError> {
        let Answer::List(list) = self.answer(command)? else { return Err(self.failed(&Failed::Odd)) };
        let mut words = list.into_iter().map(|item| match item {
            Answer::Text(text) => Ok(text),
            _ => Err(self.failed(&Failed::Odd)),
        });
        let mut fields = BTreeMap::new();
        while let Some(field) = words.next() {
            fields.insert(field?, words.next().unwrap_or_else(|| Err(self.failed(&Failed::Odd)))?);
        }
        Ok(fields)
    }

    fn answer(&self, command: &Command) -> Result<Answer, StoreError> {
        let until = Instant::now() + PATIENCE;
        let answer = self.lock(until).and_then(|mut connection| {
            let mut stream = self.connected(&mut connection, until)?;
            // A connection that failed, or was late, is no more.
            let answer = ask(&mut *stream, &command.words, until, LARGEST)?;
            connection.kept = Some(Kept { stream, process: std::process::id() });
            Ok(answer)
        });
        match answer.map_err(|failed| self.failed(&failed))? {
            Answer::Refused(why) => Err(match why.strip_prefix("TOOMUCH ") {
                Some(size) => {
                    let size = shortened(size, LONGEST);
                    StoreError::too_much(&self.name, format_args!("the specs take {size} bytes, more than is read"))
                }
                None => self.refused(&why),
            }),
            answer => Ok(answer),
        }
    }

    /// Others of this process wait for as long as an answer takes; a forked child may wait for a thread that it doesn't have.
    fn lock(&self, until: Instant) -> Result<MutexGuard<'_, Connection>, Failed> {
        loop {
            match self.connection.try_lock() {
                Ok(connection) => return Ok(connection),
                Err(TryLockError::Poisoned(connection)) => return Ok(connection.into_inner()),
                Err(TryLockError::WouldBlock) => thread::sleep(left(until)?.min(Duration::from_millis(1))),
            }
        }
    }

    /// Commands aren't repeated, since nobody knows what became of one without an answer. So it's seen first whether the
    /// connection is one that the server closed meanwhile.
    fn connected(&self, connection: &mut Connection, until: Instant) -> Result<Box<dyn Timed>, Failed> {
        if let Some(Kept { mut stream, process }) = connection.kept.take()
            && process == std::process::id()
        {
            match ask(&mut *stream, &Command::new("PING").words, until, LARGEST) {
                Ok(_) => return Ok(stream),
                // It hangs, and would do so again.
                Err(Failed::Late) => return Err(Failed::Late),
                Err(_) => {}
            }
        }
        let mut stream = self.connect(&mut connection.host, until)?;
        let Address { user, password, database, .. } = &self.address;
        if let Some(password) = password {
            let login =
                user.iter().fold(Command::new("AUTH"), |login, user| login.arg(user.as_str())).arg(password.as_str());
            accepted(ask(&mut *stream, &login.words, until, LARGEST)?)?;
        }
        if *database != 0 {
            accepted(ask(&mut *stream, &Command::new("SELECT").arg(database.to_string()).words, until, LARGEST)?)?;
        }
        Ok(stream)
    }

    fn connect(&self, resolver: &mut Host, until: Instant) -> Result<Box<dyn Timed>, Failed> {
        match &self.address.place {
            Place::Host(host, port) => {
                let mut last = Failed::Broken(std::io::Error::other("there's no such host"));
                for address in resolver.addresses(host, *port, until)? {
                    match TcpStream::connect_timeout(&address, left(until)?) {
                        Ok(stream) => {
                            stream.set_nodelay(true)?;
                            return Ok(Box::new(stream));
                        }
                        Err(error) => last = error.into(),
                    }
                }
                Err(last)
            }
            #[cfg(unix)]
            Place::Socket(path) => Ok(Box::new(instrument_system::sockets::connect(path, left(until)?)?)),
        }
    }

    fn refused(&self, why: &str) -> StoreError {
        StoreError::unavailable(&self.name, shortened(why, LONGEST))
    }

    fn failed(&self, failed: &Failed) -> StoreError {
        match failed {
            Failed::Late => StoreError::unavailable(&self.name, format_args!("no answer within {PATIENCE:?}")),
            Failed::Large(most) => {
                StoreError::too_much(&self.name, format_args!("an answer of more than {most} bytes"))
            }
            Failed::Odd => {
                StoreError::unavailable(&self.name, "its answer is none of a Redis server's to what it was asked")
            }
            Failed::Broken(error) => StoreError::unavailable(&self.name, error),
        }
    }
}

/// The server has let us in.
fn accepted(answer: Answer) -> Result<(), Failed> {
    match answer {
        Answer::Refused(why) => Err(Failed::Broken(std::io::Error::other(shortened(&why, LONGEST)))),
        _ => Ok(()),
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Server").field(&self.name).finish()
    }
}

/// What a server is asked, in words.
pub(super) struct Command {
    words: Vec<Vec<u8>>,
}

impl Command {
    pub(super) fn new(name: &str) -> Command {
        Command { words: vec![name.into()] }
    }

    pub(super) fn arg(mut self, word: impl Into<Vec<u8>>) -> Command {
        self.words.push(word.into());
        self
    }

    pub(super) fn number(self, number: u64) -> Command {
        self.arg(number.to_string())
    }
}
