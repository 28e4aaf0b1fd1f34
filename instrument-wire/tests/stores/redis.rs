//! Redis: a real server, which is stopped, started again, and made to hang.

use super::*;
use crate::common::{RedisServer, signal};
use instrument_wire::RedisStore;

fn store(server: &RedisServer) -> RedisStore {
    RedisStore::new(&server.url()).unwrap()
}

#[test]
fn redis_is_a_store() {
    let Some(server) = RedisServer::start() else { return };
    keeps_its_promises(&store(&server), &store(&server));
    keeps_statuses(&store(&server), &store(&server));
    loses_no_addition(|| Box::new(store(&server)));
    // Another prefix is another store.
    let other = store(&server).prefix("other");
    keeps_its_promises(&other, &store(&server).prefix("other"));
    is_bounded(&store(&server).prefix("bounded"));
}

#[test]
fn a_server_that_was_away_is_an_error_until_it_is_back() {
    let Some(mut server) = RedisServer::start() else { return };
    let store = store(&server);
    store.add(spec("f", "n")).unwrap();
    server.stop();
    for _ in 0..2 {
        let error = store.specs().unwrap_err();
        assert!(matches!(error, StoreError::Unavailable { .. }), "{error}");
        assert!(store.version().is_err() && store.add(spec("f", "m")).is_err());
        assert!(store.write_status(&ProcessStatus::current()).is_err() && store.statuses().is_err());
    }
    server.restart();
    assert_eq!(store.specs(), Ok(Vec::new()), "this server keeps nothing");
    store.add(spec("f", "n")).unwrap();
    // Started again between two uses.
    server.restart();
    store.add(spec("f", "n")).unwrap();
    assert_eq!(store.specs().unwrap().len(), 1);
}

#[test]
fn a_server_that_hangs_is_an_error() {
    let Some(server) = RedisServer::start() else { return };
    let (known, fresh) = (store(&server), store(&server));
    known.add(spec("f", "n")).unwrap();
    signal(server.pid(), "-STOP");
    let errors = [known.specs().unwrap_err(), fresh.specs().unwrap_err()];
    signal(server.pid(), "-CONT");
    for error in errors {
        assert_eq!(error.to_string(), format!("redis at 127.0.0.1:{}: no answer within 2s", server.port));
    }
    assert_eq!(known.specs().unwrap().len(), 1);
    assert_eq!(fresh.specs().unwrap().len(), 1);
}

#[test]
fn nonsense_in_redis_is_an_error_that_names_its_field() {
    let Some(server) = RedisServer::start() else { return };
    let store = store(&server);
    let mut client = server.client();
    let mut set = |field: &str, value: &str| {
        let _: () = ::redis::cmd("HSET").arg("instrument:specs").arg(field).arg(value).query(&mut client).unwrap();
    };
    let place = format!("instrument:specs in redis at 127.0.0.1:{}", server.port);
    set("f\nn", "{\"target\": 5}");
    assert_eq!(
        store.specs().unwrap_err().to_string(),
        format!("{place}, field \"f\\nn\": line 1, column 12: `target`: a string is expected here, not `5`")
    );
    set("f\nn", r#"{"target": "f", "instrument": {"type": "log", "name": "other"}}"#);
    assert_eq!(
        store.specs().unwrap_err().to_string(),
        format!("{place}, field \"f\\nn\": it's the spec f/other, and belongs into the field \"f\\nother\"")
    );
    // It concerns no other.
    set("g\nm", r#"{"target": "g", "instrument": {"type": "log", "name": "m"}}"#);
    let Readable { specs, broken } = store.readable().unwrap();
    assert_eq!(specs.iter().map(Spec::id).collect::<Vec<_>>(), [SpecId::new("g", "m")]);
    assert_eq!(broken, [(SpecId::new("f", "n"), store.specs().unwrap_err())]);
    store.remove(&SpecId::new("g", "m")).unwrap();
    set("f\nn", r#"{"target": "f", "instrument": {"type": "log", "name": "n"}}"#);
    assert_eq!(store.specs().unwrap().len(), 1);
    set("big", &"x".repeat(Bounds::STORE));
    assert!(matches!(store.specs(), Err(StoreError::TooMuch { .. })), "{:?}", store.specs());
    store.remove(&SpecId::new("f", "n")).unwrap();

    let _: () = ::redis::cmd("DEL").arg("instrument:specs").query(&mut client).unwrap();
    let _: () = ::redis::cmd("SET").arg("instrument:specs").arg("text").query(&mut client).unwrap();
    let error = store.specs().unwrap_err().to_string();
    assert!(error.contains("WRONGTYPE"), "{error}");
}

#[test]
fn a_password_is_in_no_message() {
    for url in
        ["http://user:sesame@host", "redis://user:sesame@127.0.0.1:1", "redis://:sesame@[", "rediss://x:sesame@host"]
    {
        let message = match RedisStore::new(url) {
            Ok(store) => format!("{store:?} {}", store.specs().unwrap_err()),
            Err(error) => error.to_string(),
        };
        assert!(!message.contains("sesame"), "{message}");
    }
}
