//! What each command does.

use crate::protocol::Reply;
use crate::store::{NotIncremented, Store};
use instrument::timer;

/// Cells of a client's text that an error repeats.
const LONGEST_ECHO: usize = 128;

/// Does what the words say. An error is a reply like any other: the connection goes on.
#[timer]
pub fn execute(words: &[&[u8]], store: &Store) -> Reply {
    let Some((&name, arguments)) = words.split_first() else { return error("empty command") };
    match (name.to_ascii_uppercase().as_slice(), arguments) {
        (b"GET", [key]) => store.get(key).map_or(Reply::Nil, Reply::Bulk),
        (b"SET", [key, value]) => {
            store.set(key, value);
            Reply::Status("OK")
        }
        (b"SET", [_, _, ..]) => error("syntax error"),
        (b"DEL", [_, ..]) => Reply::Integer(store.delete(arguments).try_into().unwrap_or(i64::MAX)),
        (b"INCR", [key]) => match store.increment(key) {
            Ok(number) => Reply::Integer(number),
            Err(NotIncremented::NotAnInteger) => error("value is not an integer or out of range"),
            Err(NotIncremented::Overflow) => error("increment or decrement would overflow"),
        },
        (b"PING", []) => Reply::Status("PONG"),
        (b"PING" | b"ECHO", [message]) => Reply::bulk(message),
        (b"GET" | b"SET" | b"DEL" | b"INCR" | b"PING" | b"ECHO", _) => {
            error(&format!("wrong number of arguments for '{}' command", printable(name).to_lowercase()))
        }
        // Real clients begin with these.
        (b"COMMAND", _) => Reply::Array(Vec::new()),
        (b"CONFIG", [get, setting]) if get.eq_ignore_ascii_case(b"GET") => Reply::Array(configuration(setting)),
        (b"CLIENT", [set, _, ..])
            if [&b"SETNAME"[..], b"SETINFO"].iter().any(|known| set.eq_ignore_ascii_case(known)) =>
        {
            Reply::Status("OK")
        }
        _ => error(&format!("unknown command '{}'", printable(name))),
    }
}

/// Settings that `redis-benchmark` asks for.
fn configuration(setting: &[u8]) -> Vec<Reply> {
    match setting {
        b"save" => vec![Reply::bulk(setting), Reply::bulk(b"")],
        b"appendonly" => vec![Reply::bulk(setting), Reply::bulk(b"no")],
        _ => Vec::new(),
    }
}

fn error(text: &str) -> Reply {
    Reply::Error(format!("ERR {text}"))
}

/// A client's text without whatever would end an error's line.
fn printable(text: &[u8]) -> String {
    text[..text.len().min(LONGEST_ECHO)].escape_ascii().to_string()
}
