//! The attributes of `instrument`, which re-exports them.
//!
//! An attribute parses its arguments, validates them against the item, and expands; see `stack`. Expansions
//! name nothing but `::core` and the hidden module `__private` of the facade. With an attribute's feature off, the item
//! is given back token for token; with all of them off, neither syn nor any other dependency is compiled.

#[cfg(not(feature = "expand"))]
mod off;
#[cfg(not(feature = "expand"))]
use off as stack;

#[cfg(feature = "expand")]
mod checkpoints;
#[cfg(feature = "expand")]
mod perf_timer;
#[cfg(feature = "expand")]
mod print_mem;
#[cfg(feature = "expand")]
mod probe;
#[cfg(feature = "expand")]
mod program;
#[cfg(feature = "expand")]
mod shared;
#[cfg(feature = "expand")]
mod stack;
#[cfg(feature = "expand")]
mod timer;

use proc_macro::TokenStream;
use stack::Kind;

/// Makes every call of a function a span in the call tree, which reports show as a table.
///
/// Goes on functions of every kind but `const fn`: methods, those of trait implementations, defaults of traits, `async`,
/// `unsafe` and `extern` ones. On a whole `impl`, `trait` or inline `mod`, it's for every function in there; those with
/// a `#[timer(…)]` of their own keep that, those with `#[timer(skip)]` are left out.
///
/// # Arguments
/// | argument | takes | what it does |
/// |---|---|---|
/// | `name = "load users"` | a string that isn't empty | What the table calls it, instead of `Type::method`; `#[timer("load users")]` for short. Not for a whole block. |
/// | `sample = 64` | an integer of at least 1 | Counts every call, and times one in that many. |
/// | `recursion = "fold"` | "nest" or "fold" | `"nest"`, the default, gives every level of a recursion a row, as the call stack does; `"fold"` keeps one row and times the outermost call. |
/// | `components(WallClock, PeakRss)` | one to eight different types in parentheses | Measures these, too, in every call that's timed, of an async function in every poll: ours by their names, your own by a path. One that nothing else names needs `#[allow(dead_code)]`, since it's gone while timers are off. |
/// | `crate = ::renamed` | a path without quotes | Where `instrument` is, if your manifest gives it another name. |
/// | `#[timer(skip)]` | no value | Leaves an item out of the annotated `impl`, `trait` or `mod` around it. |
///
/// A block hands `sample`, `recursion`, `components` and `crate` down to its functions.
///
/// # Examples
/// ```
/// use instrument::timer;
///
/// #[timer("update")]
/// fn update() {
///     (0..3).for_each(|_| draw());
/// }
///
/// #[timer("draw a frame", sample = 64)]
/// fn draw() {}
///
/// update();
/// let snapshot = instrument::snapshot();
/// assert_eq!(snapshot.find(&["update", "draw a frame"]).map(|node| node.count()), Some(3));
/// ```
///
/// A whole block:
/// ```
/// use instrument::timer;
///
/// struct Cache(Vec<u8>);
///
/// #[timer]
/// impl Cache {
///     fn load(&mut self) {
///         self.0.push(1);
///     }
///
///     #[timer(skip)]
///     fn len(&self) -> usize {
///         self.0.len()
///     }
/// }
///
/// let mut cache = Cache(Vec::new());
/// cache.load();
/// assert_eq!(cache.len(), 1);
///
/// assert_eq!(instrument::snapshot().roots().count(), 1);
/// ```
///
/// # Async functions
/// Each poll is a span of the thread that polls, below whatever polls it. A call is counted when it completes, by its busy
/// time, the sum of its polls; wall time from the first poll, number of polls and cancelled calls (dropped before they
/// completed) are kept beside it. Making the future costs nothing and counts for nothing. It's `Send` if it was, and at most
/// 64 bytes larger.
///
/// That's also so for a function that returns a future by hand, as `impl Future`, `Pin<Box<dyn Future>>` or `BoxFuture`, and
/// so with `#[async_trait]`, be it above or below; a boxed future that's made elsewhere gets a second box. A stream, returned
/// as `impl Stream` or boxed, is one call from its first poll to its end. Of a function that returns another type that is a
/// future, the making is what's timed.
///
/// An `async fn` becomes a function that returns its future, as the compiler would make it: parameters are held once, and
/// dropped when and in the order they'd be. It stays an `async fn` with a future inside, which holds them once more and
/// drops what its patterns ignore last, where it's `#[must_use]`, `#[track_caller]` or has a `#[target_feature]`, where it
/// returns `!` or an `impl Trait`, where it's `async fn main` with [`macro@main`], and where somebody else's attribute on
/// it or on the block around it comes after ours and changes it: put ours below that one.
///
/// Async functions that await each other without a box are one type, of which the compiler takes so many levels at its
/// default limit: 25 with an attribute and 24 with all of them, where it's 33 plain. Beyond that it says that queries
/// overflow the depth limit. Write `#![recursion_limit = "256"]` at the crate's root, or await one of them by
/// `Box::pin(…).await`.
///
/// # Several attributes
/// All our attributes on a function are one expansion, in whatever order and by whatever name they're written: none sees what
/// another one adds. From the outside to the inside come a probe's call, the line of `#[print_mem]`, timers in the order in
/// which they're written, and checkpoints; so what's printed, or held up by a probe, is in nobody's time. If somebody else's
/// attribute between two of ours changes the function, those below it see what it made. Then a label is the name that the
/// function has there, as `__orig_greet` or `case_1`: put ours above it, or give a name.
///
/// # Levels of expansion
/// Each attribute on an item takes one level of the crate's `recursion_limit`, which is 128 by default, also while it's off,
/// as the compiler counts the attributes of an item like macros that call each other; while it's on, what it expands to goes
/// up to five levels deeper. Code that comes out of a deeply recursive macro may need `#![recursion_limit = "256"]`.
///
/// # Forbidden lints
/// Expansions allow `non_upper_case_globals`, where functions are registered; `#[checkpoints]` and `#[probe]` also
/// `unreachable_code` and `unused_assignments`, where a function has code that would otherwise be warned of. A crate that has
/// one of them in a `#![forbid(…)]` doesn't compile with such an attribute (E0453), and where it's a group with one of them,
/// such as `nonstandard_style`, `unused` or `warnings`, the compiler warns. `#![deny(…)]` means the same to code that allows
/// nothing itself, and does no harm.
///
/// # Anywhere
/// What the toolkit calls may be annotated by any of its attributes: a global allocator's methods, a clock, a `Debug`, `Drop`
/// or component, a log function or sink, a panic hook. So may what runs before `main`, at a thread's very end, or in a signal
/// handler. It's recorded, or, while its thread is inside the toolkit, counted by `Lost::inside` and in the report's footer.
/// In signal handlers, spans of attributes and of `scope!("constant")` allocate nothing and wait for nothing, on new paths, too, once
/// their thread has recorded a span. What allocates there, and so mustn't be used there first: a thread's first span, the
/// first value of a measurement, a `PerfTimer`'s first run, a context's first use on a thread, names made at run time, spans
/// that measure components (with `INSTRUMENT_COMPONENTS` all do) within more others than the thread has had yet; and
/// whatever prints. Have threads record a span, and these things done once, before the handler is installed; or have the
/// handler set a flag or count, and record where that's read.
///
/// # Errors
/// A wrong argument is a compile error at that argument, and says what to write. A `const fn` is one, as are things that
/// aren't functions; in an annotated block they are left as they are.
///
/// # Cost
/// Two readings of the clock a call, and little beside (`cargo bench --bench overhead`); without the feature `timers`,
/// nothing.
#[proc_macro_attribute]
pub fn timer(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if cfg!(feature = "timers") { stack::attribute(Kind::Timer, arguments, item) } else { item }
}

/// Observes the runs of a function with a timer of its own, which prints one line when the program ends.
///
/// The line is that of a `PerfTimer`: mean, deviation and maximum of all runs, or quantiles of them. Where `#[timer]`
/// tells how calls share their callers' time, this tells how one function's runs differ.
///
/// Goes on functions and methods of every kind but `const fn`. A run that unwinds isn't observed. Async functions are
/// observed as with [`macro@timer`].
///
/// # Arguments
/// | argument | takes | what it does |
/// |---|---|---|
/// | `name = "thumbnail"` | a string that isn't empty | What the report calls it, instead of `Type::method`; `#[perf_timer("thumbnail")]` for short. |
/// | `observer = "histogram"` | "average", "stddev" or "histogram" | What is kept of the runs: `"average"`, the mean alone; `"stddev"`, the default, with deviation and maximum; `"histogram"`, with quantiles too. |
/// | `quantiles = [0.5, 0.9]` | ascending numbers from 0 to 1 | The quantiles that a histogram reports, `[0.5, 0.9, 0.98]` by default; implies `observer = "histogram"`. |
/// | `clock = "thread"` | "wall", "thread" or "task" | What time is: `"wall"`, the default; `"thread"`, the CPU time of the thread; `"task"`, the time that the current task isn't suspended. |
/// | `log = my_log` | the path of a `fn(&str)`, without quotes | The function that gets the report's line, instead of stderr. A private one needs `#[allow(dead_code)]`, since nothing else names it while timers are off. |
/// | `crate = ::renamed` | a path without quotes | Where `instrument` is, if your manifest gives it another name. |
///
/// # Examples
/// ```
/// use instrument::perf_timer;
///
/// #[perf_timer("thumbnail", quantiles = [0.5, 0.9], log = my_log)]
/// fn thumbnail(pixels: &[u8]) -> usize {
///     pixels.iter().filter(|&&pixel| pixel > 127).count()
/// }
///
/// fn my_log(line: &str) {
///     println!("{line}");
/// }
///
/// assert_eq!(thumbnail(&[0, 255]), 1);
/// // At the end: timer "thumbnail": 1.2 µs
/// ```
///
/// # Errors
/// As with [`macro@timer`].
///
/// # Cost
/// Two readings of the clock a run and some shared memory; without the feature `timers`, nothing.
#[proc_macro_attribute]
pub fn perf_timer(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if cfg!(feature = "timers") { stack::attribute(Kind::PerfTimer, arguments, item) } else { item }
}

/// Prints a line about memory each time a function is left: the process's, as the function `print_mem` does, and at its
/// end what the call itself did. All of that is one line:
///
/// ```text
/// [mem +      12.345 ms] load_config           resident … ; heap … ; free   22.5 GiB;
///     call: allocated   12.0 MiB in      310 blocks, freed    2.0 MiB, kept   +10.0 MiB, peak   11.5 MiB
/// ```
///
/// That's what the call's thread asked of `CountingAllocator` between the beginning and the end of the call, calls within
/// included, and whatever other threads did meanwhile:
///
/// - `allocated`: bytes in new blocks, and what blocks grew by; and how many new blocks;
/// - `freed`: bytes of blocks that were freed, and what blocks shrank by, whoever had allocated them;
/// - `kept`: the difference, less than nothing if more was freed than allocated;
/// - `peak`: the most by which what was allocated exceeded what was freed, at any moment of the call.
///
/// Of an async call it's the sum over its polls, on whatever threads they ran, with what's freed if it's dropped before its
/// end; its peak is the highest of all polls. The figures are exact, or left out: where the program doesn't install
/// `CountingAllocator` (the first line says how to), and for calls that began while lines were switched off. What the toolkit
/// allocates to record and to print isn't in them; what it's asked for, such as a snapshot, is the call's.
///
/// Goes on functions and methods of every kind but `const fn`. The line is printed when the function returns or unwinds;
/// an async one, when its future ends or is dropped.
///
/// # Arguments
/// | argument | takes | what it does |
/// |---|---|---|
/// | `when = "imported"` | a string that isn't empty | The line's label, instead of `Type::method`; `#[print_mem("imported")]` for short. |
/// | `crate = ::renamed` | a path without quotes | Where `instrument` is, if your manifest gives it another name. |
///
/// # Examples
/// ```
/// use instrument::print_mem;
///
/// #[print_mem("imported")]
/// fn import() -> Vec<u8> {
///     vec![0; 1 << 20]
/// }
///
/// assert_eq!(import().len(), 1 << 20);
/// ```
///
/// # Errors
/// As with [`macro@timer`].
///
/// # Cost
/// What a line costs to print. Meanwhile the allocator does a few more stores whenever the thread's bytes reach a new highest
/// sum. Without the feature `memory`, nothing.
#[proc_macro_attribute]
pub fn print_mem(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if cfg!(feature = "memory") { stack::attribute(Kind::PrintMem, arguments, item) } else { item }
}

/// Marks the end of each top-level statement of a function, without a change to its body: which line takes the time?
///
/// Over all calls, reports name the **worst** line, the one with the greatest sum, and the **slowest**, the one with the
/// longest single time. A single call is printed as a block of lines, as that of a `Profiler`, if `INSTRUMENT_PROFILE`
/// names the function, or if it has a `threshold_ms` and takes that long.
///
/// A line is labelled by its number and the statement's first words. What leaves the function early, be it `return`,
/// `?` or a panic, ends the line that it stands in. Goes on functions and methods of every kind but `const fn`. In async
/// functions a line's time is that on the wall, suspension included, and printed lines have the time in which they were
/// polled beside it. In a recursion the outermost call counts.
///
/// # Arguments
/// | argument | takes | what it does |
/// |---|---|---|
/// | `msg = "start-up"` | a string that isn't empty | What the block and the report call it, instead of `Type::method`; `#[checkpoints("start-up")]` for short. |
/// | `threshold_ms = 100` | an integer of at least 0 | Prints each call that takes so many milliseconds, or more: `0` for all. |
/// | `crate = ::renamed` | a path without quotes | Where `instrument` is, if your manifest gives it another name. |
///
/// # Examples
/// ```
/// use instrument::checkpoints;
///
/// #[checkpoints]
/// fn sum(text: &str) -> Result<u32, std::num::ParseIntError> {
///     let numbers: Vec<_> = text.split(' ').map(str::parse::<u32>).collect();
///     let mut sum = 0;
///     for number in numbers {
///         sum += number?;
///     }
///     Ok(sum)
/// }
///
/// assert_eq!(sum("1 2 3"), Ok(6));
/// # assert!(instrument::report().to_string().contains("Worst line"));
/// ```
///
/// # Async functions
/// As with [`macro@timer`].
///
/// # Errors
/// As with [`macro@timer`].
///
/// # Cost
/// A reading of the clock for each statement, and what's done with it (`cargo bench --bench overhead`); without the
/// feature `timers`, nothing.
#[proc_macro_attribute]
pub fn checkpoints(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if cfg!(feature = "timers") { stack::attribute(Kind::Checkpoints, arguments, item) } else { item }
}

/// Makes a function a target of probes: while the program runs, instruments can be attached to it by its path, and look at
/// its arguments, its result and its errors.
///
/// Goes on functions and methods of every kind but `const fn`. Values come through typed if they're `Serialize`, else as
/// their `Debug`, else as the name of their type; a generic parameter counts by the bounds that the function names.
/// Arguments are looked at when the function is called, the result when it returns, and both only while there's an
/// instrument that wants them.
///
/// # Arguments
/// | argument | takes | what it does |
/// |---|---|---|
/// | `name = "add"` | a string that isn't empty | A name by which it can be attached to, beside its path; `#[probe("add")]` for short. |
/// | `args(a, b)` | names of parameters | The parameters that instruments can see, instead of all but `self`. |
/// | `redact(c)` | names of parameters, or `result` | What instruments can't see, although its name is known. |
/// | `inject` | no value | Lets instruments replace the result, return an error, delay or panic. The result has to be `'static`. |
/// | `crate = ::renamed` | a path without quotes | Where `instrument` is, if your manifest gives it another name. |
///
/// # Examples
/// ```
/// use instrument::probe::{self, LogInstrument, Memory};
///
/// #[instrument::probe(redact(password))]
/// fn log_in(user: u64, password: &str) -> Result<u64, String> {
///     if password.is_empty() { Err("no password".to_owned()) } else { Ok(user + 1) }
/// }
///
/// let lines = Memory::default();
/// let probe = probe::attach_to("log_in").expect("a target");
/// let log = LogInstrument::new("log-in", "[user, result]").condition("result > 10").sink(lines.clone());
/// probe.instrument("foo", log).expect("CEL");
/// probe.start();
/// assert_eq!(log_in(41, "secret"), Ok(42));
/// assert_eq!(lines.lines(), ["[41, 42]"]);
/// ```
///
/// # Async functions
/// The call is at the first poll, and the return at completion; a future that's dropped before has neither return nor
/// error. As for the rest, see [`macro@timer`]. A function that ends with an `async move` block, as `#[async_trait]` makes them, is called when the future is made; if its return type doesn't tell what the future
/// yields, as `Self::Future` doesn't, its end is a return without a result. Another one that returns a future is what's
/// probed itself, and its result is the future.
///
/// # What's different with it
/// The body becomes a closure, which drops the parameters before what their patterns ignore. In a function with `#[track_caller]` it stays in its place, so that what leaves it through
/// `return` or `?` has a return without a result there; so it does in one that returns `!` or an `impl Fn`, whose returns
/// have none at all.
///
/// # Errors
/// As with [`macro@timer`].
///
/// # Cost
/// A load and a branch a call, unless something is attached; without the feature `probes`, nothing.
#[proc_macro_attribute]
pub fn probe(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if cfg!(feature = "probes") { stack::attribute(Kind::Probe, arguments, item) } else { item }
}

/// Reports when the program ends, and, if asked to, while it runs.
///
/// Goes on `fn main`, plain or async; above or below `#[tokio::main]` and its like.
///
/// # Arguments
/// | argument | takes | what it does |
/// |---|---|---|
/// | `interval_seconds = 10` | an integer of at least 1 | Prints a table of the last interval each time that many seconds have passed; none by default. |
/// | `report = false` | `true` or `false` | Whether the table of the whole run is printed when the program ends; `true` by default. |
/// | `signals` | no value | Whether that's also printed before SIGINT or SIGTERM ends the program; `INSTRUMENT_SIGNALS` overrides it. |
/// | `crate = ::renamed` | a path without quotes | Where `instrument` is, if your manifest gives it another name. |
///
/// # Signals
/// Without `signals` or `INSTRUMENT_SIGNALS=on`, Ctrl-C (SIGINT) and SIGTERM end a program that doesn't handle them without a
/// report. With it, on Unix, what's written at exit (the table, the lines of timers, what `INSTRUMENT_AUTO_OUTPUT` asks for) is
/// written before by a thread that waits for these signals, and the program then ends by the very signal, as its parent
/// expects. The first process of a container, which no signal ends, exits with 128 and the signal's number. What's ignored when
/// `main` begins stays ignored.
///
/// A handler of the program's own, whether it's there before `main` begins or comes later, through tokio, `signal-hook`,
/// `ctrlc` or `sigaction`, has its way: the program goes on, and reports when it exits. If it gives the signal back to the system
/// and raises it again, as C programs do, there's a report before. (`ctrlc::try_set_handler` takes ours for the program's;
/// `ctrlc::set_handler` doesn't mind.)
///
/// `INSTRUMENT_SIGNALS=report:USR1` (or `USR2`, `HUP`, `QUIT`; also `on,report:USR1`) prints a report for each such signal, and the
/// program goes on.
///
/// # Forks
/// Who goes on reports. A process that has forked, or was forked off, and has recorded nothing, says nothing: the first parents of a
/// daemon, a worker without work, a child that becomes another program. A child that has recorded anything reports when
/// it exits, what its parent had recorded before the fork among it; and so does the parent. What a child has:
///
/// | | in a forked child |
/// |---|---|
/// | recording, `report()`, `log_metrics` | go on, with all that was recorded before |
/// | reports at exit, lines of timers | go on, if it records anything; also after `process::exit` |
/// | the recording of `INSTRUMENT_SAVE` | a file of its own, without what was recorded before; with it after `instrument::after_fork()` |
/// | `INSTRUMENT_OUTPUT` | the parent's file, whatever folder it goes to; a daemon's stderr is mostly `/dev/null` |
/// | the thread of interval tables | missing until `instrument::after_fork()`, with which their first interval begins |
/// | reports before SIGINT and SIGTERM, and on a signal | missing until `after_fork()`: the first two end it as ever |
/// | the socket of `serve()` | missing until `after_fork()`, which makes one by the child's number |
/// | probes | go on; their sinks' threads are started when there's something to send |
/// | a `Manager` in the background | missing: make another one |
///
/// # What loses the report
/// `abort`, `_exit` and `exec`; `panic = "abort"`; SIGKILL and each signal but those two; a second Ctrl-C half a second after the
/// first, which ends a program whose report can't be written; a handler that ends the program by one of these, or, in a thread
/// or in place of ours, by the signal itself (`signal_hook::low_level::emulate_default_handler`). Call `instrument::finish()`
/// before, where you can.
///
/// # Examples
/// ```
/// #[instrument::main(interval_seconds = 10, signals)]
/// fn main() {
///     work();
/// }
///
/// #[instrument::timer]
/// fn work() {}
/// ```
///
/// # Errors
/// As with [`macro@timer`].
///
/// # Cost
/// None, without the feature `timers`.
#[proc_macro_attribute]
pub fn main(arguments: TokenStream, item: TokenStream) -> TokenStream {
    if cfg!(feature = "timers") { stack::attribute(Kind::Main, arguments, item) } else { item }
}

/// Carries a function as it was, for those of ours that the compiler expands later. Written by expansions alone.
#[doc(hidden)]
#[proc_macro_attribute]
pub fn __instrument_stacked(arguments: TokenStream, item: TokenStream) -> TokenStream {
    stack::carried(arguments, item)
}
