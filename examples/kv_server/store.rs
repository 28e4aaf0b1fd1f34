//! The keys and their values, and the commands on them.

use crate::protocol::{Reply, Request};
use instrument::timer;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

#[derive(Default)]
pub struct Store(Mutex<HashMap<Vec<u8>, Vec<u8>>>);

impl Store {
    /// Does what a request asks for.
    #[timer]
    pub fn execute(&self, request: &Request) -> Reply {
        let Some((command, arguments)) = request.split_first() else { return Reply::Error("empty command".into()) };
        match (command.to_ascii_uppercase().as_slice(), arguments) {
            (b"GET", [key]) => self.keys().get(key).map_or(Reply::Nothing, |value| Reply::Bulk(value.clone())),
            (b"SET", [key, value]) => {
                self.keys().insert(key.clone(), value.clone());
                Reply::Status("OK")
            }
            (b"DEL", keys @ [_, ..]) => {
                let mut all = self.keys();
                let gone = keys.iter().filter(|key| all.remove(key.as_slice()).is_some()).count();
                Reply::Integer(i64::try_from(gone).unwrap_or(i64::MAX))
            }
            (b"INCR", [key]) => self.increment(key),
            (b"PING", []) => Reply::Status("PONG"),
            (b"PING" | b"ECHO", [message]) => Reply::Bulk(message.clone()),
            // Asked for by clients when they connect; there's nothing to configure or to list.
            (b"CONFIG" | b"COMMAND", _) => Reply::Empty,
            (b"GET" | b"SET" | b"DEL" | b"INCR" | b"PING" | b"ECHO", _) => {
                let name = String::from_utf8_lossy(command).to_lowercase();
                Reply::Error(format!("wrong number of arguments for '{name}' command"))
            }
            _ => Reply::Error(format!("unknown command '{}'", String::from_utf8_lossy(command).escape_debug())),
        }
    }

    fn increment(&self, key: &[u8]) -> Reply {
        let mut all = self.keys();
        let number = match all.get(key) {
            None => Some(0),
            Some(value) => std::str::from_utf8(value).ok().and_then(|value| value.parse::<i64>().ok()),
        };
        let Some(number) = number else { return Reply::Error("value is not an integer or out of range".into()) };
        let Some(number) = number.checked_add(1) else {
            return Reply::Error("increment or decrement would overflow".into());
        };
        all.insert(key.to_vec(), number.to_string().into_bytes());
        Reply::Integer(number)
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<Vec<u8>, Vec<u8>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
