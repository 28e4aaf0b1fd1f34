//! Specs in Redis, for processes on many machines.
//!
//! Each change is one script, so that it happens as a whole or not at all, and two writers can't lose each other's.

mod answer;
mod connection;
mod resolve;
mod url;

use self::connection::{Command, Server};
use super::list;
use super::{Readable, SpecStore, StoreError, StoreVersion, statuses};
use crate::spec::{Bounds, ParseError, ProcessId, ProcessStatus, Spec, SpecId, parse};
use instrument_model::json;
use std::collections::BTreeMap;

/// Specs in Redis, shared by processes on many machines.
///
/// Under the prefix `instrument` there are the hash `instrument:specs`, from `target`, a line feed and the instrument's name
/// to a [`Spec`] as JSON, the hash `instrument:statuses`, what became of them in each process, and the sorted set
/// `instrument:seen`, when each process last wrote.
///
/// A server that can't be reached, or takes longer than two seconds for its whole answer, is an error each time; as soon as it's
/// back, so is the store. Who can write to that Redis, or read and change what's sent to it, can have expressions evaluated in
/// all processes that read it: protect it as you protect them. There's no TLS here: have a tunnel's end on this machine.
#[derive(Debug)]
pub struct RedisStore {
    server: Server,
    prefix: String,
}

/// How much there is, without sending it to anyone.
const SIZE: &str = "local size = 0 for _, field in ipairs(redis.call('HKEYS', KEYS[1])) do \
    size = size + #field + redis.call('HSTRLEN', KEYS[1], field) end ";
const ADD: &str = "if redis.call('HEXISTS', KEYS[1], ARGV[2]) == 1 then return 'exists' end \
    if redis.call('HLEN', KEYS[1]) >= tonumber(ARGV[4]) then return 'many' end \
    if size + #ARGV[2] + #ARGV[3] > tonumber(ARGV[1]) then return 'large' end \
    redis.call('HSET', KEYS[1], ARGV[2], ARGV[3]) return 'done'";
const UPDATE: &str = "if redis.call('HEXISTS', KEYS[1], ARGV[2]) == 0 then return 'missing' end \
    if size - redis.call('HSTRLEN', KEYS[1], ARGV[2]) + #ARGV[3] > tonumber(ARGV[1]) then return 'large' end \
    redis.call('HSET', KEYS[1], ARGV[2], ARGV[3]) return 'done'";
const REMOVE: &str = "if redis.call('HDEL', KEYS[1], ARGV[2]) == 0 then return 'missing' end return 'done'";
const READ: &str = "if size > tonumber(ARGV[1]) then return redis.error_reply('TOOMUCH ' .. size) end \
    return redis.call('HGETALL', KEYS[1])";
/// By the server's clock: those of the machines differ.
const FORGET: &str = "local now = tonumber(redis.call('TIME')[1]) \
    for _, old in ipairs(redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[1]))) do \
    redis.call('HDEL', KEYS[1], old) redis.call('ZREM', KEYS[2], old) end ";
const WRITE_STATUS: &str = "redis.call('HSET', KEYS[1], ARGV[2], ARGV[3]) redis.call('ZADD', KEYS[2], now, ARGV[2])";
const REMOVE_STATUSES: &str =
    "for i = 2, #ARGV do redis.call('HDEL', KEYS[1], ARGV[i]) redis.call('ZREM', KEYS[2], ARGV[i]) end";
const STATUSES: &str = "return redis.call('HGETALL', KEYS[1])";

impl RedisStore {
    /// The store at `redis://[user:password@]host[:port][/database]`, or `unix:///path/to/socket`, under the prefix `instrument`.
    /// Doesn't connect yet.
    ///
    /// # Errors
    ///
    /// When that's no such URL, as `rediss://` isn't, which stands for TLS.
    ///
    /// ```
    /// let store = instrument::probe::RedisStore::new("redis://127.0.0.1:6379")?.prefix("shop");
    /// # Ok::<(), instrument::probe::StoreError>(())
    /// ```
    pub fn new(url: &str) -> Result<RedisStore, StoreError> {
        Ok(RedisStore { server: Server::new(url)?, prefix: "instrument".to_owned() })
    }

    /// The same server, under another prefix.
    #[must_use]
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    fn key(&self, name: &str) -> String {
        format!("{}:{name}", self.prefix)
    }

    fn place(&self) -> String {
        format!("{} in {}", self.key("specs"), self.server.name())
    }

    fn change(&self, script: &str, spec: Result<Spec, &SpecId>) -> Result<(), StoreError> {
        let id = spec.as_ref().map_or_else(|id| (*id).clone(), Spec::id);
        let mut command = self.spec_script(script).arg(field(&id));
        if let Ok(spec) = spec {
            let spec = list::modified_now(spec)?;
            command = command.arg(spec.to_json()).number(Bounds::SPECS as u64);
        }
        match self.server.ask(&command)?.as_str() {
            "exists" => Err(StoreError::Exists(id)),
            "missing" => Err(StoreError::Missing(id)),
            "large" => {
                let most = Bounds::STORE;
                Err(StoreError::too_much(&self.place(), format_args!("would be larger than {most} bytes; remove some")))
            }
            "many" => Err(list::too_many(&self.place())),
            _ => Ok(()),
        }
    }

    /// Fields and values, sorted, so that equal ones are equal.
    fn read(&self) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, StoreError> {
        self.server.ask_for_fields(&self.spec_script(READ))
    }

    fn parse(&self, name: &str, value: &[u8]) -> Result<Spec, StoreError> {
        let nonsense = |error: ParseError| {
            let place = format!("{}, field {:?}", self.place(), name);
            StoreError::Nonsense { place, error }
        };
        let spec: Spec = parse(value).map_err(nonsense)?;
        if field(&spec.id()) != name {
            let message = format!("it's the spec {}, and belongs into the field {:?}", spec.id(), field(&spec.id()));
            return Err(nonsense(ParseError { field: None, line: 0, column: 0, message }));
        }
        Ok(spec)
    }

    fn spec_script(&self, script: &str) -> Command {
        let script = format!("{SIZE}{script}");
        Command::new("EVAL").arg(script).arg("1").arg(self.key("specs")).number(Bounds::STORE as u64)
    }

    fn status_script(&self, script: &str) -> Command {
        let script = format!("{FORGET}{script}");
        let command = Command::new("EVAL").arg(script).arg("2").arg(self.key("statuses")).arg(self.key("seen"));
        command.number(statuses::SILENCE.as_secs())
    }

    fn remove_statuses<'a>(&self, of: impl Iterator<Item = &'a ProcessId>) -> Result<(), StoreError> {
        let script = of.fold(self.status_script(REMOVE_STATUSES), |script, process| script.arg(process.to_string()));
        self.server.ask(&script).map(drop)
    }
}

impl SpecStore for RedisStore {
    fn specs(&self) -> Result<Vec<Spec>, StoreError> {
        let Readable { specs, broken } = self.readable()?;
        broken.into_iter().next().map_or(Ok(specs), |(_, error)| Err(error))
    }

    fn readable(&self) -> Result<Readable, StoreError> {
        let mut found = Readable::default();
        for (name, value) in self.read()? {
            let name = String::from_utf8_lossy(&name).into_owned();
            match self.parse(&name, &value) {
                Ok(spec) => found.specs.push(spec),
                Err(error) => {
                    let (target, instrument) = name.split_once('\n').unwrap_or((&name, "?"));
                    found.broken.push((list::broken_id(target, instrument), error));
                }
            }
        }
        list::bounded(found.specs.len() + found.broken.len(), &self.place()).map(|()| found)
    }

    fn version(&self) -> Result<StoreVersion, StoreError> {
        // By what's there: who changes it by hand counts no versions.
        Ok(StoreVersion::of(self.read()?))
    }

    fn add(&self, spec: Spec) -> Result<(), StoreError> {
        self.change(ADD, Ok(spec))
    }

    fn update(&self, spec: Spec) -> Result<(), StoreError> {
        self.change(UPDATE, Ok(spec))
    }

    fn remove(&self, id: &SpecId) -> Result<(), StoreError> {
        self.change(REMOVE, Err(id))
    }

    fn write_status(&self, status: &ProcessStatus) -> Result<(), StoreError> {
        let script = self.status_script(WRITE_STATUS).arg(status.process.to_string()).arg(json::written(status));
        self.server.ask(&script).map(drop)
    }

    fn remove_status(&self, process: &ProcessId) -> Result<(), StoreError> {
        self.remove_statuses([process].into_iter())
    }

    fn statuses(&self) -> Result<Vec<ProcessStatus>, StoreError> {
        let entries = self.server.ask_for_fields(&self.status_script(STATUSES))?;
        let known = entries.values().filter_map(|json| json::read::<ProcessStatus>(json).ok());
        // The server knows nothing of this machine's processes.
        let (over, running): (Vec<_>, Vec<_>) =
            known.partition(|status| status.process.is_here() && !status.process.is_running());
        if !over.is_empty() {
            self.remove_statuses(over.iter().map(|status| &status.process))?;
        }
        Ok(running)
    }
}

fn field(id: &SpecId) -> String {
    // Neither of them has a line feed in it.
    format!("{}\n{}", id.target, id.name)
}
