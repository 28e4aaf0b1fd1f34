//! Functions of every kind can be probed, and do what they did.
#![allow(clippy::unwrap_used, reason = "a test that finds an error has failed")]
#![allow(clippy::needless_lifetimes, clippy::type_complexity, reason = "they are what's tested")]
#![allow(unsafe_code, reason = "so are unsafe functions")]

use instrument::probe;
use instrument::probe::{Custom, Event, HistogramInstrument, Instrument, LogInstrument, Memory};
use std::fmt::Debug;
use std::future::Future;
use std::panic::{Location, catch_unwind};
use std::pin::{Pin, pin};
use std::task::{Context, Poll, Waker};

fn watch(path: &str, instrument: impl Instrument) -> probe::Probe {
    let probe = probe::attach_to(path).unwrap_or_else(|error| panic!("{error}"));
    probe.instrument("test", instrument).unwrap_or_else(|error| panic!("{error}"));
    probe.start();
    probe
}

fn log(value: &str) -> (LogInstrument, Memory) {
    let memory = Memory::default();
    (LogInstrument::new("test", value).sink(memory.clone()), memory)
}

fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

fn is_send<T: Send>(value: T) -> T {
    value
}

#[probe]
fn shown<T: Debug>(value: T) -> usize {
    format!("{value:?}").len()
}

#[probe]
fn not_shown<T>(_value: T, (a, mut b): (u8, u8)) -> (u8, u8) {
    b += 1;
    (a, b)
}

#[test]
fn generics_count_by_their_bounds() {
    let (instrument, lines) = log("value");
    watch("shown", instrument);
    assert_eq!(shown([1_u8, 2]), 6);
    assert_eq!(shown("a"), 3);
    assert_eq!(lines.lines(), ["[1, 2]", "\"a\""]);
    let (instrument, lines) = log("[string(a), string(b), _value]");
    watch("not_shown", instrument);
    assert_eq!(not_shown(1_u64, (1, 2)), (1, 3));
    assert_eq!(lines.lines(), [r#"["1", "2", "<u64>"]"#]);
}

#[probe]
fn iterates(count: u32) -> impl Iterator<Item = u32> + Clone {
    (0..count).filter(|number| number % 2 == 0)
}

#[probe]
fn fallible(count: i32) -> Result<impl Iterator<Item = i32>, String> {
    if count < 0 {
        return Err(format!("{count} is negative"));
    }
    let parsed: i32 = count.to_string().parse().map_err(|_| "no number".to_owned())?;
    Ok(0..parsed)
}

#[test]
fn results_need_no_names() {
    let (instrument, lines) = log("result");
    watch("iterates", instrument);
    assert_eq!(iterates(5).collect::<Vec<_>>(), [0, 2, 4]);
    assert_eq!(lines.lines().len(), 1);
    let (instrument, lines) = log("error");
    watch("fallible", instrument);
    assert_eq!(fallible(2).map(Iterator::count), Ok(2));
    assert_eq!(fallible(-2).map(Iterator::count), Err("-2 is negative".to_owned()));
    assert_eq!(lines.lines(), ["-2 is negative"]);
}

#[probe]
#[track_caller]
fn where_from(early: bool) -> u32 {
    if early {
        return Location::caller().line();
    }
    Location::caller().line()
}

#[test]
fn callers_are_still_tracked() {
    let (instrument, lines) = log("result");
    watch("where_from", instrument);
    assert_eq!(where_from(true), line!());
    let line = line!() + 1;
    assert_eq!(where_from(false), line);
    assert_eq!(lines.lines(), ["null".to_owned(), line.to_string()]);
}

#[probe]
fn never(code: u8) -> ! {
    panic!("code {code}")
}

#[probe]
fn may_panic(code: u8) -> u8 {
    if code > 3 { panic!("code {code}") } else { code }
}

#[test]
fn unwinding_is_an_error() {
    for path in ["never", "may_panic"] {
        let memory = Memory::default();
        watch(path, LogInstrument::new("test", "[string(code), error]").sink(memory.clone()));
        let message = match path {
            "never" => catch_unwind(|| never(7)).map(drop),
            _ => catch_unwind(|| may_panic(7)).map(drop),
        };
        assert_eq!(*message.unwrap_err().downcast::<String>().unwrap(), "code 7");
        assert_eq!(memory.lines(), [r#"["7", "panicked"]"#]);
    }
}

struct Bag<T>(Vec<T>);

trait Weighed {
    fn weigh(&self, factor: u32) -> u32;

    #[probe]
    fn twice(&self, factor: u32) -> u32 {
        self.weigh(factor) * 2
    }
}

impl<T> Weighed for Bag<T> {
    #[probe]
    fn weigh(&self, factor: u32) -> u32 {
        u32::try_from(self.0.len()).unwrap() * factor
    }
}

impl<T: Debug> Bag<T> {
    #[probe(args(self, at))]
    fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        self.0.get_mut(at)
    }

    #[probe]
    fn into_first(self, _unused: &str) -> T {
        self.0.into_iter().next().unwrap()
    }
}

impl<T: Debug> Debug for Bag<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Bag of {}", self.0.len())
    }
}

#[test]
fn methods_have_paths() {
    let paths: Vec<_> = probe::targets().iter().map(ToString::to_string).collect();
    for path in ["shapes::Bag::weigh", "shapes::Weighed::twice", "shapes::Bag::get_mut", "shapes::Bag::into_first"] {
        assert!(paths.iter().any(|known| known == path), "{path} in {paths:?}");
    }
    let (instrument, lines) = log("result");
    watch("Bag::weigh", instrument);
    let (instrument, selves) = log("self");
    watch("Bag::get_mut", instrument);
    let mut bag = Bag(vec![1]);
    assert_eq!(bag.twice(4), 8);
    *bag.get_mut(0).unwrap() += 1;
    assert_eq!(bag.into_first(""), 2);
    assert_eq!(lines.lines(), ["4"]);
    assert_eq!(selves.lines(), ["Bag of 1"]);
    let error = probe::attach_to("shapes::Bag::wiegh").unwrap_err().to_string();
    assert!(error.contains("did you mean `shapes::Bag::weigh`"), "{error}");
}

#[probe]
async fn adds(a: u32, b: Vec<u32>) -> Result<u32, String> {
    let mut sum = a;
    for number in b {
        sum += number;
        let mut yielded = false;
        std::future::poll_fn(|context| {
            context.waker().wake_by_ref();
            if std::mem::replace(&mut yielded, true) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
    }
    if sum == 0 {
        return Err("nothing".to_owned());
    }
    Ok(sum)
}

#[probe]
fn boxed<'a>(name: &'a str) -> Pin<Box<dyn Future<Output = usize> + Send + 'a>> {
    Box::pin(async move { name.len() })
}

#[probe]
async fn returns_rc() -> std::rc::Rc<u8> {
    std::rc::Rc::new(1)
}

async fn drops_rc() -> u8 {
    let number = *returns_rc().await;
    std::future::ready(()).await;
    number
}

#[test]
fn futures_fire_at_their_ends() {
    let memory = Memory::default();
    let probe = watch("adds", LogInstrument::new("test", "[a, result]").sink(memory.clone()));
    let call = LogInstrument::new("call", "b").event(Event::Call).sink(memory.clone());
    probe.instrument("call", call).unwrap();
    probe.instrument("error", LogInstrument::new("error", "error").sink(memory.clone())).unwrap();
    drop(adds(7, vec![]));
    assert_eq!(block_on(is_send(adds(1, vec![2, 3]))), Ok(6));
    assert!(block_on(adds(0, vec![])).is_err());
    let mut dropped = Box::pin(adds(1, vec![1]));
    assert!(dropped.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(dropped);
    assert_eq!(memory.lines(), ["[2, 3]", "[1, 6]", "[]", "nothing", "[1]"]);

    let memory = Memory::default();
    watch("boxed", LogInstrument::new("test", "[name, string(result)]").sink(memory.clone()));
    assert_eq!(block_on(is_send(boxed("four"))), 4);
    assert_eq!(memory.lines(), [r#"["four", "4"]"#]);
    assert_eq!(block_on(is_send(drops_rc())), 1);
}

#[probe]
unsafe fn dangerous(at: *const u8) -> u8 {
    // SAFETY: that's for who calls it to know.
    unsafe { *at }
}

#[probe]
extern "C" fn from_c(number: u8) -> u8 {
    number + 1
}

#[test]
fn unsafe_and_foreign_ones_too() {
    let (instrument, lines) = log("result");
    watch("dangerous", instrument);
    // SAFETY: it points to a byte.
    assert_eq!(unsafe { dangerous(&7) }, 7);
    let (instrument, more) = log("result");
    watch("from_c", instrument);
    assert_eq!(from_c(1), 2);
    assert_eq!((lines.lines(), more.lines()), (vec!["7".to_owned()], vec!["2".to_owned()]));
}

mod hidden {
    use instrument::probe;

    #[probe("sign-in", redact(password, result))]
    pub fn sign_in(user: &str, password: &str) -> String {
        format!("{user}:{password}")
    }

    #[probe(args(a))]
    pub fn some(a: u8, _b: u8) -> u8 {
        a
    }
}

#[test]
fn what_is_redacted_never_leaves() {
    let memory = Memory::default();
    let probe = watch("sign-in", LogInstrument::new("test", "[args, result]").sink(memory.clone()));
    assert!(hidden::sign_in("a", "secret").contains("secret"));
    let lines = memory.lines().concat();
    assert_eq!(lines, r#"[{password: "<redacted>", user: "a"}, "<redacted>"]"#);
    let error = probe.instrument("x", LogInstrument::new("x", "password")).unwrap_err().to_string();
    assert!(error.contains("redacted"), "{error}");
    // What would only ever look at the word that stands for it is refused at once.
    let number = HistogramInstrument::new("x", "size(result)");
    for error in [
        probe.instrument("x", number).unwrap_err().to_string(),
        probe.instrument("x", LogInstrument::new("x", "1").condition("result == 'a'")).unwrap_err().to_string(),
        probe
            .instrument("x", Custom::new(Event::Return, |_| Ok(())).condition("result == 'a'"))
            .unwrap_err()
            .to_string(),
    ] {
        assert!(
            error.contains("`result` of `shapes::hidden::sign_in` is redacted: its value isn't to be seen"),
            "{error}"
        );
    }
    let probe = watch("hidden::some", LogInstrument::new("test", "a").sink(memory));
    let error = probe.instrument("x", LogInstrument::new("x", "_b")).unwrap_err().to_string();
    assert!(error.contains("`_b` is no argument of `shapes::hidden::some`"), "{error}");
    hidden::some(1, 2);
}

#[probe]
#[track_caller]
fn called_while_unwinding(number: u8) -> u8 {
    if number > 1 {
        return number;
    }
    number
}

#[probe]
fn panics_at_once() {
    panic!("at once")
}

#[probe]
async fn panics_when_polled(yields: bool) {
    if yields {
        std::future::pending::<()>().await;
    }
    panic!("polled")
}

#[test]
fn another_panic_is_none_of_a_calls() {
    struct Calls;
    impl Drop for Calls {
        fn drop(&mut self) {
            called_while_unwinding(1);
            called_while_unwinding(2);
        }
    }
    let memory = Memory::default();
    let log = |name: &str, event| LogInstrument::new(name, "'x'").event(event).sink(memory.clone());
    for path in ["called_while_unwinding", "panics_when_polled"] {
        let probe = watch(path, log("call", Event::Call));
        probe.instrument("return", log("return", Event::Return)).unwrap();
        probe.instrument("error", log("error", Event::Error)).unwrap();
    }
    let names = || memory.observations().iter().map(|seen| seen.name.to_string()).collect::<Vec<_>>().join(" ");
    let _ = catch_unwind(|| {
        let _calls = Calls;
        panic!("another")
    });
    assert_eq!(names(), "call return call return");
    let _ = catch_unwind(|| {
        let mut pending = Box::pin(panics_when_polled(true));
        assert!(pending.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        panic!("another")
    });
    let _ = catch_unwind(|| block_on(panics_when_polled(false)));
    assert!(catch_unwind(panics_at_once).is_err());
    assert_eq!(names(), "call return call return call call error");
}

/// As tower's `Service`, whose future's type is told elsewhere.
trait Service {
    type Future: Future<Output = Result<u32, std::num::ParseIntError>>;
    fn call(&self, request: String) -> Self::Future;
}

struct Parses;

impl Service for Parses {
    type Future = Pin<Box<dyn Future<Output = Result<u32, std::num::ParseIntError>> + Send>>;

    #[probe]
    fn call(&self, request: String) -> Self::Future {
        Box::pin(async move {
            let number: u32 = request.parse()?;
            Ok(number)
        })
    }
}

#[probe]
async fn yields_opaque(fails: bool) -> Result<impl Iterator<Item = u8>, String> {
    if fails {
        return Err("no".to_owned());
    }
    Ok(std::iter::once(1))
}

#[test]
fn futures_whose_type_is_told_elsewhere_have_ends_too() {
    let memory = Memory::default();
    let instrument = LogInstrument::new("test", "request").event(Event::Return).sink(memory.clone());
    watch("Parses::call", instrument);
    assert_eq!(block_on(is_send(Parses.call("7".to_owned()))), Ok(7));
    assert!(block_on(Parses.call("x".to_owned())).is_err());
    assert_eq!(memory.lines(), ["7", "x"]);
    let (instrument, lines) = log("error");
    watch("yields_opaque", instrument);
    assert_eq!(block_on(yields_opaque(false)).map(Iterator::count), Ok(1));
    assert!(block_on(yields_opaque(true)).is_err());
    assert_eq!(lines.lines(), ["no"]);
}

#[probe]
fn makes_closure(by: u8) -> impl Fn(u8) -> u8 {
    move |number| number + by
}

#[probe]
fn makes_measure() -> impl Fn(&str) -> &str {
    |text| text
}

#[probe]
fn makes_pair<'a>(text: &'a str) -> (impl Iterator<Item = char> + 'a, Box<dyn Fn(&u8) -> bool + 'a>) {
    (text.chars(), Box::new(|number| text.len() > usize::from(*number)))
}

#[probe]
fn collects<T, C: FromIterator<T>>(one: T) -> C {
    std::iter::once(one).collect()
}

#[probe]
fn defaults<T: Default>() -> Result<T, Box<dyn std::error::Error>> {
    Ok(Default::default())
}

#[test]
fn what_the_return_type_tells_the_body_is_told() {
    assert_eq!(makes_closure(1)(2), 3);
    assert_eq!(makes_measure()("a"), "a");
    let (mut letters, longer) = makes_pair("abc");
    assert_eq!((letters.next(), longer(&2)), (Some('a'), true));
    assert_eq!(collects::<_, Vec<_>>(1), [1]);
    assert_eq!(defaults::<u8>().ok(), Some(0));
}
