//! The ready-made instruments: where their readings go, how long they live, what they change.
#![allow(clippy::unwrap_used, reason = "a test that finds an error has failed")]

use instrument::probe;
use instrument::probe::{
    AttachError, Custom, Event, HistogramInstrument, IncrementInstrument, Inject, InstrumentStatus, LogInstrument,
    Memory, Outlet, Reading, Statsd,
};
use std::net::UdpSocket;
use std::panic::catch_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[probe]
fn hot(number: u64) -> u64 {
    number
}

/// What a call may take is bounded, and so is what they take together.
#[test]
fn an_instrument_that_takes_too_much_of_a_thread_looks_at_some_calls_only() {
    const CALLS: u64 = 2_000;
    static FIRED: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];
    let probe = probe::attach_to("instruments::hot").unwrap();
    let slow = Custom::new(Event::Call, |_| {
        FIRED[0].fetch_add(1, Ordering::Relaxed);
        std::thread::sleep(Duration::from_millis(10));
        Ok(())
    });
    let ends = Custom::new(Event::Return, |_| {
        FIRED[1].fetch_add(1, Ordering::Relaxed);
        Ok(())
    });
    probe.instrument("slow", slow).unwrap();
    probe.instrument("ends", ends).unwrap();
    let counted = IncrementInstrument::new("hot calls", "number").share(1.0).sink(Memory::default());
    probe.instrument("counted", counted).unwrap();
    probe.start();
    (0..CALLS).for_each(|number| assert_eq!(hot(number), number));
    let info = |name: &str| probe.instruments().into_iter().find(|one| one.name == name).unwrap();
    let slow = info("slow");
    assert!(slow.skipped > 0 && slow.fired > 0, "{slow:?}");
    assert_eq!((slow.fired + slow.skipped, slow.status), (CALLS, InstrumentStatus::Running));
    assert_eq!(slow.fired, FIRED[0].load(Ordering::Relaxed));
    // It concerns no other.
    assert_eq!((info("counted").fired, info("counted").skipped), (CALLS, 0));
    let ends = info("ends");
    assert_eq!((ends.fired + ends.skipped, ends.fired), (CALLS, FIRED[1].load(Ordering::Relaxed)));
    probe.clear();
}

#[probe]
fn serve(user: &str, bytes: u64) -> u64 {
    bytes * if user == "root" { 2 } else { 1 }
}

#[test]
fn numbers_feed_the_table_of_measurements() {
    let probe = probe::attach_to("instruments::serve").unwrap();
    probe.instrument("sizes", HistogramInstrument::new("probed sizes", "result")).unwrap();
    let increment = IncrementInstrument::new("probed bytes", "bytes").tags("{'user': user}");
    probe.instrument("bytes", increment).unwrap();
    probe.start();
    serve("root", 10);
    serve("root", 20);
    serve("ann", 6);
    probe.clear();
    let snapshot = instrument::snapshot();
    let find = |name: &str| {
        let found = snapshot.measurements().iter().find(|measurement| measurement.name() == name);
        found.map(|measurement| (measurement.count(), measurement.sum()))
    };
    assert_eq!(find("probed sizes"), Some((3, 66.0)));
    assert_eq!(find("probed bytes {user=root}"), Some((2, 30.0)));
    assert_eq!(find("probed bytes {user=ann}"), Some((1, 6.0)));
    assert!(instrument::report().to_string().contains("probed sizes"));
}

#[probe]
fn perhaps(ratio: Option<f64>) -> Option<f64> {
    ratio
}

#[test]
fn what_is_not_there_is_skipped_and_the_instruments_go_on() {
    let memory = Memory::default();
    let probe = probe::attach_to("instruments::perhaps").unwrap();
    let into = || memory.clone();
    probe.instrument("histogram", HistogramInstrument::new("histogram", "result").sink(into())).unwrap();
    probe.instrument("increment", IncrementInstrument::new("increment", "result * 2.0").sink(into())).unwrap();
    probe.instrument("log", LogInstrument::new("log", "result").sink(into())).unwrap();
    let tagged = LogInstrument::new("tagged", "'x'").tags("ratio > 0.2 ? {'over': ratio} : null");
    probe.instrument("tagged", tagged.sink(into())).unwrap();
    let above = |name: &str| IncrementInstrument::new(name, "1").condition("ratio > 0.2").sink(memory.clone());
    probe.instrument("above", above("above")).unwrap();
    let below = IncrementInstrument::new("below", "1").condition("!(ratio > 0.2)").sink(into());
    probe.instrument("below", below).unwrap();
    probe.instrument("custom", Custom::new(Event::Call, |_| Ok(())).condition("ratio > 0.2")).unwrap();
    probe.start();
    for ratio in [None, Some(0.5), None, Some(0.1)] {
        assert_eq!(perhaps(ratio), ratio);
    }
    let readings = |name: &str| -> Vec<String> {
        let observations = memory.observations();
        let found = observations.iter().filter(|observation| &*observation.name == name);
        found.map(|observation| observation.to_string().replace("instruments::perhaps ", "")).collect()
    };
    assert_eq!(readings("histogram"), ["histogram: 0.5 (return)", "histogram: 0.1 (return)"]);
    assert_eq!(readings("increment"), ["increment: +1 (return)", "increment: +0.2 (return)"]);
    assert_eq!(readings("log"), ["null", "0.5", "null", "0.1"].map(|line| format!("log: {line} (return)")));
    assert_eq!(readings("tagged"), ["", ", over=0.5", "", ""].map(|tags| format!("tagged: x (call{tags})")));
    assert_eq!(readings("above"), ["above: +1 (call)"]);
    assert_eq!(readings("below"), ["below: +1 (call)"]);
    assert!(
        probe.instruments().iter().all(|info| info.status == InstrumentStatus::Running),
        "{:?}",
        probe.instruments()
    );
    probe.clear();
}

#[test]
fn an_error_names_the_value() {
    let probe = probe::attach_to("instruments::ordered").unwrap();
    for (instrument, message) in [
        (
            HistogramInstrument::new("x", "queue"),
            "the value has to be a number, and is the string \"mails\": `size(…)` counts, `double(…)` reads",
        ),
        (HistogramInstrument::new("x", "[1, 2]"), "and is the list [1, 2]: `size(…)` counts, `…[0]` takes the first"),
        (
            HistogramInstrument::new("x", "{'a': 1}"),
            "and is the map {a: 1}: `size(…)` counts, `….field` takes one of it",
        ),
        (
            HistogramInstrument::new("x", "1").condition("queue"),
            "the condition has to be true or false, and is the string \"mails\"",
        ),
        (HistogramInstrument::new("x", "1").tags("7"), "and are the integer 7"),
    ] {
        probe.instrument("named", instrument.sink(Memory::default())).unwrap();
        probe.start();
        let _ = ordered(1, "mails");
        let Some(InstrumentStatus::Failed { error }) = probe.status("named") else { panic!("{message}") };
        assert!(error.contains(message), "{error}");
        probe.remove("named");
    }
}

#[probe]
fn ordered(amount: i64, queue: &str) -> Result<i64, String> {
    if amount < 0 { Err(format!("{queue}: negative")) } else { Ok(amount) }
}

#[test]
fn statsd_gets_datagrams() {
    let server = UdpSocket::bind("127.0.0.1:0").unwrap();
    server.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let statsd = Outlet::new(Statsd::to(server.local_addr().unwrap()).unwrap());
    let probe = probe::attach_to("ordered").unwrap();
    let count = IncrementInstrument::new("orders", "1").tags("{'queue': queue, 'size': mag(amount)}");
    probe.instrument("count", count.sink(statsd.clone())).unwrap();
    let amounts = HistogramInstrument::new("amounts", "double(result) / 2.0").condition("result > 5");
    probe.instrument("amounts", amounts.sink(statsd.clone())).unwrap();
    let errors = IncrementInstrument::new("errors", "1").event(Event::Error).sink(statsd);
    probe.instrument("errors", errors).unwrap();
    probe.start();
    let _ = (ordered(3, "mails"), ordered(125, "a|b"), ordered(-1, "mails"));
    let receive = || {
        let mut buffer = [0; 500];
        let length = server.recv(&mut buffer).unwrap();
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    let received: Vec<_> = (0..5).map(|_| receive()).collect();
    assert_eq!(
        received,
        [
            "orders:1|c|#queue:mails,size:0",
            "orders:1|c|#queue:a_b,size:2",
            "amounts:62.5|h",
            "orders:1|c|#queue:mails,size:0",
            "errors:1|c"
        ]
    );
}

#[probe]
fn brief(number: u32) -> u32 {
    number
}

#[test]
fn what_expires_no_longer_fires_and_is_removed() {
    let memory = Memory::default();
    let probe = probe::attach_to("brief").unwrap();
    let log = |name: &str| LogInstrument::new(name, "number").sink(memory.clone());
    probe.instrument("short", log("short").lifespan(Duration::from_millis(30))).unwrap();
    probe.instrument("minutes", log("minutes").lifespan_minutes(60.0)).unwrap();
    probe.instrument("none", log("none").lifespan_minutes(-1.0)).unwrap();
    probe.start();
    let start = Instant::now();
    brief(1);
    let in_time = start.elapsed() < Duration::from_millis(30);
    while start.elapsed() < Duration::from_millis(40) {
        brief(2);
    }
    let names = || probe.instruments().into_iter().map(|info| info.name).collect::<Vec<_>>();
    assert_eq!(names(), ["minutes"]);
    let lines = |name: &str| memory.observations().iter().filter(|observation| &*observation.name == name).count();
    let fired = lines("short");
    assert!(fired > 0 || !in_time);
    brief(3);
    assert_eq!((lines("short"), lines("none")), (fired, 0));
    assert_eq!(probe.status("short"), Some(InstrumentStatus::Expired));
    assert_eq!(probe.status("minutes"), Some(InstrumentStatus::Running));
    assert_eq!(probe.status("never there"), None);
    let remaining = probe.instruments()[0].remaining.unwrap();
    assert!(remaining > Duration::from_secs(3_000) && remaining <= Duration::from_secs(3_600));
    // Too long to be told is ever.
    probe.instrument("ever", log("ever").lifespan_minutes(f64::MAX)).unwrap();
    assert_eq!(probe.instruments().last().map(|info| info.remaining), Some(None));
}

#[probe]
fn twice_attached(number: u32) -> u32 {
    number
}

#[test]
fn a_function_has_one_probe() {
    let memory = Memory::default();
    let one = probe::attach_to("instruments::twice_attached").unwrap();
    let other = probe::attach_to("twice_attached").unwrap();
    one.instrument("log", LogInstrument::new("one", "number").sink(memory.clone())).unwrap();
    other.start();
    assert!(one.is_started());
    twice_attached(1);
    other.instrument("log", LogInstrument::new("two", "number").max_length(2).sink(memory.clone())).unwrap();
    twice_attached(12_345);
    assert_eq!(one.instruments().len(), 1);
    assert!(one.stop_instrument("log") && !one.stop_instrument("lag"));
    twice_attached(3);
    assert_eq!(other.status("log"), Some(InstrumentStatus::Stopped));
    one.start_instrument("log");
    one.stop();
    twice_attached(4);
    one.start();
    twice_attached(6);
    assert!(other.remove("log") && !one.remove("log"));
    twice_attached(7);
    assert_eq!(memory.lines(), ["1", "12…", "6"]);
    assert!(matches!(probe::attach_to(""), Err(AttachError::Unknown { .. })));
}

mod same {
    pub struct One;
    pub struct Other<T>(pub T);

    impl One {
        #[instrument::probe]
        pub fn alike(&self) {}
    }

    impl Other<u8> {
        #[instrument::probe]
        pub fn alike(&self) {}
    }

    impl Other<u16> {
        #[instrument::probe("the other's")]
        pub fn alike(&self) {}
    }
}

#[test]
fn names_that_several_have_are_told_apart() {
    same::One.alike();
    same::Other(1_u8).alike();
    same::Other(1_u16).alike();
    let error = probe::attach_to("alike").unwrap_err();
    assert!(matches!(&error, AttachError::Ambiguous { candidates, .. } if candidates.len() == 3), "{error}");
    assert!(probe::attach_to("One::alike").is_ok());
    let paths: Vec<_> =
        probe::targets().iter().map(ToString::to_string).filter(|path| path.contains("Other")).collect();
    assert_eq!(paths.len(), 2);
    for path in &paths {
        assert_eq!(probe::attach_to(path).unwrap().target().path(), path);
    }
    assert_ne!(paths[0], paths[1]);
    assert_eq!(probe::attach_to("the other's").unwrap().target().name(), Some("the other's"));
}

#[probe(inject)]
fn load(id: u32) -> Result<String, std::num::TryFromIntError> {
    u8::try_from(id).map(|id| id.to_string())
}

#[probe(inject)]
fn count(id: u32) -> usize {
    id as usize
}

#[probe]
fn left_alone(id: u32) -> u32 {
    id
}

#[test]
fn injections_change_what_a_call_does() {
    let probe = probe::attach_to("load").unwrap();
    let set = |inject: Inject| probe.instrument("inject", inject).unwrap();
    probe.start();
    set(Inject::value("fake".to_owned()).condition("id == 7"));
    assert_eq!((load(7), load(8)), (Ok("fake".to_owned()), Ok("8".to_owned())));
    set(Inject::error(u8::try_from(1_000).unwrap_err()));
    assert!(load(1).is_err());
    // At an error, it's mended.
    set(Inject::value("mended".to_owned()).event(Event::Error));
    assert_eq!((load(300), load(3)), (Ok("mended".to_owned()), Ok("3".to_owned())));
    set(Inject::panic("on purpose"));
    assert_eq!(*catch_unwind(|| load(1)).unwrap_err().downcast::<String>().unwrap(), "on purpose");
    set(Inject::delay(Duration::from_millis(20)));
    let start = Instant::now();
    assert_eq!(load(1), Ok("1".to_owned()));
    assert!(start.elapsed() >= Duration::from_millis(20));
    // The wrong type leaves the function as it is.
    set(Inject::value(1_u128));
    assert_eq!(load(1), Ok("1".to_owned()));
    let Some(InstrumentStatus::Failed { error }) = probe.status("inject") else { panic!("it failed") };
    assert!(error.contains("`Ok` is of type `alloc::string::String`"), "{error}");

    let probe = probe::attach_to("instruments::count").unwrap();
    probe.start();
    let memory = Memory::default();
    probe.instrument("log", LogInstrument::new("log", "result").sink(memory.clone())).unwrap();
    probe.instrument("inject", Inject::with(|| 7_usize).event(Event::Return).condition("result > 10")).unwrap();
    assert_eq!((count(1), count(11)), (1, 7));
    probe.instrument("inject", Inject::error("no".to_owned())).unwrap();
    assert_eq!(count(1), 1);
    let Some(InstrumentStatus::Failed { error }) = probe.status("inject") else { panic!("it failed") };
    assert!(error.contains("returns `usize`, which is no `Result`"), "{error}");
    assert_eq!(memory.lines(), ["1", "11", "1"]);

    let error = probe::attach_to("left_alone").unwrap().instrument("x", Inject::panic("x")).unwrap_err().to_string();
    assert!(error.contains("write `#[probe(inject)]` on it"), "{error}");
    assert_eq!(left_alone(1), 1);
}

#[probe(inject)]
async fn slow(id: u32) -> Result<u32, String> {
    tokio::task::yield_now().await;
    Ok(id)
}

#[tokio::test(flavor = "current_thread")]
async fn delays_dont_block_executors() {
    let probe = probe::attach_to("slow").unwrap();
    probe.instrument("delay", Inject::delay(Duration::from_millis(50)).condition("id == 1")).unwrap();
    probe.instrument("error", Inject::error("no".to_owned()).condition("id == 2")).unwrap();
    probe.instrument("late", Inject::value(30_u32).event(Event::Return).condition("result == 3")).unwrap();
    probe.start();
    probe.instrument("long", Inject::delay(Duration::from_secs(30)).condition("id == 4")).unwrap();
    let long = tokio::spawn(slow(4));
    tokio::task::yield_now().await;
    // On the same thread, while the other waits; if it blocked, it would be finished by now.
    assert_eq!(slow(2).await, Err("no".to_owned()));
    assert_eq!(slow(3).await, Ok(30));
    assert!(!long.is_finished());
    long.abort();
    let start = Instant::now();
    assert_eq!(slow(1).await, Ok(1));
    assert!(start.elapsed() >= Duration::from_millis(50));
    let results: Vec<_> = (0..10).map(|_| tokio::spawn(slow(1))).collect();
    for result in results {
        assert_eq!(result.await.unwrap(), Ok(1));
    }
}

#[test]
fn a_closure_is_an_instrument() {
    #[probe]
    fn closed(a: u8, b: &str) -> u8 {
        a + u8::try_from(b.len()).unwrap()
    }
    let (sender, receiver) = std::sync::mpsc::sync_channel(10);
    let probe = probe::attach_to("closed").unwrap();
    let custom = Custom::new([Event::Call, Event::Return], move |call| {
        let arguments: Vec<_> = call.arguments().map(|(name, value)| format!("{name}={value}")).collect();
        let _ = sender.send((call.event(), arguments.join(" "), call.result().cloned()));
        Ok(())
    });
    probe.instrument("mine", custom.condition("a > 1")).unwrap();
    probe.start();
    closed(1, "");
    closed(2, "x");
    let seen: Vec<_> = receiver.try_iter().collect();
    assert_eq!(
        seen,
        [(Event::Call, "a=2 b=x".to_owned(), None), (Event::Return, "a=2 b=x".to_owned(), Some(3.into()))]
    );
}

#[test]
fn lines_say_where_they_come_from() {
    #[probe]
    fn told(a: u8) -> u8 {
        a
    }
    let memory = Memory::default();
    let probe = probe::attach_to("lines_say_where_they_come_from::told").unwrap();
    let log = LogInstrument::new("foo", "a").tags("{'b': 'x', 'a': [1]}").sink(memory.clone());
    probe.instrument("foo", log).unwrap();
    probe.start();
    told(7);
    let observation = memory.observations().remove(0);
    assert_eq!(observation.reading, Reading::Line("7".to_owned()));
    assert_eq!(observation.to_string(), "foo: 7 (instruments::lines_say_where_they_come_from::told call, a=[1], b=x)");
}

#[test]
fn snapshots_have_the_instruments_of_probes() {
    #[probe]
    fn in_a_snapshot(arg: u64) -> u64 {
        arg + 1
    }
    let probe = probe::attach_to("in_a_snapshot").expect("a target");
    probe
        .instrument("seen", LogInstrument::new("seen", "arg").condition("arg > 1").sink(Memory::default()))
        .expect("CEL");
    probe.start();
    for arg in 0..3 {
        in_a_snapshot(arg);
    }
    let snapshot = instrument::snapshot();
    let found = snapshot.data().probes.iter().find(|probe| probe.name == "seen").expect("it's attached");
    assert!(found.target.ends_with("::in_a_snapshot"), "{found:?}");
    assert_eq!((found.calls, found.error.as_str()), (3, ""));
}
