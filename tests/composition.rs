//! Attributes on the same function: each does what it does alone, in every pair and order, and the function what it does
//! without any.

#[path = "checkpoints/scripted.rs"]
mod scripted;

use futures::stream::{self, Stream, StreamExt as _};
use instrument::Snapshot;
use scripted::{Printed, block_on, pass, suspend};
use std::cell::RefCell;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Waker};

thread_local! {
    static DROPPED: RefCell<Vec<&'static str>> = const { RefCell::new(Vec::new()) };
}

/// Says when it's dropped.
struct Loud(&'static str);

impl Drop for Loud {
    fn drop(&mut self) {
        DROPPED.with_borrow_mut(|dropped| dropped.push(self.0));
    }
}

/// How a call ends.
#[derive(Clone, Copy, PartialEq)]
enum How {
    Well,
    Early,
    Failing,
    Panicking,
}

fn check(how: How) -> Result<u32, &'static str> {
    match how {
        How::Well | How::Early => Ok(7),
        How::Failing => Err("failed"),
        How::Panicking => resume_unwind(Box::new("panicked")),
    }
}

type Ended = (Option<Result<u32, &'static str>>, Vec<&'static str>);

/// A call's result, and what it dropped in which order.
fn ended(call: impl FnOnce() -> Result<u32, &'static str>) -> Ended {
    DROPPED.take();
    let result = catch_unwind(AssertUnwindSafe(call)).ok();
    (result, DROPPED.take())
}

type Called = fn(How, Loud, (Loud, Loud), Loud, Loud) -> Result<u32, &'static str>;
type Streamed = Pin<Box<dyn Stream<Item = u32>>>;
type Polled = Pin<Box<dyn Future<Output = Result<u32, &'static str>> + Send>>;

/// One way to annotate a function.
struct Stack {
    name: &'static str,
    attributes: &'static [&'static str],
    called: Called,
    asynchronous: fn(How, Loud, (Loud, Loud), Loud, Loud) -> Polled,
    boxed: fn(How, Loud, (Loud, Loud), Loud, Loud) -> Polled,
    streaming: fn(How, u32, Loud) -> Streamed,
    size: usize,
}

macro_rules! stacks {
    ($($name:ident: $($attribute:ident)*;)*) => {
        mod called {
            use super::*;
            $(
                $(#[instrument::$attribute])*
                pub fn $name(how: How, one: Loud, (two, _): (Loud, Loud), _: Loud, _four: Loud) -> Result<u32, &'static str> {
                    pass(1);
                    let _local = Loud("local");
                    if how == How::Early {
                        return Ok(1);
                    }
                    let checked = check(how)?;
                    pass(20);
                    drop((one, two));
                    Ok(checked + 1)
                }
            )*
        }

        mod asynchronous {
            use super::*;
            $(
                $(#[instrument::$attribute])*
                pub async fn $name(how: How, one: Loud, (two, _): (Loud, Loud), _: Loud, _four: Loud) -> Result<u32, &'static str> {
                    pass(1);
                    let _local = Loud("local");
                    suspend().await;
                    if how == How::Early {
                        return Ok(1);
                    }
                    let checked = check(how)?;
                    pass(20);
                    drop((one, two));
                    Ok(checked + 1)
                }
            )*
        }

        mod boxed {
            use super::*;
            $(
                $(#[instrument::$attribute])*
                pub fn $name(how: How, one: Loud, (two, _): (Loud, Loud), _: Loud, four: Loud) -> Polled {
                    pass(1);
                    let before = Loud("before");
                    Box::pin(async move {
                        let _local = Loud("local");
                        suspend().await;
                        if how == How::Early {
                            return Ok(1);
                        }
                        let checked = check(how)?;
                        pass(20);
                        drop((one, two));
                        drop((before, four));
                        Ok(checked + 1)
                    })
                }
            )*
        }

        mod streaming {
            use super::*;
            $(
                $(#[instrument::$attribute])*
                pub fn $name(how: How, items: u32, _last: Loud) -> impl Stream<Item = u32> {
                    pass(1);
                    if how == How::Early {
                        pass(2);
                    }
                    stream::unfold((0, Loud("state")), move |(item, state)| async move {
                        pass(5);
                        suspend().await;
                        (item < items).then(|| (item, (item + 1, state)))
                    })
                }
            )*
        }

        mod large {
            use super::*;
            $(
                $(#[instrument::$attribute])*
                pub async fn $name(large: [u8; 16 << 10]) -> u8 {
                    suspend().await;
                    large[0]
                }
            )*
        }

        const STACKS: &[Stack] = &[$(
            Stack {
                name: stringify!($name),
                attributes: &[$(stringify!($attribute)),*],
                called: called::$name,
                asynchronous: |how, one, two, three, four| Box::pin(asynchronous::$name(how, one, two, three, four)),
                boxed: boxed::$name,
                streaming: |how, items, last| Box::pin(streaming::$name(how, items, last)),
                size: size_of_returned(large::$name),
            },
        )*];
    };
}

const fn size_of_returned<A, R>(_: fn(A) -> R) -> usize {
    size_of::<R>()
}

stacks! {
    plain: ;
    t: timer;
    p: perf_timer;
    m: print_mem;
    c: checkpoints;
    b: probe;
    tp: timer perf_timer;
    tm: timer print_mem;
    tc: timer checkpoints;
    tb: timer probe;
    pt: perf_timer timer;
    pm: perf_timer print_mem;
    pc: perf_timer checkpoints;
    pb: perf_timer probe;
    mt: print_mem timer;
    mp: print_mem perf_timer;
    mc: print_mem checkpoints;
    mb: print_mem probe;
    ct: checkpoints timer;
    cp: checkpoints perf_timer;
    cm: checkpoints print_mem;
    cb: checkpoints probe;
    bt: probe timer;
    bp: probe perf_timer;
    bm: probe print_mem;
    bc: probe checkpoints;
    tpmcb: timer perf_timer print_mem checkpoints probe;
    bcmpt: probe checkpoints print_mem perf_timer timer;
    ctbpm: checkpoints timer probe perf_timer print_mem;
    mbtcp: print_mem probe timer checkpoints perf_timer;
}

const HOWS: [How; 4] = [How::Well, How::Early, How::Failing, How::Panicking];

fn arguments() -> (Loud, (Loud, Loud), Loud, Loud) {
    (Loud("one"), (Loud("two"), Loud("ignored in two")), Loud("three"), Loud("four"))
}

impl Stack {
    fn call(&self, how: How) -> Ended {
        ended(|| {
            let (one, two, three, four) = arguments();
            (self.called)(how, one, two, three, four)
        })
    }

    fn make(&self, how: How, is_boxed: bool) -> Polled {
        let (one, two, three, four) = arguments();
        (if is_boxed { self.boxed } else { self.asynchronous })(how, one, two, three, four)
    }

    /// One that ends, one that's dropped after a poll, and one that's never polled.
    fn run(&self, how: How, is_boxed: bool) -> [Ended; 3] {
        let polled_once = || {
            let mut future = self.make(how, is_boxed);
            assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
            Ok(0)
        };
        let never_polled = || {
            drop(self.make(how, is_boxed));
            Ok(0)
        };
        [ended(|| block_on(self.make(how, is_boxed))), ended(polled_once), ended(never_polled)]
    }

    /// A stream's sum to its end, and that of one that's dropped after its first item.
    fn stream(&self, how: How) -> [Ended; 2] {
        let made = || (self.streaming)(how, 4, Loud("last"));
        let whole = || Ok(block_on(made().fold(0, |sum, item| async move { sum + item })));
        [ended(whole), ended(|| Ok(block_on(made().next()).expect("an item")))]
    }

    fn has(&self, attribute: &str) -> bool {
        self.attributes.contains(&attribute)
    }

    fn all(&self) {
        for how in HOWS {
            self.call(how);
            self.run(how, false);
            self.run(how, true);
            self.stream(how);
        }
    }
}

/// Whoever calls the functions: figures are the process's.
static CALLING: Mutex<()> = Mutex::new(());

#[test]
fn results_and_the_order_of_drops_are_those_of_the_plain_function() {
    let _calling = CALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let _clock = Printed::new();
    let (plain, annotated) = STACKS.split_first().expect("there are some");
    let dropped = plain.call(How::Well).1;
    assert_eq!(dropped, ["one", "two", "local", "four", "three", "ignored in two"]);
    let probed = STACKS.iter().find(|stack| stack.name == "b").expect("it's there");
    for stack in annotated {
        // The closure that a probe makes of a body leaves what patterns ignore to the function around it.
        let expected = if stack.has("probe") { probed } else { plain };
        for (at, how) in HOWS.into_iter().enumerate() {
            assert_eq!(stack.call(how), expected.call(how), "{} {at}", stack.name);
            assert_eq!(stack.run(how, false), plain.run(how, false), "async {} {at}", stack.name);
            assert_eq!(stack.run(how, true), expected.run(how, true), "boxed {} {at}", stack.name);
            assert_eq!(stack.stream(how), plain.stream(how), "a stream {} {at}", stack.name);
        }
    }
}

#[test]
fn no_stack_holds_a_large_parameter_twice() {
    let plain = STACKS[0].size;
    for stack in STACKS {
        assert!(stack.size < plain + 1024, "{}: {} bytes, plain {plain}", stack.name, stack.size);
    }
}

/// The rows of a recording's section that begin with that name, without it.
fn rows(recording: &str, section: &str, name: &str) -> Vec<String> {
    let mut lines = recording.lines().skip_while(|line| !line.starts_with(&format!("\"{section}\":[")));
    lines.next();
    let begin = format!("{{\"name\":\"{name}\",");
    let rows = lines.take_while(|line| line.starts_with('{'));
    let mut rows: Vec<_> =
        rows.filter_map(|line| line.strip_prefix(&begin)).map(|row| row.trim_end_matches(',').to_owned()).collect();
    rows.sort();
    rows
}

/// What a timer's nodes of that name say.
fn nodes(snapshot: &Snapshot, name: &str) -> Vec<String> {
    let roots = snapshot.roots().filter(|node| node.name() == name);
    let mut nodes: Vec<_> = roots
        .map(|node| format!("{} {:?} {:?} {:?} {:?}", node.count(), node.total(), node.own(), node.min(), node.max()))
        .collect();
    nodes.sort();
    nodes
}

#[test]
fn figures_lines_and_labels_are_those_of_each_alone() {
    let _calling = CALLING.lock().unwrap_or_else(PoisonError::into_inner);
    let _clock = Printed::new();
    std::thread::spawn(|| STACKS.iter().for_each(Stack::all)).join().expect("no panic");
    let snapshot = instrument::snapshot();
    let path = std::env::temp_dir().join(format!("composition-{}.json", std::process::id()));
    snapshot.save(&path).expect("it can be written");
    let recording = std::fs::read_to_string(&path).expect("it was written");
    std::fs::remove_file(path).expect("it's there");
    let said = |stack: &str, attribute: &str| match attribute {
        "timer" => nodes(&snapshot, stack),
        "perf_timer" => rows(&recording, "timers", stack),
        _ => rows(&recording, "checkpoints", stack),
    };
    for (attribute, alone) in [("timer", "t"), ("perf_timer", "p"), ("checkpoints", "c")] {
        let expected = said(alone, attribute);
        assert_eq!(expected.len(), 4, "{attribute}: a function of each kind in\n{recording}");
        for stack in STACKS {
            let expected = if stack.has(attribute) { expected.as_slice() } else { &[] };
            assert_eq!(said(stack.name, attribute), expected, "{attribute} in {}", stack.name);
        }
    }
    let lines = said("tpmcb", "checkpoints").concat();
    assert!(lines.contains(": drop((one, two));") && !lines.contains("__"), "{lines}");
}

#[test]
fn each_call_prints_one_line_as_print_mem_alone_does() {
    const CHILD: &str = "COMPOSITION_PRINTS";
    let here = "each_call_prints_one_line_as_print_mem_alone_does";
    if std::env::var_os(CHILD).is_some() {
        return STACKS.iter().for_each(Stack::all);
    }
    let program = std::env::current_exe().expect("it runs");
    let output =
        Command::new(program).args(["--exact", here, "--nocapture"]).env(CHILD, "1").output().expect("it starts");
    assert!(output.status.success(), "{output:?}");
    let printed = String::from_utf8(output.stderr).expect("text");
    let lines = |name: &str| {
        let of_it = |line: &&str| line.split_whitespace().any(|word| word.trim_end_matches(':') == name);
        printed.lines().filter(of_it).count()
    };
    // Four ways to end; four futures that end, and four that are dropped after a poll; twelve that are made in a box, and
    // eight streams.
    assert_eq!(lines("m"), 32, "{printed}");
    for stack in STACKS {
        let expected = if stack.has("print_mem") { lines("m") } else { 0 };
        assert_eq!(lines(stack.name), expected, "{} in\n{printed}", stack.name);
    }
}
