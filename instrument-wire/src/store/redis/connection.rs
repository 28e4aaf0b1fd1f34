//! A connection that's made when it's needed, and made anew after the server was away.

use crate::store::StoreError;
use redis::{Client, Cmd, Connection, FromRedisValue, IntoConnectionInfo, RedisError, cmd};
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How long to wait for an answer, or for a connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// A Redis server, and perhaps a connection to it.
pub(super) struct Server {
    client: Client,
    connection: Mutex<Option<Connection>>,
    name: String,
}

impl Server {
    pub(super) fn new(url: &str) -> Result<Server, StoreError> {
        // Neither the URL nor what the parser says of it is repeated: there may be a password in it.
        let wrong = |_| {
            StoreError::unavailable(
                "the URL of the Redis server",
                "write `redis://[user:password@]host:port[/database]`",
            )
        };
        let info = url.into_connection_info().map_err(wrong)?;
        let name = format!("redis at {}", info.addr());
        Ok(Server { client: Client::open(info).map_err(wrong)?, connection: Mutex::new(None), name })
    }

    /// For errors: without user and password.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn ask<T: FromRedisValue>(&self, command: &Cmd) -> Result<T, StoreError> {
        let mut kept = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        // Commands aren't repeated, since nobody knows what became of one without an answer. So it's seen first whether
        // the connection is one that the server closed meanwhile.
        let alive = |mut connection| (cmd("PING").exec(&mut connection), connection);
        let mut connection = match kept.take().map(alive) {
            Some((Ok(()), connection)) => connection,
            // It hangs, and would do so again.
            Some((Err(error), _)) if error.is_timeout() => return Err(self.failed(&error)),
            _ => self.connect().map_err(|error| self.failed(&error))?,
        };
        let answer = command.query(&mut connection);
        // After an answer, be it an error, the connection is as good as before.
        if answer
            .as_ref()
            .err()
            .is_none_or(|error: &RedisError| !error.is_io_error() && !error.is_unrecoverable_error())
        {
            *kept = Some(connection);
        }
        answer.map_err(|error| match error.code() {
            Some("TOOMUCH") => {
                let size = error.detail().unwrap_or("too many");
                StoreError::too_much(&self.name, format_args!("the specs take {size} bytes, more than is read"))
            }
            _ => self.failed(&error),
        })
    }

    fn connect(&self) -> redis::RedisResult<Connection> {
        let connection = self.client.get_connection_with_timeout(PATIENCE)?;
        connection.set_read_timeout(Some(PATIENCE))?;
        connection.set_write_timeout(Some(PATIENCE))?;
        Ok(connection)
    }

    fn failed(&self, error: &RedisError) -> StoreError {
        match error.is_timeout() {
            true => StoreError::unavailable(&self.name, format_args!("no answer within {PATIENCE:?}")),
            false => StoreError::unavailable(&self.name, error),
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Server").field(&self.name).finish()
    }
}
