//! `#[checkpoints]` changes nothing: each body exists twice, plain and annotated, and both give the same results, drop
//! in the same order and panic alike.

#[path = "checkpoint_bodies/harness.rs"]
mod harness;
#[path = "checkpoint_bodies/methods.rs"]
mod methods;

use harness::{D, Log, block_on, compare, suspend};

/// Emits each function plain and annotated, and a test that compares the two.
macro_rules! bodies {
    ($($name:ident: [$($signature:tt)*] $body:tt)*) => {
        #[allow(warnings, unsafe_code, clippy::undocumented_unsafe_blocks, reason = "bodies as odd as they get")]
        mod plain {
            use super::*;
            $(pub $($signature)* $body)*
        }

        #[allow(warnings, unsafe_code, clippy::undocumented_unsafe_blocks, reason = "as above")]
        mod annotated {
            use super::*;
            $(#[instrument::checkpoints] pub $($signature)* $body)*
        }

        mod sync_or_async {
            use super::*;
            $(#[test] fn $name() {
                compare(
                    stringify!($name),
                    &|n, log| format!("{:?}", run!([$($signature)*] plain::$name(n, log))),
                    &|n, log| format!("{:?}", run!([$($signature)*] annotated::$name(n, log))),
                );
            })*
        }

        const COUNT: usize = [$(stringify!($name)),*].len();
    };
}

macro_rules! run {
    ([async $($signature:tt)*] $call:expr) => {
        block_on($call)
    };
    ([$($signature:tt)*] $call:expr) => {
        $call
    };
}

const _: () = assert!(COUNT + methods::COUNT >= 60, "the corpus is as large as promised");

bodies! {
    empty: [fn empty(_: u32, _: &Log)] {}
    literal: [fn literal(_: u32, _: &Log) -> u32] { 5 }
    unit_tail: [fn unit_tail(n: u32, log: &Log)] { log.say("a"); log.say("b") }
    unit_semicolon: [fn unit_semicolon(n: u32, log: &Log)] { log.say("a"); log.say("b"); }
    locals: [fn locals(n: u32, log: &Log) -> u32] {
        let a = D("a", log);
        let b = D("b", log);
        let c = D("c", log);
        n + a.len() + b.len() + c.len()
    }
    shadowing: [fn shadowing(n: u32, log: &Log) -> u32] {
        let x = D("first", log);
        let x = (x.len(), D("second", log));
        let x = x.0 + n;
        let n = x;
        n
    }
    underscore: [fn underscore(n: u32, log: &Log) -> u32] {
        let _ = D("at once", log);
        let _kept = D("kept", log);
        log.say("after");
        n
    }
    early_return: [fn early_return(n: u32, log: &Log) -> u32] {
        let a = D("a", log);
        if n == 2 {
            return 100;
        }
        let b = D("b", log);
        if n == 3 { return a.len() + b.len(); }
        n
    }
    returns_at_the_end: [fn returns_at_the_end(n: u32, log: &Log) -> u32] {
        let a = D("a", log);
        return n + a.len();
    }
    dead_code: [fn dead_code(n: u32, log: &Log) -> u32] {
        let a = D("a", log);
        return a.len();
        log.say("never");
        n
    }
    question_mark: [fn question_mark(n: u32, log: &Log) -> Option<u32>] {
        let a = D("a", log);
        let x = n.checked_sub(2)?;
        let b = D("b", log);
        let y = x.checked_sub(1)?;
        Some(y + a.len() + b.len())
    }
    question_mark_result: [fn question_mark_result(n: u32, log: &Log) -> Result<u8, Box<dyn std::error::Error>>] {
        let text = ["1", "x", "300", "", "7"][n as usize % 5];
        let number: i64 = text.parse()?;
        let _d = D("between", log);
        let number = u8::try_from(number)?;
        Ok(number)
    }
    question_mark_as_statement: [fn question_mark_as_statement(n: u32, log: &Log) -> Result<(), String>] {
        log.fail_if(n == 1)?;
        log.fail_if(n == 2)?;
        log.fail_if(n == 3)
    }
    for_loop: [fn for_loop(n: u32, log: &Log) -> u32] {
        let mut sum = 0;
        for i in 0..n {
            let d = D("loop", log);
            if i == 1 { continue; }
            if i == 4 { break; }
            sum += i + d.len();
        }
        sum
    }
    while_loop: [fn while_loop(mut n: u32, log: &Log) -> u32] {
        while n > 0 {
            D("turn", log);
            n -= 1;
        }
        n
    }
    while_let: [fn while_let(n: u32, log: &Log) -> Vec<u32>] {
        let mut stack: Vec<u32> = (0..n).collect();
        let mut out = vec![];
        while let Some(top) = stack.pop() {
            out.push(top);
        }
        out
    }
    loop_with_value: [fn loop_with_value(n: u32, log: &Log) -> u32] {
        let mut i = n;
        let found = loop {
            i += 1;
            if i % 3 == 0 { break i * 2; }
        };
        found
    }
    loop_as_tail: [fn loop_as_tail(n: u32, log: &Log) -> u32] {
        let mut i = n;
        loop {
            i += 1;
            if i % 4 == 0 { return i; }
            if i % 7 == 0 { break i + 100; }
        }
    }
    labelled_breaks: [fn labelled_breaks(n: u32, log: &Log) -> u32] {
        let mut count = 0;
        'outer: for i in 0..5 {
            for j in 0..5 {
                count += 1;
                if i * j == n { break 'outer; }
                if j > i { continue 'outer; }
            }
        }
        count
    }
    labelled_block: [fn labelled_block(n: u32, log: &Log) -> u32] {
        let x = 'block: {
            let d = D("in the block", log);
            if n == 0 { break 'block 1; }
            if n == 1 { break 'block d.len(); }
            3
        };
        'unit: { if n > 2 { break 'unit; } log.say("not left"); }
        x
    }
    match_statement: [fn match_statement(n: u32, log: &Log) -> &'static str] {
        match n { 0 => log.say("zero"), 1 | 2 => { log.say("few"); } _ => return "many" }
        match Some(n) {
            Some(x) if x > 1 => "two",
            Some(_) => "less",
            None => unreachable!(),
        }
    }
    if_let_chain: [fn if_let_chain(n: u32, log: &Log) -> u32] {
        if let Some(x) = n.checked_sub(1) && x > 1 { log.say("yes") } else if n == 0 { log.say("zero") }
        if n > 2 { 1 } else { 2 }
    }
    let_else: [fn let_else(n: u32, log: &Log) -> u32] {
        let Some(x) = n.checked_sub(2) else { log.say("else"); return 77 };
        let _d = D("d", log);
        let (Ok(y) | Err(y)) = (if x > 1 { Ok(x) } else { Err(x + 10) });
        y
    }
    late_init: [fn late_init(n: u32, log: &Log) -> u32] {
        let d;
        let x;
        if n > 2 { x = 1; d = D("big", log); } else { x = 2; d = D("small", log); }
        x + d.len()
    }
    moved_away: [fn moved_away(n: u32, log: &Log) -> u32] {
        let a = D("a", log);
        let b = D("b", log);
        if n > 2 { drop(a); }
        log.say("between");
        b.len()
    }
    conditional_init: [fn conditional_init(n: u32, log: &Log) -> u32] {
        let held;
        let value = if n % 2 == 0 { held = D("held", log); held.len() } else { 0 };
        log.say("later");
        value
    }
    temporary_in_statement: [fn temporary_in_statement(n: u32, log: &Log) -> u32] {
        D("temporary", log).len();
        let length = D("in let", log).len();
        log.say("after");
        length
    }
    extended_temporary: [fn extended_temporary(n: u32, log: &Log) -> u32] {
        let extended = &D("extended", log);
        let tuple = (&D("x", log), 1);
        log.say("after");
        extended.len() + tuple.0.len()
    }
    temporary_in_tail: [fn temporary_in_tail(n: u32, log: &Log) -> u32] {
        let local = D("local", log);
        D("tail", log).len() + local.len()
    }
    temporary_in_match_tail: [fn temporary_in_match_tail(n: u32, log: &Log) -> u32] {
        let local = D("local", log);
        match D("scrutinee", log).len() { x if x > n => x, _ => D("arm", log).len() }
    }
    temporary_in_if_let: [fn temporary_in_if_let(n: u32, log: &Log) -> u32] {
        if let Some(x) = D("condition", log).some(n) { log.say("then") } else { log.say("else") }
        n
    }
    temporary_in_for: [fn temporary_in_for(n: u32, log: &Log) -> u32] {
        for _ in 0..D("iterator", log).len() { log.say("turn") }
        n
    }
    lock_in_tail: [fn lock_in_tail(n: u32, log: &Log) -> u32] {
        let mutex = std::sync::Mutex::new(n);
        *mutex.lock().unwrap() += 1;
        let value = *mutex.lock().unwrap();
        value
    }
    cells: [fn cells(n: u32, log: &Log) -> u32] {
        let cell = std::cell::RefCell::new(vec![n]);
        cell.borrow_mut().push(1);
        let sum = cell.borrow().iter().sum::<u32>();
        cell.into_inner().len() as u32 + sum
    }
    borrows: [fn borrows(n: u32, log: &Log) -> u32] {
        let mut values = vec![n, 1, 2];
        let first = &mut values[0];
        *first += 1;
        let second = &values[1];
        let sum = second + values[0];
        values.push(sum);
        let [a, .., b] = values.as_slice() else { return 0 };
        a + b
    }
    lifetimes: [fn lifetimes<'a>(n: u32, log: &'a Log) -> &'a Log] {
        log.say("here");
        let longer: &'a Log = log;
        longer
    }
    two_lifetimes: [fn two_lifetimes<'a, 'b: 'a>(n: u32, log: &'b Log) -> impl std::fmt::Debug + use<'b>] {
        let d = D("d", log);
        d
    }
    closures: [fn closures(n: u32, log: &Log) -> u32] {
        let d = D("captured", log);
        let mut count = 0;
        let mut add = |x: u32| { count += x; if x == 3 { return 0; } count };
        add(n);
        add(1);
        let by_move = move || d.len();
        log.say("before the call");
        by_move() + count
    }
    closure_returned: [fn closure_returned<'a>(n: u32, log: &'a Log) -> Shown<impl Fn(u32) -> u32 + use<'a>>] {
        let d = D("captured", log);
        let base = n * 2;
        Shown(move |x| x + base + d.len())
    }
    boxed_trait: [fn boxed_trait(n: u32, log: &Log) -> u32] {
        let f: Box<dyn Fn(u32) -> u32 + '_> = if n > 2 { Box::new(|x| x + 1) } else { Box::new(|x| { log.say("f"); x }) };
        f(n)
    }
    coercions: [fn coercions(n: u32, log: &Log) -> Box<dyn std::fmt::Debug>] {
        let list: &[u32] = &[1, 2, n];
        let function: fn(u32) -> u32 = |x| x;
        Box::new((list.len(), function(n)))
    }
    inferred_types: [fn inferred_types(n: u32, log: &Log) -> Vec<u64>] {
        let mut v = Vec::new();
        let x = "5".parse().unwrap();
        v.push(x);
        let mut none = None;
        if n > 1 { none = Some(n.into()); }
        v.extend::<Option<u64>>(none);
        v
    }
    impl_iterator: [fn impl_iterator<'a>(n: u32, log: &'a Log) -> Collected<impl Iterator<Item = u32> + Clone + use<'a>>] {
        let base = n + 1;
        Collected((0..n).map(move |x| { log.say("next"); x + base }))
    }
    items_first: [fn items_first(n: u32, log: &Log) -> u32] {
        const TWO: u32 = 2;
        use std::mem::drop as drop_now;
        fn helper(x: u32) -> u32 { x + TWO }
        struct Local(u32);
        impl Local { fn get(&self) -> u32 { self.0 } }
        let d = D("d", log);
        drop_now(d);
        Local(helper(n)).get()
    }
    items_between: [fn items_between(n: u32, log: &Log) -> u32] {
        let a = n + 1;
        fn helper(x: u32) -> u32 { x * FACTOR }
        let b = helper(a);
        const FACTOR: u32 = 3;
        static BASE: u32 = 4;
        b + BASE
    }
    only_items: [fn only_items(n: u32, log: &Log)] { fn a() {} struct B; }
    item_last: [fn item_last(n: u32, log: &Log)] { log.say("statement"); fn later() {} }
    macros: [fn macros(n: u32, log: &Log) -> String] {
        macro_rules! twice { ($x:expr) => { $x + $x }; }
        let x = twice!(n);
        macro_rules! bind { ($name:ident = $x:expr) => { let $name = $x; }; }
        bind!(y = x + 1);
        bind! { z = y + 1 }
        assert!(y > 0, "always");
        assert_eq!(z, y + 1);
        vec![1, 2].push(3);
        format!("{x}{y}{z}")
    }
    macro_as_tail: [fn macro_as_tail(n: u32, log: &Log) -> Vec<u32>] { log.say("a"); vec![n; 2] }
    macro_with_braces_as_tail: [fn macro_with_braces_as_tail(n: u32, log: &Log) -> Vec<u32>] { log.say("a"); vec! { n } }
    semicolons: [fn semicolons(n: u32, log: &Log) -> u32] { ; ; log.say("a");; {} ; n }
    blocks: [fn blocks(n: u32, log: &Log) -> u32] {
        { let d = D("inner", log); log.say("in"); }
        log.say("out");
        let x = { let d = D("valued", log); d.len() };
        { x + n }
    }
    block_then_minus: [fn block_then_minus(n: u32, log: &Log) -> i32] {
        if n > 1 { log.say("a") }
        -1
    }
    match_then_star: [fn match_then_star(n: u32, log: &Log) -> u32] {
        let pointer = &n;
        match n { 0 => {} _ => log.say("some") }
        *pointer
    }
    unsafe_blocks: [fn unsafe_blocks(n: u32, log: &Log) -> u32] {
        let array = [1_u32, 2, 3, 4];
        unsafe { log.say("in unsafe") }
        let value = unsafe { *array.get_unchecked((n % 4) as usize) };
        unsafe { std::hint::assert_unchecked(value > 0) };
        value
    }
    panics: [fn panics(n: u32, log: &Log) -> u32] {
        let a = D("a", log);
        if n == 2 { panic!("on purpose") }
        let b = D("b", log);
        [1, 2, 3][n as usize]
    }
    diverges: [fn diverges(n: u32, log: &Log) -> u32] {
        let d = D("d", log);
        panic!("always")
    }
    const_and_static: [fn const_and_static(n: u32, log: &Log) -> u32] {
        let x = const { 1 + 1 };
        let array = [0; const { 2 }];
        array[0] + x + n
    }
    attributes: [fn attributes(n: u32, log: &Log) -> u32] {
        #[allow(unused_variables)]
        let x = 1;
        #[cfg(any())]
        compile_error!("gone");
        #[cfg(all())]
        let x = 2;
        #[cfg(any())]
        let x = 3;
        x + n
    }
    numbers: [fn numbers(n: u32, log: &Log) -> (f64, u128, char)] {
        let a = 1.5e3_f64;
        let b = 0xff_u128 << 64;
        let (c, .., d) = ('x', 1, 2, "y");
        (a * f64::from(n), b, c)
    }
    slices: [fn slices(n: u32, log: &Log) -> usize] {
        let text = String::from("a b c");
        let words: Vec<&str> = text.split(' ').collect();
        let [first, rest @ ..] = words.as_slice() else { panic!() };
        first.len() + rest.len()
    }
    our_names: [fn our_names(n: u32, log: &Log) -> u32] {
        let __instrument_call = D("mine", log);
        let here = n;
        __instrument_call.len() + here
    }

    async_plain: [async fn async_plain(n: u32, log: &Log) -> u32] {
        let a = D("a", log);
        suspend(n).await;
        let b = D("b", log);
        suspend(1).await;
        D("tail", log).len() + n
    }
    async_question_mark: [async fn async_question_mark(n: u32, log: &Log) -> Result<u32, String>] {
        let a = D("a", log);
        log.fail_if(n == 1)?;
        suspend(2).await;
        log.fail_if(n == 2)?;
        if n == 3 { return Ok(3); }
        Ok(a.len())
    }
    async_loops: [async fn async_loops(n: u32, log: &Log) -> u32] {
        let mut sum = 0;
        'outer: for i in 0..n {
            let d = D("turn", log);
            loop {
                suspend(1).await;
                sum += 1;
                if sum % 3 == 0 { continue 'outer; }
                if sum > 7 { break 'outer; }
            }
        }
        sum
    }
    async_unit: [async fn async_unit(n: u32, log: &Log)] { suspend(n).await; log.say("done"); }
    async_panics: [async fn async_panics(n: u32, log: &Log) -> u32] {
        let a = D("a", log);
        suspend(1).await;
        assert!(n < 3, "on purpose");
        n
    }
    async_blocks: [async fn async_blocks(n: u32, log: &Log) -> u32] {
        let d = D("d", log);
        let inner = async { suspend(1).await; d.len() };
        let moved = async move { suspend(n).await; n };
        inner.await + moved.await
    }
    async_borrows: [async fn async_borrows<'a>(n: u32, log: &'a Log) -> &'a Log] {
        let mut v = vec![n];
        let first = &mut v[0];
        suspend(1).await;
        *first += 1;
        log
    }
    async_coerces: [async fn async_coerces(n: u32, log: &Log) -> Box<dyn std::fmt::Debug>] {
        if n == 1 { return Box::new("one"); }
        suspend(1).await;
        Box::new(n)
    }
    async_never_pending: [async fn async_never_pending(n: u32, log: &Log) -> u32] { n }
    async_empty: [async fn async_empty(_: u32, _: &Log)] {}
}

/// Shows what can't be shown, so that results can be compared.
struct Shown<F>(F);

impl<F: Fn(u32) -> u32> std::fmt::Debug for Shown<F> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        (self.0)(7).fmt(f)
    }
}

struct Collected<I>(I);

impl<I: Iterator<Item = u32> + Clone> std::fmt::Debug for Collected<I> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.clone().collect::<Vec<_>>().fmt(f)
    }
}
